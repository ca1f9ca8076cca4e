/** Read models of the book for people and the operator's API: rounds with their whole story, transactions, postings. Never writes. */
import type { Database } from '../platform/index.ts';
import type {
  AggregatorName,
  ExternalId,
  GameCode,
  Posting,
  Round,
  RoundState,
  PlayerId,
  Transaction,
} from '../wallet/index.ts';
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
import { selectUnfinished } from './unfinished-store.ts';
import type { Unfinished } from './unfinished-store.ts';

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
  /** the session of the player's newest round in the game that is still open, by bets since then; null: there is none (LCH-23) */
  readonly unfinished: (about: {
    readonly player: PlayerId;
    readonly aggregator: AggregatorName;
    readonly game: GameCode;
    readonly sinceMs: number;
  }) => Promise<Unfinished | null>;
}

/** A cursor that no page of ours ended with. The caller's mistake, so the HTTP layer answers it with 400. */
export class ForeignCursor extends Error {
  readonly statusCode = 400;

  constructor() {
    super('the cursor is none of ours');
    this.name = 'ForeignCursor';
  }
}

const LIMIT_MAX = 200;

/** The API's schema allows no more; whoever else asks is held to it here. */
function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    throw new Error(`defect: a page of ${limit} rows was asked for; 1 to ${LIMIT_MAX} are allowed`);
}

export function createReads(sql: Database): Reads {
  return {
    playerOf: async (aggregator, externalId) => selectPlayerOf(sql, aggregator, externalId),
    unfinished: async (about) => selectUnfinished(sql, { ...about, shard: shardOf(about.player) }),
    rounds: async (query) => {
      const after = query.cursor === undefined ? null : roundsCursor(query.cursor, query);
      checkLimit(query.limit);
      const rows = await selectRounds(sql, query, after, query.player === undefined ? null : shardOf(query.player));
      const items = rows.slice(0, query.limit).map(({ round, scale }) => ({ ...round, id: idOf(round), scale }));
      const last = items.at(-1);
      const next =
        rows.length > query.limit && last !== undefined ? pack([instantKey(last.openedAtMs), ...keyOf(last)]) : null;
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
      const after = query.cursor === undefined ? null : transactionsCursor(query.cursor);
      checkLimit(query.limit);
      const rows = await selectTransactions(
        sql,
        query,
        after,
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
    if (!parts.every((part): part is string => typeof part === 'string' && isStorable(part))) return null;
    // One text for one meaning: what we did not write in exactly this form is not ours.
    return pack(parts) === text ? parts : null;
  } catch {
    return null;
  }
}

/** What PostgreSQL can hold as text: neither the zero character nor half a surrogate pair. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

/** Where a page of rounds ended; refused when it is no such place, or not one of the rounds that are asked for. */
function roundsCursor(cursor: string, query: RoundsQuery): readonly string[] {
  const parts = unpack(cursor, 5);
  const [openedAt = '', player, aggregator] = parts ?? [];
  const foreign =
    parts === null ||
    !isInstant(openedAt) ||
    (query.player !== undefined && query.player !== player) ||
    (query.aggregator !== undefined && query.aggregator !== aggregator);
  if (foreign) throw new ForeignCursor();
  return parts;
}

function transactionsCursor(cursor: string): string {
  const id = unpack(cursor, 1)?.[0];
  if (id === undefined || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new ForeignCursor();
  return id;
}

/** An instant as we write it. Years of more than four digits are none of ours, and PostgreSQL cannot read them. */
function isInstant(text: string): boolean {
  const ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(ms) && instantKey(ms) === text;
}
