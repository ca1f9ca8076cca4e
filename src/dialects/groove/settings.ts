/**
 * A Groove operator's part of croupier.yaml. Their signature is optional and covers values without their names and bounds, so it
 * never stands alone: `allow_ips` must name their addresses, with keys or without.
 */
import { z } from 'zod';
import { COLUMN_NAMES } from '../game-file.ts';
import type { ExampleEntry, KeyMaker, KeyNeed } from '../dialect.ts';

const address = z.url({ protocol: /^https?$/ });
const secret = z.string().min(8, 'is too short for a secret; generate one with `croupier keys generate`');
const words = z.string().min(1).max(255);

export const settingsSchema = z.strictObject({
  /** how the file of games is read: theirs may call its columns something else */
  catalogue: z
    .strictObject({
      columns: z.partialRecord(z.enum(COLUMN_NAMES), words).default({}),
      separator: z.string().min(1).max(4).default(','),
    })
    .default({ columns: {}, separator: ',' }),
  launch: z.strictObject({
    /** where games open: `https://…/game/` */
    url: address.refine((url) => !/[?#]/.test(url), 'must have no query or fragment of its own'),
    operator_id: z.string().regex(/^[0-9A-Za-z]{1,30}$/, 'is the number or word Groove knows you by'),
    license: words,
    /** shows a player's past rounds; Groove wants an address */
    history_url: address,
    home_url: address.nullable().default(null),
    reality_check_url: address.nullable().default(null),
    /** says of every player that they are a test */
    is_test_account: z.boolean().default(false),
    /** what their servers call the United Kingdom */
    united_kingdom: z.enum(['GB', 'UK']).default('GB'),
    ttl_seconds: z.number().int().min(60).max(3_600).default(600),
  }),
  callbacks: z
    .strictObject({
      /** empty: their requests are not signed */
      security_keys: z.array(secret).default([]),
      /** adds `game_mode` and `order` to balances, which games of the United Kingdom want */
      cma: z.boolean().default(false),
      allow_ips: z.array(z.string()).default([]),
    })
    .refine(({ security_keys: keys }) => new Set(keys).size === keys.length, {
      path: ['security_keys'],
      message: 'names a key twice',
    }),
});

export type GrooveSettings = z.output<typeof settingsSchema>;

export const GROOVE_KEYS: readonly KeyNeed[] = [
  {
    kind: 'secret',
    name: 'SECURITY_KEY',
    place: 'callbacks.security_keys',
    note: 'both sides hold it: Groove signs its requests with it, once your account manager switches that on',
  },
];

/** For a sandbox of it on this machine. */
export const grooveExample = (url: string, make: KeyMaker): ExampleEntry => ({
  catalogue: {},
  launch: { url: `${url}/launch`, operator_id: '11', license: 'Curacao', history_url: 'http://127.0.0.1/history' },
  callbacks: { security_keys: [make.secret('security_key')], allow_ips: ['127.0.0.1', '::1'] },
});
