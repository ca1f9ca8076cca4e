/**
 * St8's part of croupier.yaml. Strict: an unknown key, a key of the wrong kind or the same key twice stops the start; a message names
 * the place and never repeats a key. Keys arrive here as PEM, wherever the configuration had them from.
 */
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { privateKeyOf, publicKeyOf } from '../../wire/index.ts';
import type { KeyKind } from '../../wire/index.ts';
import type { ExampleEntry, KeyMaker, KeyNeed } from '../dialect.ts';
import { listingSchema } from './transactions-settings.ts';

const KIND = 'ec_p256';

function pem(read: (kind: KeyKind, text: string) => KeyObject | string) {
  return z.string().transform((text, context): KeyObject => {
    const key = read(KIND, text);
    if (typeof key !== 'string') return key;
    context.addIssue({ code: 'custom', message: key });
    return z.NEVER;
  });
}

const text = z.string().min(1).max(255);

/** What they want to know of a player: what we know is said for each, the rest is the same for all. */
const profileSchema = z.strictObject({
  /** where a launch names none of its own; it may not be empty */
  jurisdiction: text,
  reg_country: text.optional(),
  affiliate: text.optional(),
  bet_limits: z.enum(['low', 'medium', 'high']).default('medium'),
  birth_date: z.iso.date().optional(),
  labels: z.array(text).max(20).default([]),
});

export const settingsSchema = z
  .strictObject({
    catalogue: z
      .strictObject({
        /** where their pictures are, with `{code}` for the game's; without it games come without */
        image_url: z
          .url({ protocol: /^https?$/ })
          .includes('{code}')
          .optional(),
        /** the list of transactions is asked for where this stands; `{}`: with the guessed names */
        transactions: listingSchema.optional(),
      })
      .nullish(),
    launch: z.strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .refine((url) => !/[?#]|\/$/.test(url), 'must end without a slash and a query'),
      site: text,
      private_key: pem(privateKeyOf),
      lobby_url: z.url().optional(),
      deposit_url: z.url().optional(),
      demo_currency: text.default('EUR'),
      ttl_seconds: z.number().int().min(60).max(3_600).default(600),
      profile: profileSchema,
    }),
    callbacks: z.strictObject({
      public_keys: z
        .array(pem(publicKeyOf))
        .min(1, 'needs at least one key: without it every callback would be refused'),
      allow_ips: z.array(z.string()).default([]),
    }),
    /** only for a sandbox, which signs in place of the aggregator */
    sandbox: z.strictObject({ private_key: pem(privateKeyOf) }).optional(),
  })
  .superRefine(({ launch, callbacks, sandbox }, context) => {
    const theirs = callbacks.public_keys.map(spki);
    if (new Set(theirs).size !== theirs.length)
      context.addIssue({ code: 'custom', path: ['callbacks', 'public_keys'], message: 'names a key twice' });
    const ours = theirs.indexOf(spki(createPublicKey(launch.private_key)));
    if (ours >= 0) {
      const message = 'is the public half of launch.private_key; it must be the key the aggregator signs with';
      context.addIssue({ code: 'custom', path: ['callbacks', 'public_keys', ours], message });
    }
    if (sandbox !== undefined && !theirs.includes(spki(createPublicKey(sandbox.private_key)))) {
      const message = 'its public half is none of callbacks.public_keys, so nothing it signs would be believed';
      context.addIssue({ code: 'custom', path: ['sandbox', 'private_key'], message });
    }
  });

const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');

export type St8Settings = z.output<typeof settingsSchema>;

/** An aggregator that a sandbox at this address plays. */
export function st8Example(url: string, make: KeyMaker): ExampleEntry {
  const theirs = make.pair(KIND, 'st8_key');
  return {
    catalogue: { transactions: {} },
    launch: {
      url,
      site: 'croupier',
      private_key: make.pair(KIND, 'own_key').privateKey,
      profile: { jurisdiction: 'CW' },
    },
    callbacks: { public_keys: [theirs.publicKey] },
    sandbox: { private_key: theirs.privateKey },
  };
}

export const ST8_KEYS: readonly KeyNeed[] = [
  {
    kind: 'ec_p256_pair',
    name: 'PRIVATE_KEY',
    place: 'launch.private_key',
    note: 'we sign with it what we ask St8; give St8 its public half',
  },
];
