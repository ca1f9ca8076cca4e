/**
 * Which rows are new since last time, exactly: PostgreSQL's own snapshots say which transactions had committed. A row is new
 * when its transaction is visible to the later snapshot and was not to the earlier, whenever it began and whatever its clock
 * said; so nothing that committed late is lost and nothing is met twice. Pure.
 */

/** What `pg_current_snapshot()` says: everything below `xmin` had ended, nothing from `xmax` on had begun. */
export interface Snapshot {
  readonly xmin: bigint;
  readonly xmax: bigint;
  /** in between, still at work at the time */
  readonly open: readonly bigint[];
}

/** Reads PostgreSQL's text form, `xmin:xmax:open,open,…`. */
export function readSnapshot(text: string): Snapshot {
  const match = /^(\d+):(\d+):([\d,]*)$/.exec(text);
  if (match === null) throw new Error(`defect: "${text.slice(0, 80)}" is no snapshot`);
  const [, xmin = '', xmax = '', open = ''] = match;
  return {
    xmin: BigInt(xmin),
    xmax: BigInt(xmax),
    open: open === '' ? [] : open.split(',').map((each) => BigInt(each)),
  };
}

/** True when what transaction `xid` wrote is seen by the snapshot, provided it did not roll back. */
export function sees(snapshot: Snapshot, xid: bigint): boolean {
  if (xid < snapshot.xmin) return true;
  return xid < snapshot.xmax && !snapshot.open.includes(xid);
}

/** True for what the later snapshot sees and the earlier did not. */
export function isNew(xid: bigint, since: Snapshot, until: Snapshot): boolean {
  return sees(until, xid) && !sees(since, xid);
}

/** A stretch of transaction numbers to read at once: from `from` up to, not including, `to`. */
export interface Stretch {
  readonly from: bigint;
  readonly to: bigint;
}

/** The next stretch on the way from one snapshot to another; null when all are read. `at`: where the one before ended. */
export function nextStretch(since: Snapshot, until: Snapshot, at: bigint | null, width: bigint): Stretch | null {
  const from = at ?? since.xmin;
  if (from >= until.xmax) return null;
  const to = from + width;
  return { from, to: to > until.xmax ? until.xmax : to };
}

const NARROWEST = 16n;
const WIDEST = 1_000_000n;

/** What came of reading a stretch: how far one step reached, and how many rows it met. */
export interface Reached {
  readonly stretch: Stretch;
  /** up to, not including; before the end of the stretch when there was more than fits in a step */
  readonly to: bigint;
  readonly rows: number;
}

/** How wide the next stretch should be, where `wanted` rows are wanted at once: whatever is not taken is read for nothing. */
export function widthAfter({ stretch: { from, to: end }, to, rows }: Reached, width: bigint, wanted: number): bigint {
  const next = to < end ? to - from : rows >= wanted ? width / 2n : rows < wanted / 4 ? width * 2n : width;
  if (next < NARROWEST) return NARROWEST;
  return next > WIDEST ? WIDEST : next;
}
