/**
 * What an operator of the zoo keeps: wallets, rows of what was asked, rounds, and who was let in where. Plain records; amounts
 * are whole numbers of the currency's smallest unit. Rows are never taken away, so what was booked twice shows as two rows.
 */

import type { Rate } from './exchange.ts';

export type Kind = 'bet' | 'win' | 'rollback';

/** Why nothing was booked, in the generic dialect's words. */
export type Code =
  | 'insufficient_funds'
  | 'unknown_player'
  | 'player_blocked'
  | 'limit_reached'
  | 'session_invalid'
  | 'session_expired'
  | 'unknown_game'
  | 'wrong_currency'
  | 'round_closed'
  | 'not_found'
  | 'conflict'
  | 'reversed'
  | 'already_settled'
  | 'below_minimum';

export type State = 'applied' | 'rejected' | 'tombstone' | 'parked' | 'part_reversed' | 'reversed';

/** What makes a repeat the same transaction: who, what for, and how much. */
export interface Facts {
  readonly player: string;
  readonly currency: string;
  readonly game: string | null;
  readonly round: string | null;
  /** the bet a win belongs to or a refund undoes */
  readonly bet: string | null;
  /** in the currency's smallest units; null: a refund of all that is left */
  readonly amount: bigint | null;
  /** cash or free, win, jackpot, promo or free_round; '' for refunds */
  readonly flavour: string;
  /** a half of a bet_win */
  readonly combined: boolean;
  /** the whole message as it came: no fact at all to a correct operator */
  readonly bytes: string;
}

export interface Row {
  /** the operator's own id */
  readonly operatorId: string;
  readonly kind: Kind;
  /** the aggregator's id */
  readonly id: string;
  readonly facts: Facts;
  readonly state: State;
  readonly refusal: Code | null;
  /** how much of a bet was given back, in the game's currency and in the wallet's */
  readonly returned: bigint;
  readonly returnedMoney: bigint;
  /** what a bet took from the wallet, or would have if it had not been refused, in the wallet's currency */
  readonly money: bigint;
  /** wins that name this bet */
  readonly wins: number;
  /** how many wins that name no bet its round had when this bet came: those are not its own */
  readonly looseBefore: number;
  readonly closesRound: boolean;
  readonly atMs: number;
}

export interface Wallet {
  readonly player: string;
  readonly currency: string;
  readonly scale: number;
  readonly balance: bigint;
  /** what a bet may take: the balance, for nothing is held back */
  readonly available: bigint;
  readonly status: 'active' | 'blocked' | 'self_excluded';
  readonly maxStake: bigint | null;
}

export interface Round {
  readonly currency: string;
  readonly bets: number;
  readonly betsStanding: number;
  readonly looseWins: number;
  /** reopened: a win came after the end; no bets come in it, but it may end again */
  readonly state: 'open' | 'closed' | 'reopened';
  /** by which all its money is converted; null: by none, or none yet */
  readonly rate: Rate | null;
}

export interface Session {
  readonly player: string | null;
  readonly game: string;
  readonly currency: string;
  readonly standing: 'live' | 'expired' | 'demo';
}

/** One thing a message asks for. */
export interface Leg {
  readonly kind: Kind;
  readonly id: string;
  readonly facts: Facts;
  readonly closesRound: boolean;
}

/** A message, read. */
export type Call =
  | (Asker & { readonly type: 'balance' })
  | (Asker & { readonly type: 'close'; readonly round: string })
  | (Asker & { readonly type: 'money'; readonly legs: readonly [Leg, ...Leg[]] });
export type MoneyCall = Extract<Call, { type: 'money' }>;

interface Asker {
  readonly player: string;
  readonly currency: string;
  readonly session: string | null;
  readonly game: string | null;
}

export interface Money {
  readonly units: bigint;
  readonly scale: number;
  readonly currency: string;
}

export type Outcome =
  | { readonly kind: 'ok'; readonly operatorId: string | null; readonly duplicate: boolean; readonly balance: Money }
  | { readonly kind: 'no'; readonly code: Code; readonly balance: Money | null }
  /** it cannot be said yet: ask again */
  | { readonly kind: 'unsure' }
  /** the message is too old for anything new */
  | { readonly kind: 'stale' };
