/** SQL of limits that were raised and do not count yet. Time is the database's, so that no machine's clock shortens a cool-off. */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import { playerId } from '../wallet/index.ts';
import type { PlayerId } from '../wallet/index.ts';
import type { LimitUnits } from './rules.ts';

export interface Raise extends LimitUnits {
  readonly player: PlayerId;
  readonly currency: string;
}

export interface PendingRaise extends Raise {
  readonly dueAtMs: number;
}

interface RaiseRow {
  player: string;
  currency: string;
  max_stake: string | null;
  daily_loss_limit: string | null;
  due_at: Date;
}

const unitsOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
const textOf = (units: bigint | null): string | null => (units === null ? null : units.toString());

function readRaise(row: RaiseRow): PendingRaise {
  return {
    player: playerId(row.player),
    currency: row.currency,
    maxStake: unitsOf(row.max_stake),
    dailyLossLimit: unitsOf(row.daily_loss_limit),
    dueAtMs: row.due_at.getTime(),
  };
}

/** Whoever sets limits of a player takes turns by the player's row, and with the job by that of a raise. Relies on player_pkey, limit_raise_pkey. */
export async function lockLimits(tx: DatabaseTransaction, player: PlayerId, currency: string): Promise<void> {
  await tx`
    /* player.lock */
    SELECT 1 FROM player WHERE id = ${player} FOR UPDATE`;
  await tx`
    /* limit_raise.lock */
    SELECT 1 FROM limit_raise WHERE player = ${player} AND currency = ${currency} FOR UPDATE`;
}

/** The same asked for again keeps its time. Relies on limit_raise_pkey. */
export async function upsertRaise(tx: DatabaseTransaction, raise: Raise, afterSeconds: number): Promise<void> {
  await tx`
    /* limit_raise.upsert */
    INSERT INTO limit_raise AS r (player, currency, max_stake, daily_loss_limit, due_at)
    VALUES (
      ${raise.player}, ${raise.currency}, ${textOf(raise.maxStake)}::numeric, ${textOf(raise.dailyLossLimit)}::numeric,
      now() + make_interval(secs => ${afterSeconds}::integer)
    )
    ON CONFLICT (player, currency) DO UPDATE
      SET max_stake = EXCLUDED.max_stake, daily_loss_limit = EXCLUDED.daily_loss_limit, due_at = EXCLUDED.due_at
      WHERE r.max_stake IS DISTINCT FROM EXCLUDED.max_stake OR r.daily_loss_limit IS DISTINCT FROM EXCLUDED.daily_loss_limit`;
}

/** Relies on limit_raise_pkey. */
export async function deleteRaise(tx: DatabaseTransaction, player: PlayerId, currency: string): Promise<void> {
  await tx`
    /* limit_raise.delete */
    DELETE FROM limit_raise WHERE player = ${player} AND currency = ${currency}`;
}

/** The one that is due longest, unless somebody has it. Relies on limit_raise_due. */
export async function takeDueRaise(tx: DatabaseTransaction): Promise<PendingRaise | null> {
  const [row] = await tx<RaiseRow[]>`
    /* limit_raise.take */
    SELECT player, currency, max_stake, daily_loss_limit, due_at
    FROM limit_raise
    WHERE due_at <= now()
    ORDER BY due_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED`;
  return row === undefined ? null : readRaise(row);
}

/** Relies on limit_raise_pkey. */
export async function selectRaises(sql: Database, player: PlayerId): Promise<readonly PendingRaise[]> {
  const rows = await sql<RaiseRow[]>`
    /* limit_raise.of_player */
    SELECT player, currency, max_stake, daily_loss_limit, due_at
    FROM limit_raise
    WHERE player = ${player}
    ORDER BY currency`;
  return rows.map(readRaise);
}
