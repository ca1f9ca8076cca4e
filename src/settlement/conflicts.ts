/**
 * Ids that a callback used again for other facts than those booked. The call was refused and the book has no row of it; what was
 * written down of such calls is read here, bit by bit, and kept as a fact of the round whose transaction stands (BET-27, BET-28,
 * BET-29). Moves no money. Reading a little twice changes nothing.
 */
import { shardOf } from '../ledger/index.ts';
import { aggregatorName } from '../wallet/index.ts';
import type { Transaction } from '../wallet/index.ts';
import { insertConflicts } from './conflicts-store.ts';
import type { NewConflict } from './conflicts-store.ts';
import { selectMark, setMark } from './daily-store.ts';
import { looseRound } from './facts.ts';
import { markRounds } from './inbox-store.ts';
import type { RefusedCall, SettlementOptions } from './ports.ts';

const PAGE = 500;
/** Of one turn, not counting those with nothing new. */
const PAGES_MAX = 40;
/** What was refused is written down a little later, and not always in order. */
const OVERLAP_MS = 10 * 60_000;
const KINDS = ['bet', 'win', 'rollback'] as const;

/** Keeps what is new since the last turn; how many. */
export async function keepConflicts(options: SettlementOptions, turn: { readonly stopped: boolean }): Promise<number> {
  const { sql, clock, refusedForConflict } = options;
  if (refusedForConflict === undefined) return 0;
  const beganMs = clock.now();
  const mark = await selectMark(sql, 'conflicts');
  let after = { fromMs: mark === null ? 0 : mark - OVERLAP_MS, entry: '0' };
  let kept = 0;
  for (let pages = 0; pages < PAGES_MAX && !turn.stopped;) {
    const refused = await refusedForConflict(after, PAGE);
    const fresh = await insertConflicts(sql, await withOriginals(options, refused));
    await markRounds(sql, fresh, clock.now());
    kept += fresh.length;
    // What is read for the second time must not use up the turn, or a flood of it would never be passed.
    if (fresh.length > 0) pages += 1;
    const last = refused.at(-1);
    const isAll = last === undefined || refused.length < PAGE;
    await setMark(sql, 'conflicts', isAll ? beganMs : last.arrivedAtMs);
    if (isAll) break;
    after = { fromMs: last.arrivedAtMs, entry: last.entry };
  }
  return kept;
}

/** With the transactions that stand under the ids, whatever their kind: the call that was refused may have been of another. */
async function withOriginals(
  { ledger }: SettlementOptions,
  refused: readonly RefusedCall[],
): Promise<readonly NewConflict[]> {
  const ids = refused.flatMap(({ aggregator, externalId }) =>
    KINDS.map((kind) => ({ aggregator: aggregatorName(aggregator), kind, externalId })),
  );
  const { named } = await ledger.settlementRounds([], ids);
  return refused.flatMap((call) =>
    named
      .filter((row) => row.aggregator === call.aggregator && row.externalId === call.externalId && isOriginal(row))
      .map((row) => ({
        key: {
          shard: shardOf(row.player),
          player: row.player,
          aggregator: call.aggregator,
          round: roundOf(row),
        },
        id: call.externalId,
        player: call.player ?? row.player,
        sinceMs: call.arrivedAtMs,
      })),
  );
}

/** A call that was itself refused as a conflict contradicts nobody but its own facts. */
const isOriginal = ({ refusal }: Transaction): boolean => refusal !== 'conflict';

function roundOf({ round, kind, externalId }: Transaction): string {
  if (round !== null) return round;
  return kind === 'bet' || kind === 'win' || kind === 'rollback' ? looseRound({ kind, id: externalId }) : '';
}
