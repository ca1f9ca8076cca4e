/**
 * The operator API as a whole: one scope with strict JSON, keys before bodies, problems for every "no", and a description
 * of itself. Rules are the rooms'; here they are only asked and worded.
 */
import type { FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { analyticsRoutes } from './analytics.ts';
import { createAuth } from './auth.ts';
import { bookRoutes } from './book.ts';
import { readBody } from './body.ts';
import { cashierRoutes } from './cashier.ts';
import { clockRoutes } from './clock.ts';
import { discrepancyRoutes } from './discrepancies.ts';
import type { ApiOptions, ApiScope, RouteOptions } from './deps.ts';
import { gameUpkeepRoutes } from './game-upkeep.ts';
import { gameListRoutes } from './game-lists.ts';
import { fxRoutes } from './fx.ts';
import { gameRoutes } from './games.ts';
import { healthRoutes } from './health.ts';
import { createIdempotency } from './idempotency.ts';
import { liveTableRoutes } from './live-tables.ts';
import { launchOutcomeRoutes } from './launch-outcomes.ts';
import { describeApi } from './openapi.ts';
import { playRoutes } from './play.ts';
import { freeRoundRoutes } from './free-rounds.ts';
import { playerErasureRoutes } from './player-erasure.ts';
import { playerRecordRoutes } from './player-records.ts';
import { playerRoutes } from './players.ts';
import { settlementDayRoutes } from './settlement-days.ts';
import { answerError, sendProblem } from './problem.ts';
import { providerRoutes } from './providers.ts';
import { syncRoutes } from './syncs.ts';

const BODY_LIMIT_BYTES = 65_536;

/**
 * Registers the API on a server. Also decides what the whole server says to an unknown path or method, so call it once, on
 * the root instance, and give the router a `maxParamLength` of 4,096: ids of players and rounds are long.
 */
export async function registerApi(app: FastifyInstance, options: ApiOptions): Promise<void> {
  answerUnknownRoutes(app);
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, options.log));
  await app.register(async (scope) => {
    const api = scope.withTypeProvider<ZodTypeProvider>();
    takeJsonOnly(api);
    guard(api, options);
    await describeApi(api, options.version ?? '1.0.0');
    const routes: RouteOptions = { ...options, idempotency: createIdempotency(options) };
    playerRoutes(api, routes);
    playerErasureRoutes(api, routes);
    freeRoundRoutes(api, routes);
    liveTableRoutes(api, routes);
    cashierRoutes(api, routes);
    gameListRoutes(api, routes);
    gameRoutes(api, routes);
    gameUpkeepRoutes(api, routes);
    providerRoutes(api, routes);
    syncRoutes(api, routes);
    playRoutes(api, routes);
    launchOutcomeRoutes(api, routes);
    bookRoutes(api, routes);
    playerRecordRoutes(api, routes);
    clockRoutes(api, routes);
    analyticsRoutes(api, routes);
    discrepancyRoutes(api, routes);
    settlementDayRoutes(api, routes);
    fxRoutes(api, routes);
    healthRoutes(api, routes);
  });
}

function takeJsonOnly(api: ApiScope): void {
  api.setValidatorCompiler(validatorCompiler);
  api.setSerializerCompiler(serializerCompiler);
  api.removeAllContentTypeParsers();
  const limits = { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES } as const;
  api.addContentTypeParser<Buffer>('application/json', limits, async (_request: unknown, body: Buffer) =>
    readBody(body),
  );
}

/** Keys are looked at before the body is read. A route that forgot to say who may call it stops the start. */
function guard(api: ApiScope, options: ApiOptions): void {
  const authenticate = createAuth(options.apiKeys);
  api.decorateRequest('caller', null);
  api.addHook('onRoute', ({ url, config }) => {
    if (url.startsWith('/v1/') && config?.scope === undefined) throw new Error(`defect: ${url} declares no scope`);
  });
  api.addHook('onRequest', async (request, reply) => {
    void reply.header('referrer-policy', 'no-referrer').header('x-content-type-options', 'nosniff');
    const { scope } = request.routeOptions.config;
    // Only the pages of the description have no scope of their own.
    if (scope === undefined || scope === 'open') return;
    void reply.header('cache-control', 'no-store');
    request.caller = authenticate(request);
  });
  api.addHook('onSend', async (_request, reply, payload) => {
    if (reply.statusCode === 401) void reply.header('www-authenticate', 'Bearer');
    return payload;
  });
}

/** 404 for a path nobody serves, 405 with `Allow` for a method that a path does not take. */
function answerUnknownRoutes(app: FastifyInstance): void {
  const known = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    const entry = known.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const each of [method].flat()) entry.methods.add(each);
    known.set(url, entry);
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const methods = [...known.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((each) => [...each.methods]);
    if (methods.length === 0 || methods.includes(request.method)) {
      return sendProblem(reply, { status: 404, code: 'not_found', detail: 'Nothing is served under this path.' });
    }
    void reply.header('allow', [...new Set(methods)].toSorted().join(', '));
    return sendProblem(reply, {
      status: 405,
      code: 'method_not_allowed',
      detail: 'The path does not take this method.',
    });
  });
}

/** A route's path as a pattern; wildcards serve files and are left to 404. */
function patternOf(url: string): RegExp {
  if (url.includes('*')) return /(?!)/;
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)));
  return new RegExp(`^${parts.join('/')}$`);
}
