/** Calls about syncs: one by hand, those of the past, and what becomes of a list that was quarantined. */
import type { SyncOptions, SyncReport, SyncRun } from '../catalogue/index.ts';
import { callerOf, renderSyncDetail, UNKNOWN, valueOf } from './catalogue-answers.ts';
import * as detail from './catalogue-schemas.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { sendAnswered } from './idempotency.ts';
import { refuse } from './problem.ts';
import { renderSyncReport, renderSyncRun, renderSyncSoFar } from './render.ts';
import * as schemas from './schemas.ts';

const TAGS = ['Catalogue'];

/** Well below the time after which the server, or a proxy before it, takes a silent connection for dead. */
export const SYNC_PATIENCE_MS = 10_000;

export function syncRoutes(app: ApiScope, options: RouteOptions): void {
  const { idempotency } = options;
  app.post(
    '/v1/syncs',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: "Take over an aggregator's list now",
        description:
          'Answers when the sync has ended, whatever it came to; `busy` when another is at work, there were ten within a minute, or the aggregator wants to be asked later (`again_at`). A sync that takes longer than ten seconds goes on after the answer, which is 202 with its `id` and `running`: `GET /v1/syncs/{id}` then says how it ends. `accept` takes over a list that would be quarantined.',
        body: schemas.syncWish,
        response: { 200: schemas.syncReport, 202: schemas.syncReport, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const { aggregator, accept, force } = request.body;
        const askedBy = `api:${callerOf(request).id}`;
        const wish = { accept: accept ?? [], force: force ?? false, askedBy };
        const known = await patientSync(options, aggregator, wish);
        if (known === null) return refuse(404, 'unknown_aggregator', 'No aggregator is configured under this name.');
        return known.kind === 'ended'
          ? { status: 200, body: renderSyncReport(known.report) }
          : { status: 202, body: renderSyncSoFar(known.run) };
      });
      return sendAnswered(reply, answer);
    },
  );

  pastRoutes(app, options);
  quarantineRoutes(app, options);
}

type KnownSync =
  | { readonly kind: 'ended'; readonly report: SyncReport }
  | { readonly kind: 'running'; readonly run: SyncRun };

/** How the sync ended or, when that takes too long, what is known of it so far; null for an unknown aggregator. */
async function patientSync(options: RouteOptions, aggregator: string, wish: SyncOptions): Promise<KnownSync | null> {
  const { catalogue, log } = options;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const sayRunning = async (id: string): Promise<void> => {
      const run = await catalogue.syncDetail(id, 1);
      if (run !== null) resolve({ kind: 'running', run });
    };
    const onStart = (id: string): void => {
      timer = setTimeout(() => void sayRunning(id).catch(reject), options.syncPatienceMs ?? SYNC_PATIENCE_MS);
    };
    catalogue
      .sync(aggregator, { ...wish, onStart })
      .then((report) => resolve(report === null ? null : { kind: 'ended', report }))
      .catch((error: unknown) => {
        // Nobody may be waiting any more; the run itself says that it failed.
        log.warn({ err: error, aggregator }, 'a sync that was asked for failed');
        reject(error);
      })
      .finally(() => clearTimeout(timer));
  });
}

function pastRoutes(app: ApiScope, { catalogue }: RouteOptions): void {
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
