/** Keeps what a list or report asserts, as evidence: in bounded pieces, each stored and asked to be judged in one go. */
import type { Database } from '../platform/index.ts';
import { insertClaims } from './claims-store.ts';
import type { NewClaim } from './claims-store.ts';

const BATCH = 500;

/** Stores claims; how many were new. Storing the same again changes nothing. */
export async function keepClaims(sql: Database, claims: readonly NewClaim[], nowMs: number): Promise<number> {
  let added = 0;
  for (let at = 0; at < claims.length; at += BATCH)
    added += await insertClaims(sql, claims.slice(at, at + BATCH), nowMs);
  return added;
}
