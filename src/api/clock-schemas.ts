/** What the call about clocks answers. Milliseconds, positive when our clock is ahead. */
import { z } from 'zod';
import { LEVELS, PROBES, REASONS } from '../clock/index.ts';

const level = z.enum(LEVELS);
const reason = z.enum(REASONS).describe('Stable; one for every state.');
const probe = z.enum(PROBES).nullable().describe('Who measured; null: nobody could.');
const estimate = z.object({ ahead_ms: z.number(), bound_ms: z.number() });
const skew = estimate.nullable();
const time = z.string().describe('ISO 8601, UTC.');
const alert = z
  .object({ level, reason, message: z.string(), aggregators: z.array(z.string()).describe('Whose launches fail.') })
  .nullable();

export const clock = z.object({
  node: z.string(),
  level,
  reason,
  message: z.string(),
  alert,
  probe,
  source: z.string().nullable().describe('What the clock was compared with.'),
  offset: skew.describe('Against true time.'),
  measured_age_ms: z.number().nullable().describe("Since the daemon's own last measurement."),
  sync: z.enum(['synchronised', 'local', 'unsynchronised', 'unknown']).describe("What the machine's daemon says."),
  database: skew.describe("Against the database's clock."),
  probes: z.array(
    z.object({
      probe: z.enum(PROBES),
      outcome: z.enum(['measured', 'synchronised', 'local', 'unsynchronised', 'unknown']),
      detail: z.string(),
    }),
  ),
  sample_age_ms: z.number().nullable(),
  steps: z.int().describe('How often the wall clock was seen to step since the start.'),
  last_step: z.object({ at: time, by_ms: z.number() }).nullable(),
  aggregators: z.array(
    z.object({
      name: z.string(),
      launches: z.enum(['opens', 'fails', 'some_fail', 'unknown']).describe('Of this node.'),
      fault: z.enum(['none', 'ours', 'theirs', 'unknown']).describe('Whose clock is wrong.'),
      state: z.enum(['none', 'measured', 'inconsistent']),
      skew: skew.describe("Our clock against the aggregator's."),
      samples: z.array(estimate).describe('Each by itself, when they contradict each other.'),
      window: z.object({ ahead_ms: z.number(), behind_ms: z.number() }),
      signing_shift_ms: z.number(),
      failing_nodes: z.array(z.string()),
      failing_share: z.number().min(0).max(1),
    }),
  ),
  nodes: z.array(
    z.object({
      node: z.string(),
      level,
      reason,
      message: z.string(),
      alert,
      probe,
      offset: skew,
      database: skew,
      seen_at: time,
    }),
  ),
});
