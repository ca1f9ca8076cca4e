/**
 * Keyed signatures over the exact bytes on the wire, checked before anything is parsed. Every current key is always tried, in
 * constant time; the algorithm is pinned by the caller and never taken from the request (SIG-25). Never throws on any header,
 * and never says what the right value would have been (SIG-46).
 */
import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';

export type HmacAlgorithm = 'sha1' | 'sha256' | 'sha512';

export interface SigningKey {
  /** names the key in the audit trail, never the key itself */
  readonly id: string;
  readonly key: Uint8Array;
}

export type SignatureCheck =
  | { readonly kind: 'genuine'; readonly keyId: string }
  | { readonly kind: 'distrust'; readonly reason: 'missing' | 'malformed' | 'mismatch' };

const DIGEST_BYTES: Record<HmacAlgorithm, number> = { sha1: 20, sha256: 32, sha512: 64 };

const HEX = { lower: /^[0-9a-f]*$/, any: /^[0-9a-fA-F]*$/ } as const;

/** The key of a configured secret, as its UTF-8 bytes. An empty secret stops the start (SIG-20). */
export function signingKey(id: string, secret: string): SigningKey {
  if (secret === '') throw new RangeError(`signing key ${id}: the secret is empty`);
  return { id, key: Buffer.from(secret, 'utf8') };
}

/** Lower-case hex HMAC. */
export function hmacHex(alg: HmacAlgorithm, key: Uint8Array, bytes: Uint8Array): string {
  return createHmac(alg, key).update(bytes).digest('hex');
}

/** Checks one hex signature against all current keys. With `hexCase: 'lower'` upper-case digits are malformed (SIG-13). */
export function verifyHmacHex(check: {
  readonly alg: HmacAlgorithm;
  readonly keys: readonly SigningKey[];
  readonly bytes: Uint8Array;
  readonly signature: string | undefined;
  readonly hexCase: 'lower' | 'any';
}): SignatureCheck {
  const { signature } = check;
  if (signature === undefined || signature === '') return { kind: 'distrust', reason: 'missing' };
  const size = DIGEST_BYTES[check.alg];
  // length and alphabet first: Buffer.from(…, 'hex') silently stops at the first odd character (SIG-16, SIG-17)
  if (signature.length !== 2 * size || !HEX[check.hexCase].test(signature))
    return { kind: 'distrust', reason: 'malformed' };
  const given = Buffer.from(signature, 'hex');
  let keyId: string | null = null;
  for (const { id, key } of check.keys) {
    const expected = createHmac(check.alg, key).update(check.bytes).digest();
    const isEqual = given.length === expected.length && timingSafeEqual(given, expected);
    // an empty key is no key, whatever the configuration let through
    if (isEqual && key.length > 0) keyId ??= id;
  }
  return keyId === null ? { kind: 'distrust', reason: 'mismatch' } : { kind: 'genuine', keyId };
}
