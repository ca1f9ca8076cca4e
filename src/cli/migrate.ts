/** `croupier migrate`: brings the database to this version's schema. */
import { defineCommand } from 'citty';
import { ConfigProblem, loadConfig, processEnvironment } from '../config.ts';
import { migrate } from '../platform/index.ts';
import { command, configArgs, flagsOf, logOf, print } from './common.ts';

export const migrateCommand = defineCommand({
  meta: { name: 'migrate', description: 'Bring the database of DATABASE_URL (or the configuration) to this schema.' },
  args: configArgs,
  run: async ({ args }) =>
    command(async () => {
      const config = loadConfig(flagsOf(args), processEnvironment(), { currencies: {} });
      if (config.database.url === null) {
        throw new ConfigProblem('set DATABASE_URL: the embedded database is migrated by every start of the server');
      }
      const report = await migrate(config.database.url, { log: logOf(config) });
      print(
        report.applied.length === 0
          ? `The schema is at version ${report.to}; nothing to do.`
          : `Migrated from version ${report.from} to ${report.to}: ${report.applied.join(', ')}`,
      );
    }),
});
