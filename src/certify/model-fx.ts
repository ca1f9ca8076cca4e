/**
 * The reference wallet's own idea of exchange: fractions of two whole numbers and nothing else, written apart from the house's
 * conversions so that the two can be compared. Where money comes from or goes to is a source: a wallet, and the lock it is
 * converted by, if it is.
 */
import type { Decimal, Exchange } from '../money/index.ts';
import type { WalletRequest } from '../wallet/call.ts';
import type { Refusal } from '../wallet/outcome.ts';

/** `above`/`below` is how many units of the game's currency one of the wallet's is worth. */
export interface Lock {
  readonly wallet: string;
  readonly game: string;
  readonly above: bigint;
  readonly below: bigint;
  readonly walletDigits: number;
  readonly gameDigits: number;
  readonly favoursHouse: boolean;
}

export interface Source {
  readonly wallet: string;
  readonly lock: Lock | null;
}

type Quoted = Extract<Exchange, { kind: 'quoted' }>;

const ten = (digits: number): bigint => 10n ** BigInt(digits);

function lockBy(exchange: Quoted, quote: Quoted['current']): Lock {
  return {
    wallet: quote.pair.wallet,
    game: quote.pair.game,
    above: quote.rate.num,
    below: quote.rate.den,
    walletDigits: exchange.walletScale,
    gameDigits: exchange.gameScale,
    favoursHouse: exchange.terms.rounding === 'house_favour',
  };
}

/** The wallet the call says it plays from. */
export function homeOf({ exchange, currency }: Pick<WalletRequest, 'exchange' | 'currency'>): string {
  if (exchange === null) return currency;
  return exchange.kind === 'quoted' ? exchange.current.pair.wallet : exchange.pair.wallet;
}

/** What the player sees now is what the next round will be played by. */
export function lockShown(exchange: Quoted): Lock {
  const { shown, current } = exchange;
  return lockBy(exchange, shown !== null && !shown.hasEnded ? shown.quote : current);
}

/** Money that is owed takes the market's last word; without any word nobody can pay it. */
export function lockOwed(exchange: Exchange): Lock | null {
  return exchange.kind === 'quoted' ? lockBy(exchange, exchange.current) : null;
}

/** A stake takes what was shown, unless that is over or the market is silent. */
export function lockStaked(exchange: Exchange): Lock | { readonly refusal: Refusal } {
  if (exchange.kind === 'unconfigured') return { refusal: 'wrong_currency' };
  if (exchange.kind === 'unpriced' || exchange.freshness === 'expired') return { refusal: 'limit_reached' };
  const ended = exchange.shown !== null && exchange.shown.hasEnded;
  if (ended && exchange.terms.onQuoteExpiry === 'reject') return { refusal: 'limit_reached' };
  return lockShown(exchange);
}

/** amount × below / above, in the wallet's smallest unit: the whole part, and what is left of how much. */
function exactly(lock: Lock, amount: Decimal): { readonly whole: bigint; readonly left: bigint; readonly of: bigint } {
  const top = amount.unscaled * lock.below * ten(lock.walletDigits);
  const of = lock.above * ten(amount.scale);
  // downwards, also below nothing
  const whole = top / of - (top % of < 0n ? 1n : 0n);
  return { whole, left: top - whole * of, of };
}

export function convert(lock: Lock, amount: Decimal, direction: 'taken' | 'paid'): bigint {
  const { whole, left, of } = exactly(lock, amount);
  if (left === 0n) return whole;
  if (lock.favoursHouse) return direction === 'taken' ? whole + 1n : whole;
  if (left * 2n === of) return whole + (whole % 2n === 0n ? 0n : 1n);
  return left * 2n > of ? whole + 1n : whole;
}

/** A stake that comes to nothing, or is changed by more than so many ten-thousandths of it. */
export function isTooSmall(lock: Lock, amount: Decimal, mostOff: number): boolean {
  const { whole, left, of } = exactly(lock, amount);
  const exact = whole * of + left;
  if (exact === 0n) return false;
  const units = convert(lock, amount, 'taken');
  const off = units * of - exact;
  return units === 0n || (off < 0n ? -off : off) * 10_000n > exact * BigInt(mostOff);
}

/** What the game is shown of a balance: never more than there is. */
export function shownAs(lock: Lock, balance: bigint): bigint {
  const top = balance * lock.above * ten(lock.gameDigits);
  const of = lock.below * ten(lock.walletDigits);
  return top / of - (top % of < 0n ? 1n : 0n);
}

export function isFiner(amount: Decimal, digits: number): boolean {
  return amount.scale > digits && amount.unscaled % ten(amount.scale - digits) !== 0n;
}

export function samePair(a: Lock | null, b: Lock | null): boolean {
  return a === null || b === null ? a === b : a.wallet === b.wallet && a.game === b.game;
}
