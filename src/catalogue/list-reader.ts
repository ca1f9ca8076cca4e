/**
 * Reads the lobby's list and reads it again when it may have changed. What did not change is neither read nor made again: every
 * offer has a mark of what is shown of it, and only those with another mark than before come over the wire. A list in which
 * nothing visible changed is the very same list. All in small parts, so that callbacks do not wait for it.
 */
import type { Database } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { inSlices } from '../wire/index.ts';
import type { Slices } from '../wire/index.ts';
import { atOneMoment, readMarks, readOffers } from './list-store.ts';
import type { ListedOffer } from './list-store.ts';
import { inLobbyOrder, listingOf } from './listing.ts';
import type { Entry, Listing } from './listing.ts';
import type { Game } from './rules.ts';
import { foldName } from './search.ts';

interface Known extends ListedOffer {
  readonly mark: string;
}

/** Games put together, or names folded, in one slice. */
const AT_ONCE = 250;
const MAX_LISTS = 20_000;

/** A function that reads the list; one reading at a time. */
export function createListReader(sql: Database, aggregators: readonly AggregatorName[]): () => Promise<Listing> {
  const share = createSharing();
  let known: ReadonlyMap<string, Known> = new Map();
  let listing: Listing | null = null;
  let made = 0;

  return async () => {
    const now = await readKnown(sql, aggregators, known, share);
    const entries = await inSlices(entriesOf(now.values(), listing?.entries ?? []));
    known = now;
    const before = listing;
    const isSame =
      before?.entries.length === entries.length && entries.every((entry, index) => entry === before.entries[index]);
    if (before !== null && isSame) return before;
    made += 1;
    listing = await inSlices(listingOf(String(made), entries));
    return listing;
  };
}

/** Every offer of the list in its order: as it was known where its mark is the same, else as the database has it. */
async function readKnown(
  sql: Database,
  aggregators: readonly AggregatorName[],
  known: ReadonlyMap<string, Known>,
  share: (game: Game) => Game,
): Promise<ReadonlyMap<string, Known>> {
  return atOneMoment(sql, async (transaction) => {
    // The place of every offer is taken in the order of the marks; what is missing is put there as it comes.
    const now = new Map<string, Known | null>();
    const marks = new Map<string, string>();
    await readMarks(transaction, aggregators, (offer, mark) => {
      const before = known.get(offer);
      now.set(offer, before?.mark === mark ? before : null);
      if (before?.mark !== mark) marks.set(offer, mark);
    });
    if (marks.size > 0) {
      // Most of a list is read faster as it lies there.
      const wanted = marks.size * 2 > now.size ? null : [...marks.keys()];
      await readOffers(transaction, wanted, ({ game, sortName }) => {
        const mark = marks.get(game.offer);
        if (mark === undefined) return;
        const before = known.get(game.offer);
        const shown = before !== undefined && isShownAlike(before.game, game) ? before.game : share(game);
        now.set(game.offer, { game: shown, sortName, mark });
      });
    }
    const complete = new Map<string, Known>();
    for (const [offer, each] of now) if (each !== null) complete.set(offer, each);
    return complete;
  });
}

/** Games with their offers, in lobby order. An entry of which nothing changed is the one there was. */
function* entriesOf(offers: Iterable<Known>, before: readonly Entry[]): Slices<readonly Entry[]> {
  const old = new Map(before.map((entry) => [entry.id, entry]));
  const games: { readonly sortName: string; readonly offers: [Game, ...Game[]] }[] = [];
  let count = 0;
  for (const { game, sortName } of offers) {
    const last = games.at(-1);
    if (last?.offers[0].id === game.id) last.offers.push(game);
    else games.push({ sortName, offers: [game] });
    count += 1;
    if (count % (AT_ONCE * 4) === 0) yield;
  }
  const entries: Entry[] = [];
  let folded = 0;
  for (const { sortName, offers: each } of games) {
    const [{ id, order, name }] = each;
    const was = old.get(id);
    if (was !== undefined && isEntry(was, sortName, each)) {
      entries.push(was);
      continue;
    }
    const studios = [...new Set(each.map(({ provider }) => provider.name))];
    entries.push({ id, order, sortName, offers: each, folded: foldName(name, studios) });
    folded += 1;
    if (folded % AT_ONCE === 0) yield;
  }
  yield;
  // The database has them in another order only where its collation differs.
  return entries.toSorted(inLobbyOrder);
}

function isEntry(entry: Entry, sortName: string, offers: readonly Game[]): boolean {
  return (
    entry.sortName === sortName &&
    entry.offers.length === offers.length &&
    offers.every((offer, index) => offer === entry.offers[index])
  );
}

/** Lists of words are the same object wherever they say the same, so that a list of games costs memory only for what is new in it. */
function createSharing(): (game: Game) => Game {
  let lists = new Map<string, readonly string[]>();
  const list = (each: readonly string[]): readonly string[] => {
    const key = JSON.stringify(each);
    const known = lists.get(key);
    if (known !== undefined) return known;
    // Lists that no game has any more must not pile up.
    if (lists.size >= MAX_LISTS) lists = new Map();
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

/** When it was seen last is no difference: every sync sees everything. */
function isShownAlike(a: Game, b: Game): boolean {
  return Object.entries(a).every(([field, value]) => {
    const other: unknown = Reflect.get(b, field);
    if (value === other || field === 'lastSeenAtMs') return true;
    return typeof value === 'object' && JSON.stringify(value) === JSON.stringify(other);
  });
}
