/** Read models of the book for people and the operator's API: rounds with their whole story, transactions, postings. Never writes. */
import type { Database } from '../platform/index.ts';
import type { AggregatorName, ExternalId, Posting, Round, RoundState, PlayerId, Transaction } from '../wallet/index.ts';
import { aggregatorName, playerId, roundId } from '../wallet/index.ts';
import {
  selectPlayerOf,
  selectPostings,
  selectRound,
  selectRounds,
  selectRoundTransactions,
  selectTransactions,
} from './read-store.ts';
import { shardOf } from './shard.ts';

export interface RoundsQuery {
  readonly player?: PlayerId;
  readonly aggregator?: string;
  readonly state?: RoundState;
  readonly cursor?: string;
  /** 1..200 */
  readonly limit: number;
}
export interface TransactionsQuery {
  readonly player?: PlayerId;
  readonly externalId?: ExternalId;
  readonly aggregator?: string;
  readonly cursor?: string;
  readonly limit: number;
}
/** `next` continues after the last item; null on the last page. Newest first. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
/** A round under the opaque id that names it to the outside. */
export type IdentifiedRound = Round & { readonly id: string; readonly scale: number };
/** A round with everything the book knows of it, in time order. */
export interface RoundStory {
  readonly round: IdentifiedRound;
  readonly transactions: readonly Transaction[];
  readonly postings: readonly Posting[];
}
export type ReadTransaction = Transaction & { readonly scale: number | null };

export interface Reads {
  readonly rounds: (query: RoundsQuery) => Promise<Page<IdentifiedRound>>;
  /** null: no such round, or an id that is none of ours */
  readonly round: (id: string) => Promise<RoundStory | null>;
  readonly transactions: (query: TransactionsQuery) => Promise<Page<ReadTransaction>>;
  /** whose transaction this is; null when it is nobody's */
  readonly playerOf: (aggregator: AggregatorName, externalId: string) => Promise<PlayerId | null>;
}

export function createReads(sql: Database): Reads {
  return {
    playerOf: async (aggregator, externalId) => selectPlayerOf(sql, aggregator, externalId),
    rounds: async (query) => {
      const after = query.cursor === undefined ? null : unpack(query.cursor, 6);
      if (query.cursor !== undefined && after === null) return { items: [], next: null };
      const rows = await selectRounds(sql, query, after, query.player === undefined ? null : shardOf(query.player));
      const items = rows.slice(0, query.limit).map(({ round, scale }) => ({ ...round, id: idOf(round), scale }));
      const last = items.at(-1);
      const next =
        rows.length > query.limit && last !== undefined
          ? pack([instantKey(last.openedAtMs), ...keyOf(last), ''])
          : null;
      return { items, next };
    },
    round: async (id) => {
      const key = unpack(id, 4);
      if (key === null) return null;
      const [player, aggregator, scope, round] = key;
      if (player === undefined || aggregator === undefined || scope === undefined || round === undefined) return null;
      const name = {
        shard: shardOf(playerId(player)),
        player: playerId(player),
        aggregator: aggregatorName(aggregator),
        idScope: scope,
        round: roundId(round),
      };
      const found = await selectRound(sql, name);
      if (found === null) return null;
      const transactions = await selectRoundTransactions(sql, name);
      const postings = await selectPostings(
        sql,
        name.shard,
        name.player,
        transactions.map((row) => row.id),
      );
      return { round: { ...found.round, id, scale: found.scale }, transactions, postings };
    },
    transactions: async (query) => {
      const after = query.cursor === undefined ? null : unpack(query.cursor, 1);
      if (query.cursor !== undefined && after === null) return { items: [], next: null };
      const rows = await selectTransactions(
        sql,
        query,
        after?.[0] ?? null,
        query.player === undefined ? null : shardOf(query.player),
      );
      const items = rows.slice(0, query.limit);
      const last = items.at(-1);
      return { items, next: rows.length > query.limit && last !== undefined ? pack([last.id]) : null };
    },
  };
}

const keyOf = (round: Round): readonly string[] => [round.player, round.aggregator, round.idScope, round.round];
const idOf = (round: Round): string => pack(keyOf(round));
const instantKey = (ms: number): string => new Date(ms).toISOString();

/** Opaque and URL-safe; a JSON list inside, so that no character of an outside id can be mistaken for a separator. */
function pack(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts), 'utf8').toString('base64url');
}

function unpack(text: string, length: number): readonly string[] | null {
  if (text.length > 4_000) return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(parts) || parts.length !== length) return null;
    return parts.every((part): part is string => typeof part === 'string') ? parts : null;
  } catch {
    return null;
  }
}
