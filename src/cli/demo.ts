/** `croupier demo`, what `npm start` runs: everything on one machine. */
import { defineCommand } from 'citty';
import { processEnvironment } from '../config.ts';
import { demoConfig, startDemo } from '../demo.ts';
import type { Demo } from '../demo.ts';
import { createShutdown } from '../platform/index.ts';
import { command, flagsOf, logOf, portOf, print, serverArgs } from './common.ts';
import { catalogueKnobsOf } from './sandbox.ts';

export const demoCommand = defineCommand({
  meta: {
    name: 'demo',
    description: 'Everything on one machine: database, gateway, lobby, sandbox aggregator, demo players.',
  },
  args: {
    ...serverArgs,
    'sandbox-port': {
      type: 'string',
      description: 'port of the sandbox aggregator (else CROUPIER_SANDBOX_PORT, else 4401)',
    },
    dialect: {
      type: 'string',
      description: 'protocols of the sandbox aggregators, one each, with one wallet behind them (default generic)',
      valueHint: 'LIST',
    },
    games: { type: 'string', description: 'how many games the sandbox lists (default 3210)' },
  },
  run: async ({ args }) =>
    command(async () => {
      const sandboxPort = portOf(args['sandbox-port'] ?? processEnvironment()['CROUPIER_SANDBOX_PORT'] ?? '4401');
      const listing = catalogueKnobsOf({ games: args.games });
      const config = demoConfig({ logLevel: 'warn', ...flagsOf(args) }, sandboxPort, namesOf(args.dialect));
      const log = logOf(config);
      const shutdown = createShutdown({ log });
      try {
        const demo = await startDemo({
          config,
          sandboxPort,
          listing,
          log,
          shutdown,
          onStep: (step) => print(`  … ${step}`),
        });
        print(`
  Croupier is ready.

    Lobby       ${demo.gatewayUrl}/            ${demo.games} games; play as "demo" or "demo-btc"
    Console     ${demo.gatewayUrl}/console     ${consoleWords(demo.admin)}
    API         ${demo.gatewayUrl}/v1          described at ${demo.gatewayUrl}/docs
${demo.sandboxes.map(sandboxLine).join('\n')}
    Secrets     ${demo.secretsFile}

  Ctrl-C stops everything; the next start continues with the same data.
`);
      } catch (error) {
        await shutdown.close('start failed');
        throw error;
      }
    }),
});

function namesOf(list: string | undefined): readonly string[] {
  const names = (list ?? 'generic').split(',').map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))];
}

function sandboxLine({ dialect, url }: { readonly dialect: string; readonly url: string }): string {
  return `    Sandbox     ${url}             ${dialect}; its callbacks at ${url}/admin/attempts`;
}

/** The password is told once; afterwards nobody can read it anywhere. */
function consoleWords(admin: Demo['admin']): string {
  return admin === null
    ? 'sign in; a new account: croupier console user add --name NAME --role admin'
    : `sign in as "${admin.name}" with the password ${admin.password} (told this once)`;
}
