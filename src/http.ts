/** The HTTP server's own limits and habits, in one place: time-outs, sizes, proxies, and what is heard while it closes. */
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';
import type { Log } from './platform/index.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** true: the route itself says "ask again" in its caller's words while the server closes */
    wordsClosing?: boolean;
  }
}

/** A Fastify instance without routes. */
export function httpServer(config: Config, log: Log): FastifyInstance {
  const { trustedProxies } = config.server;
  const app = fastify({
    logger: false,
    // A body that stalls is cut off (SIG-36); idle connections outlive those of common load balancers (60 s).
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 72_000,
    bodyLimit: 1_048_576,
    // Only configured proxies may say who the caller is (SIG-43).
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    forceCloseConnections: 'idle',
    // What comes on a connection that is still open is answered below, in a form its caller can read.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 4_096 },
    frameworkErrors: (error, _request, reply) => {
      log.debug({ err: error }, 'a request that cannot be routed');
      const problem = {
        type: 'about:blank',
        title: 'Bad request',
        status: 400,
        code: 'bad_request',
        detail: 'The request line cannot be understood.',
      };
      reply.raw.writeHead(400, { 'content-type': PROBLEM_TYPE }).end(JSON.stringify(problem));
    },
  });
  refuseWhileClosing(app);
  return app;
}

const PROBLEM_TYPE = 'application/problem+json';

/** Nothing new is begun once the server closes: whoever asks hears so before a byte of the body is read. */
function refuseWhileClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
    letGo(app);
  });
  app.addHook('onRequest', async (request, reply) => {
    if (!closing || request.routeOptions.config.wordsClosing === true) return undefined;
    const problem = {
      type: 'about:blank',
      title: 'Service unavailable',
      status: 503,
      code: 'unavailable',
      detail: 'This server is closing and has not looked at the request; send it again.',
    };
    return reply
      .code(503)
      .headers({ 'retry-after': '1', connection: 'close' })
      .type(PROBLEM_TYPE)
      .send(JSON.stringify(problem));
  });
}

const LET_GO_EVERY_MS = 50;

/**
 * A connection that is busy when the server begins to close, and is kept alive by its caller afterwards, would hold the server
 * open: those that have become idle are closed again and again until none is left.
 */
function letGo(app: FastifyInstance): void {
  const timer = setInterval(() => app.server.closeIdleConnections(), LET_GO_EVERY_MS);
  app.server.once('close', () => clearInterval(timer));
}
