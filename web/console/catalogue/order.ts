/** The order of the lobby, moved by hand: which numbers have to change so that a game stands where it was put. Pure. */

export interface Placed {
  readonly id: string;
  /** smaller comes first; equal ones go by name */
  readonly order: number;
}
export interface Placement {
  readonly id: string;
  readonly order: number;
}

/** Room left between neighbours, so that the next move changes one game and not many. */
const GAP = 10;

/**
 * Moves the game at `from` to `to` and tells the numbers to be set, the farthest from the game first. Where the neighbours leave
 * room it is one; where they share a number, those above move up with it. `whole`: nothing comes after the list's last game.
 * Null where the place cannot be known: after the last game of a list that goes on.
 */
export function placementsOf(
  list: readonly Placed[],
  from: number,
  to: number,
  whole: boolean,
): readonly Placement[] | null {
  const moved = list[from];
  if (moved === undefined || to < 0 || to >= list.length) return null;
  if (from === to) return [];
  const wanted = list.toSpliced(from, 1).toSpliced(to, 0, moved);
  const before = wanted[to - 1];
  const after = wanted[to + 1];
  if (after === undefined) return whole && before !== undefined ? [{ id: moved.id, order: before.order + GAP }] : null;
  if (before === undefined) return [{ id: moved.id, order: after.order - GAP }];
  if (after.order - before.order >= 2) return [{ id: moved.id, order: Math.floor((before.order + after.order) / 2) }];
  const changed: Placement[] = [];
  let below = after.order;
  for (let at = to; at >= 0; at -= 1) {
    const each = wanted[at];
    if (each === undefined || (at < to && each.order < below)) break;
    below -= GAP;
    changed.push({ id: each.id, order: below });
  }
  return changed.toReversed();
}

/** The list as it stands once the numbers are set and the game has moved. */
export function placed<Row extends Placed>(
  list: readonly Row[],
  from: number,
  to: number,
  placements: readonly Placement[],
): readonly Row[] {
  const orders = new Map(placements.map(({ id, order }) => [id, order]));
  const moved = list[from];
  const wanted = moved === undefined ? list : list.toSpliced(from, 1).toSpliced(to, 0, moved);
  return wanted.map((row) => ({ ...row, order: orders.get(row.id) ?? row.order }));
}

/** The list with a game in it that may stand further down than the list goes, and where it is. */
export function withGame<Row extends Placed>(
  list: readonly Row[],
  game: Row,
): { readonly list: readonly Row[]; readonly at: number } {
  const at = list.findIndex(({ id }) => id === game.id);
  return at === -1 ? { list: [...list, game], at: list.length } : { list, at };
}
