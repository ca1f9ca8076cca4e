/** `croupier serve`: the gateway alone, as one process or several. */
import { defineCommand } from 'citty';
import { ConfigProblem, loadConfig, processEnvironment } from '../config.ts';
import { createShutdown } from '../platform/index.ts';
import { addressOf, serve } from '../serve.ts';
import { isWorker, runWorkers, serveAsWorker, tellReason, WORKER_GRACE_MS } from '../workers.ts';
import { command, flagsOf, isPlain, logOf, print, serverArgs } from './common.ts';

export const serveCommand = defineCommand({
  meta: { name: 'serve', description: 'The gateway, against DATABASE_URL or an embedded database.' },
  args: {
    ...serverArgs,
    workers: { type: 'string', description: 'processes behind the port', default: '1', valueHint: 'N' },
  },
  run: async ({ args }) =>
    isWorker()
      ? work(args)
      : command(async () => {
          const count = workersOf(args.workers);
          const config = loadConfig(flagsOf(args), processEnvironment());
          const log = logOf(config);
          const shutdown = createShutdown({ log });
          try {
            if (count > 1) {
              const { port } = await runWorkers({ count, config, log, shutdown });
              print(`Croupier listens on ${addressOf(config.server.host, port)} with ${count} workers`);
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

/** The same as a worker of another process, which is the one that speaks to people. */
async function work(args: Readonly<Record<string, unknown>>): Promise<void> {
  const config = loadConfig(flagsOf(args), processEnvironment());
  const log = logOf(config);
  const shutdown = createShutdown({ log, graceMs: WORKER_GRACE_MS });
  try {
    await serve(config, { log, shutdown, ...serveAsWorker(shutdown) });
  } catch (error) {
    await shutdown.close('start failed');
    if (!isPlain(error)) throw error;
    await tellReason(error.message);
    process.exit(1);
  }
}

const MAX_WORKERS = 64;

function workersOf(text: string): number {
  const count = /^\d{1,2}$/.test(text) ? Math.trunc(+text) : 0;
  if (count >= 1 && count <= MAX_WORKERS) return count;
  throw new ConfigProblem(`--workers is "${text}": give a number from 1 to ${MAX_WORKERS}, at most one per processor`);
}
