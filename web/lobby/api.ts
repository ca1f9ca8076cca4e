/** The lobby's own calls to the gateway. The operator API's key never comes here; every answer is our own server's. */

export interface Game {
  readonly id: string;
  readonly name: string;
  readonly provider: { readonly code: string; readonly name: string };
  readonly category: string;
  readonly thumbnail: string | null;
  readonly demo: boolean;
  readonly rtp: string | null;
  readonly tags: readonly string[];
}
export interface GamesPage {
  readonly games: readonly Game[];
  readonly total: number;
  readonly next_cursor: string | null;
}
export interface Counted {
  readonly code: string;
  readonly count: number;
}
export interface Facets {
  readonly total: number;
  readonly providers: readonly (Counted & { readonly name: string })[];
  readonly categories: readonly Counted[];
  readonly tags: readonly Counted[];
  readonly features: readonly Counted[];
  readonly volatilities: readonly Counted[];
}
export interface Player {
  readonly id: string;
  readonly label: string;
  readonly balances: readonly { readonly currency: string; readonly balance: string }[];
}
export interface Round {
  readonly id: string;
  readonly round_id: string;
  readonly game: string | null;
  readonly state: string;
  readonly staked: string;
  readonly paid: string;
  readonly currency: string;
  readonly opened_at: string;
}
export interface Launch {
  readonly session_id: string;
  readonly url: string;
  readonly expires_at: string;
}
export interface Filter {
  readonly q: string;
  readonly provider: string;
  readonly category: string;
  readonly tag: string;
  readonly feature: string;
  readonly volatility: string;
  /** `true` or nothing */
  readonly demo: string;
  readonly currency: string;
}

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(`/lobby/api/${path}`, init);
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  const detail =
    typeof body === 'object' && body !== null && 'detail' in body
      ? String(body.detail)
      : 'The lobby cannot answer right now.';
  throw new Error(detail);
}

function queryOf(filter: Partial<Filter>): URLSearchParams {
  return new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''));
}

export const api = {
  players: async () => call<readonly Player[]>('players'),
  facets: async (filter: Partial<Filter>) => call<Facets>(`facets?${queryOf(filter).toString()}`),
  games: async (filter: Filter, cursor: string | null) => {
    const query = queryOf(filter);
    if (cursor !== null) query.set('cursor', cursor);
    return call<GamesPage>(`games?${query.toString()}`);
  },
  rounds: async (player: string) =>
    (await call<{ rounds: readonly Round[] }>(`rounds?player=${encodeURIComponent(player)}`)).rounds,
  launch: async (order: {
    player_id: string | null;
    game_id: string;
    mode: 'real' | 'demo';
    currency: string | null;
  }) =>
    call<Launch>('launches', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    }),
};
