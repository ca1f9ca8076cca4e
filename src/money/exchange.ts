/**
 * How a round keeps its rate. A quote is what everybody is shown in a window of time; the first applied bet of a round makes it
 * the round's lock, and from then on nothing but the lock is asked: not the time, not the market (FX-05, FX-06, FX-09). Pure:
 * quotes, the time and the terms are passed in. Stakes may be refused, payouts never are.
 */
import type { Decimal } from './decimal.ts';
import { isProblem } from './problem.ts';
import type { Conversion, Rate } from './rate.ts';
import { formatRate, isBelowMinimum, parseRate, toDisplayUnits, toWalletUnits } from './rate.ts';
import type { RoundingMode } from './rounding.ts';

/** Whose rate it is: units of the game's currency for 1 of the wallet's. Written `BTC/USD`. */
export interface Pair {
  readonly wallet: string;
  readonly game: string;
}

export function pairText({ wallet, game }: Pair): string {
  return `${wallet}/${game}`;
}

/** Null for text that is no `WALLET/GAME` of two different codes. */
export function parsePair(text: string): Pair | null {
  const [wallet = '', game = '', more] = text.split('/');
  return wallet === '' || game === '' || more !== undefined || wallet === game ? null : { wallet, game };
}

/** How fresh the rate behind a quote is: `expired` opens no round any more. */
export type Freshness = 'fresh' | 'stale' | 'expired';

/** One rate for everybody who asks between `startsAtMs` and `expiresAtMs`. */
export interface Quote {
  readonly id: string;
  readonly pair: Pair;
  /** as the sources say it, before the spread */
  readonly market: Rate;
  readonly spreadBps: number;
  /** what conversions use, for both directions (FX-22) */
  readonly rate: Rate;
  /** `fixed`, the sources' names, or the two pairs a cross was made of */
  readonly source: string;
  /** when a source last said so */
  readonly observedAtMs: number;
  readonly startsAtMs: number;
  readonly expiresAtMs: number;
}

/** `half_even` is unbiased. `house_favour` rounds stakes up and payouts down, which shortens the return to the player. */
export type RoundingRule = 'half_even' | 'house_favour';

/** The knobs of exchange; every one is the operator's, none a dialect's. */
export interface ExchangeTerms {
  /** which transactions share a rate: those of a round, of all rounds of a session, or a bet with the wins that name it */
  readonly lockScope: 'round' | 'session' | 'bet';
  /** how long the quote of a session's launch may lock its rounds, from the quote's beginning */
  readonly sessionLockMaxMs: number;
  /** a bet whose session was shown a quote that has ended: take the current one, or refuse */
  readonly onQuoteExpiry: 'requote' | 'reject';
  readonly rounding: RoundingRule;
  /** a stake whose rounding would cost more than this part of it is below the minimum */
  readonly maxRoundingErrorBps: number;
}

export const SAFE_TERMS: ExchangeTerms = Object.freeze({
  lockScope: 'round',
  sessionLockMaxMs: 86_400_000,
  onQuoteExpiry: 'requote',
  rounding: 'half_even',
  maxRoundingErrorBps: 300,
} satisfies ExchangeTerms);

/** What a call in another currency than its wallet's needs to know of exchange, resolved before `decide`. */
export type Exchange =
  /** no such pair is configured: nothing is ever converted by itself (FX-23) */
  | { readonly kind: 'unconfigured'; readonly pair: Pair }
  /** the pair is configured and no source has said a rate yet */
  | { readonly kind: 'unpriced'; readonly pair: Pair }
  | {
      readonly kind: 'quoted';
      /** the quote of this moment */
      readonly current: Quote;
      readonly freshness: Freshness;
      /** what the session was shown, and whether it may lock no round any more; null: nothing yet */
      readonly shown: { readonly quote: Quote; readonly hasEnded: boolean } | null;
      readonly walletScale: number;
      readonly gameScale: number;
      readonly terms: ExchangeTerms;
    };

/** The rate of a round, or of a transaction without one. Stored with it; it never changes and never expires. */
export interface RateLock {
  readonly quoteId: string;
  readonly pair: Pair;
  readonly rate: Rate;
  readonly market: Rate;
  readonly spreadBps: number;
  readonly source: string;
  readonly walletScale: number;
  readonly gameScale: number;
  readonly rounding: RoundingRule;
  readonly lockedAtMs: number;
  /** the rate was older than it should be when it was locked */
  readonly isStale: boolean;
}

export type LockRefusal = 'unconfigured' | 'unpriced' | 'expired_rate' | 'expired_quote';

export type Locked =
  | { readonly kind: 'locked'; readonly lock: RateLock }
  | { readonly kind: 'refused'; readonly refusal: LockRefusal };

/** Whose rate the exchange is about. */
export function pairOfExchange(exchange: Exchange): Pair {
  return exchange.kind === 'quoted' ? exchange.current.pair : exchange.pair;
}

