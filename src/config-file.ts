/** What may stand in croupier.yaml, section by section. Strict: an unknown key stops the start. What it means is config.ts'. */
import { z } from 'zod';
import { analyticsSchema } from './config-analytics.ts';
import { catalogueSchema } from './config-catalogue.ts';
import { clockSchema } from './config-clock.ts';
import { consoleSchema } from './config-console.ts';
import { fxSchema } from './config-fx.ts';
import { policyShape } from './config-policy.ts';
import { settlementSchema } from './config-settlement.ts';

/** 0: any free one. */
export const port = z.coerce.number().int().min(0).max(65_535);
const policySchema = z.strictObject(policyShape());
export const fileSchema = z.strictObject({
  server: z
    .strictObject({
      host: z.string().min(1).optional(),
      port: port.optional(),
      public_url: z.string().min(1).optional(),
      metrics_port: port.optional(),
      trusted_proxies: z.array(z.string()).optional(),
      body_limit_bytes: z.number().int().min(1_024).max(10_485_760).optional(),
      log_level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional(),
    })
    .optional(),
  database: z
    .strictObject({
      url: z.string().min(1).optional(),
      direct_url: z.string().min(1).optional(),
      pooler: z.enum(['none', 'transaction']).optional(),
      lanes: z.number().int().min(1).max(64).optional(),
    })
    .nullish(),
  ledger: z.strictObject({ distributed: z.boolean().optional() }).optional(),
  // Shorter than aggregators go on asking, nobody could look up what a late repeat is about.
  journal: z.strictObject({ retention_days: z.number().int().min(3).max(3_650).optional() }).optional(),
  players: z.strictObject({ raise_limits_after_hours: z.number().int().min(0).max(8_760).optional() }).optional(),
  redis: z
    .strictObject({
      url: z.url({ protocol: /^rediss?$/, error: 'is no address like redis://127.0.0.1:6379' }).optional(),
    })
    .nullish(),
  api_keys: z
    .array(
      z.strictObject({ name: z.string().min(1), key: z.string().min(16), scopes: z.array(z.string().min(1)).min(1) }),
    )
    .default([]),
  currencies: z.record(z.string(), z.strictObject({ scale: z.number().int() })),
  fx: fxSchema.nullish(),
  clock: clockSchema.nullish(),
  settlement: settlementSchema.nullish(),
  launch: z
    .strictObject({
      return_hosts: z.array(z.string().min(1)).optional(),
      retention_days: z.number().int().min(1).max(3_650).optional(),
    })
    .optional(),
  analytics: analyticsSchema.nullish(),
  console: consoleSchema.nullish(),
  catalogue: catalogueSchema.nullish(),
  aggregators: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
        dialect: z.string().min(1),
        catalogue: z.unknown().optional(),
        launch: z.unknown().optional(),
        callbacks: z.unknown().optional(),
        sandbox: z.unknown().optional(),
        policy: policySchema.optional(),
      }),
    )
    .default([]),
});
export type ConfigFile = z.input<typeof fileSchema>;
export type ParsedFile = z.output<typeof fileSchema>;
