/**
 * The part of croupier.yaml that the family shares. Strict: an unknown key, a key of the wrong kind or the same key twice stops the
 * start; a message names the place and never repeats a key. Keys arrive here as PEM, wherever the configuration had them from.
 */
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { privateKeyOf, publicKeyOf } from '../../wire/index.ts';
import type { KeyKind } from '../../wire/index.ts';
import type { ExampleEntry, KeyMaker, KeyNeed } from '../dialect.ts';

/** The address of an API; paths are appended to it. */
const address = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !/[?#]/.test(url), 'must have no query or fragment')
  .transform((url) => url.replace(/\/+$/, ''));

const KIND = 'rsa';

function pem(read: (kind: KeyKind, text: string) => KeyObject | string) {
  return z.string().transform((text, context): KeyObject => {
    const key = read(KIND, text);
    if (typeof key !== 'string') return key;
    context.addIssue({ code: 'custom', message: key });
    return z.NEVER;
  });
}

const shortText = z.string().min(1).max(255);

/** Keys of the sections that every member has; a member adds its own. */
export const FAMILY_SHAPE = {
  catalogue: {
    url: address,
    /** the field that names games in lists, launches and calls: older integrations use the number */
    games_by: z.enum(['game_code', 'game_id']).default('game_code'),
    /** their list does not say which games may be tried with pretend money */
    demo: z.boolean().default(true),
  },
  launch: {
    url: address,
    private_key: pem(privateKeyOf),
    /** for launches that say none of their own */
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'is two capital letters like MT')
      .optional(),
    lang: z
      .string()
      .regex(/^[a-z]{2}$/, 'is two small letters like en')
      .default('en'),
    lobby_url: z.url().max(255).optional(),
    deposit_url: z.url().max(255).optional(),
    ttl_seconds: z.number().int().min(60).max(3_600).default(600),
  },
  callbacks: {
    public_keys: z.array(pem(publicKeyOf)).min(1, 'needs at least one key: without it every callback would be refused'),
    allow_ips: z.array(z.string()).default([]),
  },
  /** what a real aggregator keeps to itself */
  sandbox: z.strictObject({ private_key: pem(privateKeyOf) }).optional(),
} as const;

/** What the family reads of any member's settings. */
export interface FamilySettings {
  readonly catalogue: {
    readonly url: string;
    readonly games_by: 'game_code' | 'game_id';
    readonly demo: boolean;
    readonly product_code?: string | undefined;
  };
  readonly launch: {
    readonly url: string;
    readonly operator_id: number | string;
    readonly sub_partner_id?: string | undefined;
    readonly private_key: KeyObject;
    readonly country?: string | undefined;
    readonly lang: string;
    readonly lobby_url?: string | undefined;
    readonly deposit_url?: string | undefined;
  };
  readonly callbacks: { readonly public_keys: readonly KeyObject[] };
  readonly sandbox?: { readonly private_key: KeyObject } | undefined;
}

/** `12` of an environment variable is the number it says. */
export const operatorNumber = z.coerce.number().int().positive();
export const partner = shortText;
export const productCode = shortText;

const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');
const publicHalf = (key: KeyObject): string => spki(createPublicKey(key));

interface Issues {
  readonly addIssue: (issue: { code: 'custom'; path: (string | number)[]; message: string }) => void;
}

/** What no single key can tell: each of them once and for one purpose. */
export function checkKeys(
  { launch, callbacks, sandbox }: Pick<FamilySettings, 'launch' | 'callbacks' | 'sandbox'>,
  context: Issues,
): void {
  const theirs = callbacks.public_keys.map(spki);
  if (new Set(theirs).size !== theirs.length)
    context.addIssue({ code: 'custom', path: ['callbacks', 'public_keys'], message: 'names a key twice' });
  const ours = publicHalf(launch.private_key);
  theirs.forEach((key, index) => {
    if (key !== ours) return;
    const message = 'is the public half of launch.private_key; it must be the key the aggregator signs with';
    context.addIssue({ code: 'custom', path: ['callbacks', 'public_keys', index], message });
  });
  if (sandbox !== undefined && !theirs.includes(publicHalf(sandbox.private_key))) {
    const message = 'its public half is none of callbacks.public_keys, so nothing it signs would be believed';
    context.addIssue({ code: 'custom', path: ['sandbox', 'private_key'], message });
  }
}

/** What `croupier keys generate` makes for a member. */
export const keysOf = (title: string): readonly KeyNeed[] => [
  {
    kind: 'rsa_pair',
    name: 'PRIVATE_KEY',
    place: 'launch.private_key',
    note: `we sign with it what we ask ${title}; give ${title} its public half`,
  },
  {
    kind: 'rsa_pair',
    name: 'SANDBOX_PRIVATE_KEY',
    place: 'sandbox.private_key',
    note: `only for a sandbox or a test, which signs with it in place of ${title}; leave it out in production`,
    publicHalf: { name: 'SANDBOX_PUBLIC_KEY', place: 'callbacks.public_keys' },
  },
];

/** An entry that a sandbox at `url` plays; its key is the only one that is believed. */
export function exampleOf(url: string, make: KeyMaker, launch: Readonly<Record<string, unknown>>): ExampleEntry {
  const sandbox = make.pair(KIND, 'sandbox_key');
  return {
    catalogue: { url },
    launch: { url, ...launch, private_key: make.pair(KIND, 'private_key').privateKey },
    callbacks: { public_keys: [sandbox.publicKey] },
    sandbox: { private_key: sandbox.privateKey },
  };
}
