/** `croupier analytics rebuild`: forget what was built of the book's figures and build it from the beginning. */
import { defineCommand } from 'citty';
import { openAnalytics } from '../analytics/index.ts';
import { ConfigProblem, loadConfig, processEnvironment } from '../config.ts';
import { closeDatabase, createMetrics, migrate, openDatabase } from '../platform/index.ts';
import { databaseOf } from '../serve.ts';
import { command, configArgs, flagsOf, logOf, print } from './common.ts';

const rebuildCommand = defineCommand({
  meta: { name: 'rebuild', description: 'Build every daily figure anew from the book. What was published stays.' },
  args: { ...configArgs },
  run: async ({ args }) =>
    command(async () => {
      const config = loadConfig(flagsOf(args), processEnvironment(), { currencies: {} });
      if (config.ledger.distributed)
        throw new ConfigProblem('analytics are not built from a distributed book (ledger.distributed)');
      const log = logOf({ ...config, server: { ...config.server, logLevel: 'warn' } });
      const database = await databaseOf(config, log, { beside: true });
      try {
        await migrate(database.directUrl, { log });
        const sql = openDatabase({ url: database.directUrl, max: 1, applicationName: 'croupier-analytics', log });
        const analytics = openAnalytics({ ...config.analytics, sql, reading: sql, log, metrics: createMetrics() });
        await analytics.forget();
        const rows = await analytics.rebuild();
        await closeDatabase(sql);
        print(`Every figure was built anew from ${rows} transactions, in days of ${config.analytics.timeZone}.`);
      } finally {
        await database.stop();
      }
    }),
});

export const analyticsCommand = defineCommand({
  meta: { name: 'analytics', description: 'Daily figures: who played and what was won.' },
  subCommands: { rebuild: rebuildCommand },
});
