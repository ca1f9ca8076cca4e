/**
 * A peer's process: the same HTTP server, the same signature check, the same strict JSON and the same answers as Croupier's,
 * so that a figure differs only by what stands behind them. Takes its order as JSON in its one argument.
 */
import { Buffer } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import type { RawRequest } from '../../src/dialects/index.ts';
import { loadConfig } from '../../src/config.ts';
import { httpServer } from '../../src/http.ts';
import { createLog, createShutdown, systemClock } from '../../src/platform/index.ts';
import { benchConfig } from '../contestant-config.ts';
import { openPeer } from './books.ts';
import type { PeerName } from './books.ts';

export interface PeerOrder {
  readonly name: PeerName;
  readonly databaseUrl: string | null;
  readonly redisPort: number | null;
}

// The bench starts this process and wrote the argument itself.
const order: PeerOrder = JSON.parse(process.argv[2] ?? '{}');
const config = loadConfig({ port: '0', logLevel: 'warn' }, {}, benchConfig(null));
const [aggregator] = config.aggregators;
if (aggregator === undefined) throw new Error('defect: no aggregator');
const dialect = aggregator.open;
const log = createLog({ level: 'warn' });
const shutdown = createShutdown({ log });
const peer = await openPeer(order.name, order);
shutdown.onShutdown('peer', peer.close);

const app = httpServer(config, log);
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => body);
app.post('/callbacks/:aggregator', async (request, reply) => {
  const verification = dialect.verify(rawRequest(request), systemClock.now());
  const response =
    verification.kind === 'distrust'
      ? dialect.encode({ kind: 'unauthenticated' })
      : await answer(dialect.decode(verification.request));
  return reply.code(response.status).headers(response.headers).send(response.body);
});

async function answer(decoded: ReturnType<typeof dialect.decode>) {
  if (decoded.kind === 'bad_request') return decoded.encode({ kind: 'bad_request', message: decoded.message });
  try {
    return decoded.encode({ kind: 'outcome', outcome: await peer.answer(decoded.call) });
  } catch (error) {
    log.error({ err: error }, 'a callback failed');
    return decoded.encode({ kind: 'uncertain', retryAfterSeconds: 1 });
  }
}

function rawRequest(request: FastifyRequest): RawRequest {
  const [path = '', ...query] = request.url.split('?');
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  const body = Buffer.isBuffer(request.body) ? request.body : new Uint8Array(0);
  const { method } = request;
  return { method, path, subpath: '', rawQuery: query.join('?'), headers, body, arrivedAtMs: systemClock.now() };
}

await app.listen({ host: '127.0.0.1', port: 0 });
shutdown.onShutdown('http', async () => app.close());
const address = app.server.address();
if (typeof address !== 'object' || address === null) throw new Error('defect: a server without an address');
process.stdout.write(`listens on http://127.0.0.1:${address.port}\n`);
