/** Calls that keep the catalogue in order: offers, merges and splits, further codes, proposals, the change log. */
import {
  callerOf,
  gameAnswer,
  renderChange,
  renderProposal,
  UNKNOWN,
  UNKNOWN_GAME,
  valueOf,
} from './catalogue-answers.ts';
import * as detail from './catalogue-schemas.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { sendAnswered } from './idempotency.ts';
import { refuse } from './problem.ts';
import * as schemas from './schemas.ts';
import { gameCode } from '../wallet/index.ts';

const TAGS = ['Catalogue'];
const CURSOR = 'query.cursor: is none of ours';

export function gameUpkeepRoutes(app: ApiScope, options: RouteOptions): void {
  changeRoutes(app, options);
  proposalRoutes(app, options);
  mergeRoutes(app, options);
  aliasRoutes(app, options);
  const { catalogue, idempotency } = options;
  app.patch(
    '/v1/offers/:id',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: "The operator's own switch of one offer, and what it is called among the game's offers",
        params: schemas.pathId,
        body: detail.offerPatch,
        response: { 200: detail.game, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const { enabled, variant } = request.body;
        const patch = { ...(enabled === undefined ? {} : { enabled }), ...(variant === undefined ? {} : { variant }) };
        const done = await catalogue.patchOffer(request.params.id, patch, callerOf(request));
        return { status: 200, body: await gameAnswer(catalogue, valueOf(done, UNKNOWN)) };
      });
      return sendAnswered(reply, answer);
    },
  );
}

function changeRoutes(app: ApiScope, { catalogue }: RouteOptions): void {
  app.get(
    '/v1/games/changes',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'What changed in the catalogue, newest first',
        querystring: detail.changesQuery,
        response: { 200: detail.changes, ...schemas.problems },
      },
    },
    async (request) => {
      const { game, aggregator, provider, what, since, cursor, limit } = request.query;
      const page = await catalogue.changes({
        limit,
        ...(game === undefined ? {} : { game }),
        ...(aggregator === undefined ? {} : { aggregator }),
        ...(provider === undefined ? {} : { provider }),
        ...(what === undefined ? {} : { what }),
        ...(since === undefined ? {} : { sinceMs: Date.parse(since) }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (page === null) return refuse(400, 'bad_request', CURSOR);
      return { items: page.items.map(renderChange), next_cursor: page.next };
    },
  );
}

function proposalRoutes(app: ApiScope, { catalogue, idempotency }: RouteOptions): void {
  app.get(
    '/v1/games/proposals',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Pairs of games that look like one',
        querystring: detail.proposalsQuery,
        response: { 200: detail.proposals, ...schemas.problems },
      },
    },
    async (request) => {
      const { state, cursor, limit } = request.query;
      const page = await catalogue.proposals({ state, limit, ...(cursor === undefined ? {} : { cursor }) });
      if (page === null) return refuse(400, 'bad_request', CURSOR);
      return { items: page.items.map(renderProposal), next_cursor: page.next };
    },
  );

  app.post(
    '/v1/games/proposals/:id/decisions',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Accept a proposal, which merges its games, or reject it',
        params: schemas.pathId,
        body: detail.decision,
        response: { 200: detail.decided, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const { id } = request.params;
        const { decision } = request.body;
        valueOf(await catalogue.decideProposal(id, decision, callerOf(request)), UNKNOWN);
        return { status: 200, body: { id, decision } };
      });
      return sendAnswered(reply, answer);
    },
  );
}

function mergeRoutes(app: ApiScope, { catalogue, idempotency }: RouteOptions): void {
  app.post(
    '/v1/games/:id/merges',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Make other games part of this one',
        description: 'Their offers move to this game; their ids go on working and mean this game.',
        params: schemas.pathId,
        body: detail.mergeWish,
        response: { 200: detail.game, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const done = await catalogue.merge(request.params.id, request.body.game_ids, callerOf(request));
        return { status: 200, body: await gameAnswer(catalogue, valueOf(done, UNKNOWN_GAME)) };
      });
      return sendAnswered(reply, answer);
    },
  );

  app.post(
    '/v1/games/:id/splits',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Give offers of this game a game of their own',
        description:
          'The one they came with, where it was merged into this; else a new one. The pair is not proposed again.',
        params: schemas.pathId,
        body: detail.splitWish,
        response: { 200: detail.splitDone, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const done = await catalogue.split(request.params.id, request.body.offer_ids, callerOf(request));
        const { from, to } = valueOf(done, UNKNOWN_GAME);
        const body = { from: await gameAnswer(catalogue, from), to: await gameAnswer(catalogue, to) };
        return { status: 200, body };
      });
      return sendAnswered(reply, answer);
    },
  );
}

function aliasRoutes(app: ApiScope, { catalogue, idempotency }: RouteOptions): void {
  app.post(
    '/v1/games/:id/aliases',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Note a further code of this game, or take one back',
        description:
          'A former code, so that callbacks that carry it are understood, or one that the aggregator has announced, so that the next list changes the code instead of making a new game.',
        params: schemas.pathId,
        body: detail.aliasWish,
        response: { 200: detail.game, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const { code, aggregator, provider, remove } = request.body;
        const alias = {
          code: gameCode(code),
          remove: remove ?? false,
          ...(aggregator === undefined ? {} : { aggregator }),
          ...(provider === undefined ? {} : { provider }),
        };
        const done = await catalogue.noteAlias(request.params.id, alias, callerOf(request));
        return { status: 200, body: await gameAnswer(catalogue, valueOf(done, UNKNOWN_GAME)) };
      });
      return sendAnswered(reply, answer);
    },
  );
}
