/** Calls about studios: what they are called, which are one, and which were taken for one wrongly (CAT-02). */
import { callerOf, renderProvider, UNKNOWN_PROVIDER, valueOf } from './catalogue-answers.ts';
import * as detail from './catalogue-schemas.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { sendAnswered } from './idempotency.ts';
import { refuse } from './problem.ts';
import * as schemas from './schemas.ts';

const TAGS = ['Catalogue'];

export function providerRoutes(app: ApiScope, options: RouteOptions): void {
  const { catalogue, idempotency } = options;
  app.get(
    '/v1/providers',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Studios by their keys',
        querystring: detail.providersQuery,
        response: { 200: detail.providers, ...schemas.problems },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const page = await catalogue.providers({ limit, ...(cursor === undefined ? {} : { cursor }) });
      if (page === null) return refuse(400, 'bad_request', 'query.cursor: is none of ours');
      return { items: page.items.map(renderProvider), next_cursor: page.next };
    },
  );

  app.get(
    '/v1/providers/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'One studio',
        params: schemas.pathId,
        response: { 200: detail.provider, ...schemas.problems },
      },
    },
    async (request) => {
      const provider = await catalogue.provider(request.params.id);
      return renderProvider(provider ?? refuse(404, UNKNOWN_PROVIDER.code, UNKNOWN_PROVIDER.detail));
    },
  );

  app.patch(
    '/v1/providers/:id',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'The name under which a studio is shown',
        params: schemas.pathId,
        body: detail.providerPatch,
        response: { 200: detail.provider, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const done = await catalogue.nameProvider(request.params.id, request.body.name, callerOf(request));
        return { status: 200, body: renderProvider(valueOf(done, UNKNOWN_PROVIDER)) };
      });
      return sendAnswered(reply, answer);
    },
  );
  joiningRoutes(app, options);
}

function joiningRoutes(app: ApiScope, { catalogue, idempotency }: RouteOptions): void {
  app.post(
    '/v1/providers/:id/merges',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Make other studios part of this one',
        params: schemas.pathId,
        body: detail.providerMerge,
        response: { 200: detail.provider, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const done = await catalogue.mergeProviders(request.params.id, request.body.providers, callerOf(request));
        return { status: 200, body: renderProvider(valueOf(done, UNKNOWN_PROVIDER)) };
      });
      return sendAnswered(reply, answer);
    },
  );

  app.post(
    '/v1/providers/:id/splits',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: "Give one aggregator's studio a provider of its own",
        params: schemas.pathId,
        body: detail.providerSplit,
        response: { 200: detail.provider, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const done = await catalogue.splitProvider(request.params.id, request.body, callerOf(request));
        return { status: 200, body: renderProvider(valueOf(done, UNKNOWN_PROVIDER)) };
      });
      return sendAnswered(reply, answer);
    },
  );
}
