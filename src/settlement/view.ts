/**
 * A round as both sides see it: the one pure function from the set of facts to what agrees and what does not. The same facts
 * give the same view and the same hash, in whatever order they came, however often, and whenever it is computed. Only how a
 * view stands at a moment (pending or open) looks at the time.
 */
import { addDecimals, formatDecimal, isZero, ZERO_DECIMAL } from '../money/index.ts';
import type { Policy } from '../wallet/index.ts';
import { indexBook, netStake, netWin } from './book-index.ts';
import type { BookIndex } from './book-index.ts';
import { judge } from './compare.ts';
import type { Opinion } from './bench.ts';
import { CLAIM_SOURCES } from './facts.ts';
import type { BookedFact, Facts, SummaryFact } from './facts.ts';
import { findingVersion, mergeFindings } from './findings.ts';
import { paidTwice } from './free-rounds.ts';
import type { Evidence, Finding, Judgement } from './findings.ts';
import { graceMs, WEIGHTS } from './kinds.ts';
import { opinionOfClaims, opinionOfSummary } from './opinions.ts';
import { contentOf, digest, groupBy, standingClaims, standingSummary } from './standing.ts';

/** When something is a disagreement and no longer just late. */
export interface Patience {
  readonly policy: Pick<Policy, 'retry.horizonMs'>;
  readonly leastGraceMs: number;
  readonly stuckAfterMs: number;
}

export interface TimedFinding extends Finding {
  readonly version: string;
  /** until then it is shown as pending, epoch ms */
  readonly dueAtMs: number;
  /** it only comes to be by the passing of time, so before that it is not even pending */
  readonly onlyWhenDue: boolean;
  readonly accepted: boolean;
}

export interface Totals {
  readonly bet: string;
  readonly win: string;
  readonly refund: string;
}

export interface View {
  /** the aggregator will say no more of the round, and could tell everything */
  readonly final: boolean;
  readonly demo: boolean;
  /** some fact exists that can be compared with the book at all */
  readonly asserted: boolean;
  readonly game: string | null;
  readonly currency: string | null;
  readonly declared: Totals | null;
  readonly booked: Totals;
  /** transactions that only one side has, as `kind id` */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly notes: readonly string[];
  readonly findings: readonly TimedFinding[];
  readonly hash: string;
}

export function viewOf(given: Facts, patience: Patience): View {
  const facts = inOneOrder(given);
  const book = indexBook(facts);
  const standing = standingSummary(facts.summaries, facts.strays);
  const { judgements, notes, conflicts } = judgeAll(facts, book, standing.fact);
  const events = eventConflict(standing.conflicting, conflicts);
  const judged = mergeFindings(
    isOrphan(facts) && standing.fact !== null ? [{ findings: [orphan(standing.fact)], agreed: new Set() }] : judgements,
    events.length > 0,
  );
  const summary = standing.fact?.summary ?? null;
  const settled = summary !== null && summary.final && summary.complete;
  const findings = facts.demo
    ? []
    : [...judged.map(unlessCovered(facts)), ...events, ...bookFindings(facts, book, settled)];
  const final = settled || (summary === null && facts.ledgerRound?.state === 'closed');
  const stuck = facts.demo ? [] : timedFindings(facts, standing.fact, settled, patience);
  const shared = {
    final,
    demo: facts.demo,
    asserted: facts.summaries.length + facts.claims.length > 0,
    game: facts.ledgerRound?.game ?? summary?.game ?? null,
    currency: book.currency ?? summary?.currency ?? null,
    declared: summary?.totals == null ? null : textOf(summary.totals),
    booked: textOf(book.totals),
    missing: namesOf(judged, ['BET_MISSING', 'WIN_MISSING', 'ROLLBACK_MISSING']),
    extra: namesOf(judged, ['BET_EXTRA', 'WIN_EXTRA', 'ROLLBACK_EXTRA']),
    notes,
  };
  return {
    ...shared,
    findings: [...findings.map((each) => timed(each, facts, patience)), ...stuck],
    hash: hashOf(shared, findings, standing.fact, book),
  };
}

/**
 * What was settled for a round's totals may have been for this very transaction, which was only named later: from then on nothing
 * in the round is settled without a person.
 */
