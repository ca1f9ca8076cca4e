/**
 * Idempotency-Key on writes: the first call with a key does the work, every repeat hears its answer. Another body under
 * the same key is refused, a repeat while the first is at work is told to wait. Only definite answers are remembered: what
 * failed or is uncertain may be tried again. Money has a second guard: the reference of a deposit is unique in the book.
 */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock, Database, Log } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import { canonicalText } from './body.ts';
import { claimKey, completeKey, purgeKeys, releaseKey, selectKey } from './idempotency-store.ts';
import type { Claim } from './idempotency-store.ts';
import { ApiProblem, problemBody, refuse } from './problem.ts';

/** What a write came to. */
export interface Written<Body> {
  readonly status: 200 | 201 | 202;
  readonly body: Body;
}

/** An answer ready to be sent: made now, or remembered. */
export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly replayed: boolean;
}

export interface Idempotency {
  /** Does the work, at most once per key. */
  readonly once: <Body>(request: FastifyRequest, work: () => Promise<Written<Body>>) => Promise<Answered>;
}

export interface IdempotencyOptions {
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
}

const KEPT_MS = 48 * 3_600_000;
/** Longer than any call takes; after it the attempt that held a key is taken for dead. */
const LOCK_MS = 60_000;
const PURGE_EVERY_MS = 3_600_000;
/** Refusals that stay what they are; a 404 may be mended by the next call. */
const REMEMBERED_REFUSALS: ReadonlySet<number> = new Set([409, 422]);

export function createIdempotency(options: IdempotencyOptions): Idempotency {
  const { sql, clock, log } = options;
  let purgedAtMs = Number.NEGATIVE_INFINITY;

  const purgeNowAndThen = (): void => {
    if (clock.monotonic() - purgedAtMs < PURGE_EVERY_MS) return;
    purgedAtMs = clock.monotonic();
    purgeKeys(sql, KEPT_MS).catch((error: unknown) => {
      log.warn({ err: error }, 'old idempotency keys could not be removed; the next purge tries again');
    });
  };

  return {
    once: async (request, work) => {
      const key = keyOf(request);
      if (key === null) return answered(await work());
      const claim = claimOf(request, key);
      if (!(await claimKey(sql, claim))) return replay(sql, claim);
      purgeNowAndThen();
      return attempt(sql, claim, work);
    },
  };
}

function answered(written: Written<unknown>): Answered {
  return { status: written.status, text: JSON.stringify(written.body), replayed: false };
}

async function attempt(sql: Database, claim: Claim, work: () => Promise<Written<unknown>>): Promise<Answered> {
  try {
    const answer = answered(await work());
    await completeKey(sql, claim, answer.status, answer.text);
    return answer;
  } catch (error) {
    if (error instanceof ApiProblem && REMEMBERED_REFUSALS.has(error.details.status)) {
      await completeKey(sql, claim, error.details.status, problemBody(error.details));
    } else {
      // If this fails, too, the lock runs out by itself.
      await releaseKey(sql, claim).catch(() => undefined);
    }
    throw error;
  }
}

async function replay(sql: Database, claim: Claim): Promise<Answered> {
  const known = await selectKey(sql, claim);
  if (known !== null && known.fingerprint !== claim.fingerprint) {
    refuse(422, 'idempotency_conflict', 'This Idempotency-Key was used before for another request.');
  }
  if (known === null || known.status === null || known.body === null) {
    const detail = 'The first call with this Idempotency-Key is still at work.';
    throw new ApiProblem({ status: 409, code: 'in_progress', detail, retryAfterSeconds: 1 });
  }
  return { status: known.status, text: known.body, replayed: true };
}

function keyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    refuse(400, 'bad_request', 'header.idempotency-key: use 1 to 255 visible ASCII characters');
  }
  return key;
}

/** The key belongs to caller and route; path and body are what it may not be reused for. */
function claimOf(request: FastifyRequest, key: string): Claim {
  const [path = ''] = request.url.split('?');
  const fingerprint = createHash('sha256')
    .update(`${path}\n${canonicalText(request.body ?? null)}`)
    .digest('hex');
  return {
    apiKey: request.caller?.name ?? '',
    route: `${request.method} ${request.routeOptions.url ?? ''}`,
    key,
    fingerprint,
    owner: newId(),
    lockMs: LOCK_MS,
  };
}

/** Sends an answer as it was made or remembered. */
export function sendAnswered(reply: FastifyReply, answer: Answered): FastifyReply {
  if (answer.replayed) void reply.header('idempotency-replayed', 'true');
  const type = answer.status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json';
  return reply.code(answer.status).type(type).send(answer.text);
}
