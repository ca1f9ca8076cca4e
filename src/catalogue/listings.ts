/**
 * The list in this process' memory, made anew when the catalogue changes. Whatever replica the change was made at, an answer shows
 * it after a second and the time it takes to read the list; an answer that nobody asked for a while shows it at once. Reading
 * is done in small parts, so that callbacks do not wait for it.
 */
import type { Clock, Database, Log } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { createListReader } from './list-reader.ts';
import { selectVersions } from './list-store.ts';
import type { Listing } from './listing.ts';

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
  const read = createListReader(sql, aggregators);
  let kept: Kept | null = null;
  /** how often this process changed something: in all, before the list that is read now was begun, and before the kept one was */
  const changes = { all: 0, loading: 0, kept: 0 };
  const isOutdated = () => changes.kept < changes.all;
  let loading: Promise<Kept> | null = null;
  let following: Promise<Kept> | null = null;

  const load = async (): Promise<Kept> => {
    const begun = changes.all;
    changes.loading = begun;
    const checkedAtMs = clock.monotonic();
    // The versions are read before the games: a change in between is read twice, never missed.
    const versions = await selectVersions(sql);
    kept = { listing: await read(), versions, checkedAtMs };
    changes.kept = begun;
    return kept;
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
      changes.all += 1;
    },
    isOutdated,
    soon: async () => loading ?? begin(),
    anew: async () => {
      if (loading === null) return begin();
      // It shows all that this process changed; and the first list of all is as good for everybody who waits for it.
      if (changes.loading === changes.all && (kept === null || isOutdated())) return loading;
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
