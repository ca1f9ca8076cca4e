/**
 * Asking the aggregator about what is open: for a bet without an outcome, and for one that the aggregator does not have, its list of
 * the time around the bet is asked for once, without waiting for the regular lists to come by (SET-18, SET-08). What it lists is
 * evidence like any other; what it does not list proves nothing. Bounded: so many spans a turn, the rest at the next; a failing
 * aggregator is asked ever more rarely. Moves no money.
 */
import type { ListName, TransactionLists } from '../dialects/dialect.ts';
import { newId } from '../platform/index.ts';
import { aggregatorName, playerId, roundId } from '../wallet/index.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { covers, mergeSpans, spanAround } from './inquiry-rules.ts';
import { noteInquiries, selectUnasked } from './inquiry-store.ts';
import type { Unasked } from './inquiry-store.ts';
import { LEASE_SECONDS, NOTHING_READ, readSpan } from './listing.ts';
import type { SpanAsked, SpanCounts } from './listing.ts';
import type { SettlementOptions } from './ports.ts';
import type { Pulled } from './pull.ts';
import { pauseAfterFailure } from './pull-rules.ts';
import type { Span } from './pull-rules.ts';
import { releaseLease, takeLease } from './pull-store.ts';
import type { Lease } from './pull-store.ts';

type Turn = { readonly stopped: boolean };

/** Of one turn with one aggregator. */
const OPEN_MAX = 200;
const SPANS_MAX = 20;

/** Asks every aggregator that has a list and whose turn it is; what came of those that were asked anything. */
export async function askAboutOpen(options: SettlementOptions, turn: Turn): Promise<readonly Pulled[]> {
  const asked: Pulled[] = [];
  if (!options.settings.lists.enabled) return asked;
  for (const { name, open } of options.aggregators) {
    if (open.transactions === undefined || turn.stopped) continue;
    const pulled = await askOne(options, name, open.transactions, turn);
    if (pulled !== null) asked.push(pulled);
  }
  return asked;
}

async function askOne(
  options: SettlementOptions,
  aggregator: string,
  lists: TransactionLists,
  turn: Turn,
): Promise<Pulled | null> {
  const { sql, clock, log, settings } = options;
  const key = { aggregator, list: 'inquiry', currency: '' } as const;
  const nowMs = clock.now();
  const lease = await takeLease(sql, key, { id: newId(), nowMs, beginMs: nowMs, leaseSeconds: LEASE_SECONDS });
  if (lease === null) return null;
  const counts: SpanCounts = { ...NOTHING_READ };
  const problem = await ask(options, lists, lease, { counts, turn }).catch((error: unknown) => {
    log.warn({ err: error, aggregator }, 'what an aggregator said of what is open could not be kept');
    return 'what was listed could not be kept; the log has the reason';
  });
  const pauseMs = problem === null ? settings.lists.everyMs : pauseAfterFailure(lease.failures);
  await releaseLease(sql, lease, { dueAtMs: clock.now() + pauseMs, problem });
  if (problem !== null)
    log.warn({ aggregator, problem, againInMs: pauseMs }, 'an aggregator could not be asked about what is open');
  return counts.pages === 0 && problem === null ? null : { aggregator, list: key.list, ...counts, problem };
}

interface Open {
  readonly unasked: Unasked;
  readonly spans: readonly Span[];
  readonly currencies: readonly string[];
}

async function ask(
  options: SettlementOptions,
  lists: TransactionLists,
  lease: Lease,
  how: { readonly counts: SpanCounts; readonly turn: Turn },
): Promise<string | null> {
  const { sql, clock, settings } = options;
  const reach = { untilMs: clock.now() - settings.lists.lagMs, longestMs: lists.longestMs };
  const open = await openOf(options, lease.aggregator, reach);
  const questions = questionsOf(open, lists).slice(0, SPANS_MAX);
  const read: SpanAsked[] = [];
  let problem: string | null = null;
  for (const asked of questions) {
    if (read.length > 0 && lists.pauseMs > 0) await sleep(lists.pauseMs);
    const end = await readSpan(options, lists, lease, { asked, ...how });
    if (end.kind === 'failed') ({ problem } = end);
    if (end.kind !== 'read') break;
    read.push(asked);
  }
  const done = open.filter((each) => isAnswered(each, lists, read)).map(({ unasked }) => unasked.id);
  await noteInquiries(sql, done, clock.now());
  return problem;
}

/** What is open with the times its bets were made at, as far as the lists go already. */
async function openOf(
  { sql, ledger }: SettlementOptions,
  aggregator: string,
  { untilMs, longestMs }: { readonly untilMs: number; readonly longestMs: number },
): Promise<readonly Open[]> {
  const found = await selectUnasked(sql, aggregator, OPEN_MAX);
  if (found.length === 0) return [];
  const questions = found.map(({ key }) => ({
    player: playerId(key.player),
    aggregator: aggregatorName(key.aggregator),
    round: roundId(key.round),
  }));
  const { transactions } = await ledger.settlementRounds(questions, []);
  return found.flatMap((unasked) => {
    const bets = transactions.filter(
      (row) =>
        row.kind === 'bet' &&
        row.player === unasked.key.player &&
        row.round === unasked.key.round &&
        (unasked.transactionId === '' || row.externalId === unasked.transactionId),
    );
    const times = bets.map((row) => row.createdAtMs);
    // Of many bets the first and the last: a long round must not keep the others waiting.
    const ends = times.length === 0 ? [] : [...new Set([Math.min(...times), Math.max(...times)])];
    const spans = ends.map((atMs) => spanAround(atMs, untilMs, longestMs));
    // One that is too young for the list is asked about later.
    if (spans.includes(null)) return [];
    const currencies = [...new Set(bets.flatMap((row) => row.currency ?? []))];
    return [{ unasked, spans: spans.flatMap((span) => span ?? []), currencies }];
  });
}

const currenciesOf = ({ currencies }: Open, lists: TransactionLists): readonly string[] =>
  lists.byCurrency ? currencies : [''];

function questionsOf(open: readonly Open[], lists: TransactionLists): readonly SpanAsked[] {
  const currencies = [...new Set(open.flatMap((each) => currenciesOf(each, lists)))].toSorted();
  return currencies.flatMap((currency) => {
    const own = open.filter((each) => currenciesOf(each, lists).includes(currency)).flatMap((each) => each.spans);
    return mergeSpans(own, lists.longestMs).flatMap((span) =>
      lists.lists.map((list: ListName) => ({ list, currency, span })),
    );
  });
}

/** Every list was read for all of its times. */
function isAnswered(each: Open, lists: TransactionLists, read: readonly SpanAsked[]): boolean {
  return currenciesOf(each, lists).every((currency) =>
    lists.lists.every((list) => {
      const spans = read.filter((asked) => asked.list === list && asked.currency === currency).map(({ span }) => span);
      return each.spans.every((span) => covers(spans, span));
    }),
  );
}
