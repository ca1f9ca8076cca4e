/**
 * Asking aggregators for their lists of transactions and of timed-out calls, and keeping what they assert as claims. One process
 * at a time has a list; what it has kept stays kept when it dies, and the next one begins at the mark again, which repeats a
 * little and changes nothing. A failing aggregator is asked ever more rarely. Moves no money and judges nothing.
 */
import type { ListName, TransactionLists } from '../dialects/dialect.ts';
import { newId } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { LEASE_SECONDS, NOTHING_READ, readSpan } from './listing.ts';
import type { SpanCounts } from './listing.ts';
import type { SettlementOptions } from './ports.ts';
import { beginOf, nextSpan, pauseAfterFailure } from './pull-rules.ts';
import { noteAsked, releaseLease, takeLease } from './pull-store.ts';
import type { Lease, PullKey } from './pull-store.ts';

export interface Pulled extends SpanCounts {
  readonly aggregator: string;
  readonly list: PullKey['list'];
  readonly problem: string | null;
}

/** Of one turn, so that catching up after a long time leaves off now and then. */
const SPANS_MAX = 50;

type Turn = { readonly stopped: boolean };

/** Asks for whatever is due; what came of each list that was. */
export async function pullLists(options: SettlementOptions, turn: Turn): Promise<readonly Pulled[]> {
  const done: Pulled[] = [];
  if (!options.settings.lists.enabled) return done;
  for (const { name, open } of options.aggregators) {
    const { transactions: lists } = open;
    if (lists === undefined) continue;
    for (const list of lists.lists) {
      for (const currency of lists.byCurrency ? await playedIn(options, name) : ['']) {
        if (turn.stopped) return done;
        const pulled = await pullOne(options, lists, { aggregator: name, list, currency }, turn);
        if (pulled !== null) done.push(pulled);
      }
    }
  }
  return done;
}

/** Of the configured currencies those the aggregator's games were ever played in: a list of any other is empty. */
async function playedIn({ currencies, played }: SettlementOptions, name: AggregatorName): Promise<readonly string[]> {
  const known = played === undefined ? null : new Set(await played(name));
  return [...currencies.keys()].filter((currency) => known === null || known.has(currency));
}

async function pullOne(
  options: SettlementOptions,
  lists: TransactionLists,
  key: PullKey<ListName>,
  turn: Turn,
): Promise<Pulled | null> {
  const { sql, clock, log, settings } = options;
  const nowMs = clock.now();
  const lease = await takeLease(sql, key, {
    id: newId(),
    nowMs,
    beginMs: beginOf(nowMs),
    leaseSeconds: LEASE_SECONDS,
  });
  if (lease === null) return null;
  const pull = new Pull(options, lists, lease, turn);
  const problem = await pull.run().catch((error: unknown) => {
    log.warn({ err: error, ...key }, 'a list of transactions could not be kept');
    return 'what was listed could not be kept; the log has the reason';
  });
  const pauseMs = problem === null ? (pull.isBehind ? 0 : settings.lists.everyMs) : pauseAfterFailure(lease.failures);
  await releaseLease(sql, lease, { dueAtMs: clock.now() + pauseMs, problem });
  if (problem !== null) log.warn({ ...key, problem, againInMs: pauseMs }, 'an aggregator’s list could not be read');
  return { aggregator: key.aggregator, list: key.list, ...pull.counts, problem };
}

/** One turn with one list. */
class Pull {
  readonly counts: SpanCounts = { ...NOTHING_READ };
  /** true when it left off before it came to the present */
  isBehind = false;
  readonly #options: SettlementOptions;
  readonly #lists: TransactionLists;
  readonly #lease: Lease<ListName>;
  readonly #turn: Turn;

  constructor(options: SettlementOptions, lists: TransactionLists, lease: Lease<ListName>, turn: Turn) {
    this.#options = options;
    this.#lists = lists;
    this.#lease = lease;
    this.#turn = turn;
  }

  /** Span after span up to the present; what went wrong, or null. */
  async run(): Promise<string | null> {
    const { sql, clock, settings } = this.#options;
    let { askedUntilMs } = this.#lease;
    for (let spans = 0; ; spans += 1) {
      const span = nextSpan(askedUntilMs, clock.now(), settings.lists, this.#lists.longestMs);
      if (span === null) return null;
      this.isBehind = spans >= SPANS_MAX || this.#turn.stopped;
      if (this.isBehind) return null;
      const asked = { list: this.#lease.list, currency: this.#lease.currency, span };
      const end = await readSpan(this.#options, this.#lists, this.#lease, {
        asked,
        counts: this.counts,
        turn: this.#turn,
      });
      if (end.kind === 'failed') return end.problem;
      if (end.kind === 'left_off') {
        this.isBehind = this.#turn.stopped;
        return null;
      }
      if (!(await noteAsked(sql, this.#lease, span.toMs))) return null;
      askedUntilMs = span.toMs;
    }
  }
}
