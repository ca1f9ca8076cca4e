/** `croupier migrate`: brings the database to this version's schema; with `--citus` also spreads the book over a cluster. */
import { defineCommand } from 'citty';
import { ConfigProblem, loadConfig, processEnvironment } from '../config.ts';
import { distribute } from '../ledger/index.ts';
import { closeDatabase, DatabaseProblem, migrate, openDatabase } from '../platform/index.ts';
import { command, configArgs, flagsOf, logOf, print } from './common.ts';

export const migrateCommand = defineCommand({
  meta: { name: 'migrate', description: 'Bring the database of DATABASE_URL (or the configuration) to this schema.' },
  args: {
    ...configArgs,
    citus: {
      type: 'boolean',
      description: 'also distribute the book by shard over the nodes of a Citus cluster (see docs/scaling.md)',
      default: false,
    },
  },
  run: async ({ args }) =>
    command(async () => {
      const config = loadConfig(flagsOf(args), processEnvironment(), { currencies: {} });
      const url = config.database.directUrl ?? config.database.url;
      if (url === null) {
        throw new ConfigProblem('set DATABASE_URL: the embedded database is migrated by every start of the server');
      }
      const report = await migrate(url, { log: logOf(config) });
      print(
        report.applied.length === 0
          ? `The schema is at version ${report.to}; nothing to do.`
          : `Migrated from version ${report.from} to ${report.to}: ${report.applied.join(', ')}`,
      );
      if (args.citus) await distributeBook(url);
    }),
});

async function distributeBook(url: string): Promise<void> {
  const sql = openDatabase({ url, max: 1, applicationName: 'croupier-migrate', statementTimeoutMs: 0 });
  try {
    const result = await distribute(sql);
    switch (result.kind) {
      case 'distributed':
        print(
          `The book is distributed by Citus ${result.citusVersion}. Set ledger.distributed: true for every gateway.`,
        );
        return;
      case 'already':
        print('The book is distributed already; nothing to do.');
        return;
      case 'no_citus':
        throw new DatabaseProblem(
          'not-supported',
          'This database has no Citus: run CREATE EXTENSION citus on the coordinator (and add the nodes), then again.',
        );
      case 'partly':
        throw new DatabaseProblem(
          'not-supported',
          `Only ${result.tables.join(', ')} of the book is distributed, and not by Croupier: undo that first (undistribute_table).`,
        );
    }
  } finally {
    await closeDatabase(sql);
  }
}
