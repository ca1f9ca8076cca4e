/** The list of a live game's tables as Slotegrator's document shows it, in each of its shapes, and launches that name one. */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProblem } from '../../../src/money/index.ts';
import { NOW_MS, openedWith } from './merchant.ts';

const { open, mirror } = openedWith();
const STAMP = { nowMs: NOW_MS, nonce: 'n-1' };
const ORDER = {
  session: 's-1',
  game: 'g-1',
  mode: 'real',
  player: 'pl-1',
  currency: 'EUR',
  lang: null,
  country: null,
  ip: null,
  platform: null,
  jurisdiction: null,
  region: null,
  returnUrl: null,
  nonce: 'n-1',
  issuedAt: NOW_MS / 1_000,
  expiresAt: NOW_MS / 1_000 + 600,
} as const;

function errand() {
  const made = open.tables?.({ game: 'g-1', currency: 'EUR' }, STAMP);
  if (made === undefined) throw new Error('the dialect lists tables');
  return made;
}
const read = (body: unknown, status = 200) =>
  errand().read({ status, headers: {}, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) });

const TABLE = {
  lobbyData: 'lobby-7',
  name: 'Roulette 7',
  isOpen: true,
  openTime: '10:00',
  closeTime: null,
  dealerName: 'Ada',
  dealerAvatar: 'https://pictures.test/a.png',
  technology: 'html5',
  limits: [{ currency: 'EUR', min: 0.5, max: '1000.00' }],
  tableId: '7',
};

describe('the tables of a live game', () => {
  it('are asked for by a signed query of game and currency', () => {
    const { request, retries } = errand();
    expect(request.url).toBe('https://gis.test/v1/games/lobby?game_uuid=g-1&currency=EUR');
    expect(request.method).toBe('GET');
    expect(request.headers['X-Sign']).toMatch(/^[0-9a-f]{40}$/);
    expect(retries).toBe(1);
  });

  it('are read from a list and from a single object, limits as well, to the digit', () => {
    const one = {
      table: 'lobby-7',
      name: 'Roulette 7',
      open: true,
      opens: '10:00',
      closes: null,
      dealer: 'Ada',
      limits: [{ currency: 'EUR', min: { unscaled: 5n, scale: 1 }, max: { unscaled: 1_000n, scale: 0 } }],
    };
    expect(read({ lobby: [TABLE] })).toEqual([one]);
    expect(read({ lobby: { ...TABLE, limits: TABLE.limits[0] } })).toEqual([one]);
    expect(read({ lobby: [] })).toEqual([]);
  });

  it('leave out what cannot be launched, and say nothing that was not said', () => {
    expect(read({ lobby: [{ name: 'no data' }, 7, null, { lobbyData: '' }, { lobbyData: 12 }] })).toEqual([
      { table: '12', name: '12', open: true, opens: null, closes: null, dealer: null, limits: [] },
    ]);
    // an isOpen of another kind is no open table
    for (const [isOpen, open] of [
      ['perhaps', false],
      [0, false],
      [1, true],
      [null, true],
    ] as const)
      expect(read({ lobby: [{ lobbyData: 'a', isOpen }] })).toMatchObject([{ open }]);
    expect(read({ lobby: [{ lobbyData: 'a', limits: [{ min: 1 }, { currency: 'EUR', min: 'x' }] }] })).toMatchObject([
      { limits: [{ currency: 'EUR', min: null, max: null }] },
    ]);
  });

  it.each([
    [403, '{}', 'refused'],
    [404, '{"name":"Not Found"}', 'refused'],
    [429, '{}', 'unavailable'],
    [200, '<html>', 'unreadable'],
    [200, '{"lobby":"none"}', 'unreadable'],
    [200, '{}', 'unreadable'],
  ])('answered by %s %s are a problem: %s', (status, body, reason) => {
    expect(read(body, status)).toMatchObject({ kind: 'problem', reason });
  });

  it('are at most five hundred, whatever comes', () => {
    expect(read({ lobby: Array.from({ length: 600 }, () => TABLE) })).toHaveLength(500);
    fc.assert(
      fc.property(fc.jsonValue(), (lobby) => {
        const tables = read({ lobby });
        return isProblem(tables) || tables.every(({ table }) => table !== '');
      }),
      { numRuns: 500 },
    );
  });
});

describe('a launch that names a table', () => {
  const served = (more: object) => {
    const launch = open.launch({ ...ORDER, ...more });
    if (launch.kind !== 'errand' || mirror.serveLaunch === undefined) throw new Error('a launch is a call');
    const { request } = launch.errand;
    const raw = {
      method: request.method,
      path: new URL(request.url).pathname.replace('/v1', ''),
      subpath: '',
      rawQuery: '',
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])),
      body: Buffer.from(request.body ?? ''),
      arrivedAtMs: NOW_MS,
    };
    const opened: unknown[] = [];
    const answer = mirror.serveLaunch(raw, NOW_MS, (order) => {
      opened.push(order.table);
      return 'https://play.test/1';
    });
    return { body: String(request.body), status: answer.status, opened };
  };

  it('says it as lobby_data, and only then, and only for money', () => {
    expect(served({ table: 'g-1/table-1' })).toMatchObject({ status: 200, opened: ['g-1/table-1'] });
    expect(served({ table: 'g-1/table-1' }).body).toContain('&lobby_data=g-1%2Ftable-1');
    expect(served({}).body).not.toContain('lobby_data');
    expect(served({ mode: 'demo', player: null, currency: null, table: 'g-1/table-1' }).body).not.toContain('lobby');
  });

  it('is refused for a table that is closed, or of another game', () => {
    for (const table of ['g-1/table-3', 'g-2/table-1', 'x'])
      expect(served({ table })).toMatchObject({ status: 422, opened: [] });
  });
});
