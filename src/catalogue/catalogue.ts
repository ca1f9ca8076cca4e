/**
 * The catalogue: what every aggregator offers, under stable ids of our own, kept up by syncs and tuned by the operator's
 * switches. Nothing here stops an open round: hiding a game only ends new launches.
 */
import type { Clock, Database, Log } from '../platform/index.ts';
import type { OpenDialect } from '../dialects/dialect.ts';
import type { AggregatorName, GameCode } from '../wallet/index.ts';
import type { ErrandTools } from '../wire/index.ts';
import { createLookup } from './lookup.ts';
import type { Offer } from './lookup.ts';
import type { Game } from './rules.ts';
import { selectRuns } from './runs-store.ts';
import { insertAlias, selectFacets, selectGame, selectGames, updateGame } from './store.ts';
import type { Facets, GameKey, GamePatch, GamesFilter } from './store.ts';
import type { SyncRun } from './sync-store.ts';
import { syncCatalogue } from './sync.ts';
import type { SyncOptions, SyncReport } from './sync.ts';

export interface CatalogueAggregator {
  readonly name: AggregatorName;
  readonly open: Pick<OpenDialect, 'games'>;
}

export interface CatalogueOptions {
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly aggregators: readonly CatalogueAggregator[];
  /** how outbound calls are made, besides the clock: a fetch of its own, the listener for `Date` headers, a stop signal */
  readonly errands?: Omit<ErrandTools, 'clock'>;
}

export type GamesQuery = GamesFilter & {
  /** where the last page ended; opaque */
  readonly cursor?: string;
  /** 1..200 */
  readonly limit: number;
};

export interface GamesList {
  readonly items: readonly Game[];
  readonly next: string | null;
}

export interface Catalogue {
  /** Takes over the aggregator's list; `null` for an aggregator that is not configured. */
  readonly sync: (aggregator: string, options?: SyncOptions) => Promise<SyncReport | null>;
  /** the latest syncs, newest first */
  readonly syncs: (aggregator: string, limit?: number) => Promise<readonly SyncRun[]>;
  /** One page in lobby order; null when the cursor is none of ours. */
  readonly list: (query: GamesQuery) => Promise<GamesList | null>;
  /** Providers and categories of what can be launched, most games first. */
  readonly facets: () => Promise<Facets>;
  /** As the database has it now, for launches and people; null for an unknown id. */
  readonly get: (id: string) => Promise<Game | null>;
  /** Which game a code means, from memory. Hidden games are found too: their rounds go on. */
  readonly find: (aggregator: AggregatorName, code: GameCode, provider?: string | null) => Promise<Offer | null>;
  /** The operator's own switch, order and category; null for an unknown id. */
  readonly patch: (id: string, patch: GamePatch) => Promise<Game | null>;
  /** Notes a former code, so that callbacks that carry it are understood (CAT-01); null for an unknown id. */
  readonly addAlias: (id: string, code: GameCode) => Promise<Game | null>;
}

const MAX_RUNS = 100;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

export function openCatalogue(options: CatalogueOptions): Catalogue {
  const { sql, clock, log } = options;
  const dialects = new Map<string, CatalogueAggregator>(options.aggregators.map((each) => [each.name, each]));
  const lookup = createLookup(sql, clock);
  const get = async (id: string): Promise<Game | null> => (UUID.test(id) ? selectGame(sql, id) : null);
  const changed = async (id: string): Promise<Game | null> => {
    const game = await get(id);
    if (game !== null) lookup.invalidate(game.aggregator);
    return game;
  };

  return {
    sync: async (name, syncOptions = {}) => {
      const aggregator = dialects.get(name);
      if (aggregator === undefined) return null;
      const tools: ErrandTools = { ...options.errands, clock };
      const report = await syncCatalogue({ sql, clock, log, tools }, aggregator.name, aggregator.open, syncOptions);
      if (report.kind === 'applied') lookup.invalidate(aggregator.name);
      return report;
    },
    syncs: async (name, limit = 20) => {
      const aggregator = dialects.get(name);
      return aggregator === undefined ? [] : selectRuns(sql, aggregator.name, Math.min(limit, MAX_RUNS));
    },
    list: async ({ cursor, limit, ...filter }) => {
      const after = cursor === undefined ? null : unpackKey(cursor);
      if (cursor !== undefined && after === null) return null;
      const rows = await selectGames(sql, filter, after, limit);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const next = rows.length > limit && last !== undefined ? packKey(last.key) : null;
      return { items: page.map(({ game }) => game), next };
    },
    facets: async () => selectFacets(sql),
    get,
    find: async (aggregator, code, provider = null) => lookup.find(aggregator, code, provider),
    patch: async (id, patch) => {
      if (!UUID.test(id) || !(await updateGame(sql, id, patch, clock.now()))) return null;
      return changed(id);
    },
    addAlias: async (id, code) => {
      const game = await get(id);
      if (game === null) return null;
      await insertAlias(sql, game, code, clock.now());
      return changed(id);
    },
  };
}

/** Opaque and URL-safe; a JSON list inside, because a game's name may hold any separator. */
function packKey(key: GameKey): string {
  return Buffer.from(JSON.stringify([key.order, key.sortName, key.id]), 'utf8').toString('base64url');
}

function unpackKey(cursor: string): GameKey | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(parts) || parts.length !== 3) return null;
    const [order, sortName, id]: readonly unknown[] = parts;
    if (typeof order !== 'number' || !Number.isInteger(order) || Math.abs(order) > 0x7fff_ffff) return null;
    if (typeof sortName !== 'string' || sortName.includes('\0')) return null;
    return typeof id === 'string' && UUID.test(id) ? { order, sortName, id } : null;
  } catch {
    return null;
  }
}
