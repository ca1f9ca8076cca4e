/**
 * The operator's players. Creating one is idempotent by its id, and a status counts from the moment it is acknowledged:
 * for launches through the player's row, for the very next bet through its wallets. Never moves money.
 */
import type { Currencies } from '../money/index.ts';
import type { Clock, Database } from '../platform/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { PlayerId, PlayerStatus, Wallet } from '../wallet/index.ts';
import { openGrants } from './grants.ts';
import type { Grants, GrantsOptions } from './grants.ts';
import { openLimits } from './limits.ts';
import type { LimitsOptions } from './limits.ts';
import { selectRaises } from './raise-store.ts';
import type { PendingRaise } from './raise-store.ts';
import { differingPlayerFact, limitUnits } from './rules.ts';
import type { LimitsText, NewPlayer, Player } from './rules.ts';
import { insertPlayer, selectPlayer, updateErased, updatePlayerStatus } from './store.ts';

export interface PlayersOptions extends Pick<GrantsOptions, 'aggregators'>, Pick<LimitsOptions, 'raiseAfterMs'> {
  readonly sql: Database;
  readonly ledger: Pick<Ledger, 'ensureWallet' | 'setStatus' | 'setLimits' | 'wallets'>;
  readonly clock: Clock;
  readonly currencies: Currencies;
}

export type Created =
  | { readonly kind: 'created' | 'existing'; readonly player: Player }
  /** the id is taken by a player with other facts */
  | { readonly kind: 'conflict'; readonly field: 'currency' | 'country' | 'test' }
  | { readonly kind: 'unknown_currency' };

export interface PlayerPatch {
  readonly status?: PlayerStatus;
  /** by currency of an existing wallet; both limits of a wallet are set together */
  readonly limits?: Readonly<Record<string, LimitsText>>;
}

export type Patched =
  | { readonly kind: 'patched'; readonly player: Player }
  | { readonly kind: 'unknown_player' }
  | { readonly kind: 'no_wallet'; readonly currency: string }
  | { readonly kind: 'invalid_limit'; readonly currency: string };

export interface Players extends Grants {
  readonly create: (player: NewPlayer) => Promise<Created>;
  readonly get: (id: PlayerId) => Promise<Player | null>;
  readonly patch: (id: PlayerId, patch: PlayerPatch) => Promise<Patched>;
  /**
   * Forgets what is told of the person and closes the account; the id, which is a pseudonym, and the book under it stay, and what is
   * still owed is paid (CMP-11). Repeating it changes nothing. Null: there is no such player.
   */
  readonly erase: (id: PlayerId) => Promise<Player | null>;
  /** limits that were raised and do not count yet */
  readonly raises: (id: PlayerId) => Promise<readonly PendingRaise[]>;
  /** lets raised limits count whose time has come; how many */
  readonly applyRaises: (turn: { readonly stopped: boolean }) => Promise<number>;
  /** makes the player's wallet in another currency; repeating it changes nothing */
  readonly addWallet: (
    id: PlayerId,
    currency: string,
  ) => Promise<{ readonly kind: 'ready' | 'unknown_player' | 'unknown_currency' }>;
}

/** A row and its wallets are two writes; this bounds how often they are compared when others keep changing the status. */
const MAX_SETTLE_ROUNDS = 10;

export function openPlayers(options: PlayersOptions): Players {
  const { sql, ledger, clock, currencies } = options;
  const limits = openLimits(options);

  return {
    ...openGrants(options),
    get: async (id) => selectPlayer(sql, id),
    raises: async (id) => selectRaises(sql, id),
    applyRaises: limits.applyRaises,
    create: async (given) => {
      const currency = currencies.get(given.currency);
      if (currency === undefined) return { kind: 'unknown_currency' };
      const made = await insertPlayer(sql, given, clock.now());
      const player = await existing(sql, given.id);
      const field = differingPlayerFact(player, given);
      if (field !== null) return { kind: 'conflict', field };
      // Also on a repeat: a crash between the two writes leaves a player without a wallet, and the repeat heals it.
      await ledger.ensureWallet(given.id, currency, player.status);
      await settleStatus(options, given.id, made ? player.status : null);
      return { kind: made ? 'created' : 'existing', player: await existing(sql, given.id) };
    },
    addWallet: async (id, code) => {
      const currency = currencies.get(code);
      if (currency === undefined) return { kind: 'unknown_currency' };
      const player = await selectPlayer(sql, id);
      if (player === null) return { kind: 'unknown_player' };
      await ledger.ensureWallet(id, currency, player.status);
      await settleStatus(options, id, null);
      return { kind: 'ready' };
    },
    erase: async (id) => {
      if (!(await updateErased(sql, id, clock.now()))) return null;
      await settleStatus(options, id, null);
      return existing(sql, id);
    },
    patch: async (id, patch) => {
      const player = await selectPlayer(sql, id);
      if (player === null) return { kind: 'unknown_player' };
      const wanted = readLimits(patch.limits ?? {}, await ledger.wallets(id));
      if ('kind' in wanted) return wanted;
      if (patch.status !== undefined) {
        await updatePlayerStatus(sql, id, patch.status, clock.now());
        await settleStatus(options, id, null);
      }
      for (const { currency, maxStake, dailyLossLimit } of wanted) {
        await limits.set(id, currency, { maxStake, dailyLossLimit });
      }
      return { kind: 'patched', player: await existing(sql, id) };
    },
  };
}

/**
 * Brings the wallets to the status of the player's row and looks again, until what was set is what the row says: of two
 * changes at once, whoever sets the wallets last has read the row after both (CMP-01).
 */
async function settleStatus(
  { sql, ledger }: PlayersOptions,
  id: PlayerId,
  knownToBeSet: PlayerStatus | null,
): Promise<void> {
  let set = knownToBeSet;
  for (let round = 0; round < MAX_SETTLE_ROUNDS; round += 1) {
    const { status } = await existing(sql, id);
    if (status === set) return;
    await ledger.setStatus(id, status);
    set = status;
  }
  throw new Error('the status of a player keeps changing; it could not be settled');
}

async function existing(sql: Database, id: PlayerId): Promise<Player> {
  const player = await selectPlayer(sql, id);
  if (player === null) throw new Error('defect: a player row vanished');
  return player;
}

interface WalletLimits {
  readonly currency: string;
  readonly maxStake: bigint | null;
  readonly dailyLossLimit: bigint | null;
}

function readLimits(
  given: Readonly<Record<string, LimitsText>>,
  wallets: readonly Wallet[],
): readonly WalletLimits[] | Extract<Patched, { kind: 'no_wallet' | 'invalid_limit' }> {
  const read: WalletLimits[] = [];
  for (const [currency, limits] of Object.entries(given)) {
    const wallet = wallets.find((each) => each.currency === currency);
    if (wallet === undefined) return { kind: 'no_wallet', currency };
    const maxStake = limitUnits(limits.maxStake, wallet.scale);
    const dailyLossLimit = limitUnits(limits.dailyLossLimit, wallet.scale);
    if (isBad(maxStake) || isBad(dailyLossLimit)) return { kind: 'invalid_limit', currency };
    read.push({ currency, maxStake, dailyLossLimit });
  }
  return read;
}

function isBad(limit: ReturnType<typeof limitUnits>): limit is { readonly kind: 'problem' } {
  return typeof limit === 'object' && limit !== null;
}
