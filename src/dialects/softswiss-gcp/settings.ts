/**
 * The part of croupier.yaml that an aggregator of SOFTSWISS's first protocol has. Strict: an unknown key or an empty secret stops
 * the start. What the protocol asks for and its papers leave open is a setting here, with the value that loses nothing.
 */
import { z } from 'zod';
import type { ExampleEntry, KeyMaker, KeyNeed } from '../dialect.ts';

const secret = z.string().min(8, 'is too short for a secret; generate one with `croupier keys generate`');
const text = z.string().min(1).max(255);
const word = z.string().min(1).max(64);

/** What their launch wants to know of a player and nobody told us: the same for every player, so only for what must not be empty. */
const userSchema = z.strictObject({
  email: text.optional(),
  firstname: text.optional(),
  lastname: text.optional(),
  nickname: text.optional(),
  city: text.optional(),
  date_of_birth: z.iso.date().optional(),
  registered_at: z.iso.date().optional(),
  gender: z.enum(['m', 'f']).optional(),
});

export const settingsSchema = z
  .strictObject({
    // there is no list to ask for; the section may stand empty
    catalogue: z.strictObject({}).nullish(),
    launch: z.strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .refine((url) => !/[?#]|\/$/.test(url), 'must end without a slash and a query'),
      casino_id: text,
      // one token signs both ways; another one here only while it is being changed
      secret: secret.optional(),
      ttl_seconds: z.number().int().min(60).max(3_600).default(600),
      locale: word.default('en'),
      deposit_url: z.url().optional(),
      return_url: z.url().optional(),
      user: userSchema.default({}),
    }),
    callbacks: z.strictObject({
      signing_secrets: z.array(secret).min(1, 'needs at least one secret: without it every callback would be refused'),
      allow_ips: z.array(z.string()).default([]),
      /** digits of the subunit amounts are counted in, where they are not the currency's own */
      subunits: z.record(z.string(), z.number().int().min(0).max(18)).default({}),
      freespins: z
        .strictObject({
          paid_statuses: z.array(word).min(1).default(['finished']),
          unpaid_statuses: z.array(word).default([]),
        })
        .default({ paid_statuses: ['finished'], unpaid_statuses: [] }),
    }),
  })
  .superRefine(({ callbacks }, context) => {
    if (new Set(callbacks.signing_secrets).size !== callbacks.signing_secrets.length) {
      context.addIssue({ code: 'custom', path: ['callbacks', 'signing_secrets'], message: 'names a secret twice' });
    }
  });

export type GcpSettings = z.output<typeof settingsSchema>;

/** Launches are signed with the token of the callbacks unless they have one of their own. */
export const launchSecretOf = ({ launch, callbacks }: GcpSettings): string =>
  launch.secret ?? callbacks.signing_secrets[0] ?? '';

/** An aggregator that a sandbox at this address plays. */
export const gcpExample = (url: string, make: KeyMaker): ExampleEntry => ({
  launch: { url, casino_id: 'casino-1' },
  callbacks: { signing_secrets: [make.secret('signing_secret')] },
});

export const GCP_KEYS: readonly KeyNeed[] = [
  {
    kind: 'secret',
    name: 'SIGNING_SECRET',
    place: 'callbacks.signing_secrets',
    note: 'the AUTH_TOKEN: both sides hold it, and sign what they send with it',
  },
];
