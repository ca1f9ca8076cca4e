/**
 * The doors for aggregators: `POST /callbacks/{aggregator}`, with the paths below it that its dialect has, and
 * `POST /webhooks/{aggregator}/{topic}`; `GET` where a dialect asks in the query alone. Bodies stay bytes; size, type, encoding and address are judged here, before a dialect sees
 * anything, and answered in the dialect's words. Whatever breaks on the way is answered as uncertain.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isIP } from 'node:net';
import type { BlockList } from 'node:net';
import type { Clock, Log, Metrics } from '../platform/index.ts';
import type {
  Answer,
  GenuineRequest,
  OpenDialect,
  RawRequest,
  RawResponse,
  WebhookEvent,
} from '../dialects/dialect.ts';
import type { Ledger } from '../ledger/index.ts';
import type { AggregatorName, Call, Policy } from '../wallet/index.ts';
import type { Journal } from './journal.ts';
import type { ResolvePorts } from './resolve.ts';
import { answer, answerCallback, uncertain } from './spine.ts';
import type { Spine, Trace } from './spine.ts';

export interface GatewayAggregator {
  readonly name: AggregatorName;
  readonly open: OpenDialect;
  readonly policy: Policy;
  /** without parameters; '' says that requests may come without a body, so the callback route also takes GET */
  readonly contentTypes: readonly string[];
  /** what may follow the aggregator's own address; `''`: nothing */
  readonly callbackPaths: readonly string[];
  /** null: any address may call */
  readonly allowIps: BlockList | null;
}

export interface GatewayOptions {
  readonly aggregators: readonly GatewayAggregator[];
  readonly ledger: Pick<Ledger, 'submit'>;
  readonly ports: ResolvePorts;
  /** resolves once the event is stored; `request` is what was believed, for whoever keeps the bytes themselves */
  readonly onEvent: (aggregator: AggregatorName, event: WebhookEvent, request: GenuineRequest) => Promise<void>;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly bodyLimitBytes: number;
}

/** Registers the aggregator routes in a scope of their own, so that their raw bodies are nobody else's. */
export function gateway(options: GatewayOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    const aggregators = new Map<string, GatewayAggregator>(options.aggregators.map((each) => [each.name, each]));
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: options.bodyLimitBytes },
      async (_request: FastifyRequest, body: Buffer) => body,
    );
    let closing = false;
    app.addHook('preClose', async () => {
      closing = true;
    });
    const serve = createServe(options, aggregators, () => closing);

    app.setErrorHandler(async (error: FastifyError, request, reply) => {
      const kind = kindOfError(error);
      if (kind === AGAIN) options.log.error({ err: error }, DEFECT);
      void reply.header('connection', 'close');
      return serve(request, reply, async (aggregator, _raw, trace) => answerAt(aggregator, kind, trace));
    });

    const config = { wordsClosing: true };
    const callback = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const aggregator = aggregators.get(parameter(request, 'aggregator'));
      if (aggregator !== undefined && !isAsked(aggregator, request)) {
        reply.callNotFound();
        return reply;
      }
      return serve(request, reply, async (known, raw, trace) => answerCallback(spineOf(options, known), raw, trace));
    };
    for (const url of ['/callbacks/:aggregator', '/callbacks/:aggregator/*']) {
      app.post(url, { config }, callback);
      // Without a HEAD beside it, which would move money as well.
      if (options.aggregators.some(asksByQuery)) app.get(url, { config, exposeHeadRoute: false }, callback);
    }
    app.post('/webhooks/:aggregator/:topic', { config }, async (request, reply) => {
      const topic = parameter(request, 'topic');
      return serve(request, reply, async (aggregator, raw, trace) =>
        answerWebhook(options, aggregator, topic, raw, trace),
      );
    });
  };
}

const DEFECT = 'an aggregator route met a defect; it is answered as uncertain';

