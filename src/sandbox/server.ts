/**
 * The sandbox's HTTP: the aggregator's own API where its dialect has it, the launch address, the slot page and its calls, and a small view for the person
 * who tests. It refuses launches exactly as a strict aggregator does: signature, expiry, skew, reused nonce.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Clock, Log } from '../platform/index.ts';
import type { LaunchOrder, Mirror, RawRequest, MirrorAddress, RawResponse } from '../dialects/dialect.ts';
import type { Sender } from './callback-sender.ts';
import { catalogueKnobsSchema } from './catalogue.ts';
import type { ServedCatalogue } from './catalogue.ts';
import { clockKnobsSchema, tooLate } from './clock.ts';
import type { SandboxClock } from './clock.ts';
import { refusalPage } from './pages.ts';
import type { Play } from './play.ts';
import { sessionKnobsSchema } from './session-events.ts';
import type { SessionEvents } from './session-events.ts';
import { settlementKnobsSchema } from './settlement-sender.ts';
import type { SettlementSender } from './settlement-sender.ts';
import { stateOf } from './state.ts';
import type { Table, Tables } from './tables.ts';
import { thumbnail } from './thumbnails.ts';
import type { TransactionBook } from './transactions.ts';

export interface SandboxHttpOptions {
  readonly mirror: Mirror;
  readonly catalogue: ServedCatalogue;
  readonly tables: Tables;
  readonly play: Play;
  readonly sender: Sender;
  readonly sessionEvents: SessionEvents;
  readonly settlements: SettlementSender;
  readonly transactions: TransactionBook;
  readonly clock: SandboxClock;
  readonly log: Log;
  /** built web pages; the slot is `slot.html` in it */
  readonly webRoot: string;
  /** how browsers reach the sandbox */
  readonly publicUrl: string;
  /** origins whose pages may frame the game, besides the launch's return address */
  readonly frameOrigins: readonly string[];
  readonly onOpened: (table: Table) => void;
}

const MAX_NONCES = 100_000;
const chaosSchema = z.strictObject({
  duplicateRate: z.number().min(0).max(1).default(0),
  dropAnswerRate: z.number().min(0).max(1).default(0),
  delayMs: z.number().int().min(0).max(60_000).default(0),
});
/** refused for now: the same spin may be asked for again in a moment */
const BUSY = new Set(['spin_running', 'unfinished']);
const spinSchema = z.object({ stake: z.string().max(40) });

export async function sandboxHttp(options: SandboxHttpOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    requestTimeout: 10_000,
    bodyLimit: 65_536,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
  });
  app.addHook('onSend', async (_request, reply, payload) => {
    void reply.header('date', new Date(options.clock.now()).toUTCString());
    return payload;
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => body);
  await app.register(apiRoutes(options));
  await app.register(async (pages) => {
    pages.addContentTypeParser('application/json', { parseAs: 'string' }, pages.getDefaultJsonParser('error', 'error'));
    pageRoutes(pages, options);
  });
  await app.register(fastifyStatic, {
    root: path.join(options.webRoot, 'assets'),
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
  });
  app.setErrorHandler(async (error, _request, reply) => {
    const status =
      error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
    if (status >= 500) options.log.error({ err: error }, 'the sandbox met an error');
    return reply.code(status).send({ error: status >= 500 ? 'the sandbox failed' : 'bad request' });
  });
  return app;
}

/** The aggregator's API at the addresses its dialect names: bodies stay bytes, because signatures cover them. */
function apiRoutes(options: SandboxHttpOptions) {
  const { mirror, catalogue, tables, clock, onOpened, publicUrl, transactions } = options;
  return async (app: FastifyInstance): Promise<void> => {
    const open = (order: LaunchOrder): string | null => {
      const game = catalogue.find(order.game);
      if (game === null || !game.enabled || (order.mode === 'demo' && !game.demo)) return null;
      const picks = mirror.serveTables !== undefined && order.mode === 'real' && game.features.includes('lobby');
      if (picks && (order.table ?? null) === null) return null;
      const table = tables.open(order, game);
      onOpened(table);
      return `${publicUrl}/play/${table.token}`;
    };
    const answers: Readonly<Record<MirrorAddress['what'], (raw: RawRequest) => Promise<RawResponse | undefined>>> = {
      games: async (raw) => catalogue.serve(raw, mirror.serveGames),
      launch: async (raw) => mirror.serveLaunch?.(raw, clock.now(), open),
      tables: async (raw) => mirror.serveTables?.(raw, catalogue.find),
      transactions: async (raw) => mirror.serveTransactions?.(raw, transactions.list),
    };
    for (const { method, path: url, what } of mirror.api) {
      app.route({
        method,
        url,
        handler: async (request, reply) => {
          const raw = rawOf(request, clock.now());
          const answer = await answers[what](raw);
          if (answer === undefined) throw new Error(`defect: the dialect has ${url} and does not serve it`);
          return reply.code(answer.status).headers(answer.headers).send(answer.body);
        },
      });
    }
  };
}

