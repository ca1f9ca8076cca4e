/** The catalogue API and the webhooks of the generic dialect. */
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import type { GenuineRequest, ListedGame, RawRequest, WebhookEvent } from '../../../src/dialects/index.ts';
import { acme, API_KEY, NOW_MS, request } from './acme.ts';

const { open, mirror } = acme();
if (open.games.kind !== 'call') throw new Error('the generic dialect has a list to ask for');
const { page: gamesOf } = open.games;
const STAMP = { nowMs: NOW_MS, nonce: 'n-1' };
const provider = { code: 'croupier', name: 'Croupier Originals' };
const wire = { code: 'fruits', name: 'Früchte', provider, category: 'slots' };

const read = (status: number, text: string, headers: Readonly<Record<string, string>> = {}) =>
  gamesOf(1, null, STAMP).read({ status, headers, body: Buffer.from(text) });
const page = (games: readonly unknown[]) =>
  read(200, JSON.stringify({ games, page: 1, pages: 1, total: games.length }));

describe('a page of the catalogue', () => {
  it('is asked for with the key in a header, never in the address', () => {
    const { request: asked } = gamesOf(3, '"v1"', STAMP);
    expect(asked).toEqual({
      method: 'GET',
      url: 'https://acme.test/games?page=3&per_page=500',
      headers: { 'x-api-key': API_KEY, accept: 'application/json', 'if-none-match': '"v1"' },
    });
  });

  it('is read in slices of a hundred entries, between which others have their turn [CAT-10]', () => {
    const games = Array.from({ length: 500 }, (_unused, index) => ({ ...wire, code: `game-${index}` }));
    const body = Buffer.from(JSON.stringify({ games, page: 1, pages: 1, total: 500 }));
    const slices = [...(gamesOf(1, null, STAMP).readInSlices?.({ status: 200, headers: {}, body }) ?? [])];
    expect(slices).toHaveLength(5);
    expect(page(games)).toMatchObject({ games: { length: 500 }, malformed: [] });
  });

  it('skips and names entries that cannot be understood [CAT-15]', () => {
    const reading = page([
      wire,
      { ...wire, code: undefined },
      'fruits',
      { ...wire, provider: 'croupier' },
      { ...wire, code: 'other', lines: '5' },
      { ...wire, code: 'last' },
    ]);
    expect(reading).toMatchObject({
      games: [{ code: 'fruits' }, { code: 'last' }],
      malformed: [
        'page 1, entry 2: code: missing',
        'page 1, entry 3: not an object',
        'page 1, entry 4: provider: not_an_object',
        'page 1, entry 5: lines: wrong_type',
      ],
    });
  });

  it('fills in what an entry may leave out', () => {
    expect(page([wire])).toMatchObject({
      games: [
        {
          ...wire,
          tags: [],
          rtp: null,
          volatility: null,
          lines: null,
          thumbnail: null,
          demo: false,
          platforms: [],
          currencies: [],
          blockedCountries: [],
          enabled: true,
        },
      ],
    });
  });

  it.each([
    [401, '{}', 'refused'],
    [403, '{}', 'refused'],
    [404, '{}', 'refused'],
    [429, '{}', 'unavailable'],
    [500, '<html>', 'unavailable'],
    [200, '<html>maintenance</html>', 'unreadable'],
    [200, '[]', 'unreadable'],
    [200, '', 'unreadable'],
    [200, '{"games":[],"page":1,"pages":1}', 'unreadable'],
    [200, '{"games":{},"page":1,"pages":1,"total":0}', 'unreadable'],
    [200, '{"games":[],"page":0,"pages":1,"total":0}', 'unreadable'],
    [200, '{"games":[],"page":1,"pages":-1,"total":0}', 'unreadable'],
    [200, '{"games":[],"page":1,"pages":1,"total":0', 'unreadable'],
  ])('answered %i with %j is a problem: %s', (status, text, reason) => {
    const reading = read(status, text);
    expect(reading).toMatchObject({ kind: 'problem', reason, status });
    expect(JSON.stringify(reading)).not.toContain(API_KEY);
  });

  it('is read with its ETag, or known to be unchanged', () => {
    expect(read(304, '')).toBe('unchanged');
    expect(read(200, '{"games":[],"page":1,"pages":0,"total":0}', { etag: '"v2"' })).toMatchObject({
      games: [],
      etag: '"v2"',
    });
  });
});

