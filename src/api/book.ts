/** Calls that read the book: rounds with their whole story, transactions. */
import { externalId, playerId } from '../wallet/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { refuse } from './problem.ts';
import { renderRound, renderStory, renderTransaction } from './render.ts';
import * as schemas from './schemas.ts';

const TAGS = ['Book'];

export function bookRoutes(app: ApiScope, { ledger }: RouteOptions): void {
  app.get(
    '/v1/rounds',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Rounds, newest first',
        querystring: schemas.roundsQuery,
        response: { 200: schemas.rounds, ...schemas.problems },
      },
    },
    async (request) => {
      const { player, aggregator, state, cursor, limit } = request.query;
      const page = await ledger.rounds({
        limit,
        ...(player === undefined ? {} : { player: playerId(player) }),
        ...(aggregator === undefined ? {} : { aggregator }),
        ...(state === undefined ? {} : { state }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      return { items: page.items.map(renderRound), next_cursor: page.next };
    },
  );

  app.get(
    '/v1/rounds/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: "A round's whole story",
        params: schemas.pathId,
        response: { 200: schemas.roundStory, ...schemas.problems },
      },
    },
    async (request) => {
      const story = await ledger.round(request.params.id);
      return renderStory(story ?? refuse(404, 'not_found', 'There is no such round.'));
    },
  );

  app.get(
    '/v1/transactions',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Transactions, newest first',
        querystring: schemas.transactionsQuery,
        response: { 200: schemas.transactions, ...schemas.problems },
      },
    },
    async (request) => {
      const { player, external_id, aggregator, cursor, limit } = request.query;
      const page = await ledger.transactions({
        limit,
        ...(player === undefined ? {} : { player: playerId(player) }),
        ...(external_id === undefined ? {} : { externalId: externalId(external_id) }),
        ...(aggregator === undefined ? {} : { aggregator }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      return { items: page.items.map(renderTransaction), next_cursor: page.next };
    },
  );
}
