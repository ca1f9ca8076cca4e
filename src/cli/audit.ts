/** `croupier audit`: the invariants of the book and their proof; exit 1 when one fails. */
import { defineCommand } from 'citty';
import { loadConfig, processEnvironment } from '../config.ts';
import { audit } from '../ledger/index.ts';
import type { Finding } from '../ledger/index.ts';
import { closeDatabase, migrate, openDatabase } from '../platform/index.ts';
import { databaseOf } from '../serve.ts';
import { command, configArgs, flagsOf, logOf, print } from './common.ts';

export const auditCommand = defineCommand({
  meta: { name: 'audit', description: 'Prove the invariants of the ledger; exit 1 when one fails.' },
  args: { ...configArgs, json: { type: 'boolean', description: 'print the report as JSON' } },
  run: async ({ args }) =>
    command(async () => {
      const config = loadConfig(flagsOf(args), processEnvironment(), { currencies: {} });
      const log = logOf({ ...config, server: { ...config.server, logLevel: 'warn' } });
      const database = await databaseOf(config, log, { beside: true });
      try {
        await migrate(database.directUrl, { log });
        const sql = openDatabase({ url: database.directUrl, max: 2, applicationName: 'croupier-audit', log });
        const report = await audit(sql, args.json === true ? undefined : (finding) => print(line(finding)));
        await closeDatabase(sql);
        if (args.json === true) print(JSON.stringify(report, null, 2));
        else print(report.sound ? '\nThe book is sound.' : '\nThe book is NOT sound: see above.');
        process.exitCode = report.sound ? 0 : 1;
      } finally {
        await database.stop();
      }
    }),
});

function line(finding: Finding): string {
  const mark = finding.violations === 0 ? 'ok  ' : 'FAIL';
  const head = `${mark}  ${finding.promise} [${finding.id}; ${finding.checked} checked]`;
  return [head, ...finding.examples.map((example) => `        ${example.subject}: ${example.detail}`)].join('\n');
}