function unlessCovered({ corrections }: Facts): (finding: Finding) => Finding {
  const isCovered = corrections.some((each) => each.transactionId === '');
  return (finding) => (isCovered && finding.transactionId !== '' ? { ...finding, contested: true } : finding);
}

/** Rows of the book by their names, so that nothing below depends on the order they were read in. */
function inOneOrder(facts: Facts): Facts {
  const order = (rows: Facts['booked']): Facts['booked'] =>
    rows.toSorted((a, b) => compareText(orderOf(a), orderOf(b)));
  const conflicts = facts.conflicts.toSorted((a, b) => compareText(a.id, b.id) || compareText(a.player, b.player));
  return { ...facts, booked: order(facts.booked), elsewhere: order(facts.elsewhere), conflicts };
}

const orderOf = ({ kind, id, player, idScope, round }: BookedFact): string =>
  JSON.stringify([kind, id, player, idScope, round]);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function textOf(totals: BookIndex['totals']): Totals {
  return { bet: formatDecimal(totals.bet), win: formatDecimal(totals.win), refund: formatDecimal(totals.refund) };
}

function namesOf(findings: readonly Finding[], kinds: readonly string[]): readonly string[] {
  return findings
    .filter((each) => kinds.includes(each.kind) && each.transactionId !== '')
    .map((each) => `${each.transactionKind} ${each.transactionId}`)
    .toSorted();
}

interface Judged {
  readonly judgements: readonly Judgement[];
  readonly notes: readonly string[];
  readonly conflicts: readonly Evidence[];
}

/** Every source is heard by itself; lists that contradict themselves are told. */
function judgeAll(facts: Facts, book: BookIndex, standing: SummaryFact | null): Judged {
  const opinions: Opinion[] = standing === null ? [] : [opinionOfSummary(standing, book.scale)];
  const conflicts: Evidence[] = [];
  for (const source of CLAIM_SOURCES) {
    const { claims, conflicting } = standingClaims(facts.claims.filter((claim) => claim.source === source));
    if (claims.length > 0) opinions.push(opinionOfClaims(source, claims));
    conflicts.push(
      ...conflicting.map(({ origin, receivedAtMs }) => ({ source, reference: origin, sinceMs: receivedAtMs })),
    );
  }
  const judgements = opinions.map((opinion) => judge(opinion, book, facts));
  return { judgements, notes: [...new Set(judgements.flatMap((each) => each.notes))].toSorted(), conflicts };
}

const isOrphan = (facts: Facts): boolean =>
  facts.ledgerRound === null && facts.booked.length === 0 && facts.elsewhere.length === 0;

function orphan({ summary, key, receivedAtMs }: SummaryFact): Finding {
  const win = summary.totals?.win ?? ZERO_DECIMAL;
  return {
    kind: 'ORPHAN_EVENT',
    transactionKind: '',
    transactionId: '',
    currency: summary.currency,
    claimed: summary.totals === null ? null : addDecimals(summary.totals.bet, win),
    booked: null,
    amount: win,
    favour: 'nobody',
    detail: 'The aggregator settled a round of which nothing is booked.',
    evidence: [{ source: 'webhook', reference: key, sinceMs: receivedAtMs }],
    contested: false,
  };
}

function eventConflict(events: readonly SummaryFact[], claims: readonly Evidence[]): readonly Finding[] {
  const evidence: readonly Evidence[] = [
    ...events.map(({ key, receivedAtMs }) => ({ source: 'webhook', reference: key, sinceMs: receivedAtMs }) as const),
    ...claims,
  ];
  if (evidence.length === 0) return [];
  const detail = 'The aggregator said two different things under one id or version; at most one is true.';
  return [about('EVENT_CONFLICT', detail, evidence)];
}

/** A finding about the whole round that is not about an amount. */
function about(kind: Finding['kind'], detail: string, evidence: readonly Evidence[]): Finding {
  return {
    kind,
    transactionKind: '',
    transactionId: '',
    currency: null,
    claimed: null,
    booked: null,
    amount: ZERO_DECIMAL,
    favour: 'nobody',
    detail,
    evidence,
    contested: false,
  };
}

