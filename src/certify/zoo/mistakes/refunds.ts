/** Operators that give back what they should not, or forget that they had to. */
import { toWallet } from '../exchange.ts';
import { CORRECT } from '../habits.ts';
import type { Mistake } from './mistake.ts';

/** "Nothing to refund" and nothing to remember. */
const noTombstone: Mistake = {
  name: 'no-tombstone',
  mistake: 'A refund of a bet that has not come yet leaves no mark.',
  costs: 'The bet arrives a moment later and is taken, for a round that the aggregator has called off.',
  caughtBy: ['RB-04'],
  habits: { tombstone: () => null },
};

/** The row is there, so the money must have been. */
const refundOfRefused: Mistake = {
  name: 'refund-of-refused',
  mistake: 'A refund of a bet that was refused pays its stake.',
  costs: 'The player is given money that was never taken: he bets more than he has, again and again.',
  caughtBy: ['RB-06'],
  habits: {
    judgeRefund: (refund, bet, round) =>
      bet.state === 'rejected'
        ? { kind: 'pay', units: bet.facts.amount ?? 0n }
        : CORRECT.judgeRefund(refund, bet, round),
  },
};

/** Each refund's own id is new, so it is a new refund. */
const refundTwice: Mistake = {
  name: 'refund-twice',
  mistake: 'A bet that was refunded is refunded again when the refund comes under another id.',
  costs: 'An aggregator that numbers its retries anew is paid once for each of them.',
  caughtBy: ['RB-02.new', 'RB-02.news'],
  habits: {
    judgeRefund: (refund, bet, round) =>
      bet.state === 'reversed'
        ? { kind: 'pay', units: refund.amount ?? bet.facts.amount ?? 0n }
        : CORRECT.judgeRefund(refund, bet, round),
  },
};

/** `credit(request.amount)`. */
const refundAsAsked: Mistake = {
  name: 'refund-as-asked',
  mistake: 'A refund pays the amount it names, whatever the bet has cost.',
  costs: 'A refund of a hundred for a bet of one pays a hundred.',
  caughtBy: ['RB-12'],
  habits: {
    judgeRefund: (refund, bet, round) => {
      const { amount } = refund;
      const whole = CORRECT.judgeRefund({ ...refund, amount: null }, bet, round);
      return whole.kind === 'pay' && amount !== null
        ? { kind: 'pay', units: amount }
        : CORRECT.judgeRefund(refund, bet, round);
    },
  },
};

/** Wins and refunds live in two services. */
const refundAfterWin: Mistake = {
  name: 'refund-after-win',
  mistake: 'A bet that has won is refunded when it is asked.',
  costs: 'The player keeps the win and gets the stake back as well.',
  caughtBy: ['RB-07'],
  habits: {
    judgeRefund: (refund, bet) => CORRECT.judgeRefund(refund, { ...bet, wins: 0 }, null),
  },
};

/** `convert(stake, currentRate)`, in both directions. */
const spotRateRefund: Mistake = {
  name: 'spot-rate-refund',
  mistake: 'A stake that was converted is given back by the rate of the moment.',
  costs:
    'Who bets and refunds until the market has moved his way is paid for it, and everybody else is short of coins.',
  caughtBy: ['FX-02', 'RB-22'],
  habits: {
    moneyBack: (bet, units, till) => (till === null ? CORRECT.moneyBack(bet, units, till) : toWallet(units, till.spot)),
  },
};

export const REFUND_MISTAKES: readonly Mistake[] = [
  noTombstone,
  refundOfRefused,
  refundTwice,
  refundAsAsked,
  refundAfterWin,
  spotRateRefund,
];
