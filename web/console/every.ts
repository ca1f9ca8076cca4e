/** Every row of a list that comes in pages: what a table exports is not only what was scrolled to. */

/** A page's cursor may lead in circles when a list changes meanwhile; and a browser's memory ends somewhere. */
const ROWS_MAX = 200_000;

export async function everyRow<Row>(
  page: (cursor: string | null) => Promise<{ readonly items: readonly Row[]; readonly next: string | null }>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    // oxlint-disable-next-line no-await-in-loop -- each page names the next
    const { items, next }: { readonly items: readonly Row[]; readonly next: string | null } = await page(cursor);
    for (const item of items) rows.push(item);
    cursor = items.length === 0 ? null : next;
    if (cursor !== null && rows.length >= ROWS_MAX)
      throw new Error(`An export has at most ${ROWS_MAX.toLocaleString('en')} rows; narrow the list first.`);
  } while (cursor !== null);
  return rows;
}
