/**
 * Passwords as scrypt keys with the parameters they were made with, so that these may grow and old keys still open. Checking
 * takes the same time for a user who exists and one who does not. A password is never kept, logged or shown again.
 */
import { scrypt, timingSafeEqual } from 'node:crypto';
import type { ScryptOptions } from 'node:crypto';
import { newToken } from '../platform/index.ts';

interface Cost {
  /** how often the memory is passed over, a power of two */
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB and about a tenth of a second on a server of today. */
const COST: Cost = { n: 2 ** 15, r: 8, p: 1 };
/** What a stored key may ask for at most: a row that was tampered with must not take the machine's memory. */
const MOST: Cost = { n: 2 ** 18, r: 16, p: 4 };
const KEY_BYTES = 32;
const SHORTEST = 12;
const LONGEST = 200;

/** What is wrong with a new password, as a sentence; null when it may be used. Length is what counts. */
export function problemOfPassword(password: string, name: string): string | null {
  const { length } = Array.from(password);
  if (length < SHORTEST) return `A password has at least ${SHORTEST} characters: a few words in a row are fine.`;
  if (length > LONGEST) return `A password has at most ${LONGEST} characters.`;
  if (new Set(password).size < 5) return 'The password repeats too few characters.';
  if (password.toLowerCase().includes(name.toLowerCase())) return 'The password contains the name of the account.';
  return null;
}

/** `scrypt$N$r$p$salt$key`, the last two in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = newToken(16);
  const key = await derive(password, salt, COST);
  return ['scrypt', COST.n, COST.r, COST.p, salt, key.toString('base64url')].join('$');
}

/** Whether it is the password; `stored` null (no such user) takes as long and is false. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const read = stored === null ? null : readStored(stored);
  const key = await derive(password, read?.salt ?? 'nobody', read?.cost ?? COST);
  return read !== null && read.key.length === key.length && timingSafeEqual(read.key, key);
}

function readStored(stored: string): { cost: Cost; salt: string; key: Buffer } | null {
  const [scheme, n, r, p, salt, key] = stored.split('$');
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) return null;
  const cost = { n: Number(n), r: Number(r), p: Number(p) };
  const isSane = (['n', 'r', 'p'] as const).every((name) => cost[name] >= 1 && cost[name] <= MOST[name]);
  return isSane ? { cost, salt, key: Buffer.from(key, 'base64url') } : null;
}

async function derive(password: string, salt: string, { n, r, p }: Cost): Promise<Buffer> {
  const options: ScryptOptions = { N: n, r, p, maxmem: 256 * n * r };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
