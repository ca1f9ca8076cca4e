/** Calls of machines: is it alive, may it take traffic, what does it count. No key, and nothing a stranger may not know. */
import type { ApiScope, HealthCheck, RouteOptions } from './deps.ts';
import * as schemas from './schemas.ts';

const TAGS = ['Server'];
const READY_TIMEOUT_MS = 3_000;

export function healthRoutes(app: ApiScope, options: RouteOptions): void {
  const open = { config: { scope: 'open' } } as const;

  app.get(
    '/healthz',
    {
      ...open,
      schema: { tags: TAGS, summary: 'The process is alive', security: [], response: { 200: schemas.alive } },
    },
    async (_request, reply) => {
      void reply.header('cache-control', 'no-store');
      return { status: 'ok' as const };
    },
  );

  app.get(
    '/readyz',
    {
      ...open,
      schema: {
        tags: TAGS,
        summary: 'The server may take traffic',
        security: [],
        response: { 200: schemas.readiness, 503: schemas.readiness },
      },
    },
    async (_request, reply) => {
      const checks = await checksOf(options);
      const isReady = checks.every((check) => check.ok);
      void reply.header('cache-control', 'no-store');
      const well = checks.some((check) => check.degraded === true) ? 'degraded' : 'ready';
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? well : 'not_ready', checks });
    },
  );

  const { metrics } = options;
  if (metrics === null) return;
  app.get('/metrics', { ...open, schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}

/** A check that hangs or fails says "not ready" in time, instead of keeping the load balancer waiting. */
async function checksOf(
  options: RouteOptions,
): Promise<{ name: string; ok: boolean; degraded?: boolean; detail?: string }[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<readonly HealthCheck[]>((resolve) => {
    timer = setTimeout(() => resolve([{ name: 'checks', ok: false, detail: 'no answer in time' }]), READY_TIMEOUT_MS);
  });
  try {
    return [...(await Promise.race([options.ready(), tooLate]))];
  } catch (error) {
    options.log.error({ err: error }, 'a readiness check failed');
    return [{ name: 'checks', ok: false, detail: 'a check failed; see the log' }];
  } finally {
    clearTimeout(timer);
  }
}
