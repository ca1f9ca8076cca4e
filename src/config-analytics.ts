/** The `analytics` section of croupier.yaml: in which days figures are counted, and what is taken off GGR to get NGR. */
import { z } from 'zod';
import { BASES, isTimeZone } from './analytics/index.ts';
import type { AnalyticsSettings, Basis } from './analytics/index.ts';

const bases = Object.keys(BASES);
const isBasis = (text: string): text is Basis => bases.includes(text);

const component = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'is a name of small letters, digits and _'),
  of: z.string().refine(isBasis, `is one of ${bases.join(', ')}`),
  percent: z
    .string({ error: 'is a percentage as text, like "12" or "0.5"' })
    .regex(/^-?\d{1,4}(\.\d{1,6})?$/, 'is a percentage like "12" or "0.5"')
    .transform((text) => text.replace(/^(-?)0+(?=\d)/, '$1')),
  aggregator: z.string().min(1).optional(),
});

export const analyticsSchema = z.strictObject({
  time_zone: z.string().refine(isTimeZone, 'is no time zone this machine knows, like UTC or Europe/Malta').optional(),
  idle_minutes: z.number().int().min(1).max(1_440).optional(),
  ngr: z
    .array(component)
    .max(40)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'names a component twice')
    .optional(),
});

/** The section with its defaults. */
export function analyticsConfigOf(given: z.output<typeof analyticsSchema> | null | undefined): AnalyticsSettings {
  return {
    timeZone: given?.time_zone ?? 'UTC',
    idleMinutes: given?.idle_minutes ?? 30,
    recipe: given?.ngr?.map(({ aggregator, ...rest }) => ({ ...rest, aggregator: aggregator ?? null })) ?? null,
  };
}
