/**
 * Quotes are made every minute whether anybody plays or not. Those by which nothing was converted go after their time, oldest
 * first, a bounded number at once; the others are evidence and stay.
 */
import type { Database } from '../platform/index.ts';
import { deleteQuotes, selectOldQuotes } from './retention-store.ts';

const AT_ONCE = 500;
const BATCHES_MAX = 200;

export interface QuoteRetention {
  /** how many quotes went; one after the other, never two at once */
  readonly expire: (beforeMs: number, turn: { readonly stopped: boolean }) => Promise<number>;
}

export function createQuoteRetention(sql: Database): QuoteRetention {
  // Everything that ended before was looked at: what was kept then is kept for ever.
  let lookedUntilMs = 0;
  return {
    expire: async (beforeMs, turn) => {
      let gone = 0;
      for (let batch = 0; batch < BATCHES_MAX && !turn.stopped; batch += 1) {
        const old = await selectOldQuotes(sql, { fromMs: lookedUntilMs, toMs: beforeMs }, AT_ONCE);
        const free = old.filter((each) => !each.isKept).map((each) => each.id);
        gone += await deleteQuotes(sql, free);
        const last = old.at(-1);
        if (last === undefined || old.length < AT_ONCE) return gone;
        // Several pairs end in one instant; where nothing of a full batch could go, that instant is passed.
        lookedUntilMs = free.length === 0 ? last.expiresAtMs + 1 : last.expiresAtMs;
      }
      return gone;
    },
  };
}