function pageRoutes(app: FastifyInstance, options: SandboxHttpOptions): void {
  const nonces = createNonces(options.clock);
  app.get('/thumbs/:file', async (request, reply) => {
    const code = parameter(request, 'file').replace(/\.svg$/, '');
    const picture = options.catalogue.picture(code);
    if (picture === null) return reply.code(404).send({ error: 'no such game' });
    const svg = thumbnail(picture.game, picture.emblem);
    return reply.type('image/svg+xml').header('cache-control', 'public, max-age=86400').send(svg);
  });
  app.get('/launch', async (request, reply) => {
    const raw = rawOf(request, options.clock.now());
    const { launchWindowSeconds } = options.clock.knobs();
    const reading = options.mirror.readLaunch(raw.rawQuery, options.clock.now(), launchWindowSeconds ?? undefined);
    if (reading.kind === 'refused') return refuse(reply, 403, reading.reason, reading.message);
    const late = tooLate(reading.order.issuedAt, options.clock);
    if (late !== null) return refuse(reply, 403, 'expired', late);
    const game = options.catalogue.find(reading.order.game);
    if (game === null || !game.enabled || (reading.order.mode === 'demo' && !game.demo))
      return refuse(reply, 404, 'unknown_game', 'The aggregator has no such game.');
    const isFirst = nonces.use(reading.order);
    const mayRepeat = options.clock.knobs().launchReplay === 'same_game';
    const table = isFirst
      ? options.tables.open(reading.order, game)
      : mayRepeat
        ? options.tables.again(reading.order)
        : null;
    if (table === null) return refuse(reply, 403, 'nonce_reused', 'This launch address was opened before.');
    if (isFirst) options.onOpened(table);
    return guarded(reply, options, table).redirect(`/play/${table.token}`, 303);
  });
  playRoutes(app, options);
  adminRoutes(app, options);
}

function playRoutes(app: FastifyInstance, options: SandboxHttpOptions): void {
  const page = path.join(options.webRoot, 'slot.html');
  const tableOf = (request: FastifyRequest): Table | null => options.tables.find(parameter(request, 'token'));

  app.get('/play/:token', async (request, reply) => {
    const table = tableOf(request);
    if (table === null) return refuse(reply, 410, 'gone', 'This game was closed.');
    return guarded(reply, options, table)
      .type('text/html')
      .header('cache-control', 'no-store')
      .send(readFileSync(page, 'utf8'));
  });
  app.get('/play/:token/state', async (request, reply) => {
    const table = tableOf(request);
    if (table === null) return reply.code(410).send({ kind: 'refused', code: 'gone', balance: null });
    return reply.header('cache-control', 'no-store').send(await stateOf(options.play, table));
  });
  app.post('/play/:token/spin', async (request, reply) => {
    const table = tableOf(request);
    if (table === null) return reply.code(410).send({ kind: 'refused', code: 'gone', balance: null });
    const body = spinSchema.safeParse(request.body);
    if (!body.success) return reply.code(400).send({ kind: 'refused', code: 'bad_stake', balance: null });
    const answer = await options.play.spin(table, body.data.stake);
    if (answer.kind === 'refused') return reply.code(BUSY.has(answer.code) ? 409 : 422).send(answer);
    return reply.code(answer.kind === 'uncertain' ? 503 : 200).send(answer);
  });
  app.post('/play/:token/leave', async (request, reply) => {
    options.tables.leave(parameter(request, 'token'));
    return reply.code(204).send();
  });
}

