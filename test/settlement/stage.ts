/** The settlement room over a real ledger: an aggregator that says what a test lets it say, and a clock that a test moves. */
import { openNamedDialect } from '../../src/dialects/index.ts';
import type { AssertedTransaction, SettlementSummary } from '../../src/dialects/index.ts';
import { createSettlementReads, shardOf } from '../../src/ledger/index.ts';
import type { Ledger, SettlementReads } from '../../src/ledger/index.ts';
import { closeDatabase, createMetrics, manualClock, newId, openDatabase, silentLog } from '../../src/platform/index.ts';
import type { ManualClock } from '../../src/platform/index.ts';
import { openSessions } from '../../src/sessions/index.ts';
import { openSettlement } from '../../src/settlement/index.ts';
import type { Discrepancy, Settlement, SettlementOptions, SettlementSettings } from '../../src/settlement/index.ts';
import { selectView } from '../../src/settlement/view-store.ts';
import type { StoredView } from '../../src/settlement/view-store.ts';
import { aggregatorName, playerId, roundId } from '../../src/wallet/index.ts';
import type { Operation, Outcome, PlayerId } from '../../src/wallet/index.ts';
import { amount, CURRENCIES, ledgerTable, request } from '../support/ledger.ts';

export const HOUR_MS = 3_600_000;
const SECRET = 'settlement-test-signing-secret';

export const opened = openNamedDialect(
  'generic',
  {
    catalogue: {
      url: 'http://127.0.0.1:1/games',
      transactions_url: 'http://127.0.0.1:1/transactions',
      api_key: 'settlement-test-api-key',
    },
    launch: { url: 'http://127.0.0.1:1/launch', secret: 'settlement-test-launch-secret' },
    callbacks: { signing_secrets: [SECRET] },
  },
  {},
  CURRENCIES,
);
if (opened.kind === 'problem') throw new Error(opened.message);
const { open, policy } = opened;
export const { mirror } = opened;

export type Listed = Partial<AssertedTransaction> & Pick<AssertedTransaction, 'kind' | 'id'> & { readonly of?: string };

export interface Words {
  readonly eventId?: string | null;
  readonly version?: number | null;
  readonly final?: boolean;
  readonly complete?: boolean;
  readonly atMs?: number;
  readonly round?: string;
  readonly session?: string | null;
  readonly player?: string | null;
  readonly mode?: 'real' | 'demo' | null;
  readonly currency?: string | null;
  /** bet, win, refund */
  readonly totals?: readonly [string, string, string?] | null;
  readonly transactions?: readonly AssertedTransaction[] | null;
}

export const said = {
  bet: (id: string, stake: string, more: Partial<AssertedTransaction> = {}): AssertedTransaction => ({
    kind: 'bet',
    id,
    amount: amount(stake),
    status: 'ok',
    bet: null,
    free: false,
    ...more,
  }),
  win: (
    id: string,
    paid: string,
    bet: string | null = null,
    more: Partial<AssertedTransaction> = {},
  ): AssertedTransaction => ({
    kind: 'win',
    id,
    amount: amount(paid),
    status: 'ok',
    bet,
    free: false,
    ...more,
  }),
  refund: (id: string, bet: string, part: string | null = null): AssertedTransaction => ({
    kind: 'rollback',
    id,
    amount: part === null ? null : amount(part),
    status: 'ok',
    bet,
    free: false,
  }),
};

export function summary(words: Words = {}): SettlementSummary {
  const [bet, win, refund = '0'] = words.totals ?? ['0', '0', '0'];
  return {
    kind: 'settlement',
    eventId: words.eventId === undefined ? newId() : words.eventId,
    version: words.version === undefined ? 1 : words.version,
    final: words.final ?? true,
    complete: words.complete ?? true,
    occurredAtMs: words.atMs ?? Date.parse('2026-01-01T00:00:00Z'),
    round: words.round ?? 'r1',
    session: words.session ?? null,
    player: words.player === undefined ? null : words.player,
    mode: words.mode ?? null,
    game: 'g-1',
    currency: words.currency === undefined ? 'USD' : words.currency,
    totals: words.totals == null ? null : { bet: amount(bet), win: amount(win), refund: amount(refund) },
    transactions: words.transactions === undefined ? null : words.transactions,
  };
}

