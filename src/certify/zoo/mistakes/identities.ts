/** Operators that take one transaction or round for another, or do not know one again. */
import { CORRECT } from '../habits.ts';
import { pair } from '../database.ts';
import type { Mistake } from './mistake.ts';

/** `UNIQUE (transaction_id)`. */
const keyWithoutKind: Mistake = {
  name: 'key-without-kind',
  mistake: 'Transactions are remembered by their id alone, whatever they are.',
  costs:
    'A win or a refund that carries the id of its bet is taken for the bet again: the player never sees that money.',
  caughtBy: ['WIN-03.kind', 'RB-09'],
  habits: { nameOf: ({ id }) => pair('transaction', id) },
};

/** The repeat is looked up by its id, and nobody compares whose it was. */
const keyWithoutPlayer: Mistake = {
  name: 'key-without-player',
  mistake: 'A repeated id is answered as a duplicate even when it comes for another player.',
  costs: 'The second player plays a round that nobody has paid for.',
  caughtBy: ['BET-28'],
  habits: { isSame: (seen, asked) => CORRECT.isSame({ ...seen, player: asked.player }, asked) },
};

/** "We have it already", whatever it was. */
const anyAmountIsDuplicate: Mistake = {
  name: 'any-amount-is-duplicate',
  mistake: 'A repeated id with another amount is answered as a duplicate.',
  costs: 'The aggregator believes that a hundred was staked or paid where it was one.',
  caughtBy: ['BET-27', 'WIN-03'],
  habits: { isSame: (seen, asked) => CORRECT.isSame({ ...seen, amount: asked.amount }, asked) },
};

/** A hash of the body as fingerprint. */
const fingerprintOfBytes: Mistake = {
  name: 'fingerprint-of-bytes',
  mistake: 'A repeat is known by the bytes of its message, so the same bet with another request id is a conflict.',
  costs:
    'Every retry of a booked bet is refused, and the aggregator lets the player lose a stake it believes was never taken.',
  caughtBy: ['BET-30.request', 'RET-03'],
  habits: { isSame: (seen, asked) => seen.bytes === asked.bytes },
};

const MEMORY_MS = 1_000;

/** `SET key value EX …`: long enough for a double click. */
const forgetfulIds: Mistake = {
  name: 'forgetful-ids',
  mistake: 'Transaction ids are remembered for a moment only.',
  costs: 'A retry that comes later takes the stake a second time.',
  caughtBy: ['RET-02.minutes', 'RET-02.doubling'],
  habits: {
    recall: (draft, name, nowMs) => {
      const seen = CORRECT.recall(draft, name, nowMs);
      return seen !== null && seen.state !== 'tombstone' && nowMs - seen.atMs > MEMORY_MS ? null : seen;
    },
  },
};

/** At a live table everybody sits in the same round. */
const roundWithoutPlayer: Mistake = {
  name: 'round-without-player',
  mistake: 'A round is known by its id alone, also where many players sit in one.',
  costs: "When one player's round is closed, everybody else at the table is turned away.",
  caughtBy: ['BET-43'],
  habits: { roundKey: (_player, round) => pair('round', round) },
};

export const IDENTITY_MISTAKES: readonly Mistake[] = [
  keyWithoutKind,
  keyWithoutPlayer,
  anyAmountIsDuplicate,
  fingerprintOfBytes,
  forgetfulIds,
  roundWithoutPlayer,
];
