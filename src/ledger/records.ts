/** Records of players: their game history as a whole (CMP-08), and what of their money is at play now (CMP-09). Never writes. */
import type { Database } from '../platform/index.ts';
import type { PlayerId } from '../wallet/index.ts';
import type { ReadTransaction } from './reads.ts';
import { selectConverted, selectHistory, selectOpenStakes } from './records-store.ts';
import type { Converted, OpenStake } from './records-store.ts';
import { shardOf } from './shard.ts';

export interface HistoryQuery {
  readonly player: PlayerId;
  /** counts in; epoch ms */
  readonly fromMs: number;
  /** does not */
  readonly toMs: number;
}

export interface FundsOnGame {
  /** by player and currency */
  readonly stakes: readonly OpenStake[];
  /** there are more players than are told */
  readonly isCut: boolean;
}

export interface Records {
  /** everything booked of the player's games in the span, oldest first, a page in memory at a time */
  readonly history: (query: HistoryQuery) => AsyncGenerator<ReadTransaction>;
  /** stakes of rounds without an outcome that were opened since then; `player` null: everybody's */
  readonly fundsOnGame: (asked: {
    readonly player: PlayerId | null;
    readonly sinceMs: number;
    readonly nowMs: number;
  }) => Promise<FundsOnGame>;
  /** what was booked in a span at exchange rates, by pair and rate, an hour at a time; a rate may have several lines */
  readonly converted: (span: { readonly fromMs: number; readonly toMs: number }) => Promise<readonly Converted[]>;
}

const PAGE = 1_000;
const HOUR_MS = 3_600_000;
/** More players with open stakes than one report tells. */
const TOLD_MAX = 10_000;

export function createRecords(sql: Database): Records {
  return {
    history: async function* (query) {
      const asked = { ...query, shard: shardOf(query.player) };
      let after: string | null = null;
      for (;;) {
        const page: readonly ReadTransaction[] = await selectHistory(sql, { ...asked, after }, PAGE);
        yield* page;
        after = page.at(-1)?.id ?? null;
        if (page.length < PAGE || after === null) return;
      }
    },
    fundsOnGame: async ({ player, sinceMs, nowMs }) => {
      // Rounds opened in this very millisecond count, too.
      const toMs = nowMs + 1;
      if (player !== null) {
        const of = { shard: shardOf(player), player };
        return { stakes: await selectOpenStakes(sql, { fromMs: sinceMs, toMs, of }, TOLD_MAX), isCut: false };
      }
      const sums = new Map<string, OpenStake>();
      for (let fromMs = sinceMs; fromMs < toMs; fromMs += HOUR_MS) {
        const span = { fromMs, toMs: Math.min(fromMs + HOUR_MS, toMs), of: null };
        for (const each of await selectOpenStakes(sql, span, TOLD_MAX + 1)) addTo(sums, each);
      }
      const stakes = [...sums.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
      return { stakes: stakes.slice(0, TOLD_MAX), isCut: stakes.length > TOLD_MAX };
    },
    converted: async (span) => {
      const found: Converted[] = [];
      for (let fromMs = span.fromMs; fromMs < span.toMs; fromMs += HOUR_MS)
        found.push(...(await selectConverted(sql, { fromMs, toMs: Math.min(fromMs + HOUR_MS, span.toMs) })));
      return found;
    },
  };
}

const keyOf = ({ player, currency }: OpenStake): string => `${player}\0${currency}`;

function addTo(sums: Map<string, OpenStake>, more: OpenStake): void {
  const known = sums.get(keyOf(more));
  sums.set(
    keyOf(more),
    known === undefined
      ? more
      : {
          ...known,
          rounds: known.rounds + more.rounds,
          units: known.units + more.units,
          oldestMs: Math.min(known.oldestMs, more.oldestMs),
        },
  );
}
