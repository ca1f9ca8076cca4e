/** Signatures by key pairs. */
import { Buffer } from 'node:buffer';
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { privateKeyOf, publicKeyOf, signBase64, verifyBase64 } from '../../src/wire/index.ts';
import type { KeyKind } from '../../src/wire/index.ts';

const pem = ({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }) => ({
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
});
const rsa = pem(generateKeyPairSync('rsa', { modulusLength: 2_048 }));
const small = pem(generateKeyPairSync('rsa', { modulusLength: 1_024 }));
const ec = pem(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
const otherCurve = pem(generateKeyPairSync('ec', { namedCurve: 'secp384r1' }));
const ed = pem(generateKeyPairSync('ed25519'));

const pairs = { rsa, ec_p256: ec } as const;

function opened(kind: KeyKind) {
  const own = privateKeyOf(kind, pairs[kind].privateKey);
  const theirs = publicKeyOf(kind, pairs[kind].publicKey);
  if (typeof own === 'string' || typeof theirs === 'string') throw new Error('a good key was refused');
  return { own, keys: [{ id: 'key-1', key: theirs }] };
}

describe.each(['rsa', 'ec_p256'] as const)('a signature by %s', (kind) => {
  const { own, keys } = opened(kind);

  it('is believed over the same bytes, and over no others [SIG-01] [SIG-02]', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(199), fc.integer({ min: 0, max: 7 }), (bytes, at, bit) => {
        const signature = signBase64(own, bytes);
        expect(verifyBase64({ keys, bytes, signature })).toEqual({ kind: 'genuine', keyId: 'key-1' });
        const changed = Buffer.from(bytes.length === 0 ? [0] : bytes);
        const place = at % changed.length;
        if (bytes.length > 0) changed[place] = (changed[place] ?? 0) ^ (1 << bit);
        expect(verifyBase64({ keys, bytes: changed, signature })).toEqual({ kind: 'distrust', reason: 'mismatch' });
      }),
      { numRuns: 50 },
    );
  });

  it('has one spelling, and never throws whatever the header holds [SIG-14] [SIG-16] [SIG-17]', () => {
    const bytes = Buffer.from('{"a":1}');
    const signature = signBase64(own, bytes);
    const check = (given: string | undefined) => verifyBase64({ keys, bytes, signature: given });
    expect(check(undefined)).toEqual({ kind: 'distrust', reason: 'missing' });
    expect(check('')).toEqual({ kind: 'distrust', reason: 'missing' });
    for (const given of [` ${signature}`, `${signature}\n`, `${signature}=`, signature.replace(/=*$/, '') + '!', 'a'])
      expect(check(given)).toEqual({ kind: 'distrust', reason: 'malformed' });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String({ maxLength: 700 })), (given) => {
        expect(check(given).kind).toBe('distrust');
      }),
    );
  });

  it('is tried against every current key [SIG-22]', () => {
    const other = publicKeyOf(kind, generateOther(kind));
    if (typeof other === 'string') throw new Error(other);
    const bytes = Buffer.from('x');
    const both = [{ id: 'old', key: other }, ...keys];
    expect(verifyBase64({ keys: both, bytes, signature: signBase64(own, bytes) })).toMatchObject({ keyId: 'key-1' });
    expect(verifyBase64({ keys: [{ id: 'old', key: other }], bytes, signature: signBase64(own, bytes) }).kind).toBe(
      'distrust',
    );
  });
});

function generateOther(kind: KeyKind): string {
  return kind === 'rsa'
    ? pem(generateKeyPairSync('rsa', { modulusLength: 2_048 })).publicKey
    : pem(generateKeyPairSync('ec', { namedCurve: 'prime256v1' })).publicKey;
}

describe('a key of the wrong kind', () => {
  it.each([
    ['rsa', ec.publicKey, 'is a key of kind EC prime256v1; it must be an RSA key'],
    ['rsa', small.publicKey, 'is an RSA key of 1024 bits'],
    ['rsa', rsa.privateKey, 'is a private key'],
    ['rsa', 'secret', 'cannot be read as PEM'],
    ['ec_p256', rsa.publicKey, 'is a key of kind RSA'],
    ['ec_p256', otherCurve.publicKey, 'is a key of kind EC secp384r1'],
    ['ec_p256', ed.publicKey, 'is a key of kind ED25519'],
  ] as const)('for %s is named, and never repeated', (kind, text, words) => {
    const problem = publicKeyOf(kind, text);
    expect(problem).toContain(words);
    if (text.includes('KEY')) expect(problem).not.toContain(text.split('\n')[1]);
  });

  it('is named for our own half too', () => {
    expect(privateKeyOf('rsa', rsa.publicKey)).toContain('is a public key');
    expect(privateKeyOf('ec_p256', rsa.privateKey)).toContain('is a key of kind RSA');
    expect(privateKeyOf('rsa', 'x')).toContain('cannot be read as PEM');
  });
});
