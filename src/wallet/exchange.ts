/**
 * Games played in another currency than the wallet's: which wallet an operation moves, by which lock, and what is booked for its
 * amount. The first row of a round locks its rate, and whatever comes later is converted by that lock, whatever its own call says
 * (FX-01, FX-05, FX-06); what belongs to no round locks one of its own (FX-18). Refunds are never converted: returns.ts.
 */
import {
  addRationals,
  isBelowMinimum,
  lockForLoose,
  lockForRound,
  pairOfExchange,
  pairText,
  residueOf,
  SAFE_TERMS,
  toUnits,
  toWallet,
  ZERO_RATIONAL,
} from '../money/index.ts';
import type { Decimal, Leg, RateLock } from '../money/index.ts';
import type { Exchanged, Round, Transaction, Wallet } from './book.ts';
import type { WalletRequest } from './call.ts';
import type { Refusal } from './outcome.ts';
import { MOST_UNITS, refusalOfAmount, refusalOfCredit, unitsOf } from './rows.ts';
import type { Scratch } from './scratch.ts';

/** Where an operation's money comes from or goes to. */
export type Till =
  | { readonly kind: 'plain'; readonly wallet: Wallet }
  | { readonly kind: 'exchanged'; readonly wallet: Wallet; readonly lock: RateLock }
  /** the money is owed, and no rate is known to pay it by */
  | { readonly kind: 'unpriced'; readonly wallet: Wallet };

/** The same for a stake, which may be refused for want of a rate (FX-09). */
export type StakeTill =
  | Exclude<Till, { kind: 'unpriced' }>
  | { readonly kind: 'shut'; readonly wallet: Wallet; readonly refusal: Refusal };

/** The currency of the wallet that the row moved. */
export function walletCurrencyOf(row: Pick<Transaction, 'currency' | 'fx'>): string | null {
  return row.fx === null ? row.currency : row.fx.lock.pair.wallet;
}

/** What the round's amounts are said in. */
export function gameCurrencyOf(round: Pick<Round, 'currency' | 'lock'>): string {
  return round.lock === null ? round.currency : round.lock.pair.game;
}

/** True when money of this till may be counted in the round. */
export function fits(round: Pick<Round, 'currency' | 'lock'>, till: Till | StakeTill): boolean {
  switch (till.kind) {
    case 'plain':
      return round.lock === null && round.currency === till.wallet.currency;
    case 'exchanged':
      return round.lock !== null && pairText(round.lock.pair) === pairText(till.lock.pair);
    case 'unpriced':
    case 'shut':
      return false;
  }
}

/** The lock for rows that the till makes. */
export function lockOfTill(till: Till | StakeTill): RateLock | null {
  return till.kind === 'exchanged' ? till.lock : null;
}

function tillBy(scratch: Scratch, lock: RateLock | null, currency: string | null): Till | null {
  const wallet = scratch.wallet(lock === null ? (currency ?? '') : lock.pair.wallet);
  if (wallet === null) return null;
  return lock === null ? { kind: 'plain', wallet } : { kind: 'exchanged', wallet, lock };
}

/** What the call itself says of money that is owed; null: the player has no such wallet. */
export function tillOfCall(scratch: Scratch): Till | null {
  const { exchange, currency, nowMs } = scratch.request;
  if (exchange === null) return tillBy(scratch, null, currency);
  const locked = lockForLoose(exchange, nowMs);
  if (locked.kind === 'locked') return tillBy(scratch, locked.lock, null);
  const wallet = scratch.home();
  return wallet === null ? null : { kind: 'unpriced', wallet };
}

/** What a win that waits says of itself: it was told to the wallet by the call that brought it. */
export function tillOfRow(scratch: Scratch, row: Pick<Transaction, 'currency' | 'fx'>): Till | null {
  return tillBy(scratch, row.fx?.lock ?? null, row.currency);
}

/** Of money that is owed: the till of the transaction it names, else of its round, else its own. */
export function tillOfPayout(
  scratch: Scratch,
  owed: Pick<Transaction, 'round' | 'currency'>,
  named: Transaction | null,
  own: Till | null,
): Till | null {
  if (named !== null && named.currency === owed.currency && named.player === scratch.request.player)
    return tillOfRow(scratch, named);
  const round = owed.round === null ? null : scratch.round(owed.round);
  if (round !== null && gameCurrencyOf(round) === owed.currency) return tillBy(scratch, round.lock, round.currency);
  return own;
}

