/** `croupier reconcile`: an aggregator's report against the book; prints what differs and exits 1 when anything does. */
import { createReadStream, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineCommand } from 'citty';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigProblem, loadConfig, processEnvironment } from '../config.ts';
import type { AggregatorConfig, Config } from '../config.ts';
import type { ReportMapping } from '../dialects/index.ts';
import { createSettlementReads } from '../ledger/index.ts';
import { closeDatabase, migrate, openDatabase, systemClock } from '../platform/index.ts';
import { databaseOf } from '../serve.ts';
import { CLAIM_SOURCES, keepClaims, readReport, reconcile, ReportTooLong } from '../settlement/index.ts';
import type { Difference, Reconciled } from '../settlement/index.ts';
import { command, configArgs, flagsOf, logOf, print } from './common.ts';

const column = z.string().min(1);
const maybe = column.nullable().default(null);
const mappingSchema = z.strictObject({
  format: z.enum(['csv', 'jsonl']),
  separator: z.string().min(1).max(4).default(','),
  amounts: z.enum(['major', 'minor']).default('major'),
  columns: z.strictObject({
    id: column,
    kind: column,
    amount: column,
    status: maybe,
    round: maybe,
    player: maybe,
    currency: maybe,
    game: maybe,
    provider: maybe,
    bet: maybe,
    occurredAt: maybe,
    version: maybe,
  }),
  kinds: z.record(z.string(), z.enum(['bet', 'win', 'rollback'])),
  statuses: z.record(z.string(), z.enum(['ok', 'rolled_back', 'failed'])).default({}),
});

export const reconcileCommand = defineCommand({
  meta: { name: 'reconcile', description: "Compare an aggregator's report with the book; exit 1 when they differ." },
  args: {
    ...configArgs,
    aggregator: { type: 'string', description: 'whose report it is, as configured', required: true },
    file: {
      type: 'string',
      description: 'the report: CSV with a header, or JSON lines',
      valueHint: 'FILE',
      required: true,
    },
    mapping: {
      type: 'string',
      description: "how its columns are read (YAML); else the dialect's own",
      valueHint: 'FILE',
    },
    day: {
      type: 'string',
      description: 'the report is whole for this UTC day: also tell what it lacks',
      valueHint: 'YYYY-MM-DD',
    },
    source: { type: 'string', description: 'what it is: report, transactions or timed_out', default: 'report' },
    keep: { type: 'boolean', description: 'store what it asserts, as evidence for settlement' },
    json: { type: 'boolean', description: 'print the result as JSON' },
  },
  run: async ({ args }) =>
    command(async () => {
      const config = loadConfig(flagsOf(args), processEnvironment());
      const aggregator = aggregatorOf(config, args.aggregator);
      const mapping = mappingOf(args.mapping, args.file, aggregator);
      const source = CLAIM_SOURCES.find((each) => each === args.source);
      if (source === undefined) throw new ConfigProblem(`--source takes ${CLAIM_SOURCES.join(', ')}`);
      const span = spanOf(args.day);
      const log = logOf({ ...config, server: { ...config.server, logLevel: 'warn' } });
      const database = await databaseOf(config, log, { beside: true });
      try {
        await migrate(database.directUrl, { log });
        const sql = openDatabase({ url: database.directUrl, max: 2, applicationName: 'croupier-reconcile', log });
        const result = await reconcile(readReport(contentOf(args.file), mapping, config.currencies), {
          aggregator: aggregator.name,
          source,
          origin: path.basename(args.file),
          ledger: createSettlementReads(sql),
          currencies: config.currencies,
          nowMs: systemClock.now(),
          span,
        });
        const kept = args.keep === true ? await keepClaims(sql, result.claims, systemClock.now()) : null;
        await closeDatabase(sql);
        tell(result, kept, args.json === true);
        process.exitCode = result.differences.length + result.unread.length === 0 ? 0 : 1;
      } catch (error) {
        if (error instanceof ReportTooLong) throw new ConfigProblem(error.message);
        throw error;
      } finally {
        await database.stop();
      }
    }),
});

function aggregatorOf(config: Config, name: string): AggregatorConfig {
  const found = config.aggregators.find((each) => each.name === name);
  if (found !== undefined) return found;
  const known = config.aggregators.map((each) => each.name).join(', ');
  throw new ConfigProblem(`--aggregator "${name}" is not configured; there are: ${known === '' ? 'none' : known}`);
}

/** The mapping file, else the dialect's; JSON lines are known by their name. */
function mappingOf(file: string | undefined, report: string, aggregator: AggregatorConfig): ReportMapping {
  if (file === undefined) {
    if (aggregator.report === null)
      throw new ConfigProblem(
        `the dialect ${aggregator.dialectName} has no mapping of its own: name one with --mapping FILE`,
      );
    return /\.(jsonl|ndjson)$/i.test(report) ? { ...aggregator.report, format: 'jsonl' } : aggregator.report;
  }
  let raw: unknown;
  try {
    raw = parse(readFileSync(file, 'utf8'));
  } catch {
    throw new ConfigProblem(`cannot read the mapping ${file}: it must be a YAML file that this user may read`);
  }
  const parsed = mappingSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConfigProblem(
    `${path.basename(file)}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`,
  );
}

const DAY_MS = 86_400_000;

function spanOf(day: string | undefined): { fromMs: number; toMs: number } | null {
  if (day === undefined) return null;
  const fromMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(fromMs)) throw new ConfigProblem(`--day "${day}" is no day like 2026-01-31`);
  return { fromMs, toMs: fromMs + DAY_MS };
}

async function* contentOf(file: string): AsyncGenerator<string> {
  try {
    for await (const chunk of createReadStream(file, { encoding: 'utf8' })) yield String(chunk);
  } catch {
    throw new ConfigProblem(`cannot read the report ${file}: does it exist, and may this user read it?`);
  }
}

function tell({ lines, unread, differences }: Reconciled, kept: number | null, json: boolean): void {
  if (json) {
    print(JSON.stringify({ lines, unread, differences, kept }, null, 2));
    return;
  }
  for (const each of unread) print(`line ${each.line}: not understood: ${each.problem}`);
  for (const each of differences) print(lineOf(each));
  const same = differences.length === 0 && unread.length === 0;
  print(
    same
      ? `${lines} transactions compared: the book agrees with all of them.`
      : `${lines} transactions compared: ${differences.length} differ, ${unread.length} lines were not understood.`,
  );
  if (kept !== null) print(`${kept} of them were new and are kept as evidence.`);
}

function lineOf(each: Difference): string {
  const about = each.transactionId === '' ? '' : ` ${each.transactionKind} ${each.transactionId}`;
  const of = [each.round === '' ? '' : `round ${each.round}`, each.player === '' ? '' : `player ${each.player}`].filter(
    (word) => word !== '',
  );
  const amounts = `theirs ${each.claimed ?? 'nothing'}, ours ${each.booked ?? 'nothing'}${each.currency === null ? '' : ` ${each.currency}`}`;
  return `${each.kind}${about} (${of.join(', ')}): ${amounts}. ${each.detail}`;
}
