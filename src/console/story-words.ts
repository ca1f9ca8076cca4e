/** How a round's story is told to somebody who has never read the code: words for kinds, refusals, verdicts and accounts. Pure. */
import type { Refusal, Transaction } from '../wallet/index.ts';

const REFUSALS: Readonly<Record<Refusal, string>> = {
  insufficient_funds: 'the wallet did not hold enough',
  unknown_player: 'nobody has this player id',
  player_blocked: 'the player is blocked',
  player_excluded: 'the player has excluded themselves',
  limit_reached: 'a limit of the player was reached',
  session_invalid: 'the session is not this player’s, or no real one',
  session_expired: 'the session had expired',
  unknown_game: 'the game is in no catalogue',
  wrong_currency: 'the currency is not the session’s',
  round_closed: 'the round was closed already',
  not_found: 'what it names is not in the book',
  conflict: 'the same id came before with other facts',
  reversed: 'it was rolled back before',
  already_settled: 'the bet was settled already',
  below_minimum: 'the amount is too small for the wallet’s currency',
  parent_failed: 'what it belongs to was refused',
};

const VERDICTS: Readonly<Record<string, string>> = {
  genuine: 'signature genuine',
  late: 'signature genuine, but old: only what is booked is told',
  missing: 'no signature',
  malformed: 'the signature cannot be read',
  mismatch: 'the signature is wrong',
  expired: 'signed for another time',
  timestamp_unit: 'the timestamp is in another unit',
  replayed_nonce: 'the same signed message again',
  unread: 'turned away before its signature was looked at',
};

const NAMES: Readonly<Record<Transaction['kind'], string>> = {
  bet: 'Bet',
  win: 'Win',
  rollback: 'Rollback',
  adjust: 'Correction',
  deposit: 'Deposit',
  withdrawal: 'Withdrawal',
};

const FLAVOURS: Readonly<Record<string, string>> = {
  free: 'Free-round bet',
  tip: 'Tip',
  jackpot: 'Jackpot',
  promo: 'Promotional win',
  free_round: 'Free-round win',
};

export const sentenceOfRefusal = (refusal: Refusal): string => REFUSALS[refusal];
export const wordsOfVerdict = (verdict: string): string => VERDICTS[verdict] ?? verdict;

export function nameOf(transaction: Pick<Transaction, 'kind' | 'flavour'>): string {
  return (transaction.kind === 'rollback' ? undefined : FLAVOURS[transaction.flavour]) ?? NAMES[transaction.kind];
}

/** "once", "twice", "3 times" */
export function times(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count} times`;
}

export const OUTCOMES: Readonly<Record<string, string>> = {
  applied: 'applied',
  duplicate: 'known already: answered from the book, nothing moved again',
  uncertain: 'uncertain: asked to send it again',
  parked: 'kept until its bet comes',
  unauthenticated: 'not believed',
  bad_request: 'not understood',
  accepted: 'stored',
};

export const wordsOfOutcome = (outcome: string): string =>
  OUTCOMES[outcome] ?? (isRefusal(outcome) ? `refused: ${REFUSALS[outcome]}` : outcome);

function isRefusal(word: string): word is Refusal {
  return Object.hasOwn(REFUSALS, word);
}
