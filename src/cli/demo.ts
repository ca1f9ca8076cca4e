/** `croupier demo`, what `npm start` runs: everything on one machine. */
import { defineCommand } from 'citty';
import { ConfigProblem, processEnvironment } from '../config.ts';
import { demoConfig, startDemo } from '../demo.ts';
import { createShutdown } from '../platform/index.ts';
import { command, flagsOf, logOf, print, serverArgs } from './common.ts';

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
  },
  run: async ({ args }) =>
    command(async () => {
      const sandboxPort = portOf(args['sandbox-port'] ?? processEnvironment()['CROUPIER_SANDBOX_PORT'] ?? '4401');
      const config = demoConfig({ logLevel: 'warn', ...flagsOf(args) }, sandboxPort);
      const log = logOf(config);
      const shutdown = createShutdown({ log });
      try {
        const demo = await startDemo({ config, sandboxPort, log, shutdown, onStep: (step) => print(`  … ${step}`) });
        print(`
  Croupier is ready.

    Lobby       ${demo.gatewayUrl}/            ${demo.games} games; play as "demo" or "demo-btc"
    API         ${demo.gatewayUrl}/v1          described at ${demo.gatewayUrl}/docs
    Sandbox     ${demo.sandboxUrl}             its callbacks at ${demo.sandboxUrl}/admin/attempts
    Secrets     ${demo.secretsFile}

  Ctrl-C stops everything; the next start continues with the same data.
`);
      } catch (error) {
        await shutdown.close('start failed');
        throw error;
      }
    }),
});

export function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new ConfigProblem(`"${text}" is no port; use a number from 1 to 65535`);
  return port;
}
