/** One-time codes by time (RFC 6238 over RFC 4226): SHA-1, thirty seconds, six digits, as every authenticator reads them. Pure. */
import { createHmac, timingSafeEqual } from 'node:crypto';

const STEP_SECONDS = 30;
const DIGITS = 6;
/** A code of the step before and after is taken: clocks of telephones are not exact. */
const DRIFT_STEPS = 1;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 (RFC 4648) without padding, of a secret's bytes. */
export function base32(bytes: Uint8Array): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)] ?? '').join('');
}

function bytesOf(secret: string): Buffer {
  const bits = Array.from(secret.toUpperCase())
    .map((each) => ALPHABET.indexOf(each).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The code of a step (RFC 4226, section 5.3). */
export function codeAt(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', bytesOf(secret)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0x0f;
  const number = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

export const stepAt = (nowMs: number): number => Math.floor(nowMs / 1_000 / STEP_SECONDS);

/** The step a code belongs to, later than the last one that was used; null when it is none. A code opens once. */
export function stepOfCode(about: {
  readonly secret: string;
  readonly code: string;
  readonly nowMs: number;
  readonly lastStep: number | null;
}): number | null {
  const given = Buffer.from(
    about.code
      .replaceAll(' ', '')
      .padEnd(DIGITS)
      .slice(0, DIGITS + 1),
  );
  const now = stepAt(about.nowMs);
  let found: number | null = null;
  for (let step = now - DRIFT_STEPS; step <= now + DRIFT_STEPS; step += 1) {
    const expected = Buffer.from(codeAt(about.secret, step));
    const same = expected.length === given.length && timingSafeEqual(expected, given);
    if (same && (about.lastStep === null || step > about.lastStep)) found ??= step;
  }
  return found;
}

/** What an authenticator takes as a picture or a link. */
export function otpauthOf(name: string, secret: string): string {
  const label = encodeURIComponent(`Croupier:${name}`);
  return `otpauth://totp/${label}?secret=${secret}&issuer=Croupier&algorithm=SHA1&digits=${DIGITS}&period=${STEP_SECONDS}`;
}
