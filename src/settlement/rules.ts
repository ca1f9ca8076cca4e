/**
 * Who may settle a disagreement, and how: the rules of resolutions, pure. The house acts by itself only in the player's favour,
 * with two independent pieces of evidence that nothing contradicts, and under caps. Everything else is proposed and approved by
 * people; above a limit by two different ones. A resolution is a new entry of the book, never a change of one.
 */
import { compareDecimals, isZero, ZERO_DECIMAL } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import { externalId, gameCode, roundId, sessionId } from '../wallet/index.ts';
import type { GameCode, Operation, Policy, SessionId } from '../wallet/index.ts';
import type { Discrepancy } from './discrepancies.ts';
import type { BookedFact, Facts, Source } from './facts.ts';
import type { AutomaticCap } from './ports.ts';

export const ACTIONS = ['credit', 'debit', 'refund', 'accept'] as const;
export type Action = (typeof ACTIONS)[number];

export type RuleRefusal =
  | 'nothing_to_decide'
  | 'wrong_action'
  | 'no_amount'
  | 'too_much'
  | 'no_currency'
  | 'no_player'
  | 'four_eyes'
  | 'stale';

export interface Refused {
  readonly kind: 'refused';
  readonly reason: RuleRefusal;
  readonly message: string;
}
const refused = (reason: RuleRefusal, message: string): Refused => ({ kind: 'refused', reason, message });

/** Which way of settling brings the book to what was asserted. */
export function usualAction({ kind, transactionKind, transactionId, favour }: Discrepancy): Action {
  const returnsStake = kind === 'BET_EXTRA' || kind === 'ROLLBACK_MISSING';
  if (returnsStake && transactionKind === 'bet' && transactionId !== '') return 'refund';
  return favour === 'player' ? 'credit' : favour === 'house' ? 'debit' : 'accept';
}

export interface Wish {
  readonly action: Action | null;
  /** null: what is at stake */
  readonly amount: Decimal | null;
}

export interface Plan {
  readonly kind: 'plan';
  readonly action: Action;
  readonly amount: Decimal;
}

/** What a person's wish comes to, or why it cannot be. More than what is at stake is never moved for it. */
export function planOf(discrepancy: Discrepancy, wish: Wish): Plan | Refused {
  if (discrepancy.state === 'resolved' || discrepancy.state === 'accepted')
    return refused('nothing_to_decide', 'Both sides agree, or it was accepted already.');
  const action = wish.action ?? usualAction(discrepancy);
  if (action === 'accept') return { kind: 'plan', action, amount: discrepancy.amount };
  if (discrepancy.currency === null)
    return refused('no_currency', 'Nothing says in which currency; only "accept" is possible.');
  if (discrepancy.key.player === '')
    return refused('no_player', 'Nobody knows whose round it is; only "accept" is possible.');
  if (action === 'refund' && usualAction(discrepancy) !== 'refund')
    return refused('wrong_action', 'Only a bet that should have been returned can be refunded.');
  if (action === 'debit' && discrepancy.favour === 'player')
    return refused('wrong_action', 'The player is owed; nothing may be taken for it.');
  if (action === 'credit' && discrepancy.favour === 'house')
    return refused('wrong_action', 'The player has too much already; nothing may be given for it.');
  const amount = wish.amount ?? discrepancy.amount;
  if (isZero(amount) || amount.unscaled < 0n)
    return refused('no_amount', 'Say how much: nothing says what is at stake.');
  const isKnown = discrepancy.favour !== 'nobody' && !isZero(discrepancy.amount);
  if (isKnown && compareDecimals(amount, discrepancy.amount) > 0)
    return refused('too_much', 'It is more than what both sides disagree about.');
  // The aggregator's own message may still come; it meets the same transaction, done in full, and moves nothing more.
  if (
    usualAction(discrepancy) === 'refund' &&
    (action !== 'refund' || compareDecimals(amount, discrepancy.amount) !== 0)
  )
    return refused('wrong_action', 'The stake is returned as it is at stake, by "refund", or the matter is accepted.');
  const isWholeWin = discrepancy.kind === 'WIN_MISSING' && discrepancy.transactionId !== '';
  if (isWholeWin && action === 'credit' && compareDecimals(amount, discrepancy.amount) !== 0)
    return refused('wrong_action', 'A missing win is credited in full, or the matter is accepted.');
  return { kind: 'plan', action, amount };
}

