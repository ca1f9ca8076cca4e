/**
 * Which game a code means, from memory: asked by every callback. Another replica's change is noticed by the version in the
 * database, looked at every five seconds, and at once (but not more than twice a second) for a code nobody knows.
 */
import type { Clock, Database } from '../platform/index.ts';
import { gameCode } from '../wallet/index.ts';
import type { AggregatorName, GameCode } from '../wallet/index.ts';
import { selectCodes, selectVersion } from './game-store.ts';
import { pickOffer } from './rules.ts';

/** What a code of an aggregator stands for. */
export interface Offer {
  /** our stable id of the game */
  readonly id: string;
  /** the current code, also when the call used a former one */
  readonly code: GameCode;
  /** the aggregator's code of the studio */
  readonly provider: string;
  /** false: hidden or switched off; its open rounds still pay */
  readonly available: boolean;
}

export interface Lookup {
  readonly find: (aggregator: AggregatorName, code: GameCode, provider: string | null) => Promise<Offer | null>;
  /** this process changed something: look again before the next answer */
  readonly invalidateAll: () => void;
}

interface Memory {
  readonly version: string;
  readonly byCode: ReadonlyMap<string, readonly Offer[]>;
  /** monotonic */
  readonly checkedAtMs: number;
}

const RECHECK_MS = 5_000;
const RECHECK_ON_MISS_MS = 500;

export function createLookup(sql: Database, clock: Clock): Lookup {
  const memories = new Map<AggregatorName, Memory>();
  const checks = new Map<AggregatorName, Promise<Memory>>();

  const check = async (aggregator: AggregatorName): Promise<Memory> => {
    // One check at a time, shared: a burst of callbacks must not become a burst of queries.
    const running = checks.get(aggregator);
    if (running !== undefined) return running;
    const started = refresh(sql, clock, aggregator, memories.get(aggregator))
      .then((memory) => {
        if (checks.get(aggregator) === started) memories.set(aggregator, memory);
        return memory;
      })
      .finally(() => {
        if (checks.get(aggregator) === started) checks.delete(aggregator);
      });
    checks.set(aggregator, started);
    return started;
  };
  const recent = async (aggregator: AggregatorName, maxAgeMs: number): Promise<Memory> => {
    const memory = memories.get(aggregator);
    const isRecent = memory !== undefined && clock.monotonic() - memory.checkedAtMs < maxAgeMs;
    return isRecent ? memory : check(aggregator);
  };

  return {
    find: async (aggregator, code, provider) => {
      const known = (await recent(aggregator, RECHECK_MS)).byCode.get(code);
      const offers = known ?? (await recent(aggregator, RECHECK_ON_MISS_MS)).byCode.get(code) ?? [];
      return pickOffer(offers, provider);
    },
    invalidateAll: () => {
      memories.clear();
      checks.clear();
    },
  };
}

async function refresh(
  sql: Database,
  clock: Clock,
  aggregator: AggregatorName,
  memory: Memory | undefined,
): Promise<Memory> {
  const checkedAtMs = clock.monotonic();
  // The version is read before the games: a change in between is only read twice, never missed.
  const version = await selectVersion(sql, aggregator);
  if (memory !== undefined && memory.version === version) return { ...memory, checkedAtMs };
  const byCode = new Map<string, Offer[]>();
  for (const row of await selectCodes(sql, aggregator)) {
    const offer = { id: row.id, code: gameCode(row.code), provider: row.provider, available: row.available };
    const offers = byCode.get(row.listed_code);
    if (offers === undefined) byCode.set(row.listed_code, [offer]);
    else offers.push(offer);
  }
  return { version, byCode, checkedAtMs };
}