/** Of a stake: its round's till, else a new lock of the call's quote. `round` is null for a tip, which belongs to none. */
export function tillOfStake(scratch: Scratch, round: Round | null): StakeTill | null {
  const { exchange, currency, nowMs } = scratch.request;
  const ownLock = exchange?.kind === 'quoted' && exchange.terms.lockScope === 'bet';
  if (round !== null && round.lock !== null && round.lock.pair.game === currency && !ownLock) {
    const isOthers = exchange !== null && pairText(pairOfExchange(exchange)) !== pairText(round.lock.pair);
    const till = tillBy(scratch, round.lock, null);
    return isOthers && till !== null ? shut(till.wallet, 'wrong_currency') : settled(till);
  }
  if (exchange === null) return settled(tillBy(scratch, null, currency));
  const locked = lockForRound(exchange, nowMs);
  if (locked.kind === 'locked') return settled(tillBy(scratch, locked.lock, null));
  const wallet = scratch.home();
  if (wallet === null) return null;
  // What the operator never configured is no trouble that passes (FX-23).
  return shut(wallet, locked.refusal === 'unconfigured' ? 'wrong_currency' : 'limit_reached');
}

const shut = (wallet: Wallet, refusal: Refusal): StakeTill => ({ kind: 'shut', wallet, refusal });
const settled = (till: Till | null): StakeTill | null => (till?.kind === 'unpriced' ? null : till);

/** Why the till's wallet cannot hold an amount that is taken from it. */
export function unheldStake(amount: Decimal, till: Till | StakeTill): Refusal | null {
  if (till.kind === 'plain') return refusalOfAmount(amount, till.wallet);
  return till.kind === 'exchanged' ? unheldAmount(amount, till.lock, 'stake') : null;
}

/** The same for money that comes: the balance must be able to hold it, too. */
export function unheldPayout(amount: Decimal, till: Till): Refusal | null {
  if (till.kind === 'plain') return refusalOfCredit(amount, till.wallet);
  if (till.kind === 'unpriced') return null;
  const unheld = unheldAmount(amount, till.lock, 'payout');
  if (unheld !== null) return unheld;
  return till.wallet.balance + toWallet(amount, till.lock, 'payout').units > MOST_UNITS ? 'limit_reached' : null;
}

/** An amount must be one of the game's currency, and fit into a row when it is converted. */
function unheldAmount(amount: Decimal, lock: RateLock, leg: Leg): Refusal | null {
  const gameUnits = toUnits(amount, lock.gameScale);
  if (typeof gameUnits !== 'bigint') return gameUnits.reason === 'excess_precision' ? 'below_minimum' : 'limit_reached';
  const { units } = toWallet(amount, lock, leg);
  return units > MOST_UNITS || units < -MOST_UNITS ? 'limit_reached' : null;
}

/** A stake that the wallet's smallest unit cannot express fairly (FX-14). Nobody is refused a payout for that. */
export function refusalOfRounding(amount: Decimal, till: StakeTill, { exchange }: WalletRequest): Refusal | null {
  if (till.kind !== 'exchanged') return null;
  const { maxRoundingErrorBps } = exchange?.kind === 'quoted' ? exchange.terms : SAFE_TERMS;
  return isBelowMinimum(toWallet(amount, till.lock, 'stake'), maxRoundingErrorBps) ? 'below_minimum' : null;
}

/** What is booked for an amount: units of the wallet, and where they come from. */
export interface Booking {
  readonly units: bigint;
  readonly fx: Exchanged | null;
}

/** Whether it can be held was asked before. A win that comes to no unit at all is booked as that, with its residue (FX-15). */
export function bookingOf(amount: Decimal, till: Till | StakeTill, leg: Leg): Booking {
  switch (till.kind) {
    case 'plain':
      return { units: unitsOf(amount, till.wallet), fx: null };
    case 'exchanged': {
      const { units, residue } = toWallet(amount, till.lock, leg);
      return { units, fx: { lock: till.lock, residue } };
    }
    case 'unpriced':
    case 'shut':
      throw new Error('defect: money was to be booked by no rate');
  }
}

/** Nothing moves, but the row remembers its lock: free bets, and wins that wait. */
export function bookingOfNothing(till: Till | StakeTill): Booking {
  return { units: 0n, fx: till.kind === 'exchanged' ? { lock: till.lock, residue: ZERO_RATIONAL } : null };
}

/** What a rollback of `part` of a row that moved `units` says of exchange: the row's own lock, and what of its residue went back. */
export function exchangedBack(row: Transaction, part: Decimal, units: bigint): Exchanged | null {
  if (row.fx === null) return null;
  const { lock } = row.fx;
  const isFree = row.kind === 'bet' && row.flavour === 'free';
  return { lock, residue: isFree ? ZERO_RATIONAL : residueOf({ amount: part, units }, lock.walletScale, lock.rate) };
}

/** Of several rows that one rollback returned: under the first's lock, with all their residues. */
export function together(a: Exchanged | null, b: Exchanged | null): Exchanged | null {
  if (a === null || b === null) return a ?? b;
  return { lock: a.lock, residue: addRationals(a.residue, b.residue) };
}