/** Whether a second person has to decide. A currency without a limit: always. */
export function needsTwo(
  plan: Pick<Plan, 'amount'>,
  currency: string | null,
  above: ReadonlyMap<string, Decimal>,
): boolean {
  const limit = currency === null ? null : (above.get(currency) ?? null);
  return limit === null || compareDecimals(plan.amount, limit) > 0;
}

export interface Person {
  /** the API key's name */
  readonly key: string;
  /** who the platform says it is */
  readonly by: string;
}

/** Two people are two names: one name under two keys is one person, whatever its spelling. */
export function isSamePerson(a: Person, b: Person): boolean {
  const plain = (text: string): string => text.normalize('NFKC').trim().toLowerCase();
  return plain(a.by) === plain(b.by);
}

export type Automatic =
  | { readonly kind: 'yes'; readonly plan: Plan }
  | { readonly kind: 'no'; readonly because: string };

const no = (because: string): Automatic => ({ kind: 'no', because });

/** Who speaks through a source. Both lists are asked of one server, which may have moved a transaction from one to the other. */
const WITNESS: Readonly<Record<Source, string>> = {
  webhook: 'webhook',
  transactions: 'lists',
  timed_out: 'lists',
  report: 'report',
};

/** Whether the house may settle it without a person. The day's cap is counted where it is used up. */
export function automatic(discrepancy: Discrepancy, facts: Facts, caps: ReadonlyMap<string, AutomaticCap>): Automatic {
  if (discrepancy.weight !== 'automatic') return no('is for a person');
  if (discrepancy.state !== 'open') return no('is not open');
  if (discrepancy.favour !== 'player') return no('would take from the player');
  if (discrepancy.transactionId === '') return no('names no transaction');
  if (discrepancy.contested) return no('is contested');
  if (discrepancy.key.player === '') return no('is nobody’s');
  const witnesses = new Set(
    discrepancy.evidence.flatMap(({ source }) => (source === 'ledger' ? [] : [WITNESS[source]])),
  );
  if (witnesses.size < 2) return no('has one piece of evidence');
  const cap = discrepancy.currency === null ? undefined : caps.get(discrepancy.currency);
  if (cap === undefined) return no('has no cap');
  if (compareDecimals(discrepancy.amount, cap.perTransaction) > 0) return no('is above the cap');
  if (discrepancy.transactionKind === 'win' && betOf(facts, discrepancy.transactionId) === null)
    return no('has no bet that stands');
  if (hasDouble(discrepancy, facts)) return no('could be booked under another id');
  const plan = planOf(discrepancy, { action: null, amount: null });
  if (plan.kind === 'refused') return no(plan.message);
  // A late message of the aggregator for the same part could not be told from one for another part.
  if (plan.action === 'refund' && !isZero(discrepancy.claimed ?? ZERO_DECIMAL)) return no('is about a part of a stake');
  return { kind: 'yes', plan };
}

/**
 * Whether one side of the round has a transaction of this kind that the other does not know: where an aggregator's lists name
 * its transactions by other ids than its callbacks did, what is missing under one id is there under the other.
 */
function hasDouble({ transactionKind, transactionId }: Discrepancy, facts: Facts): boolean {
  const asserted = new Set(
    assertionsOf(facts).flatMap(({ kind, id, status }) => (status === 'ok' ? [`${kind} ${id}`] : [])),
  );
  const booked = new Set(facts.booked.map((row) => `${row.kind} ${row.id}`));
  if (transactionKind === 'win')
    return facts.booked.some(
      (row) => row.kind === 'win' && row.units > row.reversedUnits && !asserted.has(`win ${row.id}`),
    );
  return [...asserted].some((name) => name.startsWith('bet ') && name !== `bet ${transactionId}` && !booked.has(name));
}

/** The standing bet a win belongs to: the one the aggregator names, else the only one of the round. */
function betOf(facts: Facts, win: string): BookedFact | null {
  const named =
    assertedWin(facts, win)?.bet ?? facts.booked.find((row) => row.kind === 'win' && row.id === win)?.reference;
  const standing = facts.booked.filter(
    (row) => row.kind === 'bet' && (row.state === 'applied' || row.state === 'part_reversed'),
  );
  if (named !== null && named !== undefined) return standing.find((row) => row.id === named) ?? null;
  return standing.length === 1 ? (standing[0] ?? null) : null;
}

