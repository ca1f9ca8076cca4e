/**
 * The search box: one text, everything it may be. Every kind is looked for at once, each by its own index, and a hit says what it
 * is and by what it was found. Ids are compared to the letter; only blanks around what was pasted are cut.
 */
import { shardOf } from '../ledger/index.ts';
import type { Database } from '../platform/index.ts';
import { CASHIER, playerId } from '../wallet/index.ts';
import { roundIdOf } from './round-id.ts';
import {
  isPlayer,
  selectByExternalId,
  selectByOwnId,
  selectByOwnIdOfRounds,
  selectOthers,
  selectPlayersOfRound,
  selectRoundsOfPlayer,
  selectSession,
} from './search-store.ts';
import type { FoundTransaction } from './search-store.ts';

export type HitKind = 'player' | 'round' | 'transaction' | 'session' | 'discrepancy' | 'adjustment';

export interface Hit {
  readonly kind: HitKind;
  /** what was recognised */
  readonly title: string;
  readonly detail: string;
  /** where the page goes: the id that page is named by */
  readonly page: 'player' | 'round' | 'discrepancy';
  readonly id: string;
  /** a transaction within its round */
  readonly mark: string | null;
  /** the index it was found by */
  readonly by: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LONGEST = 500;

/** What a text may be asked for: null for nothing to look for. Pure. */
export function readQuestion(text: string): { readonly text: string; readonly madeAtMs: number | null } | null {
  const trimmed = text.trim();
  // PostgreSQL can hold neither as text.
  if (trimmed === '' || trimmed.length > LONGEST || trimmed.includes('\0') || /\p{Surrogate}/u.test(trimmed))
    return null;
  return { text: trimmed, madeAtMs: madeAt(trimmed) };
}

/** When an id of ours was made: its first twelve digits are the time. */
function madeAt(text: string): number | null {
  const lower = text.toLowerCase();
  return UUID.test(lower) ? Number.parseInt(lower.slice(0, 8) + lower.slice(9, 13), 16) : null;
}

export async function search(
  given: { readonly sql: Database; readonly aggregators: readonly string[] },
  text: string,
): Promise<readonly Hit[]> {
  const question = readQuestion(text);
  if (question === null) return [];
  const { sql } = given;
  const names = [...given.aggregators, CASHIER];
  const [player, session, external, rounds, own] = await Promise.all([
    isPlayer(sql, question.text),
    selectSession(sql, question.text),
    selectByExternalId(sql, names, question.text),
    roundsNamed(sql, given.aggregators, question.text),
    question.madeAtMs === null ? [] : ownIds(sql, question.text.toLowerCase(), question.madeAtMs),
  ]);
  return [
    ...(player
      ? [
          hit({
            kind: 'player',
            title: question.text,
            detail: 'Player',
            page: 'player',
            id: question.text,
            by: 'player_pkey',
          }),
        ]
      : []),
    ...rounds,
    ...external.map((row) => transactionHit(row, 'transaction_external_id')),
    ...(session === null ? [] : [sessionHit(session)]),
    ...own,
  ];
}

const hit = (found: Omit<Hit, 'mark'> & { readonly mark?: string }): Hit => ({ mark: null, ...found });

async function roundsNamed(sql: Database, aggregators: readonly string[], round: string): Promise<readonly Hit[]> {
  const players = await selectPlayersOfRound(sql, aggregators, round);
  const found = await Promise.all(
    players.map(async (player) =>
      selectRoundsOfPlayer(sql, { shard: shardOf(playerId(player)), player, aggregators, round }),
    ),
  );
  return found.flat().map((row) =>
    hit({
      kind: 'round',
      title: row.round_id,
      detail: `Round of ${row.player} at ${row.aggregator}, ${row.state}${row.game_code === null ? '' : `, ${row.game_code}`}`,
      page: 'round',
      id: roundIdOf(row.player, row.aggregator, row.id_scope, row.round_id),
      by: 'journal_round, settlement_event_round, claim_round',
    }),
  );
}

function transactionHit(row: FoundTransaction, by: string): Hit {
  const amount = row.amount === null ? '' : `, ${row.amount} ${row.currency ?? ''}`.trimEnd();
  const about = {
    kind: 'transaction',
    title: row.external_id,
    detail: `${row.kind} of ${row.player} at ${row.aggregator}, ${row.state}${amount}`,
    mark: row.id,
    by,
  } as const;
  // Deposits and corrections belong to no round.
  return row.round_id === null
    ? hit({ ...about, page: 'player', id: row.player })
    : hit({ ...about, page: 'round', id: roundIdOf(row.player, row.aggregator, row.id_scope, row.round_id) });
}

function sessionHit(session: { id: string; player: string | null; mode: string; game: string }): Hit {
  return hit({
    kind: 'session',
    title: session.id,
    detail: `${session.mode} session of ${session.player ?? 'nobody'}, ${session.game}`,
    page: 'player',
    id: session.player ?? '',
    by: 'session_pkey',
  });
}

async function ownIds(sql: Database, id: string, madeAtMs: number): Promise<readonly Hit[]> {
  const others = await selectOthers(sql, id);
  const [other] = others;
  if (other !== undefined) {
    const isAdjustment = other.kind === 'adjustment';
    return [
      hit({
        kind: isAdjustment ? 'adjustment' : 'discrepancy',
        title: id,
        detail: isAdjustment
          ? `Adjustment of ${other.about}`
          : other.kind === 'resolution'
            ? 'Resolution'
            : 'Discrepancy',
        page: isAdjustment ? 'player' : 'discrepancy',
        id: other.about,
        by: `${isAdjustment ? 'console_adjustment' : other.kind}_pkey`,
      }),
    ];
  }
  const heard = await selectByOwnId(sql, id, madeAtMs);
  if (heard !== null) return [transactionHit(heard, 'journal_arrived_at, transaction_external_id')];
  const opened = await selectByOwnIdOfRounds(sql, id, madeAtMs);
  return opened === null ? [] : [transactionHit(opened, 'round_opened, transaction_round')];
}
