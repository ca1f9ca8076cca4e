/** What the calls about discrepancies take and answer; the same definitions make the OpenAPI page. */
import { z } from 'zod';
import { ACTIONS, DISCREPANCY_KINDS, DISCREPANCY_STATES } from '../settlement/index.ts';
import { idText } from './schemas.ts';

const time = z.string().describe('ISO 8601, UTC.');
const amount = z.string().describe('Decimal text in the currency’s units.');
const fit = /^[^\p{Cc}\p{Cs}]*$/u;
const person = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .regex(fit, 'carries control characters')
  .describe('Who this is, by the platform’s own name for them; kept for ever.');

export const discrepanciesQuery = z.object({
  state: z.enum(DISCREPANCY_STATES).optional(),
  kind: z.enum(DISCREPANCY_KINDS).optional(),
  aggregator: idText.optional(),
  player: idText.optional(),
  round: idText.optional().describe('As the aggregator names it.'),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before; opaque.'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Items of a page, 1 to 200.'),
});

const evidence = z.object({
  source: z.enum(['webhook', 'transactions', 'report', 'timed_out', 'ledger']),
  reference: z.string().describe('The event’s id, or the name of the list or report.'),
  since: time,
});

export const discrepancy = z.object({
  id: z.string(),
  aggregator: z.string(),
  player_id: z.string().nullable().describe('null while nobody knows whose round it is.'),
  round_id: z.string(),
  kind: z.enum(DISCREPANCY_KINDS),
  weight: z.enum(['info', 'person', 'automatic', 'security', 'critical']),
  state: z.enum(DISCREPANCY_STATES),
  transaction_kind: z.enum(['bet', 'win', 'rollback']).nullable(),
  transaction_id: z.string().nullable().describe('null: the round as a whole.'),
  currency: z.string().nullable(),
  claimed: amount.nullable().describe('What the aggregator says.'),
  booked: amount.nullable().describe('What the book says.'),
  amount: amount.describe('What is at stake.'),
  favour: z.enum(['player', 'house', 'nobody']).describe('Who gains when the book is brought to what is claimed.'),
  contested: z.boolean().describe('Something speaks against it; never settled without a person.'),
  detail: z.string(),
  game_code: z.string().nullable(),
  evidence: z.array(evidence),
  due_at: time.describe('Until then it is `waiting`.'),
  first_seen_at: time,
  last_seen_at: time,
  resolved_at: time.nullable(),
  resolution_id: z.string().nullable(),
});
export const discrepancies = z.object({ items: z.array(discrepancy), next_cursor: z.string().nullable() });

export const resolution = z.object({
  id: z.string(),
  action: z.enum(ACTIONS),
  amount,
  currency: z.string().nullable(),
  state: z.enum(['proposed', 'rejected', 'approved', 'booked', 'failed']),
  automatic: z.boolean(),
  reason: z.string(),
  evidence: z.array(evidence),
  proposed: z.object({ api_key: z.string(), by: z.string(), at: time }),
  decided: z.object({ api_key: z.string(), by: z.string(), reason: z.string(), at: time }).nullable(),
  entry: z
    .object({
      kind: z.enum(['win', 'rollback', 'adjust']),
      external_id: z.string(),
      transaction_id: z.string().nullable(),
    })
    .nullable()
    .describe('The entry of the book.'),
  problem: z.string().nullable(),
  finished_at: time.nullable(),
});

const totals = z.object({ bet: amount, win: amount, refund: amount });
export const discrepancyStory = discrepancy.extend({
  resolutions: z.array(resolution),
  round: z
    .object({
      state: z.enum(['new', 'balanced', 'pending', 'incomplete', 'open', 'demo']),
      declared: totals.nullable(),
      booked: totals.nullable(),
      missing: z.array(z.string()),
      extra: z.array(z.string()),
      notes: z.array(z.string()),
      hash: z.string().nullable(),
    })
    .nullable()
    .describe('The round as both sides see it.'),
});

export const resolutionWish = z.object({
  decision: z.enum(['propose', 'approve', 'reject']).default('propose'),
  action: z.enum(ACTIONS).optional().describe('Only to propose; left out: what brings the book to what is claimed.'),
  amount: z.string().min(1).max(64).optional().describe('Only to propose; left out: what is at stake.'),
  reason: z.string().trim().min(1).max(1_000).describe('Why; kept for ever.'),
  by: person,
});

export const setAsideQuery = z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) });
export const setAside = z.object({
  items: z.array(
    z.object({
      aggregator: z.string(),
      event_id: z.string(),
      received_at: time,
      deliveries: z.int(),
      problem: z.string(),
      body: z.string().describe('The first 4,000 characters.'),
    }),
  ),
});
export const readAgain = z.object({ events: z.int().describe('How many are read again.') });

const day = z.iso.date().describe('A UTC day, like 2026-01-31.');
const figures = z.object({
  bets: z.int(),
  bet: amount,
  bet_rollbacks: z.int(),
  bet_rollback: amount,
  wins: z.int(),
  win: amount,
  win_rollbacks: z.int(),
  win_rollback: amount,
  ggr: amount,
});
export const dayQuery = z.object({ aggregator: idText, day });
export const dayLines = z.object({
  items: z.array(
    z.object({
      provider: z.string(),
      game_code: z.string(),
      currency: z.string(),
      cut_off: z.enum(['transaction', 'close']),
      ours: figures,
      theirs: figures.nullable().describe('null: no report of the day was heard.'),
      differs: z.boolean(),
      explained: z.boolean().describe('Both sides agree when the day is cut the other way.'),
      run: z.int().describe('Days after the day: 1, then 3.'),
      compared_at: time,
    }),
  ),
});
export const dayRoundsQuery = dayQuery.extend({ game: z.string().max(255), currency: z.string().min(1).max(16) });
export const dayRounds = z.object({
  items: z
    .array(z.object({ player_id: z.string(), round_id: z.string(), ours: amount, theirs: amount }))
    .describe('Stakes kept minus wins kept of each round that differs, at most 200.'),
});
