/**
 * Branded identities of the wallet. Ids from outside are opaque bytes: never trimmed, folded or normalised (SIG-05, BET-32).
 * Branding happens where text was validated (dialect decode, API schema, store rows); everywhere else the types carry it.
 */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** The operator's own player id, 1..255 characters, opaque. */
export type PlayerId = Brand<string, 'PlayerId'>;
/** The name of an aggregator as configured; `cashier` is the house's own name for operator movements. */
export type AggregatorName = Brand<string, 'AggregatorName'>;
/** An id that the aggregator gave a transaction, 1..255 characters, opaque. */
export type ExternalId = Brand<string, 'ExternalId'>;
/** A round id as the aggregator names it. Live tables share one round id between players. */
export type RoundId = Brand<string, 'RoundId'>;
/** A session token as it went out with the launch. */
export type SessionId = Brand<string, 'SessionId'>;
/** A game code as the aggregator names it. */
export type GameCode = Brand<string, 'GameCode'>;
/** Our own transaction id, uuidv7. */
export type TransactionId = Brand<string, 'TransactionId'>;

export const playerId = (text: string): PlayerId => text as PlayerId;
export const aggregatorName = (text: string): AggregatorName => text as AggregatorName;
export const externalId = (text: string): ExternalId => text as ExternalId;
export const roundId = (text: string): RoundId => text as RoundId;
export const sessionId = (text: string): SessionId => text as SessionId;
export const gameCode = (text: string): GameCode => text as GameCode;
export const transactionId = (text: string): TransactionId => text as TransactionId;

/** The aggregator name under which the operator's own deposits, withdrawals and adjustments are booked. Not usable in the configuration. */
export const CASHIER: AggregatorName = aggregatorName('cashier');
