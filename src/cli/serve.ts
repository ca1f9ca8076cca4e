/** `croupier serve`: the gateway alone, as one process or several. */
import { defineCommand } from 'citty';
import { ConfigProblem, loadConfig, processEnvironment } from '../config.ts';
import { createShutdown } from '../platform/index.ts';
import { serve } from '../serve.ts';
import { isWorker, runWorkers, serveAsWorker } from '../workers.ts';
import { command, flagsOf, logOf, print, serverArgs } from './common.ts';

export const serveCommand = defineCommand({
  meta: { name: 'serve', description: 'The gateway, against DATABASE_URL or an embedded database.' },
  args: {
    ...serverArgs,
    workers: { type: 'string', description: 'processes behind the port', default: '1', valueHint: 'N' },
  },
  run: async ({ args }) =>
    command(async () => {
      const config = loadConfig(flagsOf(args), processEnvironment());
      const log = logOf(config);
      const shutdown = createShutdown({ log });
      const count = workersOf(args.workers);
      try {
        if (isWorker()) {
          await serve(config, { log, shutdown, ...serveAsWorker(shutdown) });
        } else if (count > 1) {
          const { port } = await runWorkers({ count, config, log, shutdown });
          print(`Croupier listens on http://${config.server.host}:${port} with ${count} workers`);
        } else {
          const server = await serve(config, { log, shutdown });
          print(`Croupier listens on ${server.url}`);
        }
      } catch (error) {
        await shutdown.close('start failed');
        throw error;
      }
    }),
});

const MAX_WORKERS = 64;

function workersOf(text: string): number {
  const count = /^\d{1,2}$/.test(text) ? Math.trunc(+text) : 0;
  if (count >= 1 && count <= MAX_WORKERS) return count;
  throw new ConfigProblem(`--workers is "${text}": give a number from 1 to ${MAX_WORKERS}, at most one per processor`);
}
