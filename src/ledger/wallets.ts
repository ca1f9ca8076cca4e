/** Wallets as such: made, read, blocked, limited. Money never moves here. */
import type { Currencies, Currency } from '../money/index.ts';
import type { Money, PlayerId, PlayerStatus, Wallet } from '../wallet/index.ts';
import type { Database } from '../platform/index.ts';
import { shardOf } from './shard.ts';
import { insertWallet, selectScales, selectWallets, updateLimits, updateStatus } from './wallet-store.ts';

/** In minor units; null lifts the limit. */
export interface Limits {
  readonly maxStake: bigint | null;
  readonly dailyLossLimit: bigint | null;
}

/**
 * What a configuration must not say about currencies that wallets exist in, as one line; null when it fits. Every stored number
 * counts units of the wallet's scale: under another scale the same units would be other money.
 */
export async function scaleMismatch(sql: Database, currencies: Currencies): Promise<string | null> {
  for (const { currency, scale } of await selectScales(sql)) {
    const known = currencies.get(currency);
    if (known !== undefined && known.scale !== scale)
      return `currencies.${currency}.scale is ${known.scale}, but wallets hold ${currency} with scale ${scale}; a scale never changes once there are wallets, so write ${scale}`;
  }
  return null;
}

export function createWallets(sql: Database) {
  const wallets = async (player: PlayerId): Promise<readonly Wallet[]> => selectWallets(sql, shardOf(player), player);
  return {
    wallets,
    balances: async (player: PlayerId): Promise<readonly Money[]> =>
      (await wallets(player)).map(({ balance, scale, currency }) => ({ units: balance, scale, currency })),
    ensureWallet: async (player: PlayerId, currency: Currency, status: PlayerStatus): Promise<void> =>
      insertWallet(sql, shardOf(player), player, currency, status),
    setStatus: async (player: PlayerId, status: PlayerStatus): Promise<void> =>
      updateStatus(sql, shardOf(player), player, status),
    setLimits: async (player: PlayerId, currency: string, limits: Limits): Promise<void> =>
      updateLimits(sql, shardOf(player), player, currency, limits),
  };
}