/** What the book alone shows to be wrong, or worth knowing. */
function bookFindings(facts: Facts, book: BookIndex, settled: boolean): readonly Finding[] {
  const found: Finding[] = [];
  for (const [id, { row, stood }] of book.wins) {
    const orphaned = row.flags.includes('without_bet') && (row.reference === null || !book.bets.has(row.reference));
    if (!stood || !orphaned || isZero(netWin(book, id))) continue;
    const booked = netWin(book, id);
    found.push({
      ...about('WIN_WITHOUT_BET', 'The win was paid without a known bet.', [inBook(row.id, row.createdAtMs)]),
      transactionKind: 'win',
      transactionId: id,
      currency: book.currency,
      booked,
      amount: booked,
    });
  }
  const round = facts.ledgerRound;
  // Once the aggregator has settled the round, that its messages overtook each other is no news.
  if (round?.state === 'reopened' && !settled)
    found.push(
      about('REOPENED', 'Money moved in the round after it was closed.', [inBook('round', round.changedAtMs)]),
    );
  if (round !== null && !isSound(facts))
    found.push(
      about('LEDGER_IMBALANCE', "The round's sums are not those of its transactions.", [
        inBook('round', round.changedAtMs),
      ]),
    );
  return [...found, ...paidTwiceFindings(book), ...conflictFindings(facts)];
}

function paidTwiceFindings(book: BookIndex): readonly Finding[] {
  return paidTwice(book).map(({ id, of }) => {
    const booked = netWin(book, id);
    const detail = `A win of free rounds was credited twice, also as ${of}.`;
    const evidence = [inBook(id, book.wins.get(id)?.row.createdAtMs ?? 0)];
    return {
      ...about('FREE_ROUND_LEAK', detail, evidence),
      transactionKind: 'win',
      transactionId: id,
      currency: book.currency,
      booked,
      amount: booked,
    };
  });
}

/** Ids used again for other facts: what is booked stands, and somebody should ask the aggregator which of the two it means. */
function conflictFindings({ conflicts, key }: Facts): readonly Finding[] {
  return [...groupBy(conflicts, ({ id, player }) => JSON.stringify([player === key.player, id])).values()].flatMap(
    (of) => {
      const [first] = of;
      if (first === undefined) return [];
      const evidence = [inBook(first.id, Math.min(...of.map((each) => each.sinceMs)))];
      const finding =
        first.player === key.player
          ? about('TX_CONFLICT', 'A callback used the id again for other facts and was refused.', evidence)
          : about('PLAYER_MISMATCH', 'A callback used the id for another player and was refused.', evidence);
      return [{ ...finding, transactionId: first.id }];
    },
  );
}

const inBook = (reference: string, sinceMs: number): Evidence => ({ source: 'ledger', reference, sinceMs });

/** So many transactions of a round are read; of a longer one nobody can say what its sum should be. */
const ROWS_MAX = 5_000;

/** The round's own sums against its transactions (I1): stakes, returns and payouts in wallet units. */
function isSound({ booked, ledgerRound, key }: Facts): boolean {
  if (ledgerRound === null || booked.length >= ROWS_MAX) return true;
  const moved = booked.filter((row) => ['applied', 'part_reversed', 'reversed'].includes(row.state));
  const bets = moved.filter((row) => row.kind === 'bet' && row.flavour !== 'tip' && row.round === key.round);
  return (
    add(bets.map((row) => row.units)) === ledgerRound.staked &&
    add(bets.map((row) => row.reversedUnits)) === ledgerRound.returned &&
    isPaid({ booked: moved, key }, ledgerRound.paid)
  );
}

const add = (units: readonly bigint[]): bigint => units.reduce((total, each) => total + each, 0n);

/** Whether the wins and corrections among the transactions, less what was reversed of them, come to what the round says was paid. */
export function isPaid({ booked, key }: Pick<Facts, 'booked' | 'key'>, paid: bigint): boolean {
  const left = (rows: Facts['booked']): bigint => add(rows.map((row) => row.units - row.reversedUnits));
  const adjusts = booked.filter((row) => row.kind === 'adjust' && row.round === key.round);
  // A correction that came before its round is in no sum of it; rows of before that was marked may be either.
  const corrected = [left(adjusts.filter((row) => row.flags.includes('in_round'))), left(adjusts)];
  return corrected.includes(paid - left(booked.filter((row) => row.kind === 'win')));
}