/** One request from its raw form to its answer, measured and noted whatever becomes of it. */
function createServe(
  options: GatewayOptions,
  aggregators: ReadonlyMap<string, GatewayAggregator>,
  isClosing: () => boolean,
) {
  const { clock, journal, log } = options;
  const instruments = gatewayMetrics(options.metrics);
  return async (request: FastifyRequest, reply: FastifyReply, work: Work): Promise<FastifyReply> => {
    const aggregator = aggregators.get(parameter(request, 'aggregator'));
    if (aggregator === undefined)
      return reply.code(404).send({
        status: 'error',
        code: 'unknown_aggregator',
        message: `No aggregator is configured under this name.`,
      });
    const startedAt = clock.monotonic();
    const raw = rawRequest(request, clock.now());
    const trace: Trace = { verdict: 'unread', keyId: null, skewMs: null, call: null, outcome: 'unread' };
    // Only on what comes now: a call that was under way leaves its connection open for the answer to the next.
    if (isClosing()) void reply.header('connection', 'close');
    let response: RawResponse;
    try {
      const refusal = isClosing() ? AGAIN : refusalOfDoor(request, aggregator);
      response = refusal === null ? await work(aggregator, raw, trace) : answerAt(aggregator, refusal, trace);
    } catch (error) {
      // A dialect must not throw; where one does, the caller hears "ask again" and nothing of what went wrong.
      log.error({ err: error, aggregator: aggregator.name }, DEFECT);
      response = uncertain(spineOf(options, aggregator), trace);
    }
    const durationMs = clock.monotonic() - startedAt;
    instruments.seconds.observe({ aggregator: aggregator.name, outcome: trace.outcome }, durationMs / 1000);
    if (trace.verdict !== 'genuine' && trace.verdict !== 'unread')
      instruments.distrust.inc({ aggregator: aggregator.name, reason: trace.verdict });
    // Only a message with the right signature has one, so a stranger cannot fill the log.
    if (trace.skewMs !== null)
      log.warn(
        { aggregator: aggregator.name, skewMs: trace.skewMs },
        'a signed request is not of this time: one clock is wrong',
      );
    journal.note(entryOf(aggregator, request, raw, trace, response, durationMs));
    return reply.code(response.status).headers(response.headers).send(response.body);
  };
}

function parameter(request: FastifyRequest, name: string): string {
  const parameters: unknown = request.params;
  const value: unknown =
    typeof parameters === 'object' && parameters !== null ? Reflect.get(parameters, name) : undefined;
  return typeof value === 'string' ? value : '';
}

/** What is answered when nobody can know more: ask again. */
const AGAIN: Answer = { kind: 'uncertain', retryAfterSeconds: 1 };

/** Whether the dialect has this address, and asks in this way. */
function isAsked(aggregator: GatewayAggregator, request: FastifyRequest): boolean {
  if (request.method === 'GET' && !asksByQuery(aggregator)) return false;
  return aggregator.callbackPaths.includes(subpathOf(request));
}

/** What follows the aggregator's own address, as it was spelled. */
function subpathOf(request: FastifyRequest): string {
  const rest = parameter(request, '*');
  return rest === '' ? '' : `/${rest}`;
}

const asksByQuery = (aggregator: GatewayAggregator): boolean => aggregator.contentTypes.includes('');

type Work = (aggregator: GatewayAggregator, raw: RawRequest, trace: Trace) => Promise<RawResponse>;

function spineOf(options: GatewayOptions, aggregator: GatewayAggregator): Spine {
  const { ledger, ports, clock, log } = options;
  return {
    aggregator: aggregator.name,
    dialect: aggregator.open,
    policy: aggregator.policy,
    ledger,
    ports,
    clock,
    log,
  };
}

/** Webhooks assert; they move no money. Stored before they are understood further; a failing handler asks for redelivery. */
async function answerWebhook(
  options: GatewayOptions,
  aggregator: GatewayAggregator,
  topic: string,
  raw: RawRequest,
  trace: Trace,
): Promise<RawResponse> {
  const { open } = aggregator;
  const verification = open.verify(raw, options.clock.now());
  if (verification.kind === 'distrust') {
    trace.verdict = verification.reason;
    return answerAt(aggregator, { kind: 'unauthenticated' }, trace);
  }
  trace.verdict = verification.late ? 'late' : 'genuine';
  trace.keyId = verification.keyId;
  if (verification.late) return answerAt(aggregator, { kind: 'unauthenticated' }, trace);
  const decoded = open.decodeWebhook(topic, verification.request);
  if (decoded.kind === 'bad_request')
    return answerAt(aggregator, { kind: 'bad_request', message: decoded.message }, trace);
  try {
    await options.onEvent(aggregator.name, decoded.event, verification.request);
  } catch (error) {
    options.log.warn(
      { err: error, aggregator: aggregator.name, topic },
      'a webhook could not be stored; it is answered so that it is sent again',
    );
    return answerAt(aggregator, { kind: 'uncertain', retryAfterSeconds: 1 }, trace);
  }
  trace.outcome = 'accepted';
  return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"status":"accepted"}' };
}

