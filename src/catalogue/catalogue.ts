/**
 * The catalogue: games under stable ids of our own, each with the offers that aggregators make of it, kept up by syncs and tuned
 * by the operator. Nothing here stops an open round: hiding a game only ends new launches.
 */
import type { Clock, Database, Log, Metrics } from '../platform/index.ts';
import type { OpenDialect, Pace } from '../dialects/dialect.ts';
import type { AggregatorName, GameCode } from '../wallet/index.ts';
import type { ErrandTools } from '../wire/index.ts';
import { deleteOldChanges, deleteOldSyncs, selectChanges } from './change-store.ts';
import type { Change, ChangesFilter } from './change-store.ts';
import { packKey, packText, unpackKey, unpackNumber, unpackText } from './cursors.ts';
import { selectOffersOf } from './game-store.ts';
import { facetsOf, hitsOf, pageAfter } from './listing.ts';
import type { Facets, GamesFilter, Hits, Listing } from './listing.ts';
import { createListings } from './listings.ts';
import type { Listings } from './listings.ts';
import { createLookup } from './lookup.ts';
import type { Offer } from './lookup.ts';
import * as operator from './operator.ts';
import type { AliasWish, Done, GamePatch, OfferPatch, OperatorContext } from './operator.ts';
import { selectAliases } from './operator-store.ts';
import type { Alias } from './operator-store.ts';
import { selectProposals } from './proposal-store.ts';
import type { Proposal, ProposalState } from './proposal-store.ts';
import { mergeEvident } from './proposals.ts';
import type { MergeMode } from './proposals.ts';
import { selectProviders } from './provider-store.ts';
import type { Provider } from './provider-store.ts';
import { mergeProviders, nameProvider, splitProvider } from './providers.ts';
import { decideQuarantined, syncDetail } from './quarantine.ts';
import type { SyncDetail } from './quarantine.ts';
import { bestOffer, SAFE_SYNC_RULES } from './rules.ts';
import type { ChangedBy, Game, SyncRules } from './rules.ts';
import { selectRun, selectRuns } from './runs-store.ts';
import type { SyncRun } from './sync-store.ts';
import { syncCatalogue } from './sync.ts';
import type { SyncContext, SyncOptions, SyncReport } from './sync.ts';

export interface CatalogueAggregator {
  readonly name: AggregatorName;
  readonly open: Pick<OpenDialect, 'games'>;
  /** absent: the safe ones */
  readonly sync?: Partial<SyncRules>;
  /** absent: as often as one likes */
  readonly pace?: Pace;
}

export interface CatalogueOptions {
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** in the order in which the operator prefers them */
  readonly aggregators: readonly CatalogueAggregator[];
  /** absent: nothing is counted */
  readonly metrics?: Metrics;
  /** what becomes of games that look like one; default `propose` */
  readonly merge?: MergeMode;
  /** how outbound calls are made, besides the clock: a fetch of its own, the listener for `Date` headers, a stop signal */
  readonly errands?: Omit<ErrandTools, 'clock'>;
}

export type GamesQuery = GamesFilter & {
  /** where the last page ended; opaque */
  readonly cursor?: string;
  /** 1..200 */
  readonly limit: number;
};

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}
/** `total`: of all pages together. */
export type GamesList = Page<Game> & { readonly total: number };

