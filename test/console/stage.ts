/** The console over a real server: embedded in Fastify as `serve` does it, with the operator's API beside it, and people signed in. */
import { scryptSync } from 'node:crypto';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { registerApi } from '../../src/api/index.ts';
import { openCatalogue } from '../../src/catalogue/index.ts';
import { insertAccount } from '../../src/console/accounts-store.ts';
import { openConsole } from '../../src/console/index.ts';
import type { Console, ConsoleOptions, Role } from '../../src/console/index.ts';
import { createSettlementReads } from '../../src/ledger/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { createMetrics, manualClock, newId, silentLog } from '../../src/platform/index.ts';
import type { ManualClock } from '../../src/platform/index.ts';
import { openPlayers } from '../../src/players/index.ts';
import { openSessions } from '../../src/sessions/index.ts';
import { openSettlement } from '../../src/settlement/index.ts';
import type { Settlement } from '../../src/settlement/index.ts';
import { aggregatorName, playerId } from '../../src/wallet/index.ts';
import { amount, CURRENCIES, ledgerTable } from '../support/ledger.ts';
import { opened, SETTINGS } from '../settlement/stage.ts';

if (opened.kind === 'problem') throw new Error(opened.message);
const { open, policy, report } = opened;

export const PASSWORD = 'seven wonderful words here';
/** Made with little work, so that tests which are about something else do not wait for it. */
const CHEAP = `scrypt$1024$8$1$salt$${scryptSync(PASSWORD, 'salt', 32, { N: 1_024, r: 8, p: 1 }).toString('base64url')}`;
const API_KEY = 'the-console-test-key-of-this-process';

export interface Signed {
  readonly cookie: string;
  readonly csrf: string;
}

export interface Answered {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reads what it expects
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface ConsoleStage {
  readonly app: FastifyInstance;
  readonly console: Console;
  readonly settlement: Settlement;
  readonly ledger: Ledger;
  readonly table: Awaited<ReturnType<typeof ledgerTable>>;
  readonly clock: ManualClock;
  /** an account of this role, signed in */
  readonly as: (role: Role, name?: string) => Promise<Signed>;
  readonly call: (
    who: Signed | null,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answered>;
  readonly player: (id: string, deposit: string) => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export async function consoleStage({
  publicUrl = 'http://127.0.0.1:4400',
  localSignIn = true,
  oidc = null,
}: Partial<Pick<ConsoleOptions, 'publicUrl' | 'localSignIn' | 'oidc'>> = {}): Promise<ConsoleStage> {
  const table = await ledgerTable({ policy });
  const clock = manualClock(Date.now());
  const { sql } = table;
  const ledger = table.ledgerAt();
  const players = openPlayers({ sql, ledger, clock, currencies: CURRENCIES });
  const sessions = openSessions({ sql, clock });
  const aggregators = [{ name: aggregatorName('acme'), open, policy }];
  const catalogue = openCatalogue({ sql, clock, log: silentLog, aggregators });
  const settlement = openSettlement({
    sql,
    inboxSql: sql,
    ledger: { ...ledger, ...createSettlementReads(sql) },
    sessions,
    aggregators,
    currencies: CURRENCIES,
    settings: SETTINGS,
    clock,
    log: silentLog,
    metrics: createMetrics(),
  });
  const app = fastify({ routerOptions: { maxParamLength: 4_096 } });
  await registerApi(app, {
    sql,
    clock,
    log: silentLog,
    apiKeys: [{ name: 'console', key: API_KEY, scopes: ['platform'] }],
    currencies: CURRENCIES,
    ledger,
    players,
    sessions,
    catalogue,
    launches: {
      launch: async () => Promise.reject(new Error('nothing is launched here')),
      tables: async () => Promise.reject(new Error('nothing is launched here')),
    },
    settlement,
    ready: async () => [],
    metrics: null,
  });
  const room = openConsole({
    sql,
    clock,
    log: silentLog,
    ledger,
    players,
    sessions,
    settlement,
    currencies: CURRENCIES,
    aggregators: ['acme'],
    reports: new Map(report === null ? [] : [['acme', report]]),
    fourEyesAbove: new Map([['USD', amount('50')]]),
    queues: async () => [{ name: 'lanes', waiting: ledger.depth(), detail: '' }],
    apiKey: API_KEY,
    webRoot: '/nowhere',
    publicUrl,
    localSignIn,
    oidc,
  });
  await app.register(room.plugin);
  await app.ready();

  const call: ConsoleStage['call'] = async (who, method, path, body, headers = {}) => {
    const answer = await app.inject({
      method,
      url: `/console/api${path}`,
      headers: {
        ...(who === null ? {} : { cookie: who.cookie, 'x-csrf-token': who.csrf }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    const text = answer.body;
    return {
      status: answer.statusCode,
      body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
      headers: answer.headers,
    };
  };
  let made = 0;
  return {
    app,
    console: room,
    settlement,
    ledger,
    table,
    clock,
    call,
    as: async (role, name) => {
      made += 1;
      const user = name ?? `${role}-${made}`;
      const account = { id: newId(), name: user, role, password: CHEAP };
      await insertAccount(sql, account, clock.now());
      const answer = await call(null, 'POST', '/session', { name: user, password: PASSWORD });
      if (answer.status !== 201) throw new Error(`not signed in: ${JSON.stringify(answer.body)}`);
      return { cookie: cookieOf(answer), csrf: answer.body.csrf };
    },
    player: async (id, deposit) => {
      await players.create({ id: playerId(id), currency: 'USD', country: null, test: false });
      await app.inject({
        method: 'POST',
        url: `/v1/players/${encodeURIComponent(id)}/deposits`,
        headers: { authorization: `Bearer ${API_KEY}` },
        payload: { amount: deposit, currency: 'USD', reference: `welcome-${id}` },
      });
    },
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await table[Symbol.asyncDispose]();
    },
  };
}

/** What a browser would send back. */
export function cookieOf(answer: Answered): string {
  const set = answer.headers['set-cookie'];
  return String(set).split(';')[0] ?? '';
}
