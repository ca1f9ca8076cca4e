/** What the call about daily figures takes and answers. Amounts are decimal text, percentages too; counts are numbers. */
import { z } from 'zod';
import { isDay, MOST_DAYS } from '../analytics/index.ts';

const day = z.string().refine(isDay, 'is no day like 2026-01-31');
const amount = z.string();
const percent = z.string().nullable();
const CUTS = ['aggregator', 'provider', 'game', 'currency', 'mode'] as const;
const cuts = new Set<string>(CUTS);

export const dailyQuery = z.object({
  from: day.describe('The first day, YYYY-MM-DD, in the time zone the answer names.'),
  to: day.describe(`The last day, included; at most ${MOST_DAYS} in all.`),
  group_by: z
    .string()
    .max(60)
    .refine((text) => text === '' || text.split(',').every((each) => cuts.has(each)), `is a list of ${CUTS.join(', ')}`)
    .default(CUTS.join(','))
    .describe(`What rows are cut by, comma-separated: ${CUTS.join(', ')}. Empty: no rows. All of them unless given.`),
  revision: z.coerce.number().int().min(1).optional().describe('One day as it was published under this number.'),
  format: z.enum(['json', 'csv']).default('json'),
});

const heads = {
  dau: z
    .int()
    .describe(
      'Bettors: distinct players with at least one booked cash bet of the day that was not taken back whole. The headline.',
    ),
  dau_sessions: z.int().describe('Distinct players with a real session on the day, whether they bet or not.'),
  free_round_only: z.int().describe('Players with free rounds and no cash bet.'),
  sessions: z.object({
    real: z.int(),
    demo: z.int(),
    unknown: z.int().describe('Nobody said which; left out of dau_sessions.'),
    conflicts: z.int().describe('Said to be both.'),
    average_seconds: z.int().nullable().describe('Of real sessions that began on the day.'),
  }),
  naive: z
    .object({ dau: z.int(), times: percent.describe('How many times the headline.') })
    .describe('What counting every launch would say, demo and unknown included. Never use it; it is here to be seen.'),
};
const money = z.object({
  currency: z.string(),
  rounds: z.int(),
  bets: z.int(),
  free_bets: z.int(),
  turnover: amount.describe('Booked cash bets less what was taken back.'),
  payouts: amount.describe('Booked wins less what was taken back; jackpots, promotions and free rounds apart.'),
  ggr: amount.describe('turnover − payouts'),
  rtp: percent.describe('payouts / turnover, percent; null where nothing was staked.'),
  rtp_interval: z
    .object({ low: z.string(), high: z.string(), confidence: z.literal('95'), plays: z.int() })
    .nullable()
    .describe("Compare with a game's theoretical return only through this."),
  hold: percent.describe('ggr / turnover, percent'),
  ngr: z.object({
    amount,
    components: z.array(z.object({ name: z.string(), amount })).describe('What was taken off ggr, by the recipe.'),
  }),
  jackpots: amount.describe('Paid by a pool: in no other figure.'),
  promotions: amount,
  free_round_stakes: amount,
  free_round_wins: amount,
  billing_turnover: amount.describe('turnover + free_round_stakes: as some aggregators bill.'),
  tips: amount,
  adjustments: amount,
});
const row = z.object({
  aggregator: z.string().nullable(),
  provider: z.string().nullable(),
  game: z.string().nullable(),
  currency: z.string().nullable(),
  mode: z.string().nullable(),
  ...heads,
  money: z.array(money),
});

export const daily = z.object({
  time_zone: z.string().describe('Of every day in this answer.'),
  state: z
    .enum(['current', 'building', 'not_built'])
    .describe('`building`: the book is read anew, figures are not whole.'),
  as_of: z.string().nullable().describe('Everything booked by then is counted. ISO 8601, UTC.'),
  definitions: z.record(z.string(), z.string()),
  ngr_recipe: z.array(
    z.object({ name: z.string(), of: z.string(), percent: z.string(), aggregator: z.string().nullable() }),
  ),
  days: z.array(
    z.object({
      day: z.string(),
      status: z
        .enum(['open', 'final', 'restating', 'as_published'])
        .describe('`restating`: something late came since the last revision; the next one is on its way.'),
      revision: z.int().describe('The last published one; 0: none yet.'),
      revisions: z.array(z.object({ revision: z.int(), published_at: z.string() })),
      ...heads,
      money: z.array(money),
      rows: z.array(row),
    }),
  ),
});

export const csv = z.string();