/** What only time makes wrong: a bet without an outcome, a round whose settlement stays unfinished (SET-18). */
function timedFindings(
  facts: Facts,
  standing: SummaryFact | null,
  settled: boolean,
  { stuckAfterMs }: Patience,
): readonly TimedFinding[] {
  if (settled) return [];
  const late = (finding: Finding, dueAtMs: number): TimedFinding => {
    const version = findingVersion(finding);
    return { ...finding, version, dueAtMs, onlyWhenDue: true, accepted: facts.accepted.has(version) };
  };
  const round = facts.ledgerRound;
  const isOpen = round !== null && (round.state === 'open' || round.state === 'reopened') && round.betsStanding > 0;
  const hasOutcome = facts.booked.some((row) => row.kind === 'win' && row.state === 'applied');
  const found: TimedFinding[] = [];
  if (round !== null && isOpen && !hasOutcome) {
    const detail =
      'A bet of the round has had no outcome for too long: ask the aggregator, then decide by the rules for interrupted rounds.';
    found.push(
      late(about('STUCK_ROUND', detail, [inBook('round', round.openedAtMs)]), round.openedAtMs + stuckAfterMs),
    );
  } else if (standing !== null) {
    const detail = 'The aggregator has not finished settling the round.';
    const evidence: Evidence = { source: 'webhook', reference: standing.key, sinceMs: standing.receivedAtMs };
    found.push(late(about('ROUND_NOT_CLOSED', detail, [evidence]), standing.receivedAtMs + stuckAfterMs));
  }
  return found;
}

/** Grace begins when the first fact that speaks for the finding was known; a repeat does not begin it again. */
function timed(finding: Finding, facts: Facts, { policy, leastGraceMs }: Patience): TimedFinding {
  const sinceMs = Math.min(...finding.evidence.map((each) => each.sinceMs));
  const version = findingVersion(finding);
  return {
    ...finding,
    version,
    dueAtMs: sinceMs + graceMs(finding.kind, policy, leastGraceMs),
    onlyWhenDue: false,
    accepted: facts.accepted.has(version),
  };
}

/** Everything but names of deliveries, times of ours, and what only time makes wrong. */
function hashOf(
  shared: Omit<View, 'findings' | 'hash'>,
  findings: readonly Finding[],
  standing: SummaryFact | null,
  book: BookIndex,
): string {
  return digest({
    shared,
    said: standing === null ? null : contentOf(standing.summary),
    bets: [...book.bets.keys()].toSorted().map((id) => [id, formatDecimal(netStake(book, id))]),
    wins: [...book.wins.keys()].toSorted().map((id) => [id, formatDecimal(netWin(book, id))]),
    // Whether a round was closed before its last message came is how it came, not what is known of it.
    findings: findings
      .filter((each) => each.kind !== 'REOPENED')
      .map((each) => [
        findingVersion(each),
        each.contested,
        [...new Set(each.evidence.map((evidence) => evidence.source))].toSorted(),
      ]),
  });
}

export type RoundState = 'balanced' | 'pending' | 'incomplete' | 'open' | 'demo';

export interface StandingAt {
  readonly state: RoundState;
  readonly open: readonly TimedFinding[];
  readonly waiting: readonly TimedFinding[];
  /** accepted as they are by a person, or only worth knowing */
  readonly noted: readonly TimedFinding[];
  /** when time alone changes something, epoch ms; null: never */
  readonly nextMs: number | null;
}

/** How the view stands at a moment. */
export function standAt(view: View, nowMs: number): StandingAt {
  const isNoted = (each: TimedFinding): boolean => each.accepted || WEIGHTS[each.kind] === 'info';
  const present = view.findings.filter((each) => !each.onlyWhenDue || each.dueAtMs <= nowMs);
  const counting = present.filter((each) => !isNoted(each));
  const open = counting.filter((each) => each.dueAtMs <= nowMs);
  const waiting = counting.filter((each) => each.dueAtMs > nowMs);
  const later = view.findings.filter((each) => each.dueAtMs > nowMs && !isNoted(each)).map((each) => each.dueAtMs);
  const state: RoundState = view.demo
    ? 'demo'
    : open.length > 0
      ? 'open'
      : waiting.length > 0
        ? 'pending'
        : view.final
          ? 'balanced'
          : 'incomplete';
  return {
    state,
    open,
    waiting,
    noted: present.filter(isNoted),
    nextMs: later.length === 0 ? null : Math.min(...later),
  };
}