function answerAt(aggregator: GatewayAggregator, what: Answer, trace: Trace): RawResponse {
  return answer(trace, aggregator.open.encode, what);
}

/** What is wrong before any byte of the body matters (SIG-37, SIG-38, SIG-43). */
function refusalOfDoor(request: FastifyRequest, aggregator: GatewayAggregator): Answer | null {
  const { allowIps } = aggregator;
  if (allowIps !== null && !allowIps.check(request.ip, isIP(request.ip) === 6 ? 'ipv6' : 'ipv4'))
    return { kind: 'forbidden' };
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return { kind: 'unsupported_media' };
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return aggregator.contentTypes.includes(type) ? null : { kind: 'unsupported_media' };
}

function rawRequest(request: FastifyRequest, nowMs: number): RawRequest {
  const [path = '', ...query] = request.url.split('?');
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  const body = Buffer.isBuffer(request.body) ? request.body : new Uint8Array(0);
  const { method } = request;
  return { method, path, subpath: subpathOf(request), rawQuery: query.join('?'), headers, body, arrivedAtMs: nowMs };
}

/** Errors of the HTTP layer: what the caller did wrong, or "ask again" when it was us. */
function kindOfError(error: FastifyError): Answer {
  if (error.statusCode === 413) return { kind: 'too_large' };
  if (error.statusCode === 415) return { kind: 'unsupported_media' };
  if (error.statusCode !== undefined && error.statusCode < 500)
    return { kind: 'bad_request', message: 'The request could not be read.' };
  return AGAIN;
}

const KEPT_HEADERS = [
  'content-type',
  'content-length',
  'user-agent',
  'x-request-id',
  'x-timestamp',
  'x-forwarded-for',
  'date',
] as const;

function entryOf(
  aggregator: GatewayAggregator,
  request: FastifyRequest,
  raw: RawRequest,
  trace: Trace,
  response: RawResponse,
  durationMs: number,
) {
  const kept = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => (raw.headers[name] === undefined ? [] : [[name, raw.headers[name]]])),
  );
  return {
    aggregator: aggregator.name,
    route: raw.path,
    arrivedAtMs: raw.arrivedAtMs,
    durationUs: Math.round(durationMs * 1000),
    verdict: trace.verdict,
    keyId: trace.keyId,
    ...namesOf(trace.call),
    outcome: trace.outcome,
    remoteAddress: request.ip,
    headers: JSON.stringify(kept),
    // A question without a body is its query.
    body: raw.body.byteLength === 0 && raw.rawQuery !== '' ? Buffer.from(raw.rawQuery, 'latin1') : raw.body,
    status: response.status,
    answer: response.body,
  };
}

function namesOf(call: Call | null): { player: string | null; roundId: string | null; externalId: string | null } {
  const player = call?.player.kind === 'id' ? call.player.player : null;
  if (call === null || call.kind !== 'money') return { player, roundId: null, externalId: null };
  const [first] = call.operations;
  const roundId = 'round' in first ? first.round : null;
  return { player, roundId, externalId: first.kind === 'close' ? null : first.id };
}

function gatewayMetrics(metrics: Metrics) {
  return {
    seconds: metrics.histogram({
      name: 'croupier_callback_seconds',
      help: 'Duration of aggregator requests by outcome.',
      labelNames: ['aggregator', 'outcome'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    }),
    distrust: metrics.counter({
      name: 'croupier_callback_distrust_total',
      help: 'Requests whose signature was not believed, by reason. `expired` and `timestamp_unit` are clocks, not keys.',
      labelNames: ['aggregator', 'reason'],
    }),
  };
}
