/**
 * Asking aggregators for their lists of transactions and of timed-out calls, and keeping what they assert as claims. One process
 * at a time has a list; what it has kept stays kept when it dies, and the next one begins at the mark again, which repeats a
 * little and changes nothing. A failing aggregator is asked ever more rarely. Moves no money and judges nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ListedTransaction,
  ListName,
  TransactionLists,
  TransactionsAsked,
  TransactionsPage,
} from '../dialects/dialect.ts';
import { isProblem } from '../money/index.ts';
import { newId } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { performErrand } from '../wire/index.ts';
import type { ErrandProblem } from '../wire/index.ts';
import { keepClaims } from './keep.ts';
import type { SettlementOptions } from './ports.ts';
import { beginOf, nextSpan, pauseAfterFailure } from './pull-rules.ts';
import type { Span } from './pull-rules.ts';
import { noteAsked, releaseLease, renewLease, takeLease } from './pull-store.ts';
import type { Lease, PullKey } from './pull-store.ts';
import { resolved } from './reconcile.ts';

export interface Pulled {
  readonly aggregator: string;
  readonly list: ListName;
  readonly pages: number;
  readonly transactions: number;
  /** of these, those that said something new */
  readonly added: number;
  readonly malformed: number;
  readonly problem: string | null;
}

/** Longer than a page may take with all its retries. */
const LEASE_SECONDS = 120;
/** Of one span: a list that does not end is no list. */
const PAGES_MAX = 2_000;
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
  key: PullKey,
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
  readonly counts = { pages: 0, transactions: 0, added: 0, malformed: 0 };
  /** true when it left off before it came to the present */
  isBehind = false;
  readonly #options: SettlementOptions;
  readonly #lists: TransactionLists;
  readonly #lease: Lease;
  readonly #turn: Turn;

  constructor(options: SettlementOptions, lists: TransactionLists, lease: Lease, turn: Turn) {
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
      const problem = await this.#readSpan(span);
      if (problem === 'left off') return null;
      if (problem !== null) return problem;
      if (!(await noteAsked(sql, this.#lease, span.toMs))) return null;
      askedUntilMs = span.toMs;
    }
  }

  async #readSpan(span: Span): Promise<string | null> {
    const { sql, errands, clock } = this.#options;
    const { list, currency } = this.#lease;
    let cursor: string | null = null;
    for (let pages = 0; ; pages += 1) {
      if (this.#turn.stopped) {
        this.isBehind = true;
        return 'left off';
      }
      if (pages === PAGES_MAX) return `the list has more than ${PAGES_MAX} pages for one span`;
      if (pages > 0 && this.#lists.pauseMs > 0) await sleep(this.#lists.pauseMs);
      if (!(await renewLease(sql, this.#lease, LEASE_SECONDS))) return 'left off';
      const asked: TransactionsAsked = { list, ...span, currency: currency === '' ? null : currency, cursor };
      const page: TransactionsPage | ErrandProblem = await performErrand(this.#lists.page(asked), {
        ...errands,
        clock,
      });
      if (isProblem(page)) return page.message;
      this.counts.pages += 1;
      this.#noteMalformed(page.malformed);
      await this.#keep(page.transactions, span);
      if (page.next === null) return null;
      if (page.next === cursor) return 'the list gives the same page as the next one';
      cursor = page.next;
    }
  }

  #noteMalformed(malformed: readonly string[]): void {
    const { log } = this.#options;
    this.counts.malformed += malformed.length;
    const { aggregator, list } = this.#lease;
    if (malformed.length > 0)
      log.warn(
        { aggregator, list, entries: malformed.length, examples: malformed.slice(0, 5) },
        'entries of a list of transactions could not be understood and were left out',
      );
  }

  async #keep(listed: readonly ListedTransaction[], { fromMs, toMs }: Span): Promise<void> {
    const { sql, ledger, clock } = this.#options;
    const { aggregator, list } = this.#lease;
    const day = (ms: number): string => new Date(ms).toISOString();
    const lines = listed.map(({ player, round, ...rest }) => ({ ...rest, player: player ?? '', round: round ?? '' }));
    const nowMs = clock.now();
    const origin = `list of ${day(fromMs)} to ${day(toMs)}`;
    const claims = await resolved(lines, { aggregator, source: list, origin, ledger, nowMs });
    this.counts.transactions += claims.length;
    this.counts.added += await keepClaims(sql, claims, nowMs);
  }
}
