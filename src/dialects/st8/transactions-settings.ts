/**
 * How the lines of St8's list are read. Its fields are not documented but for `round`, `player`, `amount` and
 * `reference_transaction_id`: the names and words here are guesses, taken from its callbacks, until St8 has said what they are.
 */
import { z } from 'zod';

const name = z.string().min(1).max(64);

const names = z.strictObject({
  id: name.default('transaction_id'),
  kind: name.default('kind'),
  status: name.default('status'),
  currency: name.default('currency'),
  game: name.default('game_code'),
  provider: name.default('developer_code'),
  time: name.default('created_at'),
});

/** Of the kinds of callbacks those that mean one thing; corrections are none of them, because a list has no words for them here. */
const KINDS = {
  debit: 'bet',
  bonus_buy_debit: 'bet',
  jackpot_debit: 'bet',
  buyin: 'bet',
  free_debit: 'free_bet',
  credit: 'win',
  bonus_buy_credit: 'win',
  jackpot_credit: 'win',
  promo_credit: 'win',
  free_credit: 'win',
  payout: 'win',
  cancel: 'rollback',
} as const;

const wordMap = <const Meaning extends string>(meanings: readonly [Meaning, ...Meaning[]]) =>
  z
    .record(name.or(z.literal('')), z.enum(meanings))
    .refine((words) => Object.keys(words).length <= 100, 'are too many');

export const listingSchema = z.strictObject({
  fields: names.prefault({}),
  /** a word that is not here makes its line unreadable */
  kinds: wordMap(['bet', 'free_bet', 'win', 'rollback']).default(KINDS),
  /** `''`: a line that says none */
  statuses: wordMap(['ok', 'rolled_back', 'failed']).default({
    '': 'ok',
    ok: 'ok',
    canceled: 'rolled_back',
    error: 'failed',
  }),
  /** so many in one answer, or more, and it is taken to have been cut */
  full_at: z.number().int().min(2).max(100_000).default(100),
  /** the longest span that is asked for at once */
  span_minutes: z.number().int().min(5).max(1_440).default(60),
});

export type St8Listing = z.output<typeof listingSchema>;
