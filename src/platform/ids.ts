/**
 * The one place that makes up identifiers and secrets.
 *
 * Ids are UUIDs version 7: they sort by the time they were made, which keeps database indexes
 * compact. Tokens and numbers come from the cryptographic generator, never from `Math.random`.
 */
import { randomBytes, randomFillSync, randomInt } from 'node:crypto';
import { V7Generator } from 'uuidv7';

/** Random bits are asked for a thousand numbers at a time: asking costs more than the bits. Each number is used once. */
const pool = new Uint32Array(1_024);
let used = pool.length;
const generator = new V7Generator({
  nextUint32: () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const number = pool[used] ?? 0;
    pool[used] = 0;
    used += 1;
    return number;
  },
});

/** A new time-ordered id; ids made by one process ascend strictly. */
export function newId(): string {
  return generator.generate().toString();
}

/** An unguessable token, base64url without padding (24 bytes give 32 characters). */
export function newToken(bytes = 24): string {
  return randomBytes(bytes).toString('base64url');
}

/** A uniformly distributed integer, 0 <= n < maxExclusive. */
export function randomInteger(maxExclusive: number): number {
  return randomInt(maxExclusive);
}

/** The least id that `newId` can have made at that moment (epoch milliseconds): its first twelve digits are the time. */
export function leastIdAt(ms: number): string {
  const hex = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