const assertionsOf = (facts: Facts) => [
  ...facts.summaries.flatMap(({ summary }) => summary.transactions ?? []),
  ...facts.claims.map((claim) => claim.transaction),
];

function assertedWin(facts: Facts, id: string) {
  return assertionsOf(facts).find((each) => each.kind === 'win' && each.id === id && each.status === 'ok') ?? null;
}

/** What to submit to the ledger for a resolution. It is written down before it is submitted, and submitted again as written. */
export interface Entry {
  readonly operation: Operation & { readonly kind: 'win' | 'rollback' | 'adjust' };
  readonly idScope: string;
  readonly currency: string;
  readonly game: GameCode | null;
  readonly session: SessionId | null;
}

/** The aggregator's policy, but for what a part of a stake means: that was decided by evidence or a person, not by wording. */
export function policyFor({ operation }: Entry, policy: Policy): Policy {
  return operation.kind === 'rollback' && operation.amount !== null
    ? { ...policy, 'rollback.amount': 'partial' }
    : policy;
}

/**
 * The entry a resolution books. A win that was never heard of is booked as that win, and a stake is returned as a rollback of
 * that bet: when the aggregator's own message comes after all, it finds its transaction done and moves nothing. Everything else
 * is an adjustment under an id of the resolution's own. `null`: nothing is booked.
 */
export function entryOf(
  resolution: { readonly id: string; readonly action: Action; readonly amount: Decimal },
  discrepancy: Discrepancy,
  facts: Facts,
): Entry | null {
  const { action, amount } = resolution;
  if (action === 'accept' || discrepancy.currency === null) return null;
  const anchor =
    facts.booked.find((row) => row.kind === 'bet' && row.id === discrepancy.transactionId) ??
    facts.booked.find((row) => row.kind === 'bet') ??
    null;
  const own = externalId(`settlement-${resolution.id}`);
  const round = roundId(discrepancy.key.round);
  const summary = facts.summaries[0]?.summary ?? null;
  const gameOf = anchor?.game ?? summary?.game ?? discrepancy.game;
  const sessionOf = anchor?.session ?? null;
  const context = {
    idScope: anchor?.idScope ?? '',
    currency: discrepancy.currency,
    game: gameOf === null ? null : gameCode(gameOf),
    session: sessionOf === null ? null : sessionId(sessionOf),
  };
  if (action === 'refund') return { ...context, operation: refundOf(discrepancy, facts, own, amount) };
  const win = action === 'credit' ? unheardWin(discrepancy, facts, amount) : null;
  if (win !== null) return { ...context, operation: win };
  const reference = discrepancy.transactionId === '' ? null : externalId(discrepancy.transactionId);
  const signed = action === 'debit' ? { ...amount, unscaled: -amount.unscaled } : amount;
  return { ...context, operation: { kind: 'adjust', id: own, round, reference, amount: signed } };
}

function refundOf(
  discrepancy: Discrepancy,
  facts: Facts,
  own: ReturnType<typeof externalId>,
  amount: Decimal,
): Extract<Operation, { kind: 'rollback' }> {
  const bet = facts.booked.find((row) => row.kind === 'bet' && row.id === discrepancy.transactionId);
  const whole = isZero(discrepancy.claimed ?? ZERO_DECIMAL);
  return {
    kind: 'rollback',
    id: own,
    target: { kind: 'bet', id: externalId(discrepancy.transactionId) },
    round: bet?.round == null ? null : roundId(bet.round),
    amount: whole ? null : amount,
    closesRound: false,
  };
}

/** A missing win that may be booked as itself: unheard of here, of a bet that stands, and in full. */
function unheardWin(
  discrepancy: Discrepancy,
  facts: Facts,
  amount: Decimal,
): Extract<Operation, { kind: 'win' }> | null {
  const { kind, transactionId, claimed } = discrepancy;
  if (kind !== 'WIN_MISSING' || transactionId === '' || claimed === null || compareDecimals(claimed, amount) !== 0)
    return null;
  if ([...facts.booked, ...facts.elsewhere].some((row) => row.kind === 'win' && row.id === transactionId)) return null;
  if (betOf(facts, transactionId) === null) return null;
  const bet = assertedWin(facts, transactionId)?.bet ?? null;
  return {
    kind: 'win',
    id: externalId(transactionId),
    round: roundId(discrepancy.key.round),
    bet: bet === null ? null : externalId(bet),
    amount,
    flavour: 'win',
    combined: false,
    closesRound: false,
  };
}
