/** Calls about one game, and what is the operator's own of it. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GamePatch } from '../catalogue/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { sendAnswered } from './idempotency.ts';
import { callerOf, gameAnswer, UNKNOWN_GAME, valueOf } from './catalogue-answers.ts';
import * as detail from './catalogue-schemas.ts';
import * as schemas from './schemas.ts';

const TAGS = ['Catalogue'];

export function gameRoutes(app: ApiScope, options: RouteOptions): void {
  const { catalogue, idempotency } = options;

  app.get(
    '/v1/games/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'One game, with every offer of it',
        description: 'The id of a game that was merged into another answers with the other.',
        params: schemas.pathId,
        response: { 200: detail.game, ...schemas.problems },
      },
    },
    async (request, reply) => {
      return sendTagged(request, reply, await gameAnswer(catalogue, await catalogue.offers(request.params.id)));
    },
  );

  app.patch(
    '/v1/games/:id',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: "The operator's own switch, order, category, name, tags and preference among offers",
        description: 'Switching a game off ends new launches; its open rounds go on. No sync touches what is set here.',
        params: schemas.pathId,
        body: detail.gamePatch,
        response: { 200: detail.game, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const done = await catalogue.patch(request.params.id, patchOf(request.body), callerOf(request));
        return { status: 200, body: await gameAnswer(catalogue, valueOf(done, UNKNOWN_GAME)) };
      });
      return sendAnswered(reply, answer);
    },
  );
}

function patchOf(body: (typeof detail.gamePatch)['_output']): GamePatch {
  const { enabled, order, category, name, tags, offers } = body;
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(order === undefined ? {} : { order }),
    ...(category === undefined ? {} : { category }),
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags }),
    ...(offers === undefined ? {} : { offers }),
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
