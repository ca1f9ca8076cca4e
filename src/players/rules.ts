/** What may be said about a player, checked without I/O. Ids are the operator's own: opaque, never trimmed or folded. */
import { formatUnits, isNegative, isProblem, parseDecimal, toUnits } from '../money/index.ts';
import type { AggregatorName, PlayerId, PlayerStatus, Wallet } from '../wallet/index.ts';

/** A player as the operator created it, and the status it has now. */
export interface Player {
  readonly id: PlayerId;
  /** the currency it was created with; further wallets may follow */
  readonly currency: string;
  /** ISO 3166-1 alpha-2, upper case; null: not told */
  readonly country: string | null;
  /** internal and test players are left out of every figure (SES-09) */
  readonly test: boolean;
  readonly status: PlayerStatus;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
}

export interface NewPlayer {
  readonly id: PlayerId;
  readonly currency: string;
  readonly country: string | null;
  readonly test: boolean;
}

/** Free rounds issued at an aggregator: whose they are, and in which currency they pay. */
export interface Grant {
  readonly aggregator: AggregatorName;
  readonly issue: string;
  readonly player: PlayerId;
  readonly currency: string;
}

/** The first fact in which a repeated grant differs from the one that stands, or null for a repeat. */
export function differingGrantFact(stands: Grant, given: Grant): 'player' | 'currency' | null {
  if (stands.player !== given.player) return 'player';
  return stands.currency === given.currency ? null : 'currency';
}

/** Limits as the operator says them: decimal text of the wallet's currency, null for none. */
export interface LimitsText {
  readonly maxStake: string | null;
  readonly dailyLossLimit: string | null;
}

/** The first fact in which a repeated creation differs from the player that exists, or null for a repeat. */
export function differingPlayerFact(existing: Player, given: NewPlayer): 'currency' | 'country' | 'test' | null {
  if (existing.currency !== given.currency) return 'currency';
  if (existing.country !== given.country) return 'country';
  return existing.test === given.test ? null : 'test';
}

/** A limit in the wallet's minor units; a problem for anything that is no amount of that currency at or above zero. */
export function limitUnits(text: string | null, scale: number): bigint | null | { readonly kind: 'problem' } {
  if (text === null) return null;
  const decimal = parseDecimal(text);
  if (isProblem(decimal) || isNegative(decimal)) return { kind: 'problem' };
  const units = toUnits(decimal, scale);
  return typeof units === 'bigint' ? units : { kind: 'problem' };
}

/** A wallet's limits as text, the way they were given. */
export function limitsText(wallet: LimitUnits & Pick<Wallet, 'scale'>): LimitsText {
  const text = (units: bigint | null): string | null => (units === null ? null : formatUnits(units, wallet.scale));
  return { maxStake: text(wallet.maxStake), dailyLossLimit: text(wallet.dailyLossLimit) };
}

/** Limits of a wallet in its minor units; null: none. */
export interface LimitUnits {
  readonly maxStake: bigint | null;
  readonly dailyLossLimit: bigint | null;
}

/** Of each limit the stricter one. */
export function stricterOf(a: LimitUnits, b: LimitUnits): LimitUnits {
  return { maxStake: lower(a.maxStake, b.maxStake), dailyLossLimit: lower(a.dailyLossLimit, b.dailyLossLimit) };
}

export function isSameLimits(a: LimitUnits, b: LimitUnits): boolean {
  return a.maxStake === b.maxStake && a.dailyLossLimit === b.dailyLossLimit;
}

/** No limit is above every limit. */
function lower(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
