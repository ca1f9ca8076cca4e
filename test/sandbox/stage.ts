/** A sandbox of the generic dialect against the tiny operator, and launch addresses signed by hand. */
import { createHmac } from 'node:crypto';
import { openNamedDialect } from '../../src/dialects/index.ts';
import { currencies as currenciesOf } from '../../src/money/index.ts';
import { silentLog, systemClock } from '../../src/platform/index.ts';
import type { Clock } from '../../src/platform/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Chaos, ClockKnobs, Sandbox } from '../../src/sandbox/index.ts';
import type { Policy } from '../../src/wallet/policy.ts';
import { freePort } from '../support/demo.ts';
import { API_KEY, LAUNCH_SECRET, SIGNING_SECRET, tinyOperator } from './operator.ts';
import type { TinyOperator } from './operator.ts';

export interface StageOptions {
  readonly clock?: Clock;
  readonly policy?: Partial<Policy>;
  readonly dataDir?: string;
  readonly chaos?: Chaos;
  readonly time?: ClockKnobs;
  readonly balance?: number;
  readonly spinSeed?: number;
  readonly operator?: TinyOperator;
  readonly port?: number;
}

export interface Stage {
  readonly sandbox: Sandbox;
  readonly operator: TinyOperator;
  /** the first game that offers a demo */
  readonly game: string;
  readonly close: () => Promise<void>;
}

export async function stage(options: StageOptions = {}): Promise<Stage> {
  const port = options.port ?? (await freePort());
  const operator = options.operator ?? (await tinyOperator(0, options.balance ?? 100_000));
  const settings = {
    catalogue: {
      url: `http://127.0.0.1:${port}/games`,
      transactions_url: `http://127.0.0.1:${port}/transactions`,
      api_key: API_KEY,
    },
    launch: { url: `http://127.0.0.1:${port}/launch`, secret: LAUNCH_SECRET },
    callbacks: { signing_secrets: [SIGNING_SECRET] },
  };
  const currencies = currenciesOf({ USD: { scale: 2 }, BTC: { scale: 8 }, JPY: { scale: 0 } });
  const opened = openNamedDialect('generic', settings, { timeoutMs: 30_000, ...options.policy }, currencies);
  if (opened.kind === 'problem') throw new Error(opened.message);
  const sandbox = await startSandbox({
    mirror: opened.mirror,
    policy: opened.policy,
    reactions: opened.reactions,
    currencies,
    operatorUrl: operator.url,
    aggregator: 'acme',
    host: '127.0.0.1',
    port,
    dataDir: options.dataDir ?? null,
    clock: options.clock ?? systemClock,
    log: silentLog,
    spinSeed: options.spinSeed ?? 7,
    ...(options.chaos === undefined ? {} : { chaos: options.chaos }),
    ...(options.time === undefined ? {} : { time: options.time }),
  });
  const response = await fetch(`${sandbox.url}/games?page=1&per_page=50`, { headers: { 'x-api-key': API_KEY } });
  const { games } = (await response.json()) as { games: readonly { code: string; demo: boolean; enabled: boolean }[] };
  const game = games.find((each) => each.demo && each.enabled)?.code ?? '';
  return {
    sandbox,
    operator,
    game,
    close: async () => {
      await sandbox.close();
      if (options.operator === undefined) await operator.close();
    },
  };
}

let nonces = 0;

/** A signed launch address, made without any code of the house. Overrides with undefined leave a parameter out. */
export function launchUrl(
  { sandbox, game }: Pick<Stage, 'sandbox' | 'game'>,
  changes: Readonly<Record<string, string | undefined>> = {},
  nowMs = Date.now(),
): string {
  const now = Math.floor(nowMs / 1000);
  nonces += 1;
  const parameters: Record<string, string | undefined> = {
    currency: 'USD',
    exp: String(now + 600),
    game,
    iat: String(now),
    lang: 'en',
    mode: 'real',
    nonce: `nonce-${nonces}`,
    player: 'anna',
    session: 'session-1',
    ...changes,
  };
  const query = Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .toSorted()
    .join('&');
  return `${sandbox.url}/launch?${query}&sig=${createHmac('sha256', LAUNCH_SECRET).update(query).digest('hex')}`;
}

/** Opens a game as a browser does and returns the base address of its calls. */
export async function openGame(
  at: Stage,
  changes: Readonly<Record<string, string | undefined>> = {},
  nowMs?: number,
): Promise<string> {
  const response = await fetch(launchUrl(at, changes, nowMs), { redirect: 'manual' });
  const location = response.headers.get('location');
  if (response.status !== 303 || location === null)
    throw new Error(`the launch was refused with ${response.status}: ${await response.text()}`);
  return `${at.sandbox.url}${location}`;
}

export const openDemo = async (at: Stage): Promise<string> => openGame(at, { mode: 'demo', player: undefined });

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export async function spin(base: string, stake = '1.00'): Promise<Answered> {
  const response = await fetch(`${base}/spin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ stake }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export async function stateOf(base: string): Promise<Record<string, unknown>> {
  return (await (await fetch(`${base}/state`)).json()) as Record<string, unknown>;
}
