/**
 * The one place that makes up identifiers and secrets.
 *
 * Ids are UUIDs version 7: they sort by the time they were made, which keeps database indexes
 * compact. Tokens and numbers come from the cryptographic generator, never from `Math.random`.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { uuidv7 } from 'uuidv7';

/** A new time-ordered id; ids made by one process ascend strictly. */
export function newId(): string {
  return uuidv7();
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
