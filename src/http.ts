/** The HTTP server's own limits and habits, in one place: time-outs, sizes, proxies, and what an unknown path hears. */
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';
import type { Log } from './platform/index.ts';

/** A Fastify instance without routes. */
export function httpServer(config: Config, log: Log): FastifyInstance {
  const { trustedProxies } = config.server;
  return fastify({
    logger: false,
    // A body that stalls is cut off (SIG-36); idle connections outlive those of common load balancers (60 s).
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 72_000,
    bodyLimit: 1_048_576,
    // Only configured proxies may say who the caller is (SIG-43).
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    forceCloseConnections: 'idle',
    return503OnClosing: true,
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
      reply.raw.writeHead(400, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
    },
  });
}