/** The quote a new round would lock, which is also the one to show a balance by: what was shown while it holds, else the current. */
export function quoteToShow({ current, shown }: Extract<Exchange, { kind: 'quoted' }>): Quote {
  return shown !== null && holds(shown, current) ? shown.quote : current;
}

function holds(shown: { readonly quote: Quote; readonly hasEnded: boolean }, current: Quote): boolean {
  return !shown.hasEnded && pairText(shown.quote.pair) === pairText(current.pair);
}

/**
 * The lock of a new round: the quote that the player was shown if it still holds, else the current one or a refusal
 * (FX-03, FX-04). A rate that has expired opens no round (FX-09).
 */
export function lockForRound(exchange: Exchange, nowMs: number): Locked {
  if (exchange.kind !== 'quoted') return { kind: 'refused', refusal: exchange.kind };
  const { current, shown, freshness, terms } = exchange;
  if (freshness === 'expired') return { kind: 'refused', refusal: 'expired_rate' };
  if (shown !== null && !holds(shown, current) && terms.onQuoteExpiry === 'reject')
    return { kind: 'refused', refusal: 'expired_quote' };
  return { kind: 'locked', lock: lockOf(exchange, quoteToShow(exchange), nowMs) };
}

/**
 * The lock of money that belongs to no round: promotions, jackpots, a win accepted without its bet (FX-18). It is owed whatever
 * the market does, so the last rate known is taken even when it has expired, and the lock says so.
 */
export function lockForLoose(exchange: Exchange, nowMs: number): Locked {
  if (exchange.kind !== 'quoted') return { kind: 'refused', refusal: exchange.kind };
  return { kind: 'locked', lock: lockOf(exchange, exchange.current, nowMs) };
}

function lockOf(exchange: Extract<Exchange, { kind: 'quoted' }>, quote: Quote, nowMs: number): RateLock {
  const { walletScale, gameScale, terms, freshness } = exchange;
  const { id: quoteId, pair, rate, market, spreadBps, source } = quote;
  return {
    quoteId,
    pair,
    rate,
    market,
    spreadBps,
    source,
    walletScale,
    gameScale,
    rounding: terms.rounding,
    lockedAtMs: nowMs,
    isStale: freshness !== 'fresh',
  };
}

/** Which way an amount goes. */
export type Leg = 'stake' | 'payout';

/** How the leg is rounded under the lock's rule. */
export function roundingOf(leg: Leg, rule: RoundingRule): RoundingMode {
  if (rule === 'half_even') return 'half_even';
  return leg === 'stake' ? 'ceil' : 'floor';
}

/** An amount of the game, at the lock, as wallet units and what the rounding left over (FX-12, FX-15). Refunds are never converted. */
export function toWallet(amount: Decimal, lock: RateLock, leg: Leg): Conversion {
  return toWalletUnits(amount, lock.rate, lock.walletScale, roundingOf(leg, lock.rounding));
}

/** A stake in wallet units, or null when it is below what the wallet's smallest unit can express fairly (FX-14). */
export function stakeToWallet(amount: Decimal, lock: RateLock, maxRoundingErrorBps: number): Conversion | null {
  const conversion = toWallet(amount, lock, 'stake');
  return isBelowMinimum(conversion, maxRoundingErrorBps) ? null : conversion;
}

/** A wallet's balance as the game shows it: game units, rounded down, so that all of it may be staked (FX-13). */
export function display(balance: bigint, at: Pick<Quote, 'rate'>, walletScale: number, gameScale: number): bigint {
  return toDisplayUnits(balance, walletScale, at.rate, gameScale);
}

/** A lock as text and plain values: what is stored with the round and copied to each of its transactions. */
export interface StoredLock {
  readonly quoteId: string;
  /** `BTC/USD` */
  readonly pair: string;
  /** decimal text, units of the game's currency for 1 of the wallet's */
  readonly rate: string;
  readonly market: string;
  readonly spreadBps: number;
  readonly source: string;
  readonly walletScale: number;
  readonly gameScale: number;
  readonly rounding: RoundingRule;
  readonly lockedAtMs: number;
  readonly isStale: boolean;
}

export function writeLock(lock: RateLock): StoredLock {
  return { ...lock, pair: pairText(lock.pair), rate: formatRate(lock.rate), market: formatRate(lock.market) };
}

/** What cannot be a lock of ours is a defect of whoever stored it. */
export function readLock(stored: StoredLock): RateLock {
  const [pair, rate, market] = [parsePair(stored.pair), parseRate(stored.rate), parseRate(stored.market)];
  if (pair === null || isProblem(rate) || isProblem(market))
    throw new Error(`defect: the rate locked by quote ${stored.quoteId} is unreadable`);
  return { ...stored, pair, rate, market };
}
