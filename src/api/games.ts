/** Calls about the catalogue: the lobby's list, the operator's switches, and syncs by hand. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GamePatch, GamesQuery } from '../catalogue/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { sendAnswered } from './idempotency.ts';
import { refuse } from './problem.ts';
import { renderGame, renderSyncReport, renderSyncRun } from './render.ts';
import * as schemas from './schemas.ts';

const TAGS = ['Catalogue'];

export function gameRoutes(app: ApiScope, options: RouteOptions): void {
  const { catalogue, idempotency } = options;

  app.get(
    '/v1/games',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Games in lobby order',
        querystring: schemas.gamesQuery,
        response: { 200: schemas.games, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const page = await catalogue.list(queryOf(request.query));
      if (page === null) return refuse(400, 'bad_request', 'query.cursor: is none of ours');
      return sendTagged(request, reply, { items: page.items.map(renderGame), next_cursor: page.next });
    },
  );

  app.get(
    '/v1/games/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'One game',
        params: schemas.pathId,
        response: { 200: schemas.game, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const game = await catalogue.get(request.params.id);
      return sendTagged(request, reply, renderGame(game ?? refuse(404, 'unknown_game', 'There is no such game.')));
    },
  );

  app.patch(
    '/v1/games/:id',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: "The operator's own switch, order and category",
        description: 'Switching a game off ends new launches; its open rounds go on.',
        params: schemas.pathId,
        body: schemas.gamePatch,
        response: { 200: schemas.game, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const game = await catalogue.patch(request.params.id, patchOf(request.body));
        return { status: 200, body: renderGame(game ?? refuse(404, 'unknown_game', 'There is no such game.')) };
      });
      return sendAnswered(reply, answer);
    },
  );
  syncRoutes(app, options);
}

function syncRoutes(app: ApiScope, { catalogue, idempotency }: RouteOptions): void {
  app.post(
    '/v1/syncs',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: "Take over an aggregator's list now",
        description: 'Answers when the sync has ended, whatever it came to. `accept` takes over a quarantined list.',
        body: schemas.syncWish,
        response: { 200: schemas.syncReport, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const { aggregator, accept, force } = request.body;
        const report = await catalogue.sync(aggregator, { accept: accept ?? [], force: force ?? false });
        if (report === null) return refuse(404, 'unknown_aggregator', 'No aggregator is configured under this name.');
        return { status: 200, body: renderSyncReport(report) };
      });
      return sendAnswered(reply, answer);
    },
  );

  app.get(
    '/v1/syncs',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Past syncs, newest first',
        querystring: schemas.syncsQuery,
        response: { 200: schemas.syncs, ...schemas.problems },
      },
    },
    async (request) => {
      const { aggregator, limit } = request.query;
      return { items: (await catalogue.syncs(aggregator, limit)).map(renderSyncRun) };
    },
  );
}

/** Only what was said: an absent filter is no filter. */
function queryOf(query: (typeof schemas.gamesQuery)['_output']): GamesQuery {
  const { q, provider, category, aggregator, country, currency, demo, cursor, state, limit } = query;
  return {
    state,
    limit,
    ...(q === undefined ? {} : { q }),
    ...(provider === undefined ? {} : { provider }),
    ...(category === undefined ? {} : { category }),
    ...(aggregator === undefined ? {} : { aggregator }),
    ...(country === undefined ? {} : { country }),
    ...(currency === undefined ? {} : { currency }),
    ...(demo === undefined ? {} : { demo }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

function patchOf(body: (typeof schemas.gamePatch)['_output']): GamePatch {
  const { enabled, order, category } = body;
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(order === undefined ? {} : { order }),
    ...(category === undefined ? {} : { category }),
  };
}

/** The answer with its tag, or 304 when the caller has exactly this already. */
function sendTagged(request: FastifyRequest, reply: FastifyReply, body: unknown): FastifyReply {
  const text = JSON.stringify(body);
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  void reply.header('etag', tag).header('cache-control', 'private, no-cache').type('application/json; charset=utf-8');
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  return known.includes(tag) || known.includes('*') ? reply.code(304).send() : reply.send(text);
}
