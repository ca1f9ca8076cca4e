/** The tables of a live game with a lobby, one of which a launch names. */
import type { z } from 'zod';
import type { TablesAnswer } from '../launch/index.ts';
import { formatDecimal } from '../money/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { ApiProblem, refuse } from './problem.ts';
import * as schemas from './schemas.ts';

type Limit = Extract<TablesAnswer, { kind: 'tables' }>['tables'][number]['limits'][number];

export function liveTableRoutes(app: ApiScope, { launches }: RouteOptions): void {
  app.get(
    '/v1/games/:id/tables',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Play'],
        summary: 'The tables of a live game with a lobby',
        description:
          'Of games with the feature `lobby` whose aggregator wants a launch to name a table. Asked of the aggregator at the moment; the order is its own.',
        params: schemas.pathId,
        querystring: schemas.tablesQuery,
        response: { 200: schemas.tables, ...schemas.problems },
      },
    },
    async (request) => tablesAnswer(await launches.tables(request.params.id, request.query.currency)),
  );
}

function tablesAnswer(answer: TablesAnswer): z.output<typeof schemas.tables> {
  switch (answer.kind) {
    case 'tables':
      return { tables: answer.tables.map((each) => ({ ...each, limits: each.limits.map(limitOf) })) };
    case 'refused':
      return refuse(answer.refusal === 'unknown_game' ? 404 : 422, answer.refusal, answer.message);
    case 'failed':
      throw new ApiProblem({
        status: 502,
        code: 'aggregator_failed',
        detail: `The aggregator named no tables: ${answer.message}.`,
      });
  }
}

const limitOf = ({ currency, min, max }: Limit) => ({
  currency,
  min: min === null ? null : formatDecimal(min),
  max: max === null ? null : formatDecimal(max),
});
