/** A small aggregator over real HTTP: serves pages of a list and misbehaves when told to. */
import { createServer } from 'node:http';
import type { GamesPage, ListedGame, OpenDialect } from '../../src/dialects/dialect.ts';
import { errandProblem } from '../../src/wire/index.ts';

export function listedGame(code: string, more: Partial<ListedGame> = {}): ListedGame {
  return {
    code,
    name: `Game ${code}`,
    provider: { code: 'studio', name: 'Studio' },
    category: 'slots',
    tags: ['new'],
    features: [],
    rtp: '96.50',
    volatility: 'high',
    lines: 20,
    thumbnail: null,
    demo: true,
    platforms: ['desktop', 'mobile'],
    currencies: [],
    blockedCountries: [],
    releasedAt: null,
    enabled: true,
    ...more,
  };
}

export const listOf = (count: number, prefix = 'g'): ListedGame[] =>
  Array.from({ length: count }, (_unused, index) => listedGame(`${prefix}-${index}`));

export interface AggregatorState {
  games: readonly ListedGame[];
  perPage: number;
  malformed: readonly string[];
  /** answers 500 to this page */
  failPage: number | null;
  /** says another total than there is */
  total: number | null;
  etag: string | null;
  /** called before a page is answered */
  beforePage: (page: number) => Promise<void> | void;
  requests: number;
}

/** Starts it; its dialect reads JSON in the shape of `GamesPage`. */
export async function startAggregator(initial: Partial<AggregatorState> = {}) {
  const state: AggregatorState = {
    games: [],
    perPage: 500,
    malformed: [],
    failPage: null,
    total: null,
    etag: null,
    beforePage: () => undefined,
    requests: 0,
    ...initial,
  };
  const server = createServer((request, response) => {
    void (async () => {
      state.requests += 1;
      const page = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('page'));
      await state.beforePage(page);
      if (state.failPage === page) return response.writeHead(500).end('<html>oops</html>');
      if (state.etag !== null && request.headers['if-none-match'] === state.etag) return response.writeHead(304).end();
      const games = state.games.slice((page - 1) * state.perPage, page * state.perPage);
      const malformed = page === 1 ? state.malformed : [];
      const pages = Math.max(1, Math.ceil(state.games.length / state.perPage));
      const total = state.total ?? state.games.length + state.malformed.length;
      const body: GamesPage = { games, malformed, page, pages, total, etag: state.etag };
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const dialect: Pick<OpenDialect, 'games'> = {
    games: {
      kind: 'call',
      page: (page, etag) => ({
        kind: 'games',
        request: {
          method: 'GET',
          url: `http://127.0.0.1:${port}/games?page=${page}`,
          headers: etag === null ? {} : { 'if-none-match': etag },
        },
        timeoutMs: 60_000,
        retries: 0,
        read: ({ status, body }) => {
          if (status === 304) return 'unchanged';
          if (status !== 200) return errandProblem('unavailable', `games: answered ${status}`, status);
          return JSON.parse(Buffer.from(body).toString('utf8')) as GamesPage;
        },
      }),
    },
  };
  return {
    state,
    dialect,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
