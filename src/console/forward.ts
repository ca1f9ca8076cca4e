/**
 * What the operator's API answers too is asked of it, within this process and under a key that never leaves it: a figure is worded
 * in one place. Only the routes of this list, each with its own path; what somebody puts into a path stays one part of it.
 */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiProblem } from '../api/index.ts';
import { audited } from './audited.ts';
import type { ConsoleScope, RouteParts } from './deps.ts';
import { PREFIX } from './guard.ts';

const READS = [
  '/v1/players/:id',
  '/v1/rounds',
  '/v1/transactions',
  '/v1/discrepancies',
  '/v1/discrepancies/:id',
  '/v1/settlement-days',
  '/v1/settlement-days/rounds',
  '/v1/settlement-events/set-aside',
  '/v1/clock',
  '/v1/fx/rates',
  '/v1/launches/outcomes',
  '/v1/games',
  '/v1/games/facets',
  '/v1/games/changes',
  '/v1/games/:id',
  '/v1/syncs',
  '/v1/syncs/:id',
  '/v1/analytics/daily',
] as const;

/** `look`: what shows the thing before and after; its path has the same `:id`. */
const WRITES = [
  { method: 'PATCH', path: '/v1/players/:id', look: '/v1/players/:id', action: 'player.change', subject: 'player' },
  { method: 'PATCH', path: '/v1/games/:id', look: '/v1/games/:id', action: 'game.change', subject: 'game' },
  {
    method: 'POST',
    path: '/v1/syncs/:id/decisions',
    look: '/v1/syncs/:id?limit=1',
    action: 'sync.decide',
    subject: 'sync',
  },
] as const;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly disposition: string | null;
  readonly body: string;
}

export function forwardRoutes(app: ConsoleScope, parts: RouteParts): void {
  const ask = async (
    method: 'GET' | 'PATCH' | 'POST',
    url: string,
    payload?: { readonly body: unknown; readonly key: string | undefined },
  ): Promise<Answer> => {
    const answer = await app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${parts.apiKey}`,
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(payload?.key === undefined ? {} : { 'idempotency-key': payload.key }),
      },
      ...(payload === undefined ? {} : { payload: JSON.stringify(payload.body) }),
    });
    const disposition = answer.headers['content-disposition'];
    return {
      status: answer.statusCode,
      type: String(answer.headers['content-type'] ?? 'application/json'),
      disposition: typeof disposition === 'string' ? disposition : null,
      body: answer.body,
    };
  };

  for (const path of READS) {
    app.get(`${PREFIX}${path}`, async (request, reply) => {
      const [, query] = request.url.split('?', 2);
      const answer = await ask('GET', `${filled(path, request)}${query === undefined ? '' : `?${query}`}`);
      if (answer.disposition !== null) void reply.header('content-disposition', answer.disposition);
      return reply.code(answer.status).type(answer.type).send(answer.body);
    });
  }

  for (const { method, path, look, action, subject } of WRITES) {
    const url = `${PREFIX}${path}`;
    app.route({
      method,
      url,
      schema: { body: z.record(z.string(), z.unknown()) },
      handler: async (request, reply) => {
        const id = idOf(request);
        const key = request.headers['idempotency-key'];
        const payload = { body: request.body, key: typeof key === 'string' ? key : undefined };
        const write = {
          action,
          subject: `${subject} ${id}`,
          asked: request.body,
          look: async () => plain((await ask('GET', filled(look, request))).body),
        };
        const answer = await audited(parts, request, write, async () => {
          const done = await ask(method, filled(path, request), payload);
          if (done.status >= 300) throw problemOf(done);
          return done;
        });
        return reply.code(answer.status).type(answer.type).send(answer.body);
      },
    });
  }
}

/** The path with its `:id`; what would climb out of it is nobody's. */
function filled(path: string, request: FastifyRequest): string {
  return path.includes(':id') ? path.replace(':id', encodeURIComponent(idOf(request))) : path;
}

function idOf(request: FastifyRequest): string {
  const parameters: unknown = request.params;
  const id: unknown = typeof parameters === 'object' && parameters !== null ? Reflect.get(parameters, 'id') : undefined;
  if (typeof id !== 'string' || id === '' || id === '.' || id === '..')
    throw new ApiProblem({ status: 404, code: 'not_found', detail: 'There is nothing under this id.' });
  return id;
}

const problem = z.object({ code: z.string(), detail: z.string() });

function problemOf(answer: Answer): ApiProblem {
  const read = problem.safeParse(plain(answer.body));
  const said = read.success ? read.data : { code: 'unavailable', detail: 'The server cannot answer right now.' };
  return new ApiProblem({ status: answer.status, code: said.code, detail: said.detail });
}

function plain(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
