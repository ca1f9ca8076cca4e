/** The calls of the console's page. Every write repeats the token that the sign-in gave, and carries a key of its own. */
import type {
  Adjustment,
  AuditPage,
  ClockReport,
  Daily,
  Discrepancies,
  DiscrepancyStory,
  Fx,
  Games,
  Hit,
  LaunchOutcomes,
  Operator,
  Player,
  PlayerSessions,
  Pulse,
  Queues,
  Round,
  Story,
  Syncs,
  User,
} from './types.ts';
import type {
  AggregatorWord,
  Changes,
  DayLine,
  DayRound,
  Facets,
  GamePatch,
  PieceResult,
  SyncDetail,
} from './types-desk.ts';

export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.name = 'Refused';
    this.status = status;
    this.code = code;
  }
}

let token = '';
let onSignedOut: () => void = () => undefined;

/** What to do when the server no longer knows who this is. */
export function whenSignedOut(work: () => void): void {
  onSignedOut = work;
}

const UNREACHABLE = 'The server cannot be reached. Is it running, and is this machine on its network?';

async function call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const response = await fetch(`/console/api${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'x-csrf-token': token, 'idempotency-key': crypto.randomUUID() }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Refused(0, 'unreachable', UNREACHABLE);
  });
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return answer as T;
  const { code, detail } = problemOf(answer);
  if (response.status === 401 && code === 'signed_out') onSignedOut();
  throw new Refused(response.status, code, detail);
}

function problemOf(answer: unknown): { code: string; detail: string } {
  const read = (name: string): unknown =>
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined;
  const [code, detail] = [read('code'), read('detail')];
  return {
    code: typeof code === 'string' ? code : 'unavailable',
    detail: typeof detail === 'string' ? detail : 'The server cannot answer right now.',
  };
}

const part = encodeURIComponent;

/** Absent and empty words are left out. */
export function queryOf(words: Readonly<Record<string, string | null | undefined>>): string {
  const given = Object.entries(words).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

const remember = (operator: Operator): Operator => {
  if (operator.signed_in) token = operator.csrf;
  return operator;
};

export const api = {
  session: async () => remember(await call<Operator>('GET', '/session')),
  signIn: async (wish: { name: string; password: string; code: string | null }) =>
    remember(await call<Operator>('POST', '/session', wish)),
  /** where to go to be signed in by the identity provider, and back to `page` */
  provider: async (page: string) => (await call<{ go: string }>('POST', '/provider', { return_to: page })).go,
  /** `go`: where the identity provider is told of it, too */
  signOut: async () => call<{ go: string } | null>('DELETE', '/session'),
  password: async (wish: { old: string; fresh: string }) => call<null>('POST', '/password', wish),
  offerTotp: async () => call<{ secret: string; link: string }>('POST', '/totp'),
  confirmTotp: async (code: string) => call<null>('POST', '/totp/confirmation', { code }),
  dropTotp: async (password: string) => call<null>('DELETE', '/totp', { password }),

  search: async (q: string) => (await call<{ hits: readonly Hit[] }>('GET', `/search${queryOf({ q })}`)).hits,
  story: async (id: string) => call<Story>('GET', `/rounds/${part(id)}/story`),
  player: async (id: string) => call<Player>('GET', `/players/${part(id)}`),
  playerSessions: async (id: string) => call<PlayerSessions>('GET', `/players/${part(id)}/sessions`),
  rounds: async (player: string, cursor: string | null) =>
    call<{ items: readonly Round[]; next_cursor: string | null }>(
      'GET',
      `/v1/rounds${queryOf({ player, limit: '200', cursor })}`,
    ),
  changePlayer: async (id: string, patch: unknown) => call<unknown>('PATCH', `/v1/players/${part(id)}`, patch),

  adjustments: async () => (await call<{ items: readonly Adjustment[] }>('GET', '/adjustments')).items,
  adjust: async (wish: { id: string; player: string; currency: string; amount: string; reason: string }) =>
    call<Adjustment>('POST', '/adjustments', wish),
  decideAdjustment: async (id: string, wish: { player: string; decision: 'approve' | 'reject'; reason: string }) =>
    call<Adjustment>('POST', `/adjustments/${part(id)}/decisions`, wish),

  discrepancies: async (words: { state: string | null; kind: string | null; cursor: string | null }) =>
    call<Discrepancies>('GET', `/v1/discrepancies${queryOf({ ...words, limit: '200' })}`),
  discrepancy: async (id: string) => call<DiscrepancyStory>('GET', `/v1/discrepancies/${part(id)}`),
  resolve: async (
    id: string,
    wish: {
      decision: 'propose' | 'approve' | 'reject';
      action?: string | null;
      amount?: string | null;
      reason: string;
    },
  ) => call<{ state: string; problem: string | null }>('POST', `/discrepancies/${part(id)}/resolutions`, wish),

  pulse: async () => call<Pulse>('GET', '/pulse'),
  queues: async () => (await call<Queues>('GET', '/queues')).queues,
  clock: async () => call<ClockReport>('GET', '/v1/clock'),
  fx: async () => (await call<Fx>('GET', '/v1/fx/rates')).items,
  launches: async () => call<LaunchOutcomes>('GET', '/v1/launches/outcomes'),

  aggregators: async () => (await call<{ items: readonly AggregatorWord[] }>('GET', '/aggregators')).items,
  day: async (aggregator: string, day: string) =>
    (await call<{ items: readonly DayLine[] }>('GET', `/v1/settlement-days${queryOf({ aggregator, day })}`)).items,
  // An empty game is one, too: a book that was told none.
  dayRounds: async (words: { aggregator: string; day: string; game: string; currency: string }) =>
    (
      await call<{ items: readonly DayRound[] }>(
        'GET',
        `/v1/settlement-days/rounds?${new URLSearchParams(words).toString()}`,
      )
    ).items,
  reportPiece: async (wish: { aggregator: string; name: string; piece: number; text: string }) =>
    call<PieceResult>('POST', '/reports', wish),

  games: async (words: { q: string | null; category: string | null; cursor: string | null; limit?: string }) =>
    call<Games>('GET', `/v1/games${queryOf({ limit: '100', ...words, state: 'all' })}`),
  changeGame: async (id: string, patch: GamePatch) => call<unknown>('PATCH', `/v1/games/${part(id)}`, patch),
  syncs: async (aggregator: string) =>
    (await call<Syncs>('GET', `/v1/syncs${queryOf({ aggregator, limit: '20' })}`)).items,

  sync: async (id: string) => call<SyncDetail>('GET', `/v1/syncs/${part(id)}?limit=500`),
  decideSync: async (id: string, decision: 'accept' | 'reject') =>
    call<unknown>('POST', `/v1/syncs/${part(id)}/decisions`, { decision }),
  facets: async () => call<Facets>('GET', '/v1/games/facets?state=all'),
  changes: async (words: { game: string | null; cursor: string | null }) =>
    call<Changes>('GET', `/v1/games/changes${queryOf({ ...words, limit: '200' })}`),

  daily: async (from: string, to: string, groupBy: string) =>
    call<Daily>('GET', `/v1/analytics/daily${queryOf({ from, to, group_by: groupBy })}`),

  audit: async (before: string | null) => call<AuditPage>('GET', `/audit${queryOf({ before })}`),
  users: async () => (await call<{ items: readonly User[] }>('GET', '/users')).items,
  addUser: async (wish: { name: string; role: string; password: string }) => call<User>('POST', '/users', wish),
  changeUser: async (id: string, patch: unknown) => call<User>('PATCH', `/users/${part(id)}`, patch),
};
