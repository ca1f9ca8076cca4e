/** How a report is cut into pieces, a list put into another order, and days drawn; and that an export asks for every page. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placed, placementsOf } from '../../web/console/catalogue/order.ts';
import { everyRow } from '../../web/console/every.ts';
import { moneyLines, playerLines } from '../../web/console/pages/days.ts';
import { lineOfFile, piecesOf } from '../../web/console/reconciliation/pieces.ts';
import type { Daily } from '../../web/console/types.ts';

describe('the pieces of a report', () => {
  it('are whole lines, each piece with the header, and a line is found again in the file', () => {
    const pieces = piecesOf('id,kind\na,bet\nb,win\nc,bet', 'csv', 20);
    expect(pieces.map(({ text }) => text)).toEqual(['id,kind\na,bet\nb,win\n', 'id,kind\nc,bet\n']);
    const [first, second] = pieces;
    expect(first === undefined ? null : lineOfFile(first, 2)).toBe(2);
    expect(second === undefined ? null : lineOfFile(second, 2)).toBe(4);
  });
  it('are not cut within quotes, where a line end belongs to the field', () => {
    expect(piecesOf('id,note\na,"one\ntwo"\nb,x\n', 'csv', 10).map(({ text }) => text)).toEqual([
      'id,note\na,"one\ntwo"\n',
      'id,note\nb,x\n',
    ]);
  });
  it('of JSON lines have no header and may hold any quotes', () => {
    const pieces = piecesOf('{"a":"\\""}\n{"b":1}\n', 'jsonl', 10);
    expect(pieces.map(({ text }) => text)).toEqual(['{"a":"\\""}\n', '{"b":1}\n']);
    expect(pieces.map((piece) => lineOfFile(piece, 1))).toEqual([1, 2]);
  });
  it('of nothing are none, and a header alone is nothing', () => {
    for (const text of ['', '\n', 'id,kind\n', 'id,kind']) expect(piecesOf(text, 'csv')).toEqual([]);
  });
  it('together are the file, whatever its lines are', () => {
    const lines = fc.array(fc.stringMatching(/^[a-z,]{1,12}$/), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 60 }), (rows, most) => {
        const pieces = piecesOf(`head\n${rows.join('\n')}\n`, 'csv', most);
        expect(pieces.flatMap(({ text }) => text.split('\n').slice(1, -1))).toEqual(rows);
      }),
    );
  });
});

describe('a game moved by hand', () => {
  const list = (...orders: number[]) => orders.map((order, index) => ({ id: `g${index}`, order }));
  it('takes a number between its new neighbours where there is room', () => {
    expect(placementsOf(list(10, 20, 30), 2, 1, true)).toEqual([{ id: 'g2', order: 15 }]);
    expect(placementsOf(list(10, 20, 30), 2, 0, true)).toEqual([{ id: 'g2', order: 0 }]);
    expect(placementsOf(list(10, 20, 30), 0, 2, true)).toEqual([{ id: 'g0', order: 40 }]);
  });
  it('takes those above with it where all share a number, as they do at first', () => {
    expect(placementsOf(list(1_000, 1_000, 1_000, 1_000), 3, 1, true)).toEqual([
      { id: 'g0', order: 980 },
      { id: 'g3', order: 990 },
    ]);
  });
  it('does not go where the list is not known to end, nor out of it', () => {
    expect(placementsOf(list(10, 20, 30), 0, 2, false)).toBeNull();
    expect(placementsOf(list(10), 0, -1, true)).toBeNull();
    expect(placementsOf(list(10), 3, 0, true)).toBeNull();
  });
  it('stands where it was put once the list is sorted anew, whatever the numbers were', () => {
    const orders = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(orders, fc.nat(11), fc.nat(11), (numbers, a, b) => {
        // As the lobby sorts: by the number, then by name, which here is the place in the list.
        const rows = list(...numbers.toSorted((x, y) => x - y)).map((row, index) => ({ ...row, name: index }));
        const [from, to] = [a % rows.length, b % rows.length];
        const placements = placementsOf(rows, from, to, true);
        if (placements === null) throw new Error('a place within the list is known');
        const wanted = placed(rows, from, to, placements);
        const sorted = wanted.toSorted((x, y) => x.order - y.order || x.name - y.name);
        expect(sorted.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
      }),
    );
  });
});

describe('an export', () => {
  it('asks for page after page until there is none', async () => {
    const pages: Record<string, { items: number[]; next: string | null }> = {
      first: { items: [1, 2], next: 'b' },
      b: { items: [3], next: null },
    };
    expect(await everyRow(async (cursor) => pages[cursor ?? 'first'] ?? { items: [], next: null })).toEqual([1, 2, 3]);
  });
  it('says so when it would never end, and stops at a page without rows', async () => {
    const thousand = Array.from({ length: 1_000 }, (_unused, index) => index);
    await expect(everyRow(async () => ({ items: thousand, next: 'again' }))).rejects.toThrow('at most 200,000 rows');
    expect(await everyRow(async () => ({ items: [], next: 'again' }))).toEqual([]);
  });
});

describe('the days of the chart', () => {
  const money = (currency: string, rounds: number, ggr: string, rtp: string | null) => ({
    currency,
    rounds,
    bets: rounds,
    turnover: '10',
    payouts: '1',
    ggr,
    rtp,
    rtp_interval: null,
  });
  const heads = (dau: number) => ({
    dau,
    dau_sessions: dau,
    free_round_only: 0,
    sessions: { real: 1, demo: 1, unknown: 0 },
    naive: { dau: 9, times: '3' },
  });
  const row = { aggregator: null, provider: null, game: null, currency: null, mode: null };
  const day = (name: string, dau: number, found: ReturnType<typeof money>[]) => ({
    ...heads(dau),
    day: name,
    status: 'open',
    revision: 1,
    money: found,
    rows: [{ ...heads(dau), ...row, money: found }],
  });
  const daily: Daily = {
    time_zone: 'UTC',
    state: 'ready',
    as_of: null,
    definitions: {},
    days: [
      day('2026-01-01', 3, [money('USD', 2, '-1.5', null)]),
      day('2026-01-02', 4, [money('USD', 1, '2', '96.5'), money('EUR', 9, '7', '90')]),
    ],
  };
  it('have players beside the naive figure', () => {
    expect(playerLines(daily)).toEqual([
      { name: 'players who bet', values: [3, 4] },
      { name: 'naive', values: [9, 9] },
    ]);
  });
  it('have a line for each currency, the busiest first, and a gap where nothing was played', () => {
    expect(moneyLines(daily, 'ggr')).toEqual([
      { name: 'EUR', values: [null, 7] },
      { name: 'USD', values: [-1.5, 2] },
    ]);
    expect(moneyLines(daily, 'rtp').map(({ values }) => values)).toEqual([
      [null, 90],
      [null, 96.5],
    ]);
  });
});
