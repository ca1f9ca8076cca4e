/**
 * The gateway on a real socket with a dialect made for tests: one line of text a request, every step of it replaceable. Rooms
 * behind it are small doubles unless a test brings the real ones.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { loadConfig } from '../../src/config.ts';
import type { Answer, GenuineRequest, OpenDialect, RawRequest, RawResponse } from '../../src/dialects/dialect.ts';
import { gateway } from '../../src/gateway/index.ts';
import type {
  GatewayAggregator,
  GatewayOptions,
  Journal,
  JournalEntry,
  ResolvePorts,
} from '../../src/gateway/index.ts';
import { httpServer } from '../../src/http.ts';
import { createMetrics, newId, silentLog, systemClock } from '../../src/platform/index.ts';
import { sessionFact } from '../../src/sessions/index.ts';
import type { Session } from '../../src/sessions/rules.ts';
import {
  aggregatorName,
  externalId,
  gameCode,
  playerId,
  SAFE_POLICY,
  sessionId,
  transactionId,
} from '../../src/wallet/index.ts';
import type { Call, Operation, Outcome, Policy } from '../../src/wallet/index.ts';
import { bet, undo, win } from '../support/act.ts';
import { until } from '../support/wait.ts';

export const POLICY: Policy = { ...SAFE_POLICY, timeoutMs: 60_000 };

/** What an answer says in this dialect: a word, and never why. */
export function worded(answer: Answer): RawResponse {
  const say = (status: number, body: string, headers: Record<string, string> = {}): RawResponse => ({
    status,
    headers: { 'content-type': 'text/x-plain', ...headers },
    body,
  });
  switch (answer.kind) {
    case 'outcome':
      return answer.outcome.kind === 'rejected'
        ? say(422, `NO ${answer.outcome.refusal}`)
        : say(200, answer.outcome.kind === 'applied' && answer.outcome.duplicate ? 'AGAIN' : 'YES');
    case 'balance':
      return say(200, `BALANCE ${answer.balance.units}`);
    case 'profile':
      return say(200, `PLAYER ${answer.profile.player} ${answer.profile.country ?? ''}`);
    case 'bad_request':
      return say(400, `WHAT ${answer.message}`);
    case 'unauthenticated':
      return say(401, 'WHO');
    case 'forbidden':
      return say(403, 'NOT FROM THERE');
    case 'too_large':
      return say(413, 'TOO MUCH');
    case 'unsupported_media':
      return say(415, 'NOT LIKE THAT');
    case 'uncertain':
      return say(503, 'LATER', { 'retry-after': String(answer.retryAfterSeconds) });
  }
}

/** `bet b1 ann 1.00 r1 token`, `win …`, `undo x1 ann b1`, `balance ann - - - token`; `-` for nothing. */
export function callOf(text: string): Call | null {
  const [kind = '', id = '', player = '', money = '', round = '', token = '-'] = text.trim().split(' ');
  const context = {
    player: { kind: 'id', player: playerId(kind === 'balance' ? id : player) },
    session: token === '-' ? null : sessionId(token),
    currency: 'USD',
    game: token === '-' ? null : gameCode('g-1'),
    provider: null,
    requestId: null,
  } as const;
  const one = (operation: Operation): Call => ({ kind: 'money', ...context, operations: [operation] });
  switch (kind) {
    case 'bet':
      return one(bet(id, { amount: money, round }));
    case 'win':
      return one(win(id, { amount: money, round }));
    case 'undo':
      return one(undo(id, 'bet', money));
    case 'balance':
      return { kind: 'balance', ...context };
    default:
      return null;
  }
}

export interface Seen {
  readonly verified: RawRequest[];
  readonly decoded: RawRequest[];
}

/** Genuine is what carries `x-proof: good`, or `proof=good` in the query. */
export function plainDialect(seen: Seen, more: Partial<OpenDialect> = {}): OpenDialect {
  return {
    verify: (request) => {
      seen.verified.push(request);
      const proof = request.headers['x-proof'] ?? new URLSearchParams(request.rawQuery).get('proof');
      if (proof === null) return { kind: 'distrust', reason: 'missing', skewMs: null };
      if (proof !== 'good') return { kind: 'distrust', reason: 'mismatch', skewMs: null };
      return { kind: 'genuine', request: request as GenuineRequest, keyId: 'key-1', late: false };
    },
    decode: (request) => {
      seen.decoded.push(request);
      const query = new URLSearchParams(request.rawQuery).get('ask');
      const call = callOf(query ?? Buffer.from(request.body).toString('utf8'));
      return call === null
        ? { kind: 'bad_request', message: 'no such words', encode: worded }
        : { kind: 'call', call, encode: worded };
    },
    encode: worded,
    decodeWebhook: (topic) =>
      topic === 'catalogue'
        ? { kind: 'event', event: { kind: 'catalogue_changed', eventId: 'e-1' } }
        : { kind: 'bad_request', message: 'no such topic' },
    launch: () => ({ kind: 'url', url: 'https://games.example/' }),
    games: {
      kind: 'call',
      page: () => {
        throw new Error('no test lists games here');
      },
    },
    ...more,
  };
}

