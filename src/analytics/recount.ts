/**
 * From rows of the book to the plays they change, and those plays counted anew. A row that was there before changes only
 * together with a new row of its play, of the bet it names, or with a rollback that reaches it: so new rows are enough to find
 * everything that changed. Runs inside the builder's transaction.
 */
import type { DatabaseTransaction } from '../platform/index.ts';
import { selectPlays } from './play-store.ts';
import type { StoredPlay } from './play-store.ts';
import { betPlay, named, playKey, playOf, portionsOf, roundPlay } from './plays.ts';
import type { BookRow, PlayName } from './plays.ts';
import { selectRowsById, selectRowsOfRounds, selectTargets } from './book-store.ts';
import type { TargetName } from './book-store.ts';
import type { Recount } from './tally.ts';

/** A play that may have changed. */
interface Touch {
  readonly name: PlayName;
  /** transactions of it that no index finds together */
  readonly members: Set<string>;
  /** it counts only if it was counted before: something was said that may concern it */
  onlyKnown: boolean;
  /** a rollback reached it, and so the wins that name a bet of it */
  undone: boolean;
}

export interface Recounted {
  readonly recounts: readonly Recount[];
  /** what is to be remembered of each */
  readonly plays: readonly StoredPlay[];
}

/** Counts every play anew that the rows have to do with. */
export async function recount(
  sql: DatabaseTransaction,
  rows: readonly BookRow[],
  dayOf: (ms: number) => string,
): Promise<Recounted> {
  const touched = new Touched();
  for (const row of rows) touched.byRow(row);
  await followRollbacks(sql, rows, touched);

  const rounds = new Map<string, readonly BookRow[]>();
  await loadRounds(sql, touched, rounds);
  for (const touch of touched.all()) {
    if (!touch.undone) continue;
    for (const row of rounds.get(playKey(touch.name)) ?? []) {
      if (row.kind === 'bet') touched.maybe(named(row, betPlay(row.externalId)));
    }
  }
  for (const row of rows) watch(row, rounds, touched);

  const known = new Map<string, StoredPlay>();
  await loadKnown(sql, touched, known);
  const members = await loadMembers(sql, touched, known);
  for (const row of members.values()) if (row.round !== null) touched.certain(named(row, roundPlay(row.round)));
  await loadRounds(sql, touched, rounds);
  await loadKnown(sql, touched, known);
  return countAll(touched, { rounds, known, members }, dayOf);
}

class Touched {
  readonly #touches = new Map<string, Touch>();

  all(): readonly Touch[] {
    return [...this.#touches.values()];
  }

  certain(name: PlayName, member?: string, undone = false): void {
    const touch = this.#touch(name);
    touch.onlyKnown = false;
    touch.undone ||= undone;
    if (member !== undefined) touch.members.add(member);
  }

  maybe(name: PlayName): void {
    this.#touch(name);
  }

  /** What a row itself says: the play it counts in, and the waiting wins that a bet may have released. */
  byRow(row: BookRow): void {
    const play = playOf(row);
    if (play !== null) this.certain(play, row.round === null ? row.id : undefined);
    if (row.kind === 'bet') this.maybe(named(row, betPlay(row.externalId)));
    if (row.kind === 'rollback' && row.round !== null) this.certain(named(row, roundPlay(row.round)), undefined, true);
  }

  #touch(name: PlayName): Touch {
    const key = playKey(name);
    const found = this.#touches.get(key);
    if (found !== undefined) return found;
    const touch: Touch = { name, members: new Set(), onlyKnown: true, undone: false };
    this.#touches.set(key, touch);
    return touch;
  }
}

const DEEPEST = 4;

/** A rollback names a bet, a win, or another rollback: their plays changed with it. */
async function followRollbacks(sql: DatabaseTransaction, rows: readonly BookRow[], touched: Touched): Promise<void> {
  let targets = targetsOf(rows);
  for (let depth = 0; depth < DEEPEST && targets.length > 0; depth += 1) {
    // The bet may not have come yet, and what waits for it may have been settled by its rollback.
    for (const { name } of targets) touched.maybe(name);
    const hits = await selectTargets(
      sql,
      targets.map(({ target }) => target),
    );
    for (const hit of hits) {
      const play = playOf(hit);
      if (play !== null) touched.certain(play, hit.round === null ? hit.id : undefined, true);
      if (hit.kind === 'win' && hit.reference !== null) touched.maybe(named(hit, betPlay(hit.reference)));
    }
    targets = targetsOf(hits);
  }
}

