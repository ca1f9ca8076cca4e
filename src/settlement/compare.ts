/**
 * What one source asserts of a round, held against the book: matched by kind and transaction id, never by amount. What a source
 * leaves out counts only where its list is whole: final, without an error of its own, and adding up to its own totals.
 */
import {
  addDecimals,
  compareDecimals,
  formatDecimal,
  formatRate,
  isZero,
  subtractDecimals,
  ZERO_DECIMAL,
} from '../money/index.ts';
import type { Decimal, RateLock, RoundingMode } from '../money/index.ts';
import { isSame, isSameRate, magnitude, sum, withinTolerance } from './amounts.ts';
import { find, read } from './bench.ts';
import type { Assertion, Bench, Opinion } from './bench.ts';
import { netStake, netWin } from './book-index.ts';
import type { BookIndex } from './book-index.ts';
import type { BookedFact, Facts, FindingTransaction } from './facts.ts';
import { freeStakes, twinOf } from './free-rounds.ts';
import type { Evidence, Judgement } from './findings.ts';

export function judge(
  opinion: Opinion,
  book: BookIndex,
  facts: Facts,
): Judgement & { readonly notes: readonly string[] } {
  const bench: Bench = { opinion, book, facts, findings: [], agreed: new Set(), notes: new Set() };
  const currency = foreignCurrency(opinion, book);
  judgeRates(bench);
  if (currency !== null) judgeAcross(bench, currency);
  else {
    const refunds = opinion.assertions.filter((each) => each.transaction.kind === 'rollback');
    for (const each of opinion.assertions) {
      if (each.transaction.kind === 'bet') judgeBet(bench, each, refundsOf(each.transaction.id, refunds));
      if (each.transaction.kind === 'win') judgeWin(bench, each);
    }
    judgeLooseRefunds(bench, refunds);
    if (opinion.whole) judgeMissing(bench);
    if (opinion.totals !== null) judgeTotals(bench, opinion.totals);
  }
  return { findings: bench.findings, agreed: bench.agreed, notes: [...bench.notes].toSorted() };
}

function refundsOf(bet: string, refunds: readonly Assertion[]): readonly Assertion[] {
  return refunds.filter(({ transaction }) => transaction.bet === bet && transaction.status === 'ok');
}

/** Where the id is booked for somebody or something else: the reason, or null. */
function judgeElsewhere(bench: Bench, each: Assertion): boolean {
  const { kind, id } = each.transaction;
  const found: BookedFact | undefined = bench.facts.elsewhere.find((row) => row.kind === kind && row.id === id);
  if (found === undefined) return false;
  const claimed = read(bench, each.transaction.amount);
  const about = { kind, id, claimed, booked: null, evidence: each.evidence } as const;
  if (found.player !== bench.facts.key.player)
    find(bench, 'PLAYER_MISMATCH', about, `The ${kind} is booked for another player than the aggregator names.`);
  else find(bench, 'TX_CONFLICT', about, `The ${kind} is booked in another round than the aggregator names.`);
  return true;
}

function judgeBet(bench: Bench, each: Assertion, refunds: readonly Assertion[]): void {
  const { book } = bench;
  const { id, status, free } = each.transaction;
  const entry = book.bets.get(id);
  const booked = netStake(book, id);
  const stake = free ? ZERO_DECIMAL : read(bench, each.transaction.amount);
  const undone = sum(
    refunds.map(({ transaction }) => (transaction.amount === null ? stake : read(bench, transaction.amount))),
  );
  const claimed = status === 'ok' ? subtractDecimals(stake, undone) : ZERO_DECIMAL;
  const about = { kind: 'bet', id, claimed, booked, evidence: each.evidence } as const;
  if (isSame(claimed, booked) && (entry === undefined || entry.row.state !== 'tombstone' || status !== 'ok')) {
    // A free bet that nobody booked moved nothing; so did one that failed on both sides.
    bench.agreed.add(`bet ${id}`);
    return;
  }
  if (free) {
    find(bench, 'FREE_ROUND_LEAK', about, 'A free round was debited.');
    return;
  }
  if (entry === undefined && isZero(booked)) {
    if (!judgeElsewhere(bench, each))
      find(bench, 'BET_MISSING', about, 'The aggregator has a bet that was never booked.');
    return;
  }
  if (status === 'rolled_back') {
    find(bench, 'ROLLBACK_MISSING', about, 'The aggregator rolled the bet back; here it stands.');
    return;
  }
  if (status === 'failed') {
    find(bench, 'BET_EXTRA', about, 'The bet was debited; for the aggregator it failed.');
    return;
  }
  judgeStandingBet(bench, about, { stake, undone, refunds });
}