export interface Catalogue {
  /** Takes over the aggregator's list; `null` for an aggregator that is not configured. */
  readonly sync: (aggregator: string, options?: SyncOptions) => Promise<SyncReport | null>;
  /** the latest syncs, newest first */
  readonly syncs: (aggregator: string, limit?: number) => Promise<readonly SyncRun[]>;
  /** One sync; while its list waits for a decision with the first `limit` differences of each kind. */
  readonly syncDetail: (id: string, limit: number) => Promise<SyncDetail | null>;
  /** Takes a quarantined list over as it was kept, or turns it down (CAT-08). */
  readonly decideSync: (id: string, decision: 'accept' | 'reject', by: ChangedBy) => Promise<Done<SyncRun>>;
  /** One page in lobby order; null when the cursor is none of ours. */
  readonly list: (query: GamesQuery) => Promise<GamesList | null>;
  /** How many games there are of everything, given what else is asked for; of what can be launched unless said otherwise. */
  readonly facets: (filter?: GamesFilter) => Promise<Facets>;
  /** Changes with everything that could change an answer of `list` or `facets`; means nothing to another process. */
  readonly listVersion: () => Promise<string>;
  /** The vendors' pictures of a game, from memory; none for an unknown id. */
  readonly pictures: (id: string) => Promise<readonly { readonly aggregator: AggregatorName; readonly url: string }[]>;
  /** As the database has it now, by the offer that is best for everybody; null for an unknown id. */
  readonly get: (id: string) => Promise<Game | null>;
  /** The game once for each of its offers, the preferred first, as the database has it now; empty for an unknown id. */
  readonly offers: (id: string) => Promise<readonly Game[]>;
  /** Further codes of the game's offers. */
  readonly aliases: (id: string) => Promise<readonly Alias[]>;
  /** Which game a code means, from memory. Hidden games are found too: their rounds go on. */
  readonly find: (aggregator: AggregatorName, code: GameCode, provider?: string | null) => Promise<Offer | null>;
  /** The operator's own switch, order, name, category, tags and preference; answers with the game's offers. */
  readonly patch: (id: string, patch: GamePatch, by: ChangedBy) => Promise<Done<readonly Game[]>>;
  readonly patchOffer: (id: string, patch: OfferPatch, by: ChangedBy) => Promise<Done<readonly Game[]>>;
  readonly merge: (into: string, others: readonly string[], by: ChangedBy) => Promise<Done<readonly Game[]>>;
  readonly split: (
    from: string,
    offers: readonly string[],
    by: ChangedBy,
  ) => Promise<Done<{ readonly from: readonly Game[]; readonly to: readonly Game[] }>>;
  /** Notes a further code, former or announced, or takes one back (CAT-01). */
  readonly noteAlias: (id: string, alias: AliasWish, by: ChangedBy) => Promise<Done<readonly Game[]>>;
  /** Pairs of games that look like one, oldest first; null when the cursor is none of ours. */
  readonly proposals: (query: {
    readonly state: ProposalState;
    readonly cursor?: string;
    readonly limit: number;
  }) => Promise<Page<Proposal> | null>;
  readonly decideProposal: (id: string, decision: 'accept' | 'reject', by: ChangedBy) => Promise<Done<null>>;
  /** What changed, newest first; null when the cursor is none of ours. */
  readonly changes: (
    query: ChangesFilter & { readonly cursor?: string; readonly limit: number },
  ) => Promise<Page<Change> | null>;
  /** Studios by their keys; null when the cursor is none of ours. */
  readonly providers: (query: { readonly cursor?: string; readonly limit: number }) => Promise<Page<Provider> | null>;
  /** One studio; the key of a merged one finds itself, and says what it became. */
  readonly provider: (key: string) => Promise<Provider | null>;
  readonly nameProvider: (key: string, name: string | null, by: ChangedBy) => Promise<Done<Provider>>;
  readonly mergeProviders: (into: string, others: readonly string[], by: ChangedBy) => Promise<Done<Provider>>;
  readonly splitProvider: (
    key: string,
    listing: { readonly aggregator: string; readonly code: string },
    by: ChangedBy,
  ) => Promise<Done<Provider>>;
  /** Deletes changes and past syncs from before the given time, a part at a time until `turn` is stopped. */
  readonly expire: (beforeMs: number, turn: { readonly stopped: boolean }) => Promise<void>;
}

const MAX_RUNS = 100;
const EXPIRE_AT_ONCE = 5_000;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const isId = (id: string): boolean => UUID.test(id);

