/** The lobby's list and what it can be narrowed by: the calls that every visit of a player makes, answered from memory. */
import { z } from 'zod';
import type { GamesFilter, GamesQuery } from '../catalogue/index.ts';
import { createAnswerShelf } from '../platform/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { refuse } from './problem.ts';
import { renderGame } from './render.ts';
import * as schemas from './schemas.ts';

const TAGS = ['Catalogue'];
/** A few hundred different pages of a list, each in two encodings. */
const KEPT_BYTES = 32 * 1_048_576;

const narrowing = {
  tag: z.string().min(1).max(255).optional(),
  feature: z.string().min(1).max(255).optional(),
  volatility: z.enum(['low', 'medium', 'high']).optional(),
};
const listQuery = schemas.gamesQuery.extend(narrowing);
const facetsQuery = listQuery.omit({ cursor: true, limit: true });
const list = schemas.games.extend({ total: z.int().describe('Of all pages together.') });
const counted = z.object({ code: z.string(), count: z.int() });
const facets = z.object({
  total: z.int().describe('Games that fit the whole query.'),
  providers: z.array(counted.extend({ name: z.string() })),
  categories: z.array(counted),
  aggregators: z.array(counted),
  tags: z.array(counted),
  features: z.array(counted),
  volatilities: z.array(counted),
});

export function gameListRoutes(app: ApiScope, { catalogue }: RouteOptions): void {
  const answers = createAnswerShelf({ maxBytes: KEPT_BYTES });

  app.get(
    '/v1/games',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Games in lobby order, or by how well they fit what was typed',
        description:
          'A search (`q`) forgives typing errors. Compressed for whoever takes it; `If-None-Match` gives 304.',
        querystring: listQuery,
        response: { 200: list, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const query = queryOf(request.query);
      const make = async () => {
        const page = await catalogue.list(query);
        if (page === null) return refuse(400, 'bad_request', 'query.cursor: is none of ours');
        return { items: page.items.map(renderGame), next_cursor: page.next, total: page.total };
      };
      return answers.send(request, reply, { key: keyOf('games', query), version: await catalogue.listVersion(), make });
    },
  );

  app.get(
    '/v1/games/facets',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'How many games there are of everything',
        description: 'Each kind is counted as if the query said nothing of it, and everything else of the query holds.',
        querystring: facetsQuery,
        response: { 200: facets, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const filter = filterOf(request.query);
      const make = async () => catalogue.facets(filter);
      return answers.send(request, reply, {
        key: keyOf('facets', filter),
        version: await catalogue.listVersion(),
        make,
      });
    },
  );
}

const keyOf = (what: string, query: object): string => `${what} ${JSON.stringify(query)}`;

/** Only what was said, in one order: an absent filter is no filter. */
function filterOf(query: z.output<typeof facetsQuery>): GamesFilter {
  const { q, provider, category, aggregator, tag, feature, volatility, country, currency, demo, state } = query;
  return {
    state,
    ...(q === undefined ? {} : { q }),
    ...(provider === undefined ? {} : { provider }),
    ...(category === undefined ? {} : { category }),
    ...(aggregator === undefined ? {} : { aggregator }),
    ...(tag === undefined ? {} : { tag }),
    ...(feature === undefined ? {} : { feature }),
    ...(volatility === undefined ? {} : { volatility }),
    ...(country === undefined ? {} : { country }),
    ...(currency === undefined ? {} : { currency }),
    ...(demo === undefined ? {} : { demo }),
  };
}

function queryOf(query: z.output<typeof listQuery>): GamesQuery {
  const { cursor, limit } = query;
  return { ...filterOf(query), limit, ...(cursor === undefined ? {} : { cursor }) };
}
