/** `croupier catalogue import`: the list of games of an aggregator that hands it out as a file; exit 1 unless it was taken over. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { defineCommand } from 'citty';
import { openCatalogue } from '../catalogue/index.ts';
import type { SyncReport } from '../catalogue/index.ts';
import { ConfigProblem, loadConfig, processEnvironment } from '../config.ts';
import { closeDatabase, migrate, openDatabase, systemClock } from '../platform/index.ts';
import { databaseOf } from '../serve.ts';
import { command, configArgs, flagsOf, logOf, print } from './common.ts';

/** Half a million games with long texts. */
const FILE_MAX_BYTES = 256 * 1024 * 1024;

const importCommand = defineCommand({
  meta: { name: 'import', description: 'Take over a list of games from a file; exit 1 when it is not.' },
  args: {
    ...configArgs,
    aggregator: { type: 'string', description: 'whose games they are, as configured', required: true },
    file: {
      type: 'string',
      description: 'the list: CSV with a header, or JSON lines',
      valueHint: 'FILE',
      required: true,
    },
    accept: {
      type: 'string',
      description: 'shrink: though many games are missing; empty: though there are none',
      valueHint: 'WORDS',
    },
    json: { type: 'boolean', description: 'print the result as JSON' },
  },
  run: async ({ args }) =>
    command(async () => {
      const config = loadConfig(flagsOf(args), processEnvironment());
      const bytes = bytesOf(args.file);
      const accept = acceptedOf(args.accept);
      const named = config.aggregators.find((each) => each.name === args.aggregator);
      if (named === undefined) {
        const known = config.aggregators.map((each) => each.name).join(', ');
        throw new ConfigProblem(`there is no aggregator "${args.aggregator}"; the file has: ${known}`);
      }
      const log = logOf({ ...config, server: { ...config.server, logLevel: 'error' } });
      const database = await databaseOf(config, log, { beside: true });
      try {
        await migrate(database.directUrl, { log });
        const sql = openDatabase({ url: database.directUrl, max: 2, applicationName: 'croupier-import', log });
        const { aggregators } = config;
        const catalogue = openCatalogue({ sql, clock: systemClock, log, aggregators, merge: config.catalogue.merge });
        const report = await catalogue.sync(named.name, { file: bytes, accept, askedBy: 'import' });
        await closeDatabase(sql);
        if (report === null) throw new Error('defect: a configured aggregator is in the catalogue');
        tell(report, args.json === true);
        process.exitCode = report.kind === 'applied' ? 0 : 1;
      } finally {
        await database.stop();
      }
    }),
});

function bytesOf(file: string): Uint8Array {
  try {
    if (statSync(file).size > FILE_MAX_BYTES)
      throw new ConfigProblem(`${path.basename(file)} is larger than ${FILE_MAX_BYTES} bytes: no list of games is`);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof ConfigProblem) throw error;
    throw new ConfigProblem(`cannot read ${file}: does it exist, and may this user read it?`);
  }
}

function acceptedOf(words: string | undefined): readonly ('shrink' | 'empty')[] {
  const given = (words ?? '').split(',').filter((word) => word !== '');
  return given.map((word) => {
    if (word === 'shrink' || word === 'empty') return word;
    throw new ConfigProblem(`--accept "${word}" is neither shrink nor empty`);
  });
}

function tell(report: SyncReport, asJson: boolean): void {
  if (asJson) {
    print(JSON.stringify(report, null, 2));
    return;
  }
  const { kind, listed, added, changed, renamed, missing, removed, returned, malformed, reason } = report;
  print(
    `${kind}: ${listed} listed, ${added} added, ${changed} changed, ${renamed} renamed, ${missing} missing, ${removed} hidden, ${returned} back, ${malformed} skipped`,
  );
  if (reason !== null) print(reason);
  for (const line of report.malformedSample) print(`  skipped: ${line}`);
}

export const catalogueCommand = defineCommand({
  meta: { name: 'catalogue', description: 'Lists of games.' },
  subCommands: { import: importCommand },
});
