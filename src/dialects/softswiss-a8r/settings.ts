/**
 * The part of croupier.yaml that an aggregator of SOFTSWISS's second protocol has. Strict: an unknown key or an empty secret stops the
 * start. Catalogue, launches and callbacks share one token, and the first two one address.
 */
import { z } from 'zod';
import type { ExampleEntry, KeyMaker, KeyNeed } from '../dialect.ts';

const secret = z.string().min(8, 'is too short for a secret; generate one with `croupier keys generate`');
const text = z.string().min(1).max(255);

/** What their launch wants to know of a player and nobody told us: the same for every player, so only for what must not be empty. */
const playerSchema = z.strictObject({
  firstname: text.optional(),
  lastname: text.optional(),
  nickname: text.optional(),
  gender: text.optional(),
  email: text.optional(),
  date_of_birth: z.iso.datetime({ offset: true }).optional(),
  registered_at: z.iso.datetime({ offset: true }).optional(),
  tags: z.array(text).max(20).optional(),
});

export const settingsSchema = z
  .strictObject({
    // the list is asked for at `launch.url`; the section may stand empty
    catalogue: z.strictObject({}).nullish(),
    launch: z.strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .refine((url) => !/[?#]|\/$/.test(url), 'must end without a slash and a query'),
      casino_id: text,
      // one token signs both ways; another one here only while it is being changed
      secret: secret.optional(),
      ttl_seconds: z.number().int().min(60).max(3_600).default(600),
      locale: z.string().min(1).max(64).default('en'),
      deposit_url: z.url().optional(),
      return_url: z.url().optional(),
      jurisdiction: text.optional(),
      player: playerSchema.default({}),
    }),
    callbacks: z.strictObject({
      signing_secrets: z.array(secret).min(1, 'needs at least one secret: without it every callback would be refused'),
      allow_ips: z.array(z.string()).default([]),
    }),
  })
  .superRefine(({ callbacks }, context) => {
    if (new Set(callbacks.signing_secrets).size !== callbacks.signing_secrets.length) {
      context.addIssue({ code: 'custom', path: ['callbacks', 'signing_secrets'], message: 'names a secret twice' });
    }
  });

export type A8rSettings = z.output<typeof settingsSchema>;

/** What we ask is signed with the token of the callbacks unless it has one of its own. */
export const ownSecretOf = ({ launch, callbacks }: A8rSettings): string =>
  launch.secret ?? callbacks.signing_secrets[0] ?? '';

/** An aggregator that a sandbox at this address plays. */
export const a8rExample = (url: string, make: KeyMaker): ExampleEntry => ({
  launch: { url, casino_id: 'casino-1' },
  callbacks: { signing_secrets: [make.secret('signing_secret')] },
});

export const A8R_KEYS: readonly KeyNeed[] = [
  {
    kind: 'secret',
    name: 'SIGNING_SECRET',
    place: 'callbacks.signing_secrets',
    note: 'the AUTH_TOKEN: both sides hold it, and sign what they send with it',
  },
];
