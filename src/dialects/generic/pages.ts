/** What the generic aggregator's paged lists have in common: a key compared in constant time, page numbers, JSON answers. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RawResponse } from '../dialect.ts';

export function sameKey(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

export function positive(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^[1-9][0-9]{0,5}$/.test(text) ? Number.parseInt(text, 10) : otherwise;
}

export function respond(status: number, body: object, headers: Readonly<Record<string, string>> = {}): RawResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