function adminRoutes(
  app: FastifyInstance,
  { sender, settlements, clock, sessionEvents, catalogue }: SandboxHttpOptions,
): void {
  app.get('/admin/catalogue', async () => catalogue.state());
  app.post('/admin/catalogue', async (request, reply) => {
    const knobs = catalogueKnobsSchema.safeParse(request.body);
    if (!knobs.success) return reply.code(400).send({ error: wordsOf(knobs.error) });
    catalogue.set(knobs.data);
    return catalogue.state();
  });
  const sessionState = () => ({ ...sessionEvents.knobs(), counters: sessionEvents.counters() });
  app.get('/admin/sessions', async () => sessionState());
  app.post('/admin/sessions', async (request, reply) => {
    const knobs = sessionKnobsSchema.safeParse(request.body);
    if (!knobs.success) return reply.code(400).send({ error: knobs.error.issues[0]?.message ?? 'bad request' });
    sessionEvents.set(knobs.data);
    return sessionState();
  });
  const clockState = () => ({ ...clock.knobs(), now: new Date(clock.now()).toISOString() });
  app.get('/admin/clock', async () => clockState());
  app.post('/admin/clock', async (request, reply) => {
    const knobs = clockKnobsSchema.safeParse(request.body);
    if (!knobs.success) return reply.code(400).send({ error: knobs.error.issues[0]?.message ?? 'bad request' });
    clock.set(knobs.data);
    return clockState();
  });
  app.get('/admin/attempts', async () => ({
    owed: sender.owed(),
    chaos: sender.chaos(),
    counters: sender.attempts.counters(),
    attempts: sender.attempts.list().slice(0, 200),
  }));
  app.get('/admin/settlement', async () => ({ ...settlements.knobs(), sent: settlements.sent() }));
  app.post('/admin/settlement', async (request, reply) => {
    const knobs = settlementKnobsSchema.safeParse(request.body);
    if (!knobs.success) return reply.code(400).send({ error: knobs.error.issues[0]?.message ?? 'bad request' });
    settlements.set(knobs.data);
    return settlements.knobs();
  });
  app.post('/admin/chaos', async (request, reply) => {
    const chaos = chaosSchema.safeParse(request.body);
    if (!chaos.success) return reply.code(400).send({ error: chaos.error.issues[0]?.message ?? 'bad request' });
    sender.setChaos(chaos.data);
    return sender.chaos();
  });
}

/** The first problem, with the knob it is about. */
function wordsOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return [...(issue?.path ?? []), issue?.message ?? 'bad request'].join(': ');
}

/** Only the operator's pages may frame the game, and its address goes nowhere (LCH-21). */
function guarded(reply: FastifyReply, options: SandboxHttpOptions, table: Table): FastifyReply {
  const returnOrigin =
    table.order.returnUrl === null || !URL.canParse(table.order.returnUrl)
      ? []
      : [new URL(table.order.returnUrl).origin];
  const frames = [...new Set([...options.frameOrigins, ...returnOrigin])].join(' ');
  const policy = `default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self' ${frames}`;
  return reply
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', policy);
}

async function refuse(reply: FastifyReply, status: number, reason: string, message: string): Promise<FastifyReply> {
  return reply
    .code(status)
    .header('referrer-policy', 'no-referrer')
    .type('text/html')
    .send(refusalPage(reason, message));
}

/** Nonces are remembered until their launch has expired anyway; bounded, oldest out first. */
function createNonces(clock: Clock) {
  const seen = new Map<string, number>();
  return {
    use: (order: LaunchOrder): boolean => {
      const now = Math.floor(clock.now() / 1000);
      if (seen.has(order.nonce)) return false;
      for (const [nonce, expiresAt] of seen) {
        if (expiresAt > now && seen.size < MAX_NONCES) break;
        seen.delete(nonce);
      }
      seen.set(order.nonce, order.expiresAt);
      return true;
    },
  };
}

function parameter(request: FastifyRequest, name: string): string {
  const parameters: unknown = request.params;
  const value: unknown =
    typeof parameters === 'object' && parameters !== null ? Reflect.get(parameters, name) : undefined;
  return typeof value === 'string' ? value : '';
}

function rawOf(request: FastifyRequest, nowMs: number): RawRequest {
  const [target = '', ...query] = request.url.split('?');
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return {
    method: request.method,
    path: target,
    subpath: '',
    rawQuery: query.join('?'),
    headers,
    body: Buffer.isBuffer(request.body) ? request.body : new Uint8Array(0),
    arrivedAtMs: nowMs,
  };
}
