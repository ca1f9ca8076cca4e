/**
 * The spine of a callback: read → verify → decode → resolve → submit → encode, in that order and nothing else. It holds
 * the only try/catch of the money path: whatever throws is *uncertain*, never *rejected*. Bytes are believed before they
 * are understood: a garbage body with a wrong signature is told "unauthenticated" without being parsed (SIG-42).
 */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isConnectionTrouble } from '../platform/index.ts';
import type { Clock, Log } from '../platform/index.ts';
import type { Answer, OpenDialect, RawRequest, RawResponse } from '../dialects/dialect.ts';
import { Uncertain } from '../ledger/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { AggregatorName, Call, Policy } from '../wallet/index.ts';
import { resolve } from './resolve.ts';
import type { ResolvePorts } from './resolve.ts';

/** What happened to one request, for the journal, the metrics and the log. */
export interface Trace {
  verdict:
    | 'genuine'
    | 'late'
    | 'missing'
    | 'malformed'
    | 'mismatch'
    | 'expired'
    | 'timestamp_unit'
    | 'replayed_nonce'
    | 'unread';
  keyId: string | null;
  skewMs: number | null;
  call: Call | null;
  /** applied, duplicate, a refusal, bad_request, uncertain … */
  outcome: string;
}

export interface Spine {
  readonly aggregator: AggregatorName;
  readonly dialect: OpenDialect;
  readonly policy: Policy;
  readonly ledger: Pick<Ledger, 'submit'>;
  readonly ports: ResolvePorts;
  readonly clock: Clock;
  readonly log: Log;
}

/** Our own deadline is 80 % of the aggregator's patience, so that it hears "uncertain" before it gives up (RET-16). */
export const deadlineOf = (policy: Policy): number => Math.floor(policy.timeoutMs * 0.8);

export async function answerCallback(spine: Spine, request: RawRequest, trace: Trace): Promise<RawResponse> {
  const startedAt = spine.clock.monotonic();
  const { dialect, policy } = spine;
  let encode = dialect.encode;
  try {
    const verification = dialect.verify(request, spine.clock.now());
    if (verification.kind === 'distrust') {
      trace.verdict = verification.reason;
      trace.skewMs = verification.skewMs;
      return answer(trace, verification.encode ?? encode, { kind: 'unauthenticated' });
    }
    trace.verdict = verification.late ? 'late' : 'genuine';
    trace.keyId = verification.keyId;

    const decoded = dialect.decode(verification.request);
    encode = decoded.encode;
    if (decoded.kind === 'bad_request') return answer(trace, encode, { kind: 'bad_request', message: decoded.message });
    trace.call = decoded.call;

    const context = { aggregator: spine.aggregator, policy, nowMs: spine.clock.now(), late: verification.late };
    const leftMs = () => deadlineOf(policy) - (spine.clock.monotonic() - startedAt);
    const resolved = await within(leftMs(), resolve(decoded.call, context, spine.ports));
    if (resolved.kind === 'answer') {
      // Nothing that was booked before is confirmed by it, so a request of another hour is not told (SIG-30, SIG-33).
      if (verification.late) return answer(trace, dialect.encode, { kind: 'unauthenticated' });
      return answer(trace, encode, resolved.answer);
    }

    const remainingMs = leftMs();
    const outcome = await within(remainingMs, spine.ledger.submit(resolved.request, policy, remainingMs));
    if (outcome.kind === 'stale') return answer(trace, dialect.encode, { kind: 'unauthenticated' });
    if (outcome.kind === 'unpriced') throw new Uncertain('no_rate', 'no rate is known to book it by');
    return answer(trace, encode, { kind: 'outcome', outcome });
  } catch (error) {
    const reason = reasonOf(error);
    const { aggregator } = spine;
    if (reason === 'defect')
      spine.log.error({ err: error, aggregator }, 'a callback met a defect; it is answered as uncertain');
    else spine.log.warn({ err: error, aggregator, reason }, 'a callback is answered as uncertain');
    return uncertain(spine, trace, encode);
  }
}

/** "Ask again" in the dialect's words; where a broken dialect has none, as its status alone. Never throws, never says why. */
export function uncertain(
  spine: Pick<Spine, 'dialect' | 'policy'>,
  trace: Trace,
  encode: OpenDialect['encode'] = spine.dialect.encode,
): RawResponse {
  for (const words of [encode, spine.dialect.encode]) {
    try {
      return answer(trace, words, { kind: 'uncertain', retryAfterSeconds: 1 });
    } catch {
      // What is wrong was logged when it was met first; the caller needs an answer all the same.
    }
  }
  return { status: spine.policy['http.uncertain'], headers: { 'retry-after': '1' }, body: '' };
}

/** Words an answer, and throws for what no server can send: half sent, the HTTP layer would word the trouble itself, and tell it. */
export function answer(trace: Trace, encode: OpenDialect['encode'], what: Answer): RawResponse {
  trace.outcome = nameOf(what);
  const response = encode(what);
  const { status } = response;
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new Error(`defect: a dialect answers ${status}`);
  for (const [name, value] of Object.entries(response.headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return response;
}

/** Why nothing could be found out. Only what is neither the ledger's nor the database's word is a mistake of ours. */
function reasonOf(error: unknown): Uncertain['reason'] {
  if (error instanceof Uncertain) return error.reason;
  return isConnectionTrouble(error) ? 'database' : 'defect';
}

/** One word for what was answered. */
function nameOf(what: Answer): string {
  if (what.kind !== 'outcome') return what.kind;
  const { outcome } = what;
  switch (outcome.kind) {
    case 'applied':
      return outcome.duplicate ? 'duplicate' : 'applied';
    case 'rejected':
      return outcome.refusal;
    case 'parked':
      return 'parked';
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Uncertain('deadline', 'the answer would have come after the aggregator gave up')),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
