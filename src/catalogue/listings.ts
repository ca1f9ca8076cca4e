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
}

export function createListings(
  { sql, clock, log }: { readonly sql: Database; readonly clock: Clock; readonly log: Log },
  aggregators: readonly AggregatorName[],
): Listings {
  let kept: Kept | null = null;
  /** a change by this process that the list does not show */
  let isOutdated = false;
  let checkedAtMs = 0;
  let checking: Promise<boolean> | null = null;
  let loading: Promise<Kept> | null = null;
  let following: Promise<Kept> | null = null;
  let made = 0;

  const load = async (): Promise<Kept> => {
    isOutdated = false;
    const startedAtMs = clock.monotonic();
    try {
      // The versions are read before the games: a change in between is read twice, never missed.
      const versions = await selectVersions(sql);
      made += 1;
      kept = { listing: await readListing(sql, aggregators, String(made)), versions };
      checkedAtMs = startedAtMs;
      return kept;
    } catch (error) {
      isOutdated = true;
      throw error;
    }
  };
  const begin = async (): Promise<Kept> => {
    loading = load().finally(() => {
      loading = null;
    });
    return loading;
  };
  /** A list whose reading begins after this moment; one for all who ask in the meantime. */
  const anew = async (): Promise<Kept> => {
    if (loading === null) return begin();
    following ??= loading
      .catch(() => undefined)
      .then(async () => {
        following = null;
        return begin();
      });
    return following;
  };
  const hasChanged = async ({ versions }: Kept): Promise<boolean> => {
    checking ??= selectVersions(sql)
      .then((now) => {
        checkedAtMs = clock.monotonic();
        return now !== (kept?.versions ?? versions);
      })
      .finally(() => {
        checking = null;
      });
    return checking;
  };

  return {
    outdate: () => {
      isOutdated = true;
    },
    renew: async () => {
      // Where nobody asks for the list there is none to renew.
      if (kept !== null && (isOutdated || (await hasChanged(kept)))) await anew();
    },
    current: async () => {
      if (kept === null || isOutdated) return (await (loading === null || isOutdated ? anew() : loading)).listing;
      const ageMs = clock.monotonic() - checkedAtMs;
      if (ageMs < CHECK_EVERY_MS) return kept.listing;
      try {
        if (!(await hasChanged(kept))) return kept.listing;
        const renewed = loading ?? anew();
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

async function readListing(sql: Database, aggregators: readonly AggregatorName[], version: string): Promise<Listing> {
  const same = createSame();
  const entries: (Entry & { readonly offers: Game[] })[] = [];
  await readOffers(sql, aggregators, ({ game, sortName }) => {
    const last = entries.at(-1);
    const offer = same(game);
    if (last?.id === game.id) last.offers.push(offer);
    else entries.push({ id: game.id, order: game.order, sortName, offers: [offer] });
  });
  entries.sort(inLobbyOrder);
  const builder = searchBuilder();
  for (const [index, { offers }] of entries.entries()) {
    builder.add(offers[0]?.name ?? '', [...new Set(offers.map((offer) => offer.provider.name))]);
    if (index % ENTRIES_AT_ONCE === 0) await pause();
  }
  return { version, entries, search: builder.finish() };
}

/** Equal lists become the same one: most of a catalogue says the same few things again and again. */
function createSame(): (game: Game) => Game {
  const lists = new Map<string, readonly string[]>();
  const list = (each: readonly string[]): readonly string[] => {
    const key = each.join('\n');
    const known = lists.get(key);
    if (known !== undefined) return known;
    lists.set(key, each);
    return each;
  };
  return (game) => ({
    ...game,
    tags: list(game.tags),
    own: { ...game.own, tags: list(game.own.tags) },
    features: list(game.features),
    platforms: list(game.platforms),
    currencies: list(game.currencies),
    blockedCountries: list(game.blockedCountries),
  });
}
