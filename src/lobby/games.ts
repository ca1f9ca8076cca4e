/** What the lobby's page asks about games: a page of the list, and what it can be narrowed by. Answered from memory, compressed. */
import { z } from 'zod';
import type { FastifyInstance, FastifyBaseLogger, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { createAnswerShelf } from '../platform/index.ts';

export interface LobbyGame {
  readonly id: string;
  readonly name: string;
  readonly provider: { readonly code: string; readonly name: string };
  readonly category: string;
  readonly thumbnail: string | null;
  readonly demo: boolean;
  readonly rtp: string | null;
  readonly tags: readonly string[];
}

export interface LobbyGamesPage {
  readonly games: readonly LobbyGame[];
  readonly total: number;
  readonly next_cursor: string | null;
}

interface Counted {
  readonly code: string;
  readonly count: number;
}
export interface LobbyFacets {
  readonly total: number;
  readonly providers: readonly (Counted & { readonly name: string })[];
  readonly categories: readonly Counted[];
  readonly tags: readonly Counted[];
  readonly features: readonly Counted[];
  readonly volatilities: readonly Counted[];
}

export interface LobbyFilter {
  readonly q?: string;
  readonly provider?: string;
  readonly category?: string;
  readonly tag?: string;
  readonly feature?: string;
  readonly volatility?: string;
  readonly demo?: boolean;
  readonly country?: string;
  readonly currency?: string;
}

export interface LobbyCatalogue {
  /** a cursor that is none of ours begins the list again */
  readonly games: (filter: LobbyFilter, cursor: string | null) => Promise<LobbyGamesPage>;
  readonly facets: (filter: LobbyFilter) => Promise<LobbyFacets>;
  /** changes with everything that could change those answers */
  readonly version: () => Promise<string>;
}

export type LobbyScope = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

const KEPT_BYTES = 8 * 1_048_576;
const text = z.string().min(1).max(255);
const querystring = z.object({
  q: z.string().max(100).optional(),
  provider: text.optional(),
  category: text.optional(),
  tag: text.optional(),
  feature: text.optional(),
  volatility: z.enum(['low', 'medium', 'high']).optional(),
  demo: z.literal('true').optional(),
  country: z.string().length(2).toUpperCase().optional(),
  currency: text.optional(),
  cursor: z.string().max(2_000).optional(),
});

export function lobbyGameRoutes(app: LobbyScope, catalogue: LobbyCatalogue): void {
  const answers = createAnswerShelf({ maxBytes: KEPT_BYTES });
  app.get('/lobby/api/facets', { schema: { querystring } }, async (request, reply) => {
    const { filter } = readQuery(request.query);
    const key = `facets ${JSON.stringify(filter)}`;
    const make = async () => catalogue.facets(filter);
    return answers.send(request, reply, { key, version: await catalogue.version(), make });
  });
  app.get('/lobby/api/games', { schema: { querystring } }, async (request, reply) => {
    const { filter, cursor } = readQuery(request.query);
    const key = `games ${JSON.stringify([filter, cursor])}`;
    const make = async () => catalogue.games(filter, cursor);
    return answers.send(request, reply, { key, version: await catalogue.version(), make });
  });
}

/** An absent filter is no filter, and neither is an empty one. */
function readQuery(query: z.output<typeof querystring>): { filter: LobbyFilter; cursor: string | null } {
  const { q, provider, category, tag, feature, volatility, demo, country, currency, cursor } = query;
  const filter = {
    ...(q === undefined || q.trim() === '' ? {} : { q }),
    ...(provider === undefined ? {} : { provider }),
    ...(category === undefined ? {} : { category }),
    ...(tag === undefined ? {} : { tag }),
    ...(feature === undefined ? {} : { feature }),
    ...(volatility === undefined ? {} : { volatility }),
    ...(demo === undefined ? {} : { demo: true }),
    ...(country === undefined ? {} : { country }),
    ...(currency === undefined ? {} : { currency }),
  };
  return { filter, cursor: cursor ?? null };
}
