/** SQL of remembered answers. Relies on idempotency_key_pkey, the purge on idempotency_key_created_at. */
import type { Database } from '../platform/index.ts';

export interface KeyName {
  readonly apiKey: string;
  readonly route: string;
  readonly key: string;
}
export interface Claim extends KeyName {
  /** of the request's facts */
  readonly fingerprint: string;
  /** this attempt */
  readonly owner: string;
  /** how long this attempt may hold the key */
  readonly lockMs: number;
}
export interface KnownKey {
  readonly fingerprint: string;
  readonly status: number | null;
  readonly body: string | null;
}

/**
 * True when the key is now this attempt's: it is new, or the attempt that held it died and asked for the same. Two attempts
 * in the same instant meet in the primary key. All times are the database's: a replica whose clock is wrong or steps must not
 * take an attempt that is at work for dead, nor forget an answer (CLK-09, CLK-10).
 */
export async function claimKey(sql: Database, claim: Claim): Promise<boolean> {
  const rows = await sql`
    /* idempotency.claim */
    INSERT INTO idempotency_key (api_key, route, key, fingerprint, owner, created_at, locked_until)
    VALUES (
      ${claim.apiKey}, ${claim.route}, ${claim.key}, ${claim.fingerprint}, ${claim.owner}, clock_timestamp(),
      clock_timestamp() + make_interval(secs => ${claim.lockMs / 1_000})
    )
    ON CONFLICT (api_key, route, key) DO UPDATE
    SET owner = EXCLUDED.owner, locked_until = EXCLUDED.locked_until
    WHERE idempotency_key.status IS NULL AND idempotency_key.locked_until < clock_timestamp()
      AND idempotency_key.fingerprint = EXCLUDED.fingerprint
    RETURNING owner`;
  return rows.length === 1;
}

export async function selectKey(sql: Database, name: KeyName): Promise<KnownKey | null> {
  const [row] = await sql<KnownKey[]>`
    /* idempotency.known */
    SELECT fingerprint, status, body
    FROM idempotency_key
    WHERE api_key = ${name.apiKey} AND route = ${name.route} AND key = ${name.key}`;
  return row ?? null;
}

export async function completeKey(sql: Database, claim: Claim, status: number, body: string): Promise<void> {
  await sql`
    /* idempotency.complete */
    UPDATE idempotency_key
    SET status = ${status}, body = ${body}
    WHERE api_key = ${claim.apiKey} AND route = ${claim.route} AND key = ${claim.key} AND owner = ${claim.owner}`;
}

/** Frees the key for another try: nothing definite came of this one. */
export async function releaseKey(sql: Database, claim: Claim): Promise<void> {
  await sql`
    /* idempotency.release */
    DELETE FROM idempotency_key
    WHERE api_key = ${claim.apiKey} AND route = ${claim.route} AND key = ${claim.key} AND owner = ${claim.owner}`;
}

/** Forgets answers that are older than that, a bounded number at a time; how many went. */
export async function purgeKeys(sql: Database, keptMs: number): Promise<number> {
  const rows = await sql`
    /* idempotency.purge */
    DELETE FROM idempotency_key
    WHERE (api_key, route, key) IN (
      SELECT api_key, route, key FROM idempotency_key WHERE created_at < now() - make_interval(secs => ${keptMs / 1_000}) LIMIT 5000
    )`;
  return rows.count;
}
