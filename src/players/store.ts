/** SQL of players. Every statement relies on player_pkey. */
import type { Database } from '../platform/index.ts';
import { playerId } from '../wallet/index.ts';
import type { PlayerId, PlayerStatus } from '../wallet/index.ts';
import type { NewPlayer, Player } from './rules.ts';

interface PlayerRow {
  id: string;
  currency: string;
  country: string | null;
  test: boolean;
  status: PlayerStatus;
  created_at: Date;
  changed_at: Date;
}

function readPlayer(row: PlayerRow): Player {
  return {
    id: playerId(row.id),
    currency: row.currency,
    country: row.country,
    test: row.test,
    status: row.status,
    createdAtMs: row.created_at.getTime(),
    changedAtMs: row.changed_at.getTime(),
  };
}

/** True when this call made the row. */
export async function insertPlayer(sql: Database, player: NewPlayer, nowMs: number): Promise<boolean> {
  const at = new Date(nowMs);
  const rows = await sql`
    /* player.insert */
    INSERT INTO player (id, currency, country, test, status, created_at, changed_at)
    VALUES (${player.id}, ${player.currency}, ${player.country}, ${player.test}, 'active', ${at}, ${at})
    ON CONFLICT (id) DO NOTHING
    RETURNING id`;
  return rows.length === 1;
}

export async function selectPlayer(sql: Database, id: PlayerId): Promise<Player | null> {
  const [row] = await sql<PlayerRow[]>`
    /* player.one */
    SELECT id, currency, country, test, status, created_at, changed_at
    FROM player
    WHERE id = ${id}`;
  return row === undefined ? null : readPlayer(row);
}

/** What is told of a person goes, the id and the book under it stay. False when there is no such player. */
export async function updateErased(sql: Database, id: PlayerId, nowMs: number): Promise<boolean> {
  const rows = await sql`
    /* player.erase */
    UPDATE player
    SET status = 'closed', country = NULL, changed_at = ${new Date(nowMs)}
    WHERE id = ${id}
    RETURNING id`;
  return rows.length === 1;
}

/** False when there is no such player. */
export async function updatePlayerStatus(
  sql: Database,
  id: PlayerId,
  status: PlayerStatus,
  nowMs: number,
): Promise<boolean> {
  const rows = await sql`
    /* player.status */
    UPDATE player
    SET status = ${status}, changed_at = ${new Date(nowMs)}
    WHERE id = ${id}
    RETURNING id`;
  return rows.length === 1;
}