interface BetAbout {
  readonly kind: 'bet';
  readonly id: string;
  readonly claimed: Decimal;
  readonly booked: Decimal;
  readonly evidence: Evidence;
}

function judgeStandingBet(
  bench: Bench,
  about: BetAbout,
  { stake, undone, refunds }: { stake: Decimal; undone: Decimal; refunds: readonly Assertion[] },
): void {
  const entry = bench.book.bets.get(about.id);
  if (entry?.row.state === 'tombstone') {
    const detail = 'The bet came after its rollback and was refused; the aggregator should show it failed.';
    find(bench, 'LATE_BET_ON_TOMBSTONE', about, detail);
    return;
  }
  if (entry === undefined || !entry.stood) {
    const reason = entry?.row.refusal ?? null;
    const detail = `The aggregator has a bet that was ${reason === null ? 'never booked' : `refused here (${reason})`}.`;
    find(bench, 'BET_MISSING', about, detail);
    return;
  }
  const corrected = subtractDecimals(entry.gross, bench.book.creditOf('bet', about.id));
  if (!isSame(stake, corrected)) {
    find(bench, 'BET_AMOUNT', { ...about, claimed: stake, booked: corrected }, 'The stakes differ.');
    return;
  }
  const more = compareDecimals(undone, entry.reversed);
  if (more > 0)
    find(bench, 'ROLLBACK_MISSING', about, 'The aggregator returned more of the stake than was returned here.');
  // A list that need not be whole may speak of the refund elsewhere.
  else if (bench.opinion.whole || refunds.length > 0)
    find(bench, 'ROLLBACK_EXTRA', about, 'The stake was returned here; the aggregator considers it played.');
}

function judgeWin(bench: Bench, each: Assertion): void {
  const { book } = bench;
  const { id, status } = each.transaction;
  const entry = book.wins.get(id);
  const booked = netWin(book, id);
  const claimed = status === 'ok' ? read(bench, each.transaction.amount) : ZERO_DECIMAL;
  const about = { kind: 'win', id, claimed, booked, evidence: each.evidence } as const;
  if (entry?.row.state === 'parked' && status === 'ok') {
    find(bench, 'WIN_WITHOUT_BET', about, 'The win waits for a bet that was never booked.');
    return;
  }
  if (isSame(claimed, booked)) {
    bench.agreed.add(`win ${id}`);
    return;
  }
  if (status !== 'ok') {
    find(bench, 'WIN_EXTRA', about, 'The win was credited; for the aggregator there is none.');
    return;
  }
  if (entry === undefined && isZero(booked)) {
    if (!judgeElsewhere(bench, each))
      find(bench, 'WIN_MISSING', about, 'The aggregator paid a win that was not credited.');
    return;
  }
  if (entry === undefined || !entry.stood) {
    const refusal = entry?.row.refusal ?? null;
    if (refusal === 'reversed')
      find(bench, 'WIN_AFTER_ROLLBACK', about, 'The aggregator paid a win whose bet was rolled back here.');
    else find(bench, 'WIN_MISSING', about, `The win was refused here (${refusal ?? 'rolled back before it came'}).`);
    return;
  }
  if (entry.row.state === 'reversed' && isZero(booked)) {
    // It was taken back because the aggregator said so: its own word stands against it.
    const detail = 'The win was taken back here; the aggregator considers it paid.';
    find(bench, 'WIN_MISSING', about, detail, true);
  } else find(bench, 'WIN_AMOUNT', about, 'The wins differ.');
}

