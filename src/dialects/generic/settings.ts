/**
 * The generic aggregator's part of croupier.yaml. Strict: an unknown key, an empty secret, or the catalogue's key used to sign
 * stops the start (SIG-19, SIG-20). A message names the place and never repeats a secret.
 */
import { z } from 'zod';

const address = z.url({ protocol: /^https?$/ });

const secret = z.string().min(8, 'is too short for a secret; generate one with `croupier keys generate`');

export const settingsSchema = z
  .strictObject({
    catalogue: z.strictObject({ url: address, transactions_url: address.optional(), api_key: secret }),
    launch: z.strictObject({
      // the signature covers the whole query, so there is none but ours
      url: address.refine((url) => !/[?#]/.test(url), 'must have no query or fragment of its own'),
      secret,
      ttl_seconds: z.number().int().min(60).max(3_600).default(600),
    }),
    callbacks: z.strictObject({
      signing_secrets: z.array(secret).min(1, 'needs at least one secret: without it every callback would be refused'),
      timestamped: z.boolean().default(false),
      allow_ips: z.array(z.string()).default([]),
    }),
  })
  .superRefine((settings, context) => {
    const { signing_secrets: signing } = settings.callbacks;
    // SIG-19: whoever holds the catalogue key must not be able to sign money.
    signing.forEach((each, index) => {
      if (each === settings.catalogue.api_key) {
        const message = 'equals catalogue.api_key; the signing secret must be a key of its own';
        context.addIssue({ code: 'custom', path: ['callbacks', 'signing_secrets', index], message });
      }
    });
    if (settings.launch.secret === settings.catalogue.api_key) {
      const message = 'equals catalogue.api_key; the launch secret must be a key of its own';
      context.addIssue({ code: 'custom', path: ['launch', 'secret'], message });
    }
    if (new Set(signing).size !== signing.length) {
      context.addIssue({ code: 'custom', path: ['callbacks', 'signing_secrets'], message: 'names a secret twice' });
    }
  });

export type GenericSettings = z.output<typeof settingsSchema>;
