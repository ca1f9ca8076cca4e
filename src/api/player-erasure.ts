/** The call by which a person is forgotten and the book is not. */
import { playerId } from '../wallet/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { sendAnswered } from './idempotency.ts';
import { refuse } from './problem.ts';
import { renderPlayer } from './render.ts';
import * as schemas from './schemas.ts';

export function playerErasureRoutes(app: ApiScope, { players, sessions, ledger, idempotency }: RouteOptions): void {
  app.post(
    '/v1/players/:id/erasure',
    {
      config: { scope: 'write' },
      schema: {
        tags: ['Players'],
        summary: 'Forget what is told of a person',
        description:
          'Country, addresses, language and devices are erased and the account is closed; the id, its wallets and everything booked stay. Repeating it changes nothing.',
        params: schemas.pathId,
        response: { 200: schemas.player, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const id = playerId(request.params.id);
        const erased = await players.erase(id);
        if (erased === null) return refuse(404, 'unknown_player', 'There is no such player.');
        await sessions.erase(id);
        return { status: 200, body: renderPlayer(erased, await ledger.wallets(id), await players.raises(id)) };
      });
      return sendAnswered(reply, answer);
    },
  );
}
