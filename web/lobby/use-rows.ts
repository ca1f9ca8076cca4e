/**
 * Which rows of a long grid are near enough to be seen. Thousands of cards are never in the page at once: rows above and below are
 * only room of their height. All rows are equally high.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

export interface Rows {
  readonly columns: number;
  readonly rowHeight: number;
  /** the rows to show: from this one up to, and without, the last */
  readonly first: number;
  readonly last: number;
}

/** So far beyond the edge of the window a row is drawn already. */
const MARGIN_PX = 900;
const START: Rows = { columns: 4, rowHeight: 290, first: 0, last: 8 };

export function useRows(count: number) {
  const grid = useRef<HTMLDivElement>(null);
  const [rows, setRows] = useState(START);
  const measure = useCallback(() => {
    const element = grid.current;
    const card = element?.firstElementChild;
    if (element === null || !(card instanceof HTMLElement)) return;
    const style = getComputedStyle(element);
    const columns = Math.max(1, style.gridTemplateColumns.split(' ').length);
    const rowHeight = card.offsetHeight + Number.parseFloat(style.rowGap);
    const above = -element.getBoundingClientRect().top;
    const all = Math.ceil(count / columns);
    const first = Math.max(0, Math.min(all - 1, Math.floor((above - MARGIN_PX) / rowHeight)));
    const last = Math.max(first + 1, Math.min(all, Math.ceil((above + window.innerHeight + MARGIN_PX) / rowHeight)));
    setRows((before) =>
      before.columns === columns && before.rowHeight === rowHeight && before.first === first && before.last === last
        ? before
        : { columns, rowHeight, first, last },
    );
  }, [count]);

  useLayoutEffect(measure);
  useEffect(() => {
    let asked = 0;
    const ask = (): void => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(measure);
    };
    window.addEventListener('scroll', ask, { passive: true });
    window.addEventListener('resize', ask);
    return () => {
      cancelAnimationFrame(asked);
      window.removeEventListener('scroll', ask);
      window.removeEventListener('resize', ask);
    };
  }, [measure]);
  return { grid, rows };
}
