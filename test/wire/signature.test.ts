/** Signatures over bytes: every published vector, and every header that must not be believed. */
import { Buffer } from 'node:buffer';
import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmacHex, signingKey, verifyHmacHex } from '../../src/wire/index.ts';
import type { SigningKey } from '../../src/wire/index.ts';

const KEY = signingKey('current', 'rgs_signing_secret_test_0001');
const COMPACT = '{"transaction_id":"tx-1","type":"bet","amount":"1.00"}';
const COMPACT_SIGNATURE = 'fa421dc8830e5da7f0284b3b7ea37fb9bb983ccdb4adead72ac4b5de06e9c065';

function verify(
  bytes: string | Uint8Array,
  signature: string | undefined,
  options: { keys?: readonly SigningKey[]; hexCase?: 'lower' | 'any' } = {},
) {
  const { keys = [KEY], hexCase = 'lower' } = options;
  return verifyHmacHex({ alg: 'sha256', keys, bytes: Buffer.from(bytes), signature, hexCase });
}
const GENUINE = { kind: 'genuine', keyId: 'current' };
const distrust = (reason: string) => ({ kind: 'distrust', reason });

const VECTORS: readonly (readonly [string, string, number, string])[] = [
  ['compact [SIG-01]', COMPACT, 54, COMPACT_SIGNATURE],
  [
    'spaced [SIG-02]',
    '{ "transaction_id": "tx-1", "type": "bet", "amount": "1.00" }',
    61,
    'f2c3ecef3b486f354befde0835da7ced0e1cb9edc78f6f7e931905c83721c4d6',
  ],
  [
    'trailing line feed [SIG-03]',
    `${COMPACT}\n`,
    55,
    '271d039745358a95606afd68773685f1ce07e2422e9ad36b1eb706626554bc44',
  ],
  [
    'number [SIG-07]',
    '{"transaction_id":"tx-1","type":"bet","amount":1.00}',
    52,
    'b49e41eb27db1bfab3594f52e4d7f10128ad68b6cb4a279e1fb9608945b16e5a',
  ],
  [
    'unicode literal [SIG-04]',
    '{"player_id":"Zoë","amount":"1.00"}',
    36,
    'b22aee41ade494029725f7333f540440eaf46a97d5f420ae70e37186cae6089e',
  ],
  [
    'unicode escaped [SIG-04]',
    '{"player_id":"Zo\\u00eb","amount":"1.00"}',
    40,
    '69e68f52ab8dd83a18b91b4477fc21c495e5d958465aa08307f71e15bf6ee773',
  ],
  [
    'unicode decomposed [SIG-05]',
    '{"player_id":"Zoe\u0308","amount":"1.00"}',
    37,
    '510fd63a0498b1ea84e02227f7fd2327385caf06b68edff14690d5f6eee15892',
  ],
  [
    'escaped slashes [SIG-06]',
    '{"url":"https:\\/\\/x.test\\/a","amount":"1.00"}',
    45,
    '02605c9f5246931196720d3195f081c071ae72c6955e5370ea31dd821f979987',
  ],
  [
    'duplicate keys [SIG-09]',
    '{"transaction_id":"tx-1","amount":"1.00","amount":"1000.00"}',
    60,
    'ca1f59aad96eb4c598d883985788fba1521a3ff25c2526c5f963ac06e4d38463',
  ],
  ['empty body', '', 0, '8f9c20a46cf0c7a201c5c86623e317b23c1aef50ac9aaef7748fed047e30a4c3'],
  [
    'timestamped [SIG-30]',
    `1767225600.${COMPACT}`,
    65,
    '449f0469ccefb2a5a241e6c72abb438b0ac7e53956689690ad15b935da8061ab',
  ],
];

describe('the vectors', () => {
  it.each(VECTORS)('%s', (_, text, length, signature) => {
    const bytes = Buffer.from(text);
    expect(bytes.length).toBe(length);
    expect(hmacHex('sha256', KEY.key, bytes)).toBe(signature);
    expect(verify(bytes, signature)).toEqual(GENUINE);
  });

  it('are told apart: no signature fits another body [SIG-02] [SIG-03]', () => {
    for (const [name, text] of VECTORS) {
      for (const [other, , , signature] of VECTORS)
        if (name !== other) expect(verify(text, signature)).toEqual(distrust('mismatch'));
    }
  });

  it.each([
    [
      'the API key [SIG-19]',
      '2b9d10c368e11557c8531db35cc200460b8a0d36736aa80d9748d49bf8ea98ad',
      createHmac('sha256', 'api_key_test_0001').update(COMPACT).digest('hex'),
    ],
    [
      'an empty key [SIG-20]',
      'fb39b5b2301316fd321cef5a8161827d0cf0ad70e069e712d45b062394f8537c',
      createHmac('sha256', '').update(COMPACT).digest('hex'),
    ],
    [
      'no key at all [SIG-26]',
      'de6b19809c0f3728628d5dd7124d32cafb27e7b8aa6317992d1bdc03bb74e895',
      createHash('sha256').update(COMPACT).digest('hex'),
    ],
  ])('must fail: signed with %s', (_, signature, recomputed) => {
    expect(recomputed).toBe(signature);
    expect(verify(COMPACT, signature)).toEqual(distrust('mismatch'));
  });

  it('of other algorithms are as long as they are', () => {
    expect(hmacHex('sha1', KEY.key, Buffer.from(COMPACT))).toBe(
      createHmac('sha1', KEY.key).update(COMPACT).digest('hex'),
    );
    for (const [alg, length] of [
      ['sha1', 40],
      ['sha256', 64],
      ['sha512', 128],
    ] as const) {
      const signature = hmacHex(alg, KEY.key, Buffer.from(COMPACT));
      expect(signature).toHaveLength(length);
      expect(verifyHmacHex({ alg, keys: [KEY], bytes: Buffer.from(COMPACT), signature, hexCase: 'lower' })).toEqual(
        GENUINE,
      );
    }
  });
});

