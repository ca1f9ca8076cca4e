/** Calls about play: launching a game, and the session a launch opened. */
import type { Launched } from '../launch/index.ts';
import { playerId, sessionId } from '../wallet/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { sendAnswered } from './idempotency.ts';
import { ApiProblem, refuse } from './problem.ts';
import { renderSession } from './render.ts';
import * as schemas from './schemas.ts';

const TAGS = ['Play'];

export function playRoutes(app: ApiScope, options: RouteOptions): void {
  const { launches, sessions, idempotency } = options;

  app.post(
    '/v1/launches',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Launch a game',
        description:
          'Everything is checked before anything is signed. A second click within ten seconds gets the same session, and so does a player who left a round of the game open.',
        body: schemas.launchWish,
        response: { 201: schemas.launched, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const wish = request.body;
        const result = await launches.launch({
          gameId: wish.game_id,
          playerId: wish.player_id === undefined || wish.player_id === null ? null : playerId(wish.player_id),
          mode: wish.mode,
          currency: wish.currency ?? null,
          gameCurrency: wish.game_currency ?? null,
          country: wish.country ?? null,
          ip: wish.ip ?? null,
          lang: wish.lang ?? null,
          returnUrl: wish.return_url ?? null,
          platform: wish.platform ?? null,
          jurisdiction: wish.jurisdiction ?? null,
          region: wish.region ?? null,
          table: wish.table ?? null,
        });
        return { status: 201, body: launchedOf(result) };
      });
      return sendAnswered(reply, answer);
    },
  );

  app.get(
    '/v1/sessions/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'One session',
        params: schemas.pathId,
        response: { 200: schemas.session, ...schemas.problems },
      },
    },
    async (request) => {
      const session = await sessions.get(sessionId(request.params.id));
      return renderSession(session ?? refuse(404, 'not_found', 'There is no such session.'), sessions.now());
    },
  );
}

function launchedOf(result: Launched): (typeof schemas.launched)['_output'] {
  switch (result.kind) {
    case 'launched': {
      const { session, resumed, url, expiresAtMs } = result;
      const { id, mode, currency } = session;
      return { session_id: id, mode, currency, resumed, url, expires_at: new Date(expiresAtMs).toISOString() };
    }
    case 'refused': {
      const isUnknown = result.refusal === 'unknown_game' || result.refusal === 'unknown_player';
      return refuse(isUnknown ? 404 : 422, result.refusal, result.message);
    }
    case 'failed': {
      const code = result.reason === 'clock' ? 'aggregator_clock' : 'aggregator_failed';
      throw new ApiProblem({ status: 502, code, detail: `The aggregator gave no launch: ${result.message}.` });
    }
  }
}
