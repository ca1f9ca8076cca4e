/**
 * A Slotegrator merchant's part of croupier.yaml. One Merchant Key signs both directions, so it stands once, with the callbacks;
 * whoever holds it can do everything, and nothing else here is secret.
 */
import { z } from 'zod';
import type { ExampleEntry, KeyMaker, KeyNeed } from '../dialect.ts';

const base = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !/[?#]/.test(url), 'must have no query or fragment of its own')
  .transform((url) => url.replace(/\/+$/, ''));

const secret = z.string().min(8, 'is too short for a secret; the merchant key is the one Slotegrator gave you');

export const settingsSchema = z
  .strictObject({
    catalogue: z.strictObject({
      /** of the API: `/games` is appended */
      url: base,
      per_page: z.number().int().min(1).max(100).default(50),
      /** production allows one, staging a hundred */
      pages_per_second: z.number().int().min(1).max(100).default(1),
      /** whether listed games are taken to have a demo; the list does not say */
      demo: z.boolean().default(true),
    }),
    launch: z.strictObject({
      /** of the API: `/games/init` and `/games/init-demo` are appended */
      url: base,
      ttl_seconds: z.number().int().min(60).max(3_600).default(600),
    }),
    callbacks: z.strictObject({
      merchant_id: z.string().min(1).max(255),
      merchant_keys: z.array(secret).min(1, 'needs at least one key: without it every callback would be refused'),
      /** how a request that is not believed is answered; the document does not say */
      unauthenticated_status: z.union([z.literal(200), z.literal(401), z.literal(403)]).default(200),
      /** whose ids a rollback's answer lists; the document shows a list and does not say of what */
      rollback_answer: z.enum(['theirs', 'ours']).default('theirs'),
      /** further words for wins without a bet of their own, such as a promotion that is newer than this table */
      promo_types: z.array(z.string().min(1).max(100)).max(100).default([]),
      allow_ips: z.array(z.string()).default([]),
    }),
  })
  .superRefine(({ callbacks }, context) => {
    if (new Set(callbacks.merchant_keys).size !== callbacks.merchant_keys.length)
      context.addIssue({ code: 'custom', path: ['callbacks', 'merchant_keys'], message: 'names a key twice' });
  });

export type SlotegratorSettings = z.output<typeof settingsSchema>;

/** In production the key is given by Slotegrator; a made one is for the sandbox. */
export const SLOTEGRATOR_KEYS: readonly KeyNeed[] = [
  {
    kind: 'secret',
    name: 'MERCHANT_KEY',
    place: 'callbacks.merchant_keys',
    note: 'both sides hold it: Slotegrator gives it to you, this one is for your own sandbox',
  },
];

/** For a sandbox of it on this machine. */
export const slotegratorExample = (url: string, make: KeyMaker): ExampleEntry => ({
  catalogue: { url, per_page: 100, pages_per_second: 100 },
  launch: { url },
  callbacks: { merchant_id: 'demo-merchant', merchant_keys: [make.secret('merchant_key')] },
});