/** Refunds of bets that the same source does not list. */
function judgeLooseRefunds(bench: Bench, refunds: readonly Assertion[]): void {
  const listed = new Set(
    bench.opinion.assertions.flatMap(({ transaction }) => (transaction.kind === 'bet' ? [transaction.id] : [])),
  );
  for (const each of refunds) {
    const { id, bet, status } = each.transaction;
    if (status !== 'ok') continue;
    if (bet !== null && listed.has(bet)) continue;
    const row = bench.book.rollbacks.get(id);
    const target = bet ?? row?.reference ?? null;
    const entry = target === null ? undefined : bench.book.bets.get(target);
    const isBooked = row !== undefined && row.state !== 'rejected';
    if (isBooked || (entry === undefined && target !== null)) {
      bench.agreed.add(`rollback ${id}`);
      continue;
    }
    if (target === null) {
      const claimed = read(bench, each.transaction.amount);
      const about = { kind: 'rollback', id, claimed, booked: ZERO_DECIMAL, evidence: each.evidence } as const;
      find(bench, 'ROLLBACK_MISSING', about, 'The aggregator has a refund that was never booked and names no bet.');
      continue;
    }
    const booked = netStake(bench.book, target);
    const gross = entry?.gross ?? ZERO_DECIMAL;
    const part = each.transaction.amount === null ? gross : read(bench, each.transaction.amount);
    const claimed = subtractDecimals(gross, part);
    if (compareDecimals(booked, claimed) <= 0) continue;
    const about = { kind: 'bet', id: target, claimed, booked, evidence: each.evidence } as const;
    find(bench, 'ROLLBACK_MISSING', about, 'The aggregator returned the stake; here it stands.');
  }
}

function judgeMissing(bench: Bench): void {
  const named = new Set(bench.opinion.assertions.map(({ transaction }) => `${transaction.kind} ${transaction.id}`));
  for (const [id, { row }] of bench.book.bets) {
    const booked = netStake(bench.book, id);
    if (named.has(`bet ${id}`) || isZero(booked)) continue;
    const about = { kind: 'bet', id, claimed: ZERO_DECIMAL, booked, evidence: since(bench, row) } as const;
    find(bench, 'BET_EXTRA', about, 'The bet was debited; the aggregator does not list it.');
  }
  for (const [id, { row }] of bench.book.wins) {
    const booked = netWin(bench.book, id);
    if (named.has(`win ${id}`) || isZero(booked)) continue;
    const about = { kind: 'win', id, claimed: ZERO_DECIMAL, booked, evidence: since(bench, row) } as const;
    const twin = twinOf(bench, id);
    if (twin !== null)
      find(bench, 'FREE_ROUND_LEAK', about, `A win of free rounds was credited twice, also as ${twin}.`);
    else find(bench, 'WIN_EXTRA', about, 'The win was credited; the aggregator does not list it.');
  }
}

/** What is missing from a list is a disagreement from when both are known. */
function since({ opinion }: Bench, row: BookedFact): Evidence {
  return { ...opinion.evidence, sinceMs: Math.max(opinion.evidence.sinceMs, row.createdAtMs) };
}

/** Totals say how much is wrong where no list says what; what the list did say is taken into account. */
function judgeTotals(bench: Bench, declared: NonNullable<Opinion['totals']>): void {
  const told = (kinds: FindingTransaction, refunds: boolean): Decimal =>
    sum(
      bench.findings
        .filter((each) => each.transactionKind === kinds && (each.kind === 'ROLLBACK_MISSING') === refunds)
        .map((each) => subtractDecimals(each.claimed ?? ZERO_DECIMAL, each.booked ?? ZERO_DECIMAL)),
    );
  const { totals } = bench.book;
  const rest = (said: Decimal, booked: Decimal, explained: Decimal): Decimal =>
    subtractDecimals(read(bench, said), addDecimals(booked, explained));
  const bet = rest(declared.bet, totals.bet, told('bet', false));
  const win = rest(declared.win, totals.win, told('win', false));
  const refund = rest(declared.refund, addDecimals(totals.refund, magnitude(told('bet', true))), ZERO_DECIMAL);
  // Stakes that were returned may be left out of both totals, or stand in both.
  const netted = isSame(bet, refund);
  const lines = [
    {
      kind: 'bet',
      rest: netted ? ZERO_DECIMAL : bet,
      said: declared.bet,
      has: totals.bet,
      more: 'BET_MISSING',
      less: 'BET_EXTRA',
    },
    { kind: 'win', rest: win, said: declared.win, has: totals.win, more: 'WIN_MISSING', less: 'WIN_EXTRA' },
    {
      kind: 'rollback',
      rest: netted ? ZERO_DECIMAL : refund,
      said: declared.refund,
      has: totals.refund,
      more: 'ROLLBACK_MISSING',
      less: 'ROLLBACK_EXTRA',
    },
  ] as const;
  for (const line of lines) {
    if (isZero(line.rest)) continue;
    const more = line.rest.unscaled > 0n;
    const about = { kind: line.kind, id: '', claimed: read(bench, line.said), booked: line.has } as const;
    if (line.kind === 'bet' && isSame(line.rest, freeStakes(bench))) {
      find(bench, 'FREE_ROUND_LEAK', about, 'The totals of the round count stakes of free rounds, which nobody paid.');
      continue;
    }
    find(
      bench,
      more ? line.more : line.less,
      about,
      `The totals of the round say ${more ? 'more' : 'less'} than is booked.`,
    );
  }
}

