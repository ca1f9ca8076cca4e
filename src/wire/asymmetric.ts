/**
 * Signatures by key pairs: RSA-SHA256 (PKCS#1 v1.5) and ECDSA P-256 with SHA-256, over the exact bytes on the wire. The algorithm
 * is the caller's, never the request's (SIG-25), and so is the kind of key: a key of another kind stops the start with its name.
 * Never throws on any header, and never says what the right value would have been (SIG-46).
 */
import { Buffer } from 'node:buffer';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { SignatureCheck } from './signature.ts';

export type KeyKind = 'rsa' | 'ec_p256';

/** A public key and the name it has in the audit trail. */
export interface VerifyingKey {
  readonly id: string;
  readonly key: KeyObject;
}

const MIN_RSA_BITS = 2_048;
const WORDS: Record<KeyKind, string> = {
  rsa: `an RSA key of at least ${MIN_RSA_BITS} bits`,
  ec_p256: 'an EC key on P-256',
};
/** Generous: 8192 bits of RSA. */
const MAX_SIGNATURE_BYTES = 1_024;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** A public key from PEM (SPKI, or PKCS#1 for RSA), or a sentence that says what it is instead. Never repeats the key. */
export function publicKeyOf(kind: KeyKind, pem: string): KeyObject | string {
  if (pem.includes('PRIVATE KEY'))
    return `is a private key; it must be ${WORDS[kind]}, the public half of the other side`;
  return keyOf(kind, pem, createPublicKey);
}

/** A private key from PEM (PKCS#8, PKCS#1 or SEC1, without a passphrase), or a sentence that says what it is instead. */
export function privateKeyOf(kind: KeyKind, pem: string): KeyObject | string {
  if (pem.includes('PUBLIC KEY')) return `is a public key; it must be ${WORDS[kind]}, our own private half`;
  return keyOf(kind, pem, createPrivateKey);
}

function keyOf(kind: KeyKind, pem: string, read: (pem: string) => KeyObject): KeyObject | string {
  let key: KeyObject;
  try {
    key = read(plainPem(pem));
  } catch {
    return `cannot be read as PEM; it must be ${WORDS[kind]}`;
  }
  const found = nameOf(key);
  if (kind === 'ec_p256')
    return found === 'EC prime256v1' ? key : `is a key of kind ${found}; it must be ${WORDS[kind]}`;
  if (key.asymmetricKeyType !== 'rsa') return `is a key of kind ${found}; it must be ${WORDS[kind]}`;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < MIN_RSA_BITS ? `is an RSA key of ${bits} bits; it must be ${WORDS[kind]}` : key;
}

/** Files of variables hold a key on one line, in quotes that not every reader of them takes away. */
const plainPem = (pem: string): string =>
  pem
    .replaceAll(String.raw`\n`, '\n')
    .replaceAll('"', '')
    .trim();

function nameOf(key: KeyObject): string {
  const type = key.asymmetricKeyType ?? 'unknown';
  return type === 'ec' ? `EC ${key.asymmetricKeyDetails?.namedCurve ?? ''}`.trim() : type.toUpperCase();
}

/** The signature of the bytes in standard Base64, on one line; of EC keys in DER form. */
export function signBase64(key: KeyObject, bytes: Uint8Array): string {
  return sign('sha256', bytes, key).toString('base64');
}

/** Checks one Base64 signature against all current keys. Its spelling must be the one Base64 has for these bytes (SIG-16). */
export function verifyBase64(check: {
  readonly keys: readonly VerifyingKey[];
  readonly bytes: Uint8Array;
  readonly signature: string | undefined;
}): SignatureCheck {
  const { signature } = check;
  if (signature === undefined || signature === '') return { kind: 'distrust', reason: 'missing' };
  if (signature.length > 2 * MAX_SIGNATURE_BYTES || !BASE64.test(signature))
    return { kind: 'distrust', reason: 'malformed' };
  const given = Buffer.from(signature, 'base64');
  if (given.toString('base64') !== signature) return { kind: 'distrust', reason: 'malformed' };
  let keyId: string | null = null;
  for (const { id, key } of check.keys) if (isOf(key, check.bytes, given)) keyId ??= id;
  return keyId === null ? { kind: 'distrust', reason: 'mismatch' } : { kind: 'genuine', keyId };
}

/** A signature that is no signature at all, such as a broken DER sequence, makes some versions of OpenSSL throw. */
function isOf(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify('sha256', bytes, key, signature);
  } catch {
    return false;
  }
}