function targetsOf(rows: readonly BookRow[]): readonly { readonly target: TargetName; readonly name: PlayName }[] {
  return rows.flatMap((row) => {
    if (row.kind !== 'rollback' || row.reference === null) return [];
    const { player, aggregator, idScope, reference: externalId } = row;
    return [{ target: { player, aggregator, idScope, externalId }, name: named(row, betPlay(externalId)) }];
  });
}

/** A win with a round of its own that names a bet elsewhere is remembered with that bet, whose fate may become its own. */
function watch(row: BookRow, rounds: ReadonlyMap<string, readonly BookRow[]>, touched: Touched): void {
  if (row.kind !== 'win' || row.round === null || row.reference === null) return;
  const inRound = rounds.get(playKey(named(row, roundPlay(row.round)))) ?? [];
  if (inRound.some((each) => each.kind === 'bet' && each.externalId === row.reference)) return;
  touched.certain(named(row, betPlay(row.reference)), row.id);
}

const isRound = ({ name }: Touch): boolean => name.play.startsWith('r:');

async function loadRounds(
  sql: DatabaseTransaction,
  touched: Touched,
  rounds: Map<string, readonly BookRow[]>,
): Promise<void> {
  const missing = touched.all().filter((touch) => isRound(touch) && !rounds.has(playKey(touch.name)));
  const found = new Map<string, BookRow[]>(missing.map(({ name }) => [playKey(name), []]));
  const rows = await selectRowsOfRounds(
    sql,
    missing.map(({ name }) => name),
  );
  for (const row of rows) if (row.round !== null) found.get(playKey(named(row, roundPlay(row.round))))?.push(row);
  for (const [key, each] of found) rounds.set(key, each);
}

async function loadKnown(sql: DatabaseTransaction, touched: Touched, known: Map<string, StoredPlay>): Promise<void> {
  const missing = touched.all().filter(({ name }) => !known.has(playKey(name)));
  const found = await selectPlays(
    sql,
    missing.map(({ name }) => name),
  );
  for (const play of found) known.set(playKey(play.name), play);
}

async function loadMembers(
  sql: DatabaseTransaction,
  touched: Touched,
  known: ReadonlyMap<string, StoredPlay>,
): Promise<ReadonlyMap<string, BookRow>> {
  const names = touched.all().flatMap(({ name, members }) => {
    const ids = new Set([...members, ...(known.get(playKey(name))?.members ?? [])]);
    return [...ids].map((id) => ({ shard: name.shard, player: name.player, id }));
  });
  return new Map((await selectRowsById(sql, names)).map((row) => [row.id, row]));
}

interface Found {
  readonly rounds: ReadonlyMap<string, readonly BookRow[]>;
  readonly known: ReadonlyMap<string, StoredPlay>;
  readonly members: ReadonlyMap<string, BookRow>;
}

function countAll(touched: Touched, { rounds, known, members }: Found, dayOf: (ms: number) => string): Recounted {
  const recounts: Recount[] = [];
  const plays: StoredPlay[] = [];
  for (const touch of touched.all()) {
    const { name } = touch;
    const key = playKey(name);
    const before = known.get(key);
    if (touch.onlyKnown && before === undefined) continue;
    const ids = [...new Set([...touch.members, ...(before?.members ?? [])])].toSorted();
    // A member with a round of its own only waits here; it counts in its round.
    const own = ids.flatMap((id) => members.get(id) ?? []).filter((row) => row.round === null);
    const portions = portionsOf(isRound(touch) ? (rounds.get(key) ?? []) : own, dayOf);
    recounts.push({ name, before: before?.portions ?? [], after: portions });
    plays.push({ name, members: ids, portions });
  }
  return { recounts, plays: plays.toSorted((a, b) => (playKey(a.name) < playKey(b.name) ? -1 : 1)) };
}