describe('headers that are not believed', () => {
  it.each([1, 3, 63, 65, 10_000])('a signature of %i characters [SIG-14]', (length) => {
    expect(verify(COMPACT, 'a'.repeat(length))).toEqual(distrust('malformed'));
    expect(verify(COMPACT, COMPACT_SIGNATURE.repeat(200).slice(0, length))).toEqual(distrust('malformed'));
  });

  it('an absent or empty one [SIG-14] [SIG-15] [SIG-21]', () => {
    expect(verify(COMPACT, undefined)).toEqual(distrust('missing'));
    expect(verify(COMPACT, '')).toEqual(distrust('missing'));
  });

  it.each([
    ['64 two-byte characters [SIG-16]', 'é'.repeat(64)],
    ['32 surrogate pairs [SIG-16]', '🎰'.repeat(32)],
    ['64 characters that are no hex [SIG-17]', 'z'.repeat(64)],
    ['one odd character at the end [SIG-17]', `${COMPACT_SIGNATURE.slice(0, 63)}g`],
    ['several signatures [SIG-23]', `v1=${COMPACT_SIGNATURE},v1=${COMPACT_SIGNATURE}`],
    ['the header sent twice [SIG-24]', `${COMPACT_SIGNATURE}, ${COMPACT_SIGNATURE}`],
    ['a prefix [SIG-25]', `sha256=${COMPACT_SIGNATURE}`],
    ['alg=none [SIG-25]', 'alg=none'],
    ['SHA-1 [SIG-25]', hmacHex('sha1', KEY.key, Buffer.from(COMPACT))],
    ['SHA-512 [SIG-25]', hmacHex('sha512', KEY.key, Buffer.from(COMPACT))],
    ['base64 [SIG-25]', Buffer.from(COMPACT_SIGNATURE, 'hex').toString('base64')],
    ['a line feed behind it', `${COMPACT_SIGNATURE}\n`],
    ['full-width digits', '１'.repeat(64)],
    ['NUL', '\u0000'.repeat(64)],
  ])('%s', (_, signature) => {
    expect(verify(COMPACT, signature, { hexCase: 'any' })).toEqual(distrust('malformed'));
  });

  it('another key, another body, one changed digit [SIG-18] [SIG-45]', () => {
    expect(verify(COMPACT, COMPACT_SIGNATURE, { keys: [signingKey('other', 'somebody else')] })).toEqual(
      distrust('mismatch'),
    );
    expect(verify(COMPACT.replace('1.00', '9.00'), COMPACT_SIGNATURE)).toEqual(distrust('mismatch'));
    for (let at = 0; at < 64; at += 1) {
      const digit = COMPACT_SIGNATURE[at] === '0' ? '1' : '0';
      expect(verify(COMPACT, COMPACT_SIGNATURE.slice(0, at) + digit + COMPACT_SIGNATURE.slice(at + 1))).toEqual(
        distrust('mismatch'),
      );
    }
  });

  it('upper-case digits, unless the dialect allows them [SIG-13]', () => {
    const upper = COMPACT_SIGNATURE.toUpperCase();
    expect(verify(COMPACT, upper)).toEqual(distrust('malformed'));
    expect(verify(COMPACT, upper, { hexCase: 'any' })).toEqual(GENUINE);
  });

  it('never make it throw', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.string({ unit: 'binary', maxLength: 140 }),
        fc.constantFrom('lower', 'any'),
        (bytes, signature, hexCase) => {
          expect(verify(bytes, signature, { hexCase }).kind).toBe('distrust');
        },
      ),
    );
  });
});

describe('keys', () => {
  const [old, fresh] = [signingKey('2025', 'old secret'), signingKey('2026', 'new secret')];
  const signed = (key: SigningKey) => hmacHex('sha256', key.key, Buffer.from(COMPACT));

  it('rotate: both during the overlap, the old one no longer after it, and the answer names the key [SIG-22]', () => {
    expect(verify(COMPACT, signed(old), { keys: [fresh, old] })).toEqual({ kind: 'genuine', keyId: '2025' });
    expect(verify(COMPACT, signed(fresh), { keys: [fresh, old] })).toEqual({ kind: 'genuine', keyId: '2026' });
    expect(verify(COMPACT, signed(old), { keys: [fresh] })).toEqual(distrust('mismatch'));
  });

  it('that are empty are refused at the start, and verify nothing should one slip through [SIG-20]', () => {
    expect(() => signingKey('2026', '')).toThrow(RangeError);
    const empty: SigningKey = { id: 'empty', key: new Uint8Array(0) };
    expect(verify(COMPACT, signed(empty), { keys: [empty] })).toEqual(distrust('mismatch'));
    expect(verify(COMPACT, COMPACT_SIGNATURE, { keys: [] })).toEqual(distrust('mismatch'));
  });

  it('sign any bytes, also those that are no text', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 500 }),
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fc.nat(),
        (bytes, key, at) => {
          const keys = [{ id: 'k', key }];
          const signature = hmacHex('sha256', key, bytes);
          expect(verify(bytes, signature, { keys })).toEqual({ kind: 'genuine', keyId: 'k' });
          if (bytes.length === 0) return;
          const changed = Uint8Array.from(bytes);
          changed[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
          expect(verify(changed, signature, { keys })).toEqual(distrust('mismatch'));
        },
      ),
    );
  });
});
