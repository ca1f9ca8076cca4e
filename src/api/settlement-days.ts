/**
 * Calls about what was asserted as a whole: days by provider, game and currency with the rounds that make a difference, and the
 * events that nobody could understand.
 */
import { formatDecimal } from '../money/index.ts';
import type { ApiScope, RouteOptions, SettlementPort } from './deps.ts';
import * as schemas from './discrepancy-schemas.ts';
import { problems } from './schemas.ts';

const TAGS = ['Settlement'];

export function settlementDayRoutes(app: ApiScope, { settlement }: RouteOptions): void {
  if (settlement === undefined) return;
  setAsideRoutes(app, settlement);
  app.get(
    '/v1/settlement-days',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'A day as both sides count it, by provider, game and currency',
        querystring: schemas.dayQuery,
        response: { 200: schemas.dayLines, ...problems },
      },
    },
    async ({ query }) => ({
      items: (await settlement.day(query.aggregator, query.day)).map((each) => ({
        provider: each.provider,
        game_code: each.game,
        currency: each.currency,
        cut_off: each.cutOff,
        ours: each.ours,
        theirs: each.theirs,
        differs: each.differs,
        explained: each.explained,
        run: each.run,
        compared_at: new Date(each.comparedAtMs).toISOString(),
      })),
    }),
  );
  app.get(
    '/v1/settlement-days/rounds',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'The rounds of a day and game that both sides count differently',
        querystring: schemas.dayRoundsQuery,
        response: { 200: schemas.dayRounds, ...problems },
      },
    },
    async ({ query: { aggregator, day, game, currency } }) => {
      const dayMs = Date.parse(`${day}T00:00:00Z`);
      const found = await settlement.roundsOfDay({ aggregator, dayMs, game, currency });
      return {
        items: found.map((each) => ({
          player_id: each.player,
          round_id: each.round,
          ours: formatDecimal(each.ours),
          theirs: formatDecimal(each.theirs),
        })),
      };
    },
  );
}

function setAsideRoutes(app: ApiScope, settlement: SettlementPort): void {
  app.get(
    '/v1/settlement-events/set-aside',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Genuine settlement events that could not be understood, newest first',
        querystring: schemas.setAsideQuery,
        response: { 200: schemas.setAside, ...problems },
      },
    },
    async (request) => ({
      items: (await settlement.setAside(request.query.limit)).map((each) => ({
        aggregator: each.aggregator,
        event_id: each.eventId,
        received_at: iso(each.receivedAtMs),
        deliveries: each.deliveries,
        problem: each.problem,
        body: each.body,
      })),
    }),
  );
  app.post(
    '/v1/settlement-events/set-aside/retries',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Read again what was set aside',
        response: { 200: schemas.readAgain, ...problems },
      },
    },
    async () => ({ events: await settlement.readAgain() }),
  );
}

const iso = (ms: number): string => new Date(ms).toISOString();