export const SETTINGS: SettlementSettings = {
  graceMs: 15 * 60_000,
  stuckAfterMs: 24 * HOUR_MS,
  automatic: new Map(),
  fourEyesAbove: new Map([['USD', amount('50')]]),
  dailyCutOff: 'transaction',
  lists: { enabled: true, everyMs: 600_000, overlapMs: HOUR_MS, lagMs: 60_000 },
  retentionMs: 400 * 24 * HOUR_MS,
};

export interface StageOptions {
  readonly settings?: Partial<SettlementSettings>;
  readonly aggregators?: readonly string[];
  readonly more?: Partial<SettlementOptions>;
  /** wraps what the room asks of the ledger, to fail on purpose */
  readonly ledger?: (real: Ledger & SettlementReads) => Ledger & SettlementReads;
}

export interface Stage {
  readonly sql: Awaited<ReturnType<typeof ledgerTable>>['sql'];
  readonly table: Awaited<ReturnType<typeof ledgerTable>>;
  readonly clock: ManualClock;
  readonly settlement: Settlement;
  readonly options: SettlementOptions;
  readonly play: (player: PlayerId, operation: Operation, aggregator?: string) => Promise<Outcome>;
  readonly tell: (event: SettlementSummary, aggregator?: string) => Promise<void>;
  /** everything there is to do now */
  readonly settle: () => Promise<void>;
  /** as if somebody had asked for every round again */
  readonly judgeAll: () => Promise<void>;
  readonly view: (player: string, round?: string, aggregator?: string) => Promise<StoredView | null>;
  readonly found: (player: string, state?: Discrepancy['state']) => Promise<readonly string[]>;
  readonly discrepancies: (player: string) => Promise<readonly Discrepancy[]>;
  /** every posting of the player, as text: what must not change */
  readonly money: (player: PlayerId) => Promise<string>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** The exact bytes an aggregator would send. */
export const bodyOf = (event: SettlementSummary): Uint8Array => mirror.sayWebhook(event, 0).body;

export async function stage(options: StageOptions = {}): Promise<Stage> {
  const table = await ledgerTable({ policy });
  const clock = manualClock(Date.now());
  const sql = openDatabase({ url: table.url, max: 3, applicationName: 'settlement-test' });
  const inboxSql = openDatabase({ url: table.url, max: 1, applicationName: 'inbox-test' });
  const real = { ...table.ledgerAt(), ...createSettlementReads(table.sql) };
  const roomOptions: SettlementOptions = {
    sql,
    inboxSql,
    ledger: options.ledger?.(real) ?? real,
    sessions: openSessions({ sql: table.sql, clock }),
    aggregators: (options.aggregators ?? ['acme']).map((name) => ({ name: aggregatorName(name), open, policy })),
    currencies: CURRENCIES,
    settings: { ...SETTINGS, ...options.settings },
    clock,
    log: silentLog,
    metrics: createMetrics(),
    ...options.more,
  };
  const settlement = openSettlement(roomOptions);
  const settle = async (): Promise<void> => settlement.work();

  return {
    sql: table.sql,
    table,
    clock,
    settlement,
    options: roomOptions,
    play: async (player, operation, aggregator = 'acme') =>
      table
        .ledgerAt()
        .submit(request(player, 'USD', [operation], { aggregator: aggregatorName(aggregator) }), policy, 20_000),
    tell: async (event, aggregator = 'acme') => settlement.receive(aggregatorName(aggregator), event, bodyOf(event)),
    settle,
    judgeAll: async () => {
      await table.sql`UPDATE round_view SET due_at = '2000-01-01'`;
      await settle();
    },
    view: async (player, round = 'r1', aggregator = 'acme') =>
      selectView(table.sql, { aggregator, player, round, shard: shardOf(playerId(player)) }),
    found: async (player, state) =>
      (await settlement.discrepancies({ player, limit: 200, ...(state === undefined ? {} : { state }) }))
        .filter((each) => state !== undefined || each.state !== 'resolved')
        .map((each) => [each.kind, each.transactionId].join(' ').trim())
        .toSorted(),
    discrepancies: async (player) => settlement.discrepancies({ player, limit: 200 }),
    money: async (player) => {
      const rows = await table.sql`
        SELECT seq, debit, credit, units::text, balance_after::text FROM posting
        WHERE shard = ${shardOf(player)} AND player = ${player} ORDER BY currency, seq`;
      return JSON.stringify(rows);
    },
    [Symbol.asyncDispose]: async () => {
      await closeDatabase(sql);
      await closeDatabase(inboxSql);
      await table[Symbol.asyncDispose]();
    },
  };
}

export const round = roundId;
