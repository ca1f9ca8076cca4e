/**
 * The list in this process' memory, made anew when the catalogue changes. Whatever replica the change was made at, an answer shows
 * it after a second and the time it takes to read the list; an answer that nobody asked for a while shows it at once. Reading
 * is done in small parts, so that callbacks do not wait for it.
 */
import { setImmediate as pause } from 'node:timers/promises';
import type { Clock, Database, Log } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { readOffers, selectVersions } from './list-store.ts';
import { inLobbyOrder } from './listing.ts';
import type { Entry, Listing } from './listing.ts';
import type { Game } from './rules.ts';
import { searchBuilder } from './search.ts';

export interface Listings {
  /** the list to answer from */
  readonly current: () => Promise<Listing>;
  /** this process changed something: the next answer shows it */
  readonly outdate: () => void;
  /** makes the list anew now if anything changed, while answers are still given from the old one */
  readonly renew: () => Promise<void>;
}

/** How long an answer may go without asking for the version. */
const CHECK_EVERY_MS = 1_000;
/** Not asked for so long: the answer waits for a changed list instead of showing the old one once more. */
const QUIET_MS = 2_000;
/** Entries taken up before others are let in. */
const ENTRIES_AT_ONCE = 400;

interface Kept {
  readonly listing: Listing;
  readonly versions: string;
  /** monotonic: the list was the newest one then */
  readonly checkedAtMs: number;
}

type Context = { readonly sql: Database; readonly clock: Clock; readonly log: Log };

export function createListings(context: Context, aggregators: readonly AggregatorName[]): Listings {
  const { sql, clock, log } = context;
  const reader = createReader(context, aggregators);
  let checking: Promise<boolean> | null = null;
  const hasChanged = async (kept: Kept): Promise<boolean> => {
    checking ??= selectVersions(sql)
      .then((versions) => {
        const latest = reader.kept() ?? kept;
        const isChanged = versions !== latest.versions;
        reader.keep({ ...latest, checkedAtMs: clock.monotonic() });
        return isChanged;
      })
      .finally(() => {
        checking = null;
      });
    return checking;
  };

  return {
    outdate: reader.outdate,
    renew: async () => {
      const kept = reader.kept();
      // Where nobody asks for the list there is none to renew.
      if (kept !== null && (reader.isOutdated() || (await hasChanged(kept)))) await reader.anew();
    },
    current: async () => {
      const kept = reader.kept();
      if (kept === null) return (await reader.anew()).listing;
      const ageMs = clock.monotonic() - kept.checkedAtMs;
      if (ageMs < CHECK_EVERY_MS && !reader.isOutdated()) return kept.listing;
      try {
        if (reader.isOutdated()) return (await reader.anew()).listing;
        if (!(await hasChanged(kept))) return kept.listing;
        const renewed = reader.soon();
        if (ageMs >= QUIET_MS) return (await renewed).listing;
        void renewed.catch((error: unknown) => log.warn({ err: error }, 'the list of games could not be read anew'));
      } catch (error) {
        // Players may look at yesterday's lobby while the database is away; nothing can be launched from it anyway.
        log.warn({ err: error }, 'the list of games could not be checked for changes');
      }
      return kept.listing;
    },
  };
}

interface Reader {
  readonly kept: () => Kept | null;
  readonly keep: (kept: Kept) => void;
  readonly outdate: () => void;
  /** this process has changed something that the kept list does not show */
  readonly isOutdated: () => boolean;
  /** A list whose reading begins after this moment, or that nothing has outdated since it began; one for all who ask. */
  readonly anew: () => Promise<Kept>;
  /** The list that is being read, or one that is read now: whoever looks again in a second may take either. */
  readonly soon: () => Promise<Kept>;
}

function createReader({ sql, clock }: Context, aggregators: readonly AggregatorName[]): Reader {
  const same = createSame();
  let kept: Kept | null = null;
  let isOutdated = false;
  let made = 0;
  let loading: Promise<Kept> | null = null;
  let following: Promise<Kept> | null = null;

  const load = async (): Promise<Kept> => {
    const was = isOutdated;
    isOutdated = false;
    const checkedAtMs = clock.monotonic();
    try {
      // The versions are read before the games: a change in between is read twice, never missed.
      const versions = await selectVersions(sql);
      made += 1;
      kept = { listing: await readListing(sql, aggregators, String(made), same), versions, checkedAtMs };
      return kept;
    } catch (error) {
      isOutdated ||= was;
      throw error;
    }
  };
  const begin = async (): Promise<Kept> => {
    loading = load().finally(() => {
      loading = null;
    });
    return loading;
  };
  return {
    kept: () => kept,
    keep: (next) => {
      kept = next;
    },
    outdate: () => {
      isOutdated = true;
    },
    isOutdated: () => isOutdated,
    soon: async () => loading ?? begin(),
    anew: async () => {
      if (loading === null) return begin();
      // The first list of all is as good for everybody who waits for it.
      if (kept === null && !isOutdated) return loading;
      following ??= loading
        .catch(() => undefined)
        .then(async () => {
          following = null;
          return begin();
        });
      return following;
    },
  };
}

async function readListing(
  sql: Database,
  aggregators: readonly AggregatorName[],
  version: string,
  same: Same,
): Promise<Listing> {
  const entries: (Entry & { readonly offers: Game[] })[] = [];
  await readOffers(sql, aggregators, ({ game, sortName }) => {
    const last = entries.at(-1);
    const offer = same.of(game);
    if (last?.id === game.id) last.offers.push(offer);
    else entries.push({ id: game.id, order: game.order, sortName, offers: [offer] });
  });
  same.endOfList();
  entries.sort(inLobbyOrder);
  const builder = searchBuilder();
  for (const [index, { offers }] of entries.entries()) {
    builder.add(offers[0]?.name ?? '', [...new Set(offers.map((offer) => offer.provider.name))]);
    if (index % ENTRIES_AT_ONCE === 0) await pause();
  }
  return { version, entries, search: builder.finish() };
}

/** What did not change between two lists is the same in both, so that a new list costs memory only for what is new in it. */
interface Same {
  readonly of: (game: Game) => Game;
  readonly endOfList: () => void;
}

function createSame(): Same {
  let before: ReadonlyMap<string, Game> = new Map();
  let now = new Map<string, Game>();
  let lists = new Map<string, readonly string[]>();
  const list = (each: readonly string[]): readonly string[] => {
    const key = each.join('\n');
    const known = lists.get(key);
    if (known !== undefined) return known;
    lists.set(key, each);
    return each;
  };
  return {
    of: (game) => {
      const plain: Game = {
        ...game,
        tags: list(game.tags),
        own: { ...game.own, tags: list(game.own.tags) },
        features: list(game.features),
        platforms: list(game.platforms),
        currencies: list(game.currencies),
        blockedCountries: list(game.blockedCountries),
      };
      const known = before.get(game.offer);
      const shown = known !== undefined && isSame(known, plain) ? known : plain;
      now.set(game.offer, shown);
      return shown;
    },
    endOfList: () => {
      before = now;
      now = new Map();
      // Lists that no game has any more must not pile up.
      if (lists.size > before.size) lists = new Map();
    },
  };
}

/** When it was seen last is no difference: every sync sees everything. */
function isSame(a: Game, b: Game): boolean {
  return Object.entries(a).every(([field, value]) => {
    const other: unknown = Reflect.get(b, field);
    if (value === other || field === 'lastSeenAtMs') return true;
    return field === 'provider' || field === 'own' ? JSON.stringify(value) === JSON.stringify(other) : false;
  });
}
