/** Settings of pairs and small price servers for the tests of exchange. */
import { createServer } from 'node:http';
import { isProblem, parsePair, parseRate, SAFE_TERMS } from '../../src/money/index.ts';
import type { Pair, Rate } from '../../src/money/index.ts';
import { Fx } from '../../src/fx/index.ts';
import type { FxOptions, FxSettings, JsonSource, PairSettings } from '../../src/fx/index.ts';
import type { Answer } from '../../src/fx/tick.ts';
import { createLog, createMetrics } from '../../src/platform/index.ts';
import type { Clock, Database } from '../../src/platform/index.ts';

export function rate(text: string): Rate {
  const result = parseRate(text);
  if (isProblem(result)) throw new Error(`${text}: ${result.reason}`);
  return result;
}

export function pairOf(text: string): Pair {
  const pair = parsePair(text);
  if (pair === null) throw new Error(text);
  return pair;
}

/** BTC/USD from two servers with the limits of a crypto currency, unless told otherwise. */
export function pairSettings(text = 'BTC/USD', more: Partial<PairSettings> = {}): PairSettings {
  return {
    pair: pairOf(text),
    origin: { kind: 'sources', names: ['one', 'two'] },
    spreadBps: 0,
    warnAfterMs: 60_000,
    refuseAfterMs: 300_000,
    min: null,
    max: null,
    ...more,
  };
}

export function fixed(text: string, value: string, more: Partial<PairSettings> = {}): PairSettings {
  const never = { warnAfterMs: Number.MAX_SAFE_INTEGER, refuseAfterMs: Number.MAX_SAFE_INTEGER };
  return pairSettings(text, { origin: { kind: 'fixed', rate: rate(value) }, ...never, ...more });
}

export function cross(text: string, via: string): PairSettings {
  return fixed(text, '1', { origin: { kind: 'cross', via } });
}

export function jsonSource(name: string, url: string, more: Partial<JsonSource> = {}): JsonSource {
  return {
    kind: 'json',
    name,
    url,
    headers: {},
    path: 'price',
    timePath: null,
    check: null,
    symbols: {},
    timeoutMs: 30_000,
    everyMs: 0,
    ...more,
  };
}

export function fxSettings(pairs: readonly PairSettings[], more: Partial<FxSettings> = {}): FxSettings {
  return {
    pairs,
    sources: [],
    quoteMs: 60_000,
    retentionMs: 90 * 86_400_000,
    maxJumpBps: 1_000,
    maxDisagreementBps: 100,
    terms: SAFE_TERMS,
    ...more,
  };
}

export function said(source: string, value: string, observedAtMs: number, more: Partial<Answer> = {}): Answer {
  return { kind: 'said', source, value, observedAtMs, fixedOnMs: null, isInverse: false, ...more } as Answer;
}

/** A server that answers the same to everybody until told otherwise. */
export interface PriceServer extends AsyncDisposable {
  readonly url: string;
  body: string;
  status: number;
  /** paths that were asked for, with the header `x-key` behind it if there was one */
  readonly asked: string[];
}

export async function priceServer(body: string): Promise<PriceServer> {
  const server = createServer((request, response) => {
    const key = request.headers['x-key'];
    state.asked.push(`${request.url}${key === undefined ? '' : ` ${String(key)}`}`);
    response.writeHead(state.status, { 'content-type': 'application/json' });
    response.end(state.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const state: PriceServer = {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    body,
    status: 200,
    asked: [],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return state;
}

export interface Line {
  readonly level: string;
  readonly msg: string;
  readonly [name: string]: unknown;
}

/** A room over a real database, with the log it writes; the database's time is the clock's unless told otherwise. */
export function fxOf(sql: Database, clock: Clock, settings: FxSettings, more: Partial<FxOptions> = {}) {
  const lines: Line[] = [];
  const metrics = createMetrics();
  const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  const errands = { pause: async () => undefined };
  const databaseTime = async () => clock.now();
  const fx = new Fx({ sql, clock, log, metrics, settings, errands, databaseTime, ...more });
  return { fx, metrics, lines };
}