/** The currency the source speaks in when that is not the book's; null where they speak of the same money. */
function foreignCurrency(opinion: Opinion, book: BookIndex): string | null {
  const said = opinion.currency ?? opinion.assertions.find((each) => each.currency !== null)?.currency ?? null;
  return said === null || book.currency === null || said === book.currency ? null : said;
}

/** A round that was exchanged, settled in the wallet's currency: comparable at its rate. Any other currency is not at all. */
function judgeAcross(bench: Bench, currency: string): void {
  const lock = bench.facts.ledgerRound?.lock ?? null;
  const round = { kind: '', id: '', claimed: null, booked: null } as const;
  if (lock === null || lock.pair.wallet !== currency) {
    const detail = `The aggregator settles in ${currency}; the round was played in ${bench.book.currency ?? '?'}.`;
    find(bench, 'CURRENCY_MISMATCH', round, detail);
    return;
  }
  const outside = outsideTolerance(bench.opinion, bench.book, lock);
  if (outside.length === 0) return;
  const detail = `More than rounding at the round's rate lies between both sides: ${outside.join(', ')}.`;
  find(bench, 'FX_TOLERANCE', round, detail);
}

/** What they say in the wallet's currency, against what the book has in the game's (C.7). */
function outsideTolerance(opinion: Opinion, book: BookIndex, lock: RateLock): readonly string[] {
  const near = (said: Decimal, has: Decimal, count: number): boolean =>
    withinTolerance(has, said, { rate: lock.rate, rounding: modeOf(lock), scale: lock.walletScale, count });
  const each = opinion.assertions.flatMap(({ transaction: { kind, id, amount, status } }) => {
    if (kind === 'rollback' || amount === null || status !== 'ok') return [];
    const has = kind === 'bet' ? netStake(book, id) : netWin(book, id);
    return near(amount, has, 1) ? [] : [`${kind} ${id} (${formatDecimal(amount)} for ${formatDecimal(has)})`];
  });
  if (opinion.totals === null) return each;
  const totals = (['bet', 'win', 'refund'] as const).flatMap((name) => {
    const count = name === 'win' ? book.wins.size : book.bets.size;
    const said = opinion.totals?.[name] ?? ZERO_DECIMAL;
    return near(said, book.totals[name], count)
      ? []
      : [`${name} total (${formatDecimal(said)} for ${formatDecimal(book.totals[name])})`];
  });
  return [...each, ...totals];
}

/** Rounding that favours the house goes up or down by a whole unit; the other by half of one at most. */
const modeOf = ({ rounding }: RateLock): RoundingMode => (rounding === 'house_favour' ? 'floor' : 'half_even');

/** A rate they say they converted by is held against the round's, at the digits they say it with. Nothing moves by it (FX_RATE). */
function judgeRates(bench: Bench): void {
  const lock = bench.facts.ledgerRound?.lock ?? null;
  if (lock === null) return;
  for (const { transaction, evidence } of bench.opinion.assertions) {
    const { rate } = transaction;
    if (rate == null || isSameRate(rate, lock.rate)) continue;
    const about = { kind: transaction.kind, id: transaction.id, claimed: null, booked: null, evidence } as const;
    const detail = `The aggregator converted at ${formatDecimal(rate)}; the round was played at ${formatRate(lock.rate)}.`;
    find(bench, 'FX_RATE', about, detail);
  }
}
