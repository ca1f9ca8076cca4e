/**
 * The `settlement` section of croupier.yaml: how long a disagreement with an aggregator may settle itself, and what may be
 * settled without a person. Everything has a default that moves no money: nothing is corrected automatically unless the file
 * gives a cap, and every correction takes two people unless it gives a limit.
 */
import { z } from 'zod';
import { isProblem, parseDecimal } from './money/index.ts';
import type { Currencies, Decimal } from './money/index.ts';
import { ConfigProblem } from './config-variables.ts';

export interface SettlementConfig {
  readonly graceMs: number;
  readonly stuckAfterMs: number;
  readonly automatic: ReadonlyMap<string, { readonly perTransaction: Decimal; readonly perDay: Decimal }>;
  readonly fourEyesAbove: ReadonlyMap<string, Decimal>;
  readonly retentionMs: number;
  readonly dailyCutOff: 'transaction' | 'close';
  readonly lists: {
    readonly enabled: boolean;
    readonly everyMs: number;
    readonly overlapMs: number;
    readonly lagMs: number;
  };
}

const amount = z.string().refine(isAmount, 'must be a plain decimal of nothing or more, as text, like "50.00"');

export const settlementSchema = z.strictObject({
  grace_minutes: z.number().int().min(1).max(10_080).optional(),
  stuck_after_hours: z.number().int().min(1).max(8_760).optional(),
  automatic: z.record(z.string(), z.strictObject({ per_transaction: amount, per_day: amount })).optional(),
  four_eyes_above: z.record(z.string(), amount).optional(),
  // Shorter than aggregators go on asking and reports are compared, late facts would meet nothing.
  retention_days: z.number().int().min(30).max(3_650).optional(),
  daily_cut_off: z.enum(['transaction', 'close']).optional(),
  // What is younger than the lag may still be missing from a list; the overlap asks again for what changed.
  lists: z
    .strictObject({
      enabled: z.boolean().optional(),
      every_minutes: z.number().int().min(1).max(1_440).optional(),
      overlap_minutes: z.number().int().min(0).max(10_080).optional(),
      lag_seconds: z.number().int().min(0).max(3_600).optional(),
    })
    .optional(),
});

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The section with its defaults; a currency that is not configured stops the start. */
export function settlementConfigOf(
  given: z.output<typeof settlementSchema> | null | undefined,
  currencies: Currencies,
  where: string,
): SettlementConfig {
  const caps = Object.entries(given?.automatic ?? {});
  const limits = Object.entries(given?.four_eyes_above ?? {});
  for (const [code] of [...caps, ...limits]) {
    if (!currencies.has(code))
      throw new ConfigProblem(`${where}: settlement: the currency "${code}" is not among the configured currencies`);
  }
  return {
    graceMs: (given?.grace_minutes ?? 15) * MINUTE_MS,
    stuckAfterMs: (given?.stuck_after_hours ?? 24) * HOUR_MS,
    automatic: new Map(
      caps.map(([code, cap]) => [
        code,
        { perTransaction: decimalOf(cap.per_transaction), perDay: decimalOf(cap.per_day) },
      ]),
    ),
    fourEyesAbove: new Map(limits.map(([code, limit]) => [code, decimalOf(limit)])),
    retentionMs: (given?.retention_days ?? 400) * 24 * HOUR_MS,
    dailyCutOff: given?.daily_cut_off ?? 'transaction',
    lists: {
      enabled: given?.lists?.enabled ?? true,
      everyMs: (given?.lists?.every_minutes ?? 10) * MINUTE_MS,
      overlapMs: (given?.lists?.overlap_minutes ?? 60) * MINUTE_MS,
      lagMs: (given?.lists?.lag_seconds ?? 60) * 1_000,
    },
  };
}

function isAmount(text: string): boolean {
  const parsed = parseDecimal(text);
  return !isProblem(parsed) && parsed.unscaled >= 0n;
}

function decimalOf(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (isProblem(parsed)) throw new Error('defect: the schema let through what is no amount');
  return parsed;
}
