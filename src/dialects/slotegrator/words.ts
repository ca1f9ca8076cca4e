/** The words of Slotegrator's `type` fields, and what they mean in the house's language; both halves read the same tables. */
import type { BetFlavour, RollbackTarget, WinFlavour } from '../../wallet/call.ts';

export const ACTIONS = ['balance', 'bet', 'win', 'refund', 'rollback'] as const;
export type Action = (typeof ACTIONS)[number];

export const BET_TYPES = ['bet', 'tip', 'freespin'] as const;
export const BET_FLAVOURS: Record<(typeof BET_TYPES)[number], BetFlavour> = {
  bet: 'cash',
  tip: 'tip',
  freespin: 'free',
};
export const TYPE_OF_BET: Record<BetFlavour, (typeof BET_TYPES)[number]> = {
  cash: 'bet',
  tip: 'tip',
  free: 'freespin',
};

/** Everything but a game's own win may come without a bet. */
export const WIN_FLAVOURS: Readonly<Record<string, WinFlavour>> = {
  win: 'win',
  jackpot: 'jackpot',
  freespin: 'free_round',
  bonus: 'promo',
  pragmatic_prize_drop: 'promo',
  pragmatic_tournament: 'promo',
  promo: 'promo',
  prize_drop: 'promo',
  tournament: 'promo',
  unaccounted_promo: 'promo',
  loyalty_win: 'promo',
};
export const TYPE_OF_WIN: Record<WinFlavour, string> = {
  win: 'win',
  jackpot: 'jackpot',
  promo: 'promo',
  free_round: 'freespin',
};

export const UNDONE = ['bet', 'win', 'refund'] as const;
export type Undone = (typeof UNDONE)[number];

/** Most transactions that one rollback lists. */
export const MOST_LISTED = 200;

const TARGETS = { bet: 'bet', win: 'win', refund: 'rollback' } as const;

export const targetKind = (undone: Undone): 'bet' | 'win' | 'rollback' => TARGETS[undone];
export const undoneOf = (target: RollbackTarget): Undone | null =>
  UNDONE.find((each) => TARGETS[each] === target.kind) ?? null;

/**
 * The id under which one listed transaction is undone. A rollback that lists one thing is that undoing, under its own id; one of
 * several needs an id for each, made of its own and the listed one, so that a repeat of the rollback meets what it did before.
 */
export function undoingId(rollback: string, undone: Undone, transaction: string, listed: number): string {
  return listed === 1 ? rollback : `${rollback}:${undone}:${transaction}`;
}
