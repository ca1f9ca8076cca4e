/**
 * A report against the book: every line by kind and id, and, where a span is given for which the report is whole, what the book
 * has and the report lacks. Reads only; it says what differs and changes nothing. Works in bounded batches whatever the size.
 */
import { compareDecimals, formatDecimal } from '../money/index.ts';
import type { Currencies } from '../money/index.ts';
import type { Ledger, SettlementReads } from '../ledger/index.ts';
import { aggregatorName, externalId } from '../wallet/index.ts';
import type { Transaction } from '../wallet/index.ts';
import type { ClaimFact, ClaimSource, Facts } from './facts.ts';
import type { Finding } from './findings.ts';
import { readBook } from './gather.ts';
import { indexBook } from './book-index.ts';
import { judge } from './compare.ts';
import { mergeFindings } from './findings.ts';
import { opinionOfClaims } from './opinions.ts';
import type { NewClaim } from './claims-store.ts';
import type { ReportLine, UnreadLine } from './report.ts';
import { groupBy, standingClaims } from './standing.ts';

export interface ReconcileOptions {
  readonly aggregator: string;
  readonly source: ClaimSource;
  /** the report's name, for people */
  readonly origin: string;
  readonly ledger: Pick<Ledger & SettlementReads, 'settlementRounds' | 'bookedBetween'>;
  readonly currencies: Currencies;
  readonly nowMs: number;
  /** the report is said to hold everything of this span */
  readonly span: { readonly fromMs: number; readonly toMs: number } | null;
}

export interface Difference extends Pick<
  Finding,
  'kind' | 'transactionKind' | 'transactionId' | 'currency' | 'detail'
> {
  readonly player: string;
  readonly round: string;
  readonly claimed: string | null;
  readonly booked: string | null;
}

export interface Reconciled {
  readonly lines: number;
  readonly unread: readonly UnreadLine[];
  readonly differences: readonly Difference[];
  /** what the report asserts, resolved to players and rounds, to be kept by whoever wants to */
  readonly claims: readonly NewClaim[];
}

/** More than any day's report; a larger file is split. */
export const LINES_MAX = 2_000_000;
const BATCH = 200;

export class ReportTooLong extends Error {}

export async function reconcile(
  lines: AsyncIterable<ReportLine | UnreadLine>,
  options: ReconcileOptions,
): Promise<Reconciled> {
  const unread: UnreadLine[] = [];
  const claims: NewClaim[] = [];
  let batch: ReportLine[] = [];
  for await (const line of lines) {
    if (line.kind === 'unread') unread.push(line);
    else batch.push(line);
    if (claims.length + batch.length > LINES_MAX)
      throw new ReportTooLong(`a report may have ${LINES_MAX} lines: split it`);
    if (batch.length === BATCH) {
      claims.push(...(await resolved(batch, options)));
      batch = [];
    }
  }
  claims.push(...(await resolved(batch, options)));
  const differences: Difference[] = [];
  const rounds = [...groupBy(claims, (claim) => JSON.stringify([claim.player, claim.round])).values()];
  for (let at = 0; at < rounds.length; at += BATCH)
    differences.push(...(await compareRounds(rounds.slice(at, at + BATCH), options)));
  if (options.span !== null) differences.push(...(await missingFrom(claims, options, options.span)));
  return { lines: claims.length, unread, differences: differences.toSorted(byName), claims };
}

/** Whose and of which round a line is, where the report does not say and the book knows. */
export async function resolved(
  lines: readonly Omit<ReportLine, 'kind' | 'line'>[],
  options: Pick<ReconcileOptions, 'aggregator' | 'source' | 'origin' | 'nowMs'> & {
    readonly ledger: Pick<SettlementReads, 'settlementRounds'>;
  },
): Promise<readonly NewClaim[]> {
  if (lines.length === 0) return [];
  const ids = lines.map(({ transaction: { kind, id } }) => ({
    aggregator: aggregatorName(options.aggregator),
    kind,
    externalId: externalId(id),
  }));
  const known = lines.every((line) => line.player !== '' && line.round !== '');
  const { named } = known ? { named: [] } : await options.ledger.settlementRounds([], ids);
  const rows = new Map<string, Transaction>(named.map((row) => [`${row.kind} ${row.externalId}`, row]));
  return lines.map((line) => {
    const row = rows.get(`${line.transaction.kind} ${line.transaction.id}`);
    return {
      source: options.source,
      version: line.version,
      transaction: line.transaction,
      currency: line.currency,
      occurredAtMs: line.occurredAtMs,
      receivedAtMs: options.nowMs,
      origin: options.origin,
      aggregator: options.aggregator,
      player: line.player === '' ? (row?.player ?? '') : line.player,
      round: line.round === '' ? (row?.round ?? '') : line.round,
      game: line.game,
      provider: line.provider,
    };
  });
}

