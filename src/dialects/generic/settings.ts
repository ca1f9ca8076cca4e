/**
 * The generic aggregator's part of croupier.yaml. Strict: an unknown key, an empty secret, or the catalogue's key used to sign
 * stops the start (SIG-19, SIG-20). A message names the place and never repeats a secret.
 */
import { z } from 'zod';
import type { ExampleEntry, KeyMaker, KeyNeed } from '../dialect.ts';

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

/** An aggregator that a sandbox at this address plays. */
export const genericExample = (url: string, make: KeyMaker): ExampleEntry => ({
  catalogue: {
    url: `${url}/games`,
    transactions_url: `${url}/transactions`,
    api_key: make.secret('catalogue_api_key'),
  },
  launch: { url: `${url}/launch`, secret: make.secret('launch_secret') },
  callbacks: { signing_secrets: [make.secret('signing_secret')] },
});

/** What `croupier keys generate` makes for it. */
export const GENERIC_KEYS: readonly KeyNeed[] = [
  {
    kind: 'secret',
    name: 'SIGNING_SECRET',
    place: 'callbacks.signing_secrets',
    note: 'both sides hold it: the aggregator signs its callbacks with it',
  },
  {
    kind: 'secret',
    name: 'LAUNCH_SECRET',
    place: 'launch.secret',
    note: 'both sides hold it: we sign launches with it',
  },
  {
    kind: 'secret',
    name: 'API_KEY',
    place: 'catalogue.api_key',
    note: 'both sides hold it: we show it when we ask for the list of games',
  },
];
