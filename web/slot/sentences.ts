/** What the page says to a player: plain sentences, what happened first, then what to do. */

const REFUSED: Readonly<Record<string, string>> = {
  insufficient_funds: 'Your balance does not cover this stake. Choose a lower one.',
  session_expired: 'Your session has expired. Go back to the lobby and start the game again.',
  session_invalid: 'This session is not valid any more. Go back to the lobby and start the game again.',
  player_blocked: 'This account may not play right now.',
  limit_reached: 'This stake would pass one of your limits.',
  wrong_currency: 'This session is in another currency. Go back to the lobby and start the game again.',
  unknown_game: 'The casino does not offer this game any more.',
  spin_running: 'The last spin is still running.',
  unfinished: 'The last round is still being settled with the casino.',
  gone: 'This game was closed. Go back to the lobby and start it again.',
  bad_signature: 'The casino does not recognise this game server. Nothing was staked.',
};

export const SAYINGS = {
  luck: 'Good luck!',
  spinning: 'Spinning…',
  noWin: 'No win this time.',
  noBalance: 'The casino does not answer, so the balance cannot be shown. Trying again…',
  lost: 'The game server cannot be reached. If a stake was taken, the round is finished or refunded. Trying again…',
  refunding:
    'The casino gave no clear answer to your stake. If it was taken, it is being returned: the game server keeps asking.',
  asking: 'The casino gave no clear answer to your stake. The balance shows what was taken.',
  settled: 'Settled. You can play on.',
  payoutRefused: 'The casino refused this win. Keep the round number and ask its support.',
} as const;

export function refused(code: string): string {
  return REFUSED[code] ?? 'The casino refused this spin. Nothing was staked.';
}

export function won(amount: string, currency: string): string {
  return `You win ${amount} ${currency}!`;
}

export function pending(amount: string, currency: string): string {
  return `You won ${amount} ${currency}. It is safe: the game server keeps telling the casino until it is booked.`;
}
