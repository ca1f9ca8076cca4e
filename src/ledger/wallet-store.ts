/** SQL of wallets outside the hot path. Statements rely on wallet_pkey unless they say otherwise. */
import type { Currency } from '../money/index.ts';
import type { Database } from '../platform/index.ts';
import type { PlayerId, PlayerStatus, Wallet } from '../wallet/index.ts';
import { readWallet, unitsText } from './columns.ts';
import type { WalletRow } from './columns.ts';
import type { Limits } from './wallets.ts';

export async function selectWallets(sql: Database, shard: number, player: PlayerId): Promise<readonly Wallet[]> {
  const rows = await sql<WalletRow[]>`
    /* wallet.of_player */
    SELECT player, currency, scale, balance, seq, status, max_stake, daily_loss_limit, loss_day, loss_used
    FROM wallet
    WHERE shard = ${shard} AND player = ${player}
    ORDER BY currency`;
  return rows.map(readWallet);
}

/** A later wallet takes over the status the player's other wallets have by then, so that an exclusion in between counts. */
export async function insertWallet(
  sql: Database,
  shard: number,
  player: PlayerId,
  currency: Currency,
  status: PlayerStatus,
): Promise<void> {
  await sql`
    /* wallet.insert */
    INSERT INTO wallet (shard, player, currency, scale, status)
    VALUES (
      ${shard}, ${player}, ${currency.code}, ${currency.scale},
      coalesce((SELECT status FROM wallet WHERE shard = ${shard} AND player = ${player} LIMIT 1), ${status})
    )
    ON CONFLICT (shard, player, currency) DO NOTHING`;
}

/** Which scales the wallets of each currency have. Reads every wallet once, at the start of a server. */
export async function selectScales(
  sql: Database,
): Promise<readonly { readonly currency: string; readonly scale: number }[]> {
  return sql<{ currency: string; scale: number }[]>`
    /* wallet.scales */
    SELECT DISTINCT currency, scale FROM wallet ORDER BY currency, scale`;
}

export async function updateStatus(
  sql: Database,
  shard: number,
  player: PlayerId,
  status: PlayerStatus,
): Promise<void> {
  await sql`
    /* wallet.status */
    UPDATE wallet SET status = ${status} WHERE shard = ${shard} AND player = ${player}`;
}

export async function updateLimits(
  sql: Database,
  shard: number,
  player: PlayerId,
  currency: string,
  limits: Limits,
): Promise<void> {
  await sql`
    /* wallet.limits */
    UPDATE wallet
    SET max_stake = ${unitsText(limits.maxStake)}::numeric, daily_loss_limit = ${unitsText(limits.dailyLossLimit)}::numeric
    WHERE shard = ${shard} AND player = ${player} AND currency = ${currency}`;
}
