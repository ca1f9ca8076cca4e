/**
 * Settlement's part of the composition root: its room, its connections and what it does by the clock. It holds no rule of its
 * own.
 */
import type { Catalogue } from './catalogue/index.ts';
import type { Config } from './config.ts';
import { selectRefusedForConflict } from './gateway/index.ts';
import { createSettlementReads } from './ledger/index.ts';
import type { Ledger } from './ledger/index.ts';
import { closeDatabase, openDatabase, systemClock } from './platform/index.ts';
import type { Database, DatabaseOptions, Log, Metrics, Shutdown } from './platform/index.ts';
import type { Job } from './schedule.ts';
import type { Sessions } from './sessions/index.ts';
import { openSettlement } from './settlement/index.ts';
import type { Settlement } from './settlement/index.ts';
import { gameCode } from './wallet/index.ts';
import type { ErrandTools } from './wire/index.ts';

export interface SettlementParts {
  readonly pool: Pick<DatabaseOptions, 'url' | 'pooled' | 'log'>;
  readonly sql: Database;
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly catalogue: Pick<Catalogue, 'find'>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly shutdown: Shutdown;
  readonly errands: Pick<ErrandTools, 'onDate'>;
}

const WORK_EVERY_MS = 250;
const SWEEP_EVERY_MS = 5 * 60_000;
const MEASURE_EVERY_MS = 15_000;
const LISTS_EVERY_MS = 15_000;
/** Who works by the clock has ended when its pool closes; only a connection that died under it is still waited for. */
export const IDLE_SECONDS = 1;

/** Opens the room on connections of its own: one for the inbox, three for judging, two for what it reads of the book. */
export function settlementOf(config: Config, parts: SettlementParts): Settlement {
  const { pool, shutdown, ledger, catalogue } = parts;
  const open = (name: string, max: number): Database => {
    const sql = openDatabase({ ...pool, max, plansByIndex: true, applicationName: `croupier-${name}` });
    shutdown.onShutdown(`${name} database`, async () => closeDatabase(sql, IDLE_SECONDS));
    return sql;
  };
  return openSettlement({
    sql: open('settlement', 3),
    inboxSql: open('inbox', 1),
    ledger: { ...ledger, ...createSettlementReads(open('settlement-book', 2)) },
    sessions: parts.sessions,
    played: parts.sessions.played,
    aggregators: config.aggregators,
    currencies: config.currencies,
    settings: config.settlement,
    errands: parts.errands,
    clock: systemClock,
    log: parts.log,
    metrics: parts.metrics,
    refusedForConflict: async (after, limit) => selectRefusedForConflict(parts.sql, after, limit),
    providerOf: async (aggregator, game) => (await catalogue.find(aggregator, gameCode(game)))?.provider ?? '',
  });
}

/** What settlement does by the clock. */
export function settlementJobs(settlement: Settlement): readonly Job[] {
  return [
    { name: 'settlement', everyMs: WORK_EVERY_MS, work: async (turn) => settlement.work(turn) },
    { name: 'settlement sweeps', everyMs: SWEEP_EVERY_MS, work: async (turn) => settlement.sweep(turn) },
    { name: 'settlement lists', everyMs: LISTS_EVERY_MS, work: async (turn) => settlement.pull(turn) },
    { name: 'settlement backlog', everyMs: MEASURE_EVERY_MS, work: async () => settlement.measure() },
  ];
}
