/** What the call about exchange rates answers. Rates are decimal text, units of the game's currency for 1 of the wallet's. */
import { z } from 'zod';
import { PAIR_STATES, REJECTIONS } from '../fx/index.ts';

const time = z.string().describe('ISO 8601, UTC.');
const rate = z.string().describe('Decimal text.');

export const rates = z.object({
  items: z.array(
    z.object({
      pair: z.string().describe('`BTC/USD`: units of USD for 1 BTC.'),
      wallet_currency: z.string(),
      game_currency: z.string(),
      origin: z.enum(['fixed', 'sources', 'cross']),
      sources: z.array(z.string()).describe('Who is asked; of a cross the currency it goes through.'),
      state: z
        .enum(PAIR_STATES)
        .describe('`fresh`; `stale`: used; `expired` and `unpriced`: no new rounds, rounds with a rate go on.'),
      age_seconds: z.number().nullable().describe('Since a source last stood by it; null while there is no rate.'),
      warn_after_seconds: z.number().nullable().describe('null: it does not age by itself.'),
      refuse_after_seconds: z.number().nullable(),
      quote: z
        .object({
          id: z.string(),
          rate: rate.describe('What is converted with, for bets and wins alike.'),
          market_rate: rate.describe('Before the spread.'),
          spread_bps: z.int(),
          source: z.string(),
          observed_at: time,
          starts_at: time,
          expires_at: time,
        })
        .nullable(),
      ticks: z
        .array(z.object({ source: z.string(), value: z.string().describe('As written.'), observed_at: time }))
        .describe('What the quote was made of.'),
      rejected: z
        .array(
          z.object({
            source: z.string(),
            value: z.string().nullable(),
            reason: z.enum(REJECTIONS),
            detail: z.string(),
            rejected_at: time,
          }),
        )
        .describe('The last words of sources that were not believed, newest first; kept for a week.'),
    }),
  ),
});
