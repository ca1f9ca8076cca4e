/**
 * The demo lobby: a page and the few calls it needs, served only in demo mode. The API key never reaches the browser; the
 * lobby can play for the demo's own players and nobody else.
 */
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { lobbyGameRoutes } from './games.ts';
import type { LobbyCatalogue } from './games.ts';

export interface LobbyPlayer {
  readonly id: string;
  readonly label: string;
}

export interface LobbyRound {
  readonly id: string;
  readonly round_id: string;
  readonly game: string | null;
  readonly state: string;
  readonly staked: string;
  readonly paid: string;
  readonly currency: string;
  readonly opened_at: string;
}

export type LobbyLaunch =
  | { readonly kind: 'launched'; readonly session_id: string; readonly url: string; readonly expires_at: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export interface LobbyOptions {
  readonly webRoot: string;
  readonly players: readonly LobbyPlayer[];
  readonly balances: (player: string) => Promise<readonly { currency: string; balance: string }[]>;
  readonly catalogue: LobbyCatalogue;
  readonly launch: (order: {
    player_id: string | null;
    game_id: string;
    mode: 'real' | 'demo';
    currency: string | null;
  }) => Promise<LobbyLaunch>;
  readonly rounds: (player: string) => Promise<readonly LobbyRound[]>;
}

const text = z.string().min(1).max(255);

/** The lobby as a Fastify plugin, in a scope of its own. */
export function lobby(options: LobbyOptions) {
  return async (scope: FastifyInstance): Promise<void> => {
    const app = scope.withTypeProvider<ZodTypeProvider>();
    app.setValidatorCompiler(validatorCompiler);
    app.setSerializerCompiler(serializerCompiler);
    const known = new Set(options.players.map((player) => player.id));

    await app.register(fastifyStatic, {
      root: options.webRoot,
      prefix: '/',
      index: ['index.html'],
      // Built files carry their hash in the name; the page itself must not outlive a new build.
      setHeaders: (reply, file) => {
        const immutable = path.relative(options.webRoot, file).startsWith(`assets${path.sep}`);
        reply.setHeader('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
        reply.setHeader('x-content-type-options', 'nosniff');
        reply.setHeader('referrer-policy', 'no-referrer');
      },
    });

    app.get('/lobby/api/players', async () =>
      Promise.all(options.players.map(async (player) => ({ ...player, balances: await options.balances(player.id) }))),
    );
    lobbyGameRoutes(app, options.catalogue);
    app.get('/lobby/api/rounds', { schema: { querystring: z.object({ player: text }) } }, async (request, reply) => {
      if (!known.has(request.query.player))
        return problem(reply, 404, 'unknown_player', 'The lobby plays for its demo players only.');
      return { rounds: await options.rounds(request.query.player) };
    });
    app.post(
      '/lobby/api/launches',
      {
        schema: {
          body: z.object({
            player_id: text.nullable(),
            game_id: text,
            mode: z.enum(['real', 'demo']),
            currency: text.nullable(),
          }),
        },
      },
      async (request, reply) => {
        const { player_id: player } = request.body;
        if (player !== null && !known.has(player))
          return problem(reply, 403, 'unknown_player', 'The lobby plays for its demo players only.');
        const launch = await options.launch(request.body);
        if (launch.kind === 'refused') return problem(reply, 422, launch.code, launch.message);
        const { session_id, url, expires_at } = launch;
        return reply.code(201).send({ session_id, url, expires_at });
      },
    );
    app.setErrorHandler((error, _request, reply) => {
      const status =
        error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
          ? error.statusCode
          : 500;
      return problem(
        reply,
        status,
        status < 500 ? 'bad_request' : 'unavailable',
        status < 500 ? 'The request is not valid.' : 'The lobby cannot answer right now.',
      );
    });
  };
}

function problem(reply: FastifyReply, status: number, code: string, detail: string): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: detail, status, code, detail });
}
