/** SQL of claims: what lists and reports assert, one row a transaction and content, never changed. */
import { shardOf } from '../ledger/index.ts';
import { formatDecimal } from '../money/index.ts';
import type { Database } from '../platform/index.ts';
import { playerId } from '../wallet/index.ts';
import { looseRound } from './facts.ts';
import type { ClaimFact } from './facts.ts';
import { markRounds } from './inbox-store.ts';
import { digest, transactionContent } from './standing.ts';

export interface NewClaim extends ClaimFact {
  readonly aggregator: string;
  /** '' where nobody knows */
  readonly player: string;
  readonly round: string;
  readonly game: string | null;
  readonly provider: string | null;
}

const instantOrNull = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** What a claim says; the same said again is the same row. */
function contentHash(claim: NewClaim): string {
  const transaction = transactionContent(claim.transaction);
  return digest([transaction, claim.currency, claim.player, claim.round, claim.occurredAtMs]);
}

/** Stores what is new, and asks for the rounds to be judged; how many were new. Relies on claim_pkey. */
export async function insertClaims(sql: Database, claims: readonly NewClaim[], nowMs: number): Promise<number> {
  if (claims.length === 0) return 0;
  const rows = claims.map((claim) => ({
    ...claim,
    round: claim.round === '' ? looseRound(claim.transaction) : claim.round,
    shard: shardOf(playerId(claim.player)),
    hash: contentHash(claim),
  }));
  const amountOf = ({ transaction: { amount } }: NewClaim): string | null =>
    amount === null ? null : formatDecimal(amount);
  const result = await sql.begin(async (tx) => {
    const stored = await tx`
      /* claim.insert */
      INSERT INTO claim (
        aggregator, source, kind, tx_id, version, content_hash, shard, player, round_id, game_code, provider, amount, currency,
        status, reference, free, occurred_at, received_at, origin, rate
      )
      SELECT aggregator, source, kind, tx_id, version, decode(content_hash, 'hex'), shard, player, round_id, game_code, provider,
        amount, currency, status, reference, free, occurred_at, received_at, origin, rate
      FROM unnest(
        ${rows.map((row) => row.aggregator)}::text[], ${rows.map((row) => row.source)}::text[],
        ${rows.map((row) => row.transaction.kind)}::text[], ${rows.map((row) => row.transaction.id)}::text[],
        ${rows.map((row) => row.version)}::bigint[], ${rows.map((row) => row.hash)}::text[],
        ${rows.map((row) => row.shard)}::smallint[], ${rows.map((row) => row.player)}::text[],
        ${rows.map((row) => row.round)}::text[], ${rows.map((row) => row.game)}::text[],
        ${rows.map((row) => row.provider)}::text[], ${rows.map(amountOf)}::numeric[], ${rows.map((row) => row.currency)}::text[],
        ${rows.map((row) => row.transaction.status)}::text[], ${rows.map((row) => row.transaction.bet)}::text[],
        ${rows.map((row) => String(row.transaction.free))}::text[]::boolean[],
        ${rows.map((row) => instantOrNull(row.occurredAtMs))}::timestamptz[],
        ${rows.map((row) => instantOrNull(row.receivedAtMs))}::timestamptz[], ${rows.map((row) => row.origin)}::text[],
        ${rows.map(({ transaction: { rate } }) => (rate == null ? null : formatDecimal(rate)))}::numeric[]
      ) AS n (
        aggregator, source, kind, tx_id, version, content_hash, shard, player, round_id, game_code, provider, amount, currency,
        status, reference, free, occurred_at, received_at, origin, rate
      )
      ON CONFLICT DO NOTHING
      RETURNING 1`;
    await markRounds(
      tx,
      rows.map(({ aggregator, player, round, shard }) => ({ aggregator, player, round, shard })),
      nowMs,
    );
    return { count: stored.length };
  });
  return result.count;
}
