/** `croupier serve`: the gateway alone. */
import { defineCommand } from 'citty';
import { loadConfig, processEnvironment } from '../config.ts';
import { createShutdown } from '../platform/index.ts';
import { serve } from '../serve.ts';
import { command, flagsOf, logOf, print, serverArgs } from './common.ts';

export const serveCommand = defineCommand({
  meta: { name: 'serve', description: 'The gateway, against DATABASE_URL or an embedded database.' },
  args: serverArgs,
  run: async ({ args }) =>
    command(async () => {
      const config = loadConfig(flagsOf(args), processEnvironment());
      const log = logOf(config);
      const shutdown = createShutdown({ log });
      try {
        const server = await serve(config, { log, shutdown });
        print(`Croupier listens on ${server.url}`);
      } catch (error) {
        await shutdown.close('start failed');
        throw error;
      }
    }),
});
