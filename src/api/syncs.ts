/** Calls about syncs: one by hand, those of the past, and what becomes of a list that was quarantined. */
import { callerOf, renderSyncDetail, UNKNOWN, valueOf } from './catalogue-answers.ts';
import * as detail from './catalogue-schemas.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { sendAnswered } from './idempotency.ts';
import { refuse } from './problem.ts';
import { renderSyncReport, renderSyncRun } from './render.ts';
import * as schemas from './schemas.ts';

const TAGS = ['Catalogue'];

export function syncRoutes(app: ApiScope, options: RouteOptions): void {
  const { catalogue, idempotency } = options;
  app.post(
    '/v1/syncs',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: "Take over an aggregator's list now",
        description:
          'Answers when the sync has ended, whatever it came to; `busy` when another is at work, there were ten within a minute, or the aggregator wants to be asked later (`again_at`). `accept` takes over a list that would be quarantined.',
        body: schemas.syncWish,
        response: { 200: schemas.syncReport, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const { aggregator, accept, force } = request.body;
        const askedBy = `api:${callerOf(request).id}`;
        const report = await catalogue.sync(aggregator, { accept: accept ?? [], force: force ?? false, askedBy });
        if (report === null) return refuse(404, 'unknown_aggregator', 'No aggregator is configured under this name.');
        return { status: 200, body: renderSyncReport(report) };
      });
      return sendAnswered(reply, answer);
    },
  );

  app.get(
    '/v1/syncs',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Past syncs, newest first',
        querystring: schemas.syncsQuery,
        response: { 200: schemas.syncs, ...schemas.problems },
      },
    },
    async (request) => {
      const { aggregator, limit } = request.query;
      return { items: (await catalogue.syncs(aggregator, limit)).map(renderSyncRun) };
    },
  );

  quarantineRoutes(app, options);
}

function quarantineRoutes(app: ApiScope, { catalogue, idempotency }: RouteOptions): void {
  app.get(
    '/v1/syncs/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'One sync, and how a list that waits for a decision differs from the catalogue',
        params: schemas.pathId,
        querystring: detail.syncDetailQuery,
        response: { 200: detail.syncDetail, ...schemas.problems },
      },
    },
    async (request) => {
      const run = await catalogue.syncDetail(request.params.id, request.query.limit);
      return renderSyncDetail(run ?? refuse(404, UNKNOWN.code, UNKNOWN.detail));
    },
  );

  app.post(
    '/v1/syncs/:id/decisions',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Accept or reject a quarantined list',
        description:
          'Accepted, the list is taken over as it was kept, without asking the aggregator again, and what it lacks is hidden at once. Rejected, the very same list is turned down whenever it comes.',
        params: schemas.pathId,
        body: detail.decision,
        response: { 200: schemas.syncRun, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const done = await catalogue.decideSync(request.params.id, request.body.decision, callerOf(request));
        return { status: 200, body: renderSyncRun(valueOf(done, UNKNOWN)) };
      });
      return sendAnswered(reply, answer);
    },
  );
}