export const APPLIED: Outcome = {
  kind: 'applied',
  duplicate: false,
  results: [
    { id: transactionId(newId()), externalId: externalId('b1'), duplicate: false, target: null, effective: true },
  ],
  balance: { units: 900n, scale: 2, currency: 'USD' },
};

export function sessionOf(token: string, more: Partial<Session> = {}): Session {
  return {
    id: sessionId(token),
    player: playerId('ann'),
    aggregator: aggregatorName('acme'),
    gameId: newId(),
    gameCode: gameCode('g-1'),
    mode: 'real',
    currency: 'USD',
    gameCurrency: null,
    quoteId: null,
    country: null,
    lang: null,
    platform: null,
    ip: null,
    jurisdiction: null,
    region: null,
    createdAtMs: 0,
    expiresAtMs: systemClock.now() + 3_600_000,
    idleMs: null,
    lastSeenAtMs: 0,
    startedAtMs: null,
    endedAtMs: null,
    resumedAtMs: null,
    ...more,
  };
}

export interface StageOptions {
  readonly dialect?: Partial<OpenDialect>;
  readonly aggregator?: Partial<GatewayAggregator>;
  readonly more?: Partial<GatewayOptions>;
  readonly sessions?: readonly Session[];
}

export async function stage(options: StageOptions = {}) {
  const seen: Seen = { verified: [], decoded: [] };
  const entries: JournalEntry[] = [];
  const errors: unknown[] = [];
  const journal: Journal = {
    note: (entry) => void entries.push(entry),
    depth: () => entries.length,
    close: async () => undefined,
  };
  const log = Object.assign(Object.create(silentLog), {
    error: (what: unknown) => void errors.push(what),
  });
  const metrics = createMetrics();
  const ports: ResolvePorts = {
    session: async (token) => options.sessions?.find((each) => each.id === token) ?? null,
    sessionFact,
    exchanges: { of: () => null, showed: async () => undefined },
    knowsGame: async () => true,
    playerOfTransaction: async () => null,
    grant: async () => null,
    wallets: async () => [],
    profile: async () => null,
    nextId: () => transactionId(newId()),
  };
  const app = httpServer(loadConfig({}, {}, { currencies: {} }), silentLog);
  app.get('/v1/thing', async () => ({ thing: true }));
  await app.register(
    gateway({
      aggregators: [
        {
          name: aggregatorName('acme'),
          open: plainDialect(seen, options.dialect),
          policy: POLICY,
          contentTypes: ['text/x-plain'],
          callbackPaths: [''],
          allowIps: null,
          ...options.aggregator,
        },
      ],
      ledger: { submit: async () => APPLIED },
      ports,
      onEvent: async () => undefined,
      journal,
      clock: systemClock,
      log,
      metrics,
      bodyLimitBytes: 2_048,
      ...options.more,
    }),
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;

  const ask = async (
    body: string | Uint8Array | null,
    how: { path?: string; method?: string; headers?: Record<string, string>; proof?: string | null } = {},
  ) => {
    const { path = '/callbacks/acme', method = 'POST', headers = {}, proof = 'good' } = how;
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(body === null ? {} : { 'content-type': 'text/x-plain' }),
        ...(proof === null ? {} : { 'x-proof': proof }),
        ...headers,
      },
      ...(body === null ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  };

  return {
    app,
    url,
    port,
    seen,
    entries,
    errors,
    metrics,
    ports,
    ask,
    [Symbol.asyncDispose]: async () => app.close(),
  };
}

/** A connection of which a test writes every byte itself. */
export async function wire(port: number): Promise<{
  readonly socket: Socket;
  readonly write: (text: string | Uint8Array) => void;
  /** all that came until the text has come, or the connection ended */
  readonly until: (text: string) => Promise<string>;
}> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  let ended = false;
  socket.on('data', (bytes) => void (heard += bytes.toString('latin1')));
  socket.on('close', () => void (ended = true));
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
  });
  return {
    socket,
    write: (text) => void socket.write(text),
    until: async (text) => {
      await until(text, () => heard.includes(text) || ended);
      return heard;
    },
  };
}

export const sleep = async (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