export function openCatalogue(options: CatalogueOptions): Catalogue {
  const { sql, clock } = options;
  const order = options.aggregators.map((each) => each.name);
  const lookup = createLookup(sql, clock);
  const listings = createListings(options, order);
  const context: OperatorContext = { sql, clock, aggregators: order };
  const offers = async (id: string): Promise<readonly Game[]> => (isId(id) ? selectOffersOf(sql, id, order) : []);
  /** an operator's change of things with these ids: this process looks again before its next answer */
  const change = async <Value>(ids: readonly string[], work: () => Promise<Done<Value>>): Promise<Done<Value>> => {
    if (!ids.every(isId)) return operator.UNKNOWN;
    const done = await work();
    lookup.invalidateAll();
    listings.outdate();
    return done;
  };

  return {
    ...syncing(options, async () => {
      lookup.invalidateAll();
      await listings.renew();
    }),
    ...listing(listings),
    ...reading(sql),
    offers,
    get: async (id) => bestOffer(await offers(id)),
    aliases: async (id) => {
      const [game] = await offers(id);
      return game === undefined ? [] : selectAliases(sql, game.id);
    },
    find: async (aggregator, code, provider = null) => lookup.find(aggregator, code, provider),
    patch: async (id, patch, by) => change([id], async () => operator.patchGame(context, id, patch, by)),
    patchOffer: async (id, patch, by) => change([id], async () => operator.patchOffer(context, id, patch, by)),
    merge: async (into, others, by) => change([into, ...others], async () => operator.merge(context, into, others, by)),
    split: async (from, moving, by) => change([from, ...moving], async () => operator.split(context, from, moving, by)),
    noteAlias: async (id, alias, by) => change([id], async () => operator.noteAlias(context, id, alias, by)),
    decideProposal: async (id, decision, by) => change([id], async () => operator.decide(context, id, decision, by)),
    nameProvider: async (key, name, by) => change([], async () => nameProvider(context, key, name, by)),
    mergeProviders: async (into, others, by) => change([], async () => mergeProviders(context, into, others, by)),
    splitProvider: async (key, listing, by) => change([], async () => splitProvider(context, key, listing, by)),
    expire: async (beforeMs, turn) => {
      for (const remove of [deleteOldChanges, deleteOldSyncs]) {
        let removed = EXPIRE_AT_ONCE;
        while (!turn.stopped && removed === EXPIRE_AT_ONCE) removed = await remove(sql, beforeMs, EXPIRE_AT_ONCE);
      }
    },
  };
}

/** Syncs and what becomes of quarantined lists. */
function syncing(
  options: CatalogueOptions,
  onChange: () => Promise<void>,
): Pick<Catalogue, 'sync' | 'syncs' | 'syncDetail' | 'decideSync'> {
  const { sql, clock, log } = options;
  const dialects = new Map<string, CatalogueAggregator>(options.aggregators.map((each) => [each.name, each]));
  const contextOf = (aggregator: CatalogueAggregator | undefined): SyncContext => ({
    sql,
    clock,
    log,
    tools: { ...options.errands, clock },
    rules: { ...SAFE_SYNC_RULES, ...aggregator?.sync },
    aggregators: options.aggregators.map((each) => each.name),
    merge: options.merge ?? 'propose',
    pace: aggregator?.pace ?? { betweenPagesMs: 0, betweenListsMs: 0 },
  });
  const ended = options.metrics?.counter({
    name: 'croupier_catalogue_syncs_total',
    help: 'Catalogue syncs of this process by how they ended; a quarantined one waits for a person.',
    labelNames: ['aggregator', 'outcome'],
  });
  const settle = async (context: SyncContext): Promise<void> => {
    if (context.merge === 'automatic') {
      const merged = await mergeEvident(context);
      if (merged > 0) log.info({ merged }, 'games that two aggregators offer were made one');
    }
    await onChange();
  };

  return {
    sync: async (name, syncOptions = {}) => {
      const aggregator = dialects.get(name);
      if (aggregator === undefined) return null;
      const context = contextOf(aggregator);
      const report = await syncCatalogue(context, aggregator.name, aggregator.open, syncOptions);
      ended?.inc({ aggregator: aggregator.name, outcome: report.kind });
      if (report.kind === 'applied' || report.kind === 'unchanged') await settle(context);
      return report;
    },
    syncs: async (name, limit = 20) => {
      const aggregator = dialects.get(name);
      return aggregator === undefined ? [] : selectRuns(sql, aggregator.name, Math.min(limit, MAX_RUNS));
    },
    syncDetail: async (id, limit) => (isId(id) ? syncDetail({ sql }, id, limit) : null),
    decideSync: async (id, decision, by) => {
      const run = isId(id) ? await selectRun(sql, id) : null;
      if (run === null) return operator.UNKNOWN;
      const context = contextOf(dialects.get(run.aggregator));
      const done = await decideQuarantined(context, id, decision, by.id);
      if (done.kind === 'done') await settle(context);
      return done;
    },
  };
}

