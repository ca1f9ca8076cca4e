/**
 * Settlement events of the generic dialect, both halves: `round.settled`. What is genuine but cannot be understood comes back
 * as unread, with its id where that much could be read, so that it is kept and shown instead of lost.
 */
import { formatDecimal, isProblem } from '../../money/index.ts';
import type { Decimal } from '../../money/index.ts';
import { fieldMessage, fields, isJsonObject, readId, readJson } from '../../wire/index.ts';
import type { Fields, JsonValue, Writable } from '../../wire/index.ts';
import type { AssertedTransaction, SettlementSummary, UnreadSettlement } from '../dialect.ts';
import { timeOf } from './time.ts';

/** More transactions than any round has; a body of the largest size holds about so many. */
const TRANSACTIONS_MAX = 1_000;
const KEYS_MAX = 10_000;
const KINDS = { bet: 'bet', win: 'win', jackpot: 'win', promo: 'win', free_round: 'win', refund: 'rollback' } as const;
const KIND_WORDS = ['bet', 'win', 'jackpot', 'promo', 'free_round', 'refund'] as const;

export function decodeSettlement(body: Uint8Array): SettlementSummary | UnreadSettlement {
  const json = readJson(body, { maxKeys: KEYS_MAX });
  if (isProblem(json)) return { kind: 'settlement_unread', eventId: null, problem: `body: ${json.reason}` };
  const f = fields(json);
  const summary = summaryOf(f);
  return f.problem === null
    ? summary
    : { kind: 'settlement_unread', eventId: idOf(json), problem: fieldMessage(f.problem) };
}

function idOf(json: JsonValue): string | null {
  const id = isJsonObject(json) ? readId(json.get('event_id')) : null;
  return typeof id === 'string' ? id : null;
}

function summaryOf(f: Fields): SettlementSummary {
  f.oneOf('type', ['round.settled']);
  const complete = (f.optional('status', (name) => f.oneOf(name, ['ok', 'error'])) ?? 'ok') === 'ok';
  const version = f.optional('version', f.integer);
  if (version !== null && version < 0) f.refuse('version', 'negative');
  return {
    kind: 'settlement',
    eventId: f.optional('event_id', f.id),
    version,
    final: f.optional('final', f.boolean) ?? complete,
    complete,
    occurredAtMs: timeOf(f, 'occurred_at'),
    round: f.id('round_id'),
    session: f.optional('session_id', f.id),
    player: f.optional('player_id', f.id),
    mode: f.optional('mode', (name) => f.oneOf(name, ['real', 'demo'])),
    game: f.optional('game_code', f.id),
    currency: f.optional('currency', f.text),
    totals: f.optional('totals', (name) => {
      const totals = f.object(name);
      return {
        bet: totals.amount('bet'),
        win: totals.amount('win'),
        refund: totals.optional('refund', totals.amount) ?? { unscaled: 0n, scale: 0 },
      };
    }),
    transactions: f.optional('transactions', (name) => f.list(name, transactionOf, TRANSACTIONS_MAX)),
  };
}

/** One entry of a list: also those of reports and of the transaction list speak so. */
export function transactionOf(f: Fields): AssertedTransaction {
  const kind = KINDS[f.oneOf('kind', KIND_WORDS)];
  const rate = f.optional('exchange_rate', f.amount);
  return {
    kind,
    id: f.id('transaction_id'),
    amount: kind === 'rollback' ? f.optional('amount', f.amount) : f.amount('amount'),
    status: f.optional('status', (name) => f.oneOf(name, ['ok', 'rolled_back', 'failed'])) ?? 'ok',
    bet: f.optional('bet_transaction_id', f.id),
    free: f.optional('free', f.boolean) ?? false,
    ...(rate === null ? {} : { rate }),
  };
}

/** The body the aggregator would send for a summary. */
export function settlementBody(event: SettlementSummary): Readonly<Record<string, Writable>> {
  const { totals, transactions } = event;
  return {
    ...(event.eventId === null ? {} : { event_id: event.eventId }),
    type: 'round.settled',
    ...(event.version === null ? {} : { version: event.version }),
    final: event.final,
    status: event.complete ? 'ok' : 'error',
    occurred_at: new Date(event.occurredAtMs).toISOString(),
    round_id: event.round,
    ...optional('session_id', event.session),
    ...optional('player_id', event.player),
    ...optional('mode', event.mode),
    ...optional('game_code', event.game),
    ...optional('currency', event.currency),
    ...(totals === null
      ? {}
      : {
          totals: {
            bet: formatDecimal(totals.bet),
            win: formatDecimal(totals.win),
            refund: formatDecimal(totals.refund),
          },
        }),
    ...(transactions === null ? {} : { transactions: transactions.map(transactionBody) }),
  };
}

export function transactionBody(entry: AssertedTransaction): Readonly<Record<string, Writable>> {
  return {
    transaction_id: entry.id,
    kind: entry.kind === 'rollback' ? 'refund' : entry.kind,
    ...optionalAmount(entry.amount),
    status: entry.status,
    ...optional('bet_transaction_id', entry.bet),
    ...(entry.free ? { free: true } : {}),
    ...(entry.rate == null ? {} : { exchange_rate: formatDecimal(entry.rate) }),
  };
}

const optional = (name: string, value: string | null): Readonly<Record<string, string>> =>
  value === null ? {} : { [name]: value };
const optionalAmount = (amount: Decimal | null): Readonly<Record<string, string>> =>
  amount === null ? {} : { amount: formatDecimal(amount) };
