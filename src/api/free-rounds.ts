/** Calls about free rounds that were issued at an aggregator. Croupier does not issue them; it must know whose they are to pay them. */
import { z } from 'zod';
import { aggregatorName, playerId } from '../wallet/index.ts';
import type { Granted } from '../players/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { sendAnswered } from './idempotency.ts';
import { refuse } from './problem.ts';
import * as schemas from './schemas.ts';

const grant = z.object({
  aggregator: z.string().min(1).max(63).describe('The name of the aggregator in the configuration.'),
  issue_id: schemas.idText.describe('The id under which the free rounds were issued there.'),
  player_id: schemas.idText,
  currency: z.string().min(1).max(16).describe("The currency of the player's wallet that the winnings go to."),
});

export function freeRoundRoutes(app: ApiScope, { players, idempotency }: RouteOptions): void {
  app.post(
    '/v1/free-round-grants',
    {
      config: { scope: 'write' },
      schema: {
        tags: ['Free rounds'],
        summary: 'Say whose an issue of free rounds is',
        description:
          'For aggregators whose summary of free rounds names the issue alone (SOFTSWISS). Tell it when you issue them; until it is told, the summary is answered as uncertain and asked again. Idempotent by aggregator and issue: other facts are a conflict.',
        body: grant,
        response: { 200: grant, 201: grant, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const { aggregator, issue_id: issue, player_id: player, currency } = request.body;
        const facts = { aggregator: aggregatorName(aggregator), issue, player: playerId(player), currency };
        const granted = await players.grant(facts);
        return { status: granted.kind === 'granted' ? 201 : 200, body: bodyOf(granted) };
      });
      return sendAnswered(reply, answer);
    },
  );
}

function bodyOf(granted: Granted): z.output<typeof grant> {
  switch (granted.kind) {
    case 'granted':
    case 'known': {
      const { aggregator, issue, player, currency } = granted.grant;
      return { aggregator, issue_id: issue, player_id: player, currency };
    }
    case 'conflict': {
      const detail = `The issue was granted before with another ${granted.field}; that stands.`;
      return refuse(409, 'conflict', detail, { field: granted.field });
    }
    case 'unknown_aggregator':
      return refuse(422, 'unknown_aggregator', 'No aggregator is configured under this name.');
    case 'unknown_player':
      return refuse(404, 'unknown_player', 'There is no such player.');
    case 'no_wallet':
      return refuse(422, 'wrong_currency', 'The player has no wallet in this currency.');
  }
}