/** What the lobby asks, from memory. */
function listing(listings: Listings): Pick<Catalogue, 'list' | 'facets' | 'listVersion' | 'pictures'> {
  const hits = remembering(hitsOf);
  const facets = remembering(facetsOf);
  const byId = new WeakMap<Listing, ReadonlyMap<string, readonly Game[]>>();
  return {
    list: async ({ cursor, limit, ...filter }) => {
      const after = cursor === undefined ? null : unpackKey(cursor);
      if (cursor !== undefined && after === null) return null;
      const found: Hits = hits(await listings.current(), filter);
      const page = pageOf(pageAfter(found, after, limit + 1), limit, packKey);
      return { items: page.items.map(({ game }) => game), next: page.next, total: found.games.length };
    },
    facets: async (filter = { state: 'available' }) => facets(await listings.current(), filter),
    listVersion: async () => (await listings.current()).version,
    pictures: async (id) => {
      const current = await listings.current();
      const known = byId.get(current) ?? new Map(current.entries.map((entry) => [entry.id, entry.offers]));
      byId.set(current, known);
      return (known.get(id) ?? []).flatMap(({ aggregator, thumbnail }) =>
        thumbnail === null ? [] : [{ aggregator, url: thumbnail }],
      );
    },
  };
}

const REMEMBERED = 12;

/** The same question about the same list is worked out once; the longest unused answer is forgotten first. */
function remembering<Answer>(
  work: (listing: Listing, filter: GamesFilter) => Answer,
): (listing: Listing, filter: GamesFilter) => Answer {
  const answers = new Map<string, { readonly answer: Answer }>();
  let of: Listing | null = null;
  return (listing, filter) => {
    // Answers about an old list would keep all of it in memory.
    if (listing !== of) answers.clear();
    of = listing;
    const key = JSON.stringify(Object.entries(filter).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const entry = answers.get(key) ?? { answer: work(listing, filter) };
    answers.delete(key);
    answers.set(key, entry);
    const [oldest] = answers.keys();
    if (answers.size > REMEMBERED && oldest !== undefined) answers.delete(oldest);
    return entry.answer;
  };
}

type Reading = Pick<Catalogue, 'proposals' | 'changes' | 'providers' | 'provider'>;

/** Lists, a page at a time. */
function reading(sql: Database): Reading {
  return {
    proposals: async ({ state, cursor, limit }) => {
      const after = cursor === undefined ? null : unpackText(cursor);
      if (cursor !== undefined && (after === null || !isId(after))) return null;
      return pageOf(await selectProposals(sql, { state, after }, limit + 1), limit, ({ id }) => packText(id));
    },
    changes: async ({ cursor, limit, ...filter }) => {
      const before = cursor === undefined ? null : unpackNumber(cursor);
      if (cursor !== undefined && before === null) return null;
      if (filter.game !== undefined && !isId(filter.game)) return { items: [], next: null };
      return pageOf(await selectChanges(sql, filter, before, limit + 1), limit, ({ id }) => packText(id));
    },
    providers: async ({ cursor, limit }) => {
      const after = cursor === undefined ? null : unpackText(cursor);
      if (cursor !== undefined && after === null) return null;
      return pageOf(await selectProviders(sql, { after, limit: limit + 1 }), limit, ({ key }) => packText(key));
    },
    provider: async (key) => (await selectProviders(sql, { key }))[0] ?? null,
  };
}

/** A page of rows of which one more than asked was read. */
function pageOf<Item>(rows: readonly Item[], limit: number, cursorOf: (item: Item) => string): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
