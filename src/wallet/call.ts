/**
 * What an aggregator may ask of the wallet, in the house's one language. A dialect's decode produces a `Call`;
 * the gateway resolves it (session, game, currency scale) into a `WalletRequest`; `decide` answers it.
 * A call carries one or more operations and is all or nothing: a bet+win is two operations with one external id.
 */
import type { Decimal, Exchange } from '../money/index.ts';
import type { AggregatorName, ExternalId, GameCode, PlayerId, RoundId, SessionId, TransactionId } from './ids.ts';

/**
 * How a call names its player. Dialects without a player id name a session token, or nothing but a known transaction (RB-16), or
 * the free rounds the player was granted (FR-05). What these are worth is said in the grant's currency, which only whoever keeps
 * the grants knows: `subunits` says how many digits each currency's subunit has, or null for amounts in whole units.
 */
export type PlayerReference =
  | { readonly kind: 'id'; readonly player: PlayerId }
  | { readonly kind: 'session' }
  | { readonly kind: 'transaction' }
  | { readonly kind: 'grant'; readonly issue: string; readonly subunits: Readonly<Record<string, number>> | null };

export type BetFlavour = 'cash' | 'free' | 'tip';
export type WinFlavour = 'win' | 'jackpot' | 'promo' | 'free_round';

/** Takes a stake. `amount` ≥ 0 in the call's currency. `free`: nothing is debited (FR-01). `tip`: no round is expected (BET-40). */
export interface Bet {
  readonly kind: 'bet';
  readonly id: ExternalId;
  readonly round: RoundId | null;
  readonly amount: Decimal;
  readonly flavour: BetFlavour;
  /** one leg of a combined bet+win; part of the fingerprint, so a plain bet of the same id conflicts (BW-06) */
  readonly combined: boolean;
  readonly closesRound: boolean;
}

/** Pays. `bet` names the bet it belongs to, where the dialect says so. */
export interface Win {
  readonly kind: 'win';
  readonly id: ExternalId;
  readonly round: RoundId | null;
  readonly bet: ExternalId | null;
  readonly amount: Decimal;
  readonly flavour: WinFlavour;
  readonly combined: boolean;
  readonly closesRound: boolean;
}

export type RollbackTarget =
  | { readonly kind: 'bet'; readonly id: ExternalId }
  | { readonly kind: 'win'; readonly id: ExternalId }
  /** the dialect does not say which kind: a bet is looked for first, then a win, then a correction */
  | { readonly kind: 'any'; readonly id: ExternalId }
  /** undoes an earlier rollback (RB-17) */
  | { readonly kind: 'rollback'; readonly id: ExternalId }
  /** every un-won bet of the round (RB-15) */
  | { readonly kind: 'round'; readonly round: RoundId };

/** Undoes. `id` is the rollback's own id; where the dialect has none it repeats the target's (RB-09). `amount` only for partial refunds. */
export interface Rollback {
  readonly kind: 'rollback';
  readonly id: ExternalId;
  readonly target: RollbackTarget;
  readonly round: RoundId | null;
  readonly amount: Decimal | null;
  readonly closesRound: boolean;
}

/** Closes a round; moves no money and has no id. */
export interface Close {
  readonly kind: 'close';
  readonly round: RoundId;
}

/** A signed correction: a win changed later (WIN-18), a manual adjustment, a resolution of a discrepancy. */
export interface Adjust {
  readonly kind: 'adjust';
  readonly id: ExternalId;
  readonly round: RoundId | null;
  readonly reference: ExternalId | null;
  /** signed; negative takes money from the player */
  readonly amount: Decimal;
}

/** The operator's cashier. */
export interface Deposit {
  readonly kind: 'deposit';
  readonly id: ExternalId;
  readonly amount: Decimal;
}
export interface Withdrawal {
  readonly kind: 'withdrawal';
  readonly id: ExternalId;
  readonly amount: Decimal;
}

export type Operation = Bet | Win | Rollback | Close | Adjust | Deposit | Withdrawal;
export type Operations = readonly [Operation, ...Operation[]];

interface CallContext {
  readonly player: PlayerReference;
  /** the session token, if the dialect sent one */
  readonly session: SessionId | null;
  /** as sent, never normalised; null where the dialect takes it from the session */
  readonly currency: string | null;
  readonly game: GameCode | null;
  /** provider (studio) code where the dialect sends one */
  readonly provider: string | null;
  /** transport-level request id, only logged: the money key is the transaction id (RET-03, RET-04) */
  readonly requestId: string | null;
}

export interface BalanceCall extends CallContext {
  readonly kind: 'balance';
}
/** Who the player is: the balance and what else the aggregator may know. Moves nothing. */
export interface ProfileCall extends CallContext {
  readonly kind: 'profile';
}
export interface MoneyCall extends CallContext {
  readonly kind: 'money';
  readonly operations: Operations;
}
/** A genuine, well-formed question of an aggregator. */
export type Call = BalanceCall | ProfileCall | MoneyCall;

/** What resolve found out about the session a call names. */
export type SessionFact =
  /** the call names none and the dialect does not need one */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' }
  /** a demo session: it must never reach a wallet (BAL-12) */
  | { readonly kind: 'demo' }
  /** the token was issued to somebody else (BET-23) */
  | { readonly kind: 'foreign' }
  /** `currency`: what its game is played in */
  | { readonly kind: 'live'; readonly currency: string }
  | { readonly kind: 'expired'; readonly currency: string };

/** A money call, resolved: everything `decide` may look at besides the book. */
export interface WalletRequest {
  readonly aggregator: AggregatorName;
  /** '' where external ids are unique per aggregator, else the provider's code or the player's id (knob `id.scope`) */
  readonly idScope: string;
  readonly player: PlayerId;
  /** as sent (or the session's): the currency of every amount in `operations` */
  readonly currency: string;
  /** null: `currency` is the wallet's own; else the session plays in it from a wallet of another one */
  readonly exchange: Exchange | null;
  readonly session: SessionFact;
  readonly sessionId: SessionId | null;
  readonly gameCode: GameCode | null;
  /** false: the code is in nobody's catalogue and the session was not launched for it (BET-16, CAT-13) */
  readonly gameKnown: boolean;
  readonly operations: Operations;
  /** answer only what is already booked; anything new is `stale` and writes nothing (SIG-33) */
  readonly onlyKnown: boolean;
  /** wall clock at arrival, epoch ms; stored, never used to order money */
  readonly nowMs: number;
  /** makes our own ids; injected so that decisions can be repeated in tests */
  readonly nextId: () => TransactionId;
}
