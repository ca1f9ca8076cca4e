/** What the call about exchange rates answers. Rates are decimal text, units of the game's currency for 1 of the wallet's. */
import { z } from 'zod';
import { isDay } from '../analytics/index.ts';
import { PAIR_STATES, REJECTIONS } from '../fx/index.ts';

const time = z.string().describe('ISO 8601, UTC.');
const rate = z.string().describe('Decimal text.');

const day = z.string().refine(isDay, 'is no day like 2026-01-31').describe('UTC; counts in.');
export const resultsQuery = z.object({ from: day, to: day });
const amount = z.string().describe('Decimal text.');
export const results = z.object({
  items: z.array(
    z.object({
      pair: z.string(),
      wallet_currency: z.string(),
      game_currency: z.string(),
      kept: amount.describe("What the house kept of it in the wallet's currency; below zero: paid out."),
      ggr: amount.describe(
        "In the game's currency, at the rates of the rounds, as the daily figures count it: turnover less payouts.",
      ),
      other: amount.describe(
        'What of `kept` no GGR counts, at the same rates: free-round wins, promotions, jackpots, tips, corrections; below zero: paid out.',
      ),
      rate_now: rate.nullable(),
      fx_result: amount
        .nullable()
        .describe('What holding it since the rounds has gained, in the currency of the game.'),
      spread_result: amount.describe('What of `ggr` and `other` the spread brought in.'),
    }),
  ),
});

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