describe('the mirror serves it', () => {
  const game = (code: string): ListedGame => ({
    code,
    name: code,
    provider,
    category: 'slots',
    tags: [],
    features: [],
    rtp: '96.50',
    volatility: 'low',
    lines: 5,
    thumbnail: null,
    demo: true,
    platforms: ['desktop'],
    currencies: [],
    blockedCountries: ['XX'],
    releasedAt: '2025-06-01',
    enabled: true,
  });
  const games = ['a', 'b', 'c'].map(game);
  const ask = (rawQuery: string, headers: RawRequest['headers'] = { 'x-api-key': API_KEY }) =>
    mirror.serveGames(
      { method: 'GET', path: '/games', subpath: '', rawQuery, headers, body: new Uint8Array(0), arrivedAtMs: NOW_MS },
      games,
    );
  const codes = (rawQuery: string): unknown => {
    const answer = JSON.parse(ask(rawQuery).body) as {
      games: { code: string }[];
      page: number;
      pages: number;
      total: number;
    };
    return [answer.games.map((each) => each.code).join(''), answer.page, answer.pages, answer.total];
  };

  it('only for the key', () => {
    for (const headers of [
      {},
      { 'x-api-key': '' },
      { 'x-api-key': `${API_KEY} ` },
      { 'x-api-key': 'x'.repeat(10_000) },
      { authorization: `Bearer ${API_KEY}` },
    ]) {
      expect(ask('', headers)).toMatchObject({ status: 401 });
      expect(ask('', headers).body).not.toContain('fruits');
    }
  });

  it('page by page, also past the end and for nonsense', () => {
    expect(codes('page=1&per_page=2')).toEqual(['ab', 1, 2, 3]);
    expect(codes('page=2&per_page=2')).toEqual(['c', 2, 2, 3]);
    expect(codes('page=9&per_page=2')).toEqual(['', 9, 2, 3]);
    for (const query of [
      '',
      'page=0',
      'page=-1&per_page=0',
      'page=x',
      'page=1e3',
      'per_page=999999',
      'page=1&page=2',
      '%',
    ]) {
      expect(codes(query)).toEqual(['abc', 1, 1, 3]);
    }
  });

  it('unchanged to who has it already', () => {
    const { etag } = ask('').headers;
    expect(etag).toMatch(/^"[0-9a-f]+"$/);
    expect(ask('', { 'x-api-key': API_KEY, 'if-none-match': etag })).toEqual({
      status: 304,
      headers: { etag },
      body: '',
    });
    expect(ask('', { 'x-api-key': API_KEY, 'if-none-match': '"another"' }).status).toBe(200);
    expect(ask('', { 'if-none-match': etag }).status).toBe(401);
  });
});

describe('a webhook', () => {
  const hear = (topic: string, text: string) => open.decodeWebhook(topic, request(text, {}) as GenuineRequest);
  const session = (members: object) =>
    hear(
      'session',
      JSON.stringify({
        event_id: 'e-1',
        type: 'session.started',
        session_id: 's-1',
        occurred_at: '2026-01-01T00:00:00Z',
        ...members,
      }),
    );

  it.each(['started', 'ended', 'heartbeat'] as const)(
    'says that a session %s, and whether it was for real [SES-02]',
    (type) => {
      for (const mode of ['real', 'demo', null] as const) {
        const event: WebhookEvent = {
          kind: 'session',
          eventId: 'e-1',
          type,
          session: 's-1',
          mode,
          player: mode === 'real' ? 'demo' : null,
          game: 'fruits',
          occurredAtMs: NOW_MS,
        };
        const raw = request(mirror.sayWebhook(event, NOW_MS).body, {}) as GenuineRequest;
        expect(open.decodeWebhook('session', raw)).toEqual({ kind: 'event', event });
      }
    },
  );

  it.each([
    '2026-01-01',
    '2026-01-01T00:00:00',
    '1767225600',
    'Thu, 01 Jan 2026 00:00:00 GMT',
    '2026-13-01T00:00:00Z',
    'now',
    '',
  ])('with the time %j is refused: it must say its zone', (time) => {
    expect(session({ occurred_at: time })).toEqual({ kind: 'bad_request', message: 'occurred_at: syntax' });
  });

  it.each([
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00.000Z',
    '2026-01-01T05:30:00+05:30',
    '2025-12-31T19:00:00.000000-05:00',
  ])('with the time %s means the same moment', (time) => {
    expect(session({ occurred_at: time })).toMatchObject({ kind: 'event', event: { occurredAtMs: NOW_MS } });
  });

  it('that is incomplete, of another type or of an unserved topic is refused', () => {
    expect(session({ session_id: undefined })).toMatchObject({ kind: 'bad_request', message: 'session_id: missing' });
    expect(session({ mode: 'fun' })).toMatchObject({ kind: 'bad_request', message: 'mode: unknown_value' });
    expect(session({ type: 'started' })).toMatchObject({ kind: 'bad_request', message: 'type: unknown_value' });
    expect(hear('catalogue', '{"event_id":"e-1","type":"catalogue.changed"}')).toEqual({
      kind: 'event',
      event: { kind: 'catalogue_changed', eventId: 'e-1' },
    });
    expect(hear('catalogue', '{"type":"catalogue.changed"}')).toMatchObject({
      kind: 'bad_request',
      message: 'event_id: missing',
    });
    for (const topic of ['', 'Session', '__proto__']) expect(hear(topic, '{}').kind).toBe('bad_request');
    for (const text of ['', '[]', 'null', '{"event_id":"e-1","event_id":"e-2"}'])
      expect(hear('session', text).kind).toBe('bad_request');
  });

  it('is signed like a callback', () => {
    const said = mirror.sayWebhook({ kind: 'catalogue_changed', eventId: 'e-1' }, NOW_MS);
    expect(said.path).toBe('/catalogue');
    expect(open.verify(request(said.body, said.headers), NOW_MS).kind).toBe('genuine');
  });
});
