/**
 * Reading one span of an aggregator's list to its end, at the pace it allows, and keeping what it asserts as claims. What was kept
 * stays kept when it fails in between; asking again repeats a little and changes nothing.
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
import { performErrand } from '../wire/index.ts';
import type { ErrandProblem } from '../wire/index.ts';
import { keepClaims } from './keep.ts';
import type { SettlementOptions } from './ports.ts';
import type { Span } from './pull-rules.ts';
import { renewLease } from './pull-store.ts';
import type { Lease } from './pull-store.ts';
import { resolved } from './reconcile.ts';

/** Longer than a page may take with all its retries. */
export const LEASE_SECONDS = 120;
/** Of one span: a list that does not end is no list. */
const PAGES_MAX = 2_000;

export interface SpanCounts {
  pages: number;
  transactions: number;
  /** of these, those that said something new */
  added: number;
  malformed: number;
}

export const NOTHING_READ: Readonly<SpanCounts> = { pages: 0, transactions: 0, added: 0, malformed: 0 };

export interface SpanAsked {
  readonly list: ListName;
  /** '' where the list is not asked for by currency */
  readonly currency: string;
  readonly span: Span;
}

export type SpanEnd =
  | { readonly kind: 'read' }
  /** the turn was stopped, or somebody else has the lease now */
  | { readonly kind: 'left_off' }
  | { readonly kind: 'failed'; readonly problem: string };

/** Reads the span under the lease; what was read is added to `counts`. */
export async function readSpan(
  options: SettlementOptions,
  lists: TransactionLists,
  lease: Lease,
  {
    asked,
    counts,
    turn,
  }: { readonly asked: SpanAsked; readonly counts: SpanCounts; readonly turn: { readonly stopped: boolean } },
): Promise<SpanEnd> {
  const { sql, errands, clock } = options;
  const { list, currency, span } = asked;
  let cursor: string | null = null;
  for (let pages = 0; !turn.stopped; pages += 1) {
    if (pages === PAGES_MAX) return failed(`the list has more than ${PAGES_MAX} pages for one span`);
    if (pages > 0 && lists.pauseMs > 0) await sleep(lists.pauseMs);
    if (!(await renewLease(sql, lease, LEASE_SECONDS))) return { kind: 'left_off' };
    const question: TransactionsAsked = { list, ...span, currency: currency === '' ? null : currency, cursor };
    const page: TransactionsPage | ErrandProblem = await performErrand(lists.page(question), { ...errands, clock });
    if (isProblem(page)) return failed(page.message);
    counts.pages += 1;
    counts.malformed += page.malformed.length;
    noteMalformed(options, lease, asked, page.malformed);
    await keep(options, lease, asked, page.transactions, counts);
    if (page.next === null) return { kind: 'read' };
    if (page.next === cursor) return failed('the list gives the same page as the next one');
    cursor = page.next;
  }
  return { kind: 'left_off' };
}

const failed = (problem: string): SpanEnd => ({ kind: 'failed', problem });

function noteMalformed(
  { log }: SettlementOptions,
  { aggregator }: Lease,
  { list }: SpanAsked,
  malformed: readonly string[],
): void {
  if (malformed.length === 0) return;
  log.warn(
    { aggregator, list, entries: malformed.length, examples: malformed.slice(0, 5) },
    'entries of a list of transactions could not be understood and were left out',
  );
}

async function keep(
  { sql, ledger, clock }: SettlementOptions,
  { aggregator }: Lease,
  { list, span: { fromMs, toMs } }: SpanAsked,
  listed: readonly ListedTransaction[],
  counts: SpanCounts,
): Promise<void> {
  const day = (ms: number): string => new Date(ms).toISOString();
  const lines = listed.map(({ player, round, ...rest }) => ({ ...rest, player: player ?? '', round: round ?? '' }));
  const nowMs = clock.now();
  const origin = `list of ${day(fromMs)} to ${day(toMs)}`;
  const claims = await resolved(lines, { aggregator, source: list, origin, ledger, nowMs });
  counts.transactions += claims.length;
  counts.added += await keepClaims(sql, claims, nowMs);
}
