/**
 * Setting limits: what is stricter counts from the very next bet, what is raised only after the cool-off (CMP-12). Until then the stricter
 * of both stands in the wallet, where every bet reads it. Setting stricter limits takes back what was to be raised.
 */
import type { Database } from '../platform/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { PlayerId } from '../wallet/index.ts';
import { deleteRaise, lockLimits, takeDueRaise, upsertRaise } from './raise-store.ts';
import { isSameLimits, stricterOf } from './rules.ts';
import type { LimitUnits } from './rules.ts';

export interface LimitsOptions {
  readonly sql: Database;
  readonly ledger: Pick<Ledger, 'setLimits' | 'wallets'>;
  /** absent or 0: a raised limit counts at once */
  readonly raiseAfterMs?: number;
}

export interface PlayerLimits {
  readonly set: (player: PlayerId, currency: string, wanted: LimitUnits) => Promise<void>;
  /** lets raised limits count whose cool-off is over; how many. Any number of processes may do so */
  readonly applyRaises: (turn: { readonly stopped: boolean }) => Promise<number>;
}

/** Of one turn. */
const RAISES_MAX = 1_000;

export function openLimits(options: LimitsOptions): PlayerLimits {
  const { sql, ledger, raiseAfterMs = 0 } = options;
  let last: Promise<unknown> = Promise.resolve();
  /**
   * One after the other in a process: each holds a connection of the pool and needs a second one for the wallet, and many at once would
   * each hold what the others wait for.
   */
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };

  const set = async (player: PlayerId, currency: string, wanted: LimitUnits): Promise<void> => {
    await sql.begin(async (tx) => {
      await lockLimits(tx, player, currency);
      const wallet = (await ledger.wallets(player)).find((each) => each.currency === currency);
      const now = raiseAfterMs === 0 || wallet === undefined ? wanted : stricterOf(wallet, wanted);
      if (isSameLimits(now, wanted)) await deleteRaise(tx, player, currency);
      else await upsertRaise(tx, { player, currency, ...wanted }, Math.ceil(raiseAfterMs / 1_000));
      await ledger.setLimits(player, currency, now);
    });
  };
  const applyOne = async (): Promise<boolean> => {
    const done = await sql.begin(async (tx) => {
      const raise = await takeDueRaise(tx);
      if (raise === null) return { found: false };
      await ledger.setLimits(raise.player, raise.currency, raise);
      await deleteRaise(tx, raise.player, raise.currency);
      return { found: true };
    });
    return done.found;
  };

  return {
    set: async (player, currency, wanted) => inTurn(async () => set(player, currency, wanted)),
    applyRaises: async (turn) => {
      let applied = 0;
      while (applied < RAISES_MAX && !turn.stopped && (await inTurn(applyOne))) applied += 1;
      return applied;
    },
  };
}