async function compareRounds(
  rounds: readonly (readonly NewClaim[])[],
  options: ReconcileOptions,
): Promise<readonly Difference[]> {
  const asserted = rounds.flatMap((claims) => {
    const [first] = claims;
    if (first === undefined) return [];
    return [
      { key: { aggregator: options.aggregator, player: first.player, round: first.round }, summaries: [], claims },
    ];
  });
  const book = await readBook(options, asserted);
  return asserted.flatMap(({ key, claims }) => {
    const booked = book.of(key, { summaries: [], claims });
    const facts: Facts = {
      key,
      summaries: [],
      strays: [],
      conflicts: [],
      claims,
      ...booked,
      corrections: [],
      accepted: new Set(),
      scaleOf: (currency) => options.currencies.get(currency)?.scale ?? null,
      demo: false,
    };
    const { claims: standing, conflicting } = standingClaims(claims);
    const opinion = opinionOfClaims(options.source, standing);
    const findings = mergeFindings([judge(opinion, indexBook(facts), facts)], false);
    return [...findings.map((each) => differenceOf(each, key)), ...conflicting.map((each) => conflictOf(each, key))];
  });
}

const differenceOf = (each: Finding, key: { player: string; round: string }): Difference => ({
  kind: each.kind,
  transactionKind: each.transactionKind,
  transactionId: each.transactionId,
  currency: each.currency,
  detail: each.detail,
  player: key.player,
  round: key.round,
  claimed: each.claimed === null ? null : formatDecimal(each.claimed),
  booked: each.booked === null ? null : formatDecimal(each.booked),
});

function conflictOf(claim: ClaimFact, key: { player: string; round: string }): Difference {
  const { kind, id, amount } = claim.transaction;
  return {
    kind: 'EVENT_CONFLICT',
    transactionKind: kind,
    transactionId: id,
    currency: claim.currency,
    detail: 'The report has the transaction twice with different facts.',
    ...key,
    claimed: amount === null ? null : formatDecimal(amount),
    booked: null,
  };
}

/** What was booked in the span and is not in the report, by kind and id. */
async function missingFrom(
  claims: readonly NewClaim[],
  options: ReconcileOptions,
  span: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly Difference[]> {
  const named = new Set(claims.map(({ transaction: { kind, id } }) => `${kind} ${id}`));
  const found: Difference[] = [];
  for await (const row of options.ledger.bookedBetween(aggregatorName(options.aggregator), span)) {
    if (named.has(`${row.kind} ${row.externalId}`) || row.amount === null) continue;
    const net = { unscaled: row.amount.unscaled, scale: row.amount.scale };
    if (row.flavour === 'free' || net.unscaled === 0n || compareDecimals(row.amount, row.reversedAmount) === 0)
      continue;
    found.push({
      kind: row.kind === 'bet' ? 'BET_EXTRA' : 'WIN_EXTRA',
      transactionKind: row.kind === 'bet' ? 'bet' : 'win',
      transactionId: row.externalId,
      currency: row.currency,
      detail: `The ${row.kind} is booked; the report does not have it.`,
      player: row.player,
      round: row.round ?? '',
      claimed: null,
      booked: formatDecimal(row.amount),
    });
  }
  return found;
}

function byName(a: Difference, b: Difference): number {
  const name = (each: Difference): string => JSON.stringify([each.round, each.player, each.kind, each.transactionId]);
  return name(a) < name(b) ? -1 : 1;
}
