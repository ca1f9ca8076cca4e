/** Operators that do not pay what was won, or pay what was not. */
import type { Outcome } from '../book.ts';
import { CORRECT } from '../habits.ts';
import type { Mistake } from './mistake.ts';

/** One middleware checks the session of every message. */
const winNeedsSession: Mistake = {
  name: 'win-needs-session',
  mistake: 'A win is refused when its session has run out.',
  costs: 'Who wins at the end of a long evening is not paid.',
  caughtBy: ['WIN-08'],
  habits: {
    sessionRefusal: (kind, session, call) =>
      kind === 'win' && session?.standing === 'expired'
        ? 'session_expired'
        : CORRECT.sessionRefusal(kind, session, call),
  },
};

/** The bet is there; what became of it is not asked. */
const winAfterRollback: Mistake = {
  name: 'win-after-rollback',
  mistake: 'A win of a bet that was rolled back is paid.',
  costs: 'The stake goes back and the win is paid: the round costs the player nothing and the house everything.',
  caughtBy: ['WIN-07'],
  habits: {
    judgeWin: (win, bet, wallet) =>
      bet !== null && bet.facts.player === win.player && (bet.state === 'reversed' || bet.state === 'tombstone')
        ? { kind: 'pay', units: win.amount ?? 0n }
        : CORRECT.judgeWin(win, bet, wallet),
  },
};

/** "No such bet", for good. */
const earlyWinRefused: Mistake = {
  name: 'early-win-refused',
  mistake: 'A win that overtakes its bet is refused for good instead of being asked for again.',
  costs: 'The bet is taken a moment later, and its win is never paid.',
  caughtBy: ['WIN-05.later'],
  habits: {
    judgeWin: (win, bet, wallet) =>
      bet === null ? { kind: 'refuse', code: 'not_found' } : CORRECT.judgeWin(win, bet, wallet),
  },
};

/** `if (amount <= 0) throw`. */
const zeroWinRefused: Mistake = {
  name: 'zero-win-refused',
  mistake: 'A win of nothing, which many games send for a loss, is refused.',
  costs: 'The aggregator takes the refusal for trouble and rolls back a bet that was lost fairly.',
  caughtBy: ['WIN-04'],
  habits: {
    judgeWin: (win, bet, wallet) =>
      win.amount === 0n ? { kind: 'refuse', code: 'below_minimum' } : CORRECT.judgeWin(win, bet, wallet),
  },
};

/** One `hasFunds` before everything that moves money. */
const winNeedsFunds: Mistake = {
  name: 'win-needs-funds',
  mistake: 'The check that a stake is covered is made of wins as well, so one larger than the balance is refused.',
  costs: 'Only small wins are paid: the jackpot of somebody with ten left in the wallet is not.',
  caughtBy: ['BUG-14'],
  habits: {
    judgeWin: (win, bet, wallet) =>
      (win.amount ?? 0n) > wallet.balance
        ? { kind: 'refuse', code: 'insufficient_funds' }
        : CORRECT.judgeWin(win, bet, wallet),
  },
};

/** Two inserts, two transactions. */
const partialBetWin: Mistake = {
  name: 'partial-bet-win',
  mistake:
    'The two halves of a bet_win are booked one after the other, and the second is not told that the first was refused.',
  costs: 'The stake is refused for lack of money, and the win is paid.',
  caughtBy: ['BW-02'],
  habits: {
    perform: async (call, transact) => {
      const [stake, win] = call.legs;
      if (win === undefined) return transact(call.legs);
      const ofStake: Outcome = await transact([stake]);
      const ofWin = await transact([{ ...win, facts: { ...win.facts, bet: null, flavour: 'promo' } }]);
      if (ofStake.kind !== 'ok') return ofStake;
      return ofWin.kind === 'ok' ? { ...ofStake, balance: ofWin.balance } : ofWin;
    },
  },
};

/** "Only the difference matters." */
const nettedBetWin: Mistake = {
  name: 'netted-bet-win',
  mistake: 'The win of a bet_win counts as money for its own stake.',
  costs: 'Whoever wins may stake what he does not have; whoever loses is refused: the game is played for nothing.',
  caughtBy: ['BW-02'],
  habits: {
    neededFor: (stake, legs) => {
      const won = legs.reduce((sum, { kind, facts }) => sum + (kind === 'win' ? (facts.amount ?? 0n) : 0n), 0n);
      return won > stake ? 0n : stake - won;
    },
  },
};

/** The rate is asked for when the money moves. */
const spotRateWin: Mistake = {
  name: 'spot-rate-win',
  mistake: 'A win is converted by the rate of the moment instead of the one its round was staked by.',
  costs: 'A round that ends a day later pays what the market did meanwhile: the player or the house is short.',
  caughtBy: ['FX-01'],
  habits: { winRate: (_ofRound, spot) => spot },
};

export const WIN_MISTAKES: readonly Mistake[] = [
  winNeedsSession,
  winAfterRollback,
  earlyWinRefused,
  zeroWinRefused,
  winNeedsFunds,
  partialBetWin,
  nettedBetWin,
  spotRateWin,
];
