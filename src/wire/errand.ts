/**
 * An errand is a call to somebody else's server as data: the request, how long to wait, how often to try, and how to read the
 * answer. Dialects write errands and stay pure; this one place performs them. Time, tries and body size are always bounded.
 * A failing network is a problem value, never an exception, and no problem repeats a URL, a header or a body.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../money/index.ts';
import type { Clock } from '../platform/clock.ts';
import { inSlices } from './slices.ts';
import type { Slices } from './slices.ts';

export interface ErrandRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface ErrandResponse {
  readonly status: number;
  /** names in lower case */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

export type ErrandReason =
  | 'timeout'
  | 'network'
  /** 5xx or 429 after the last try */
  | 'unavailable'
  /** a definite no of their server: 401, 403, 404 … */
  | 'refused'
  | 'too_large'
  /** an answer that is not what was asked for, such as an HTML page */
  | 'unreadable'
  /** the caller's signal */
  | 'aborted'
  /** the errand itself cannot be sent */
  | 'invalid';

export interface ErrandProblem extends Problem<ErrandReason> {
  /** null when there was no answer */
  readonly status: number | null;
  readonly message: string;
}

export interface Errand<T> {
  /** what it is for, in logs and metrics: `games`, `launch` */
  readonly kind: string;
  readonly request: ErrandRequest;
  /** for each try, headers and body together */
  readonly timeoutMs: number;
  /** further tries after the first; only for requests that may be repeated */
  readonly retries: number;
  /** default 8 MiB, counted after decompression */
  readonly maxBodyBytes?: number;
  /** pure; sees every status, also the last 5xx */
  readonly read: (response: ErrandResponse) => T | ErrandProblem;
  /** the same reading for an answer that is long to read, with a turn for others in between */
  readonly readInSlices?: (response: ErrandResponse) => Slices<T | ErrandProblem>;
}

/** One reading of the peer's clock, taken in passing: asked at `sentAtMs`, answered at `receivedAtMs`, both of our wall clock. */
export interface DateSample {
  readonly origin: string;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  /** the `Date` header, whole seconds */
  readonly dateMs: number;
  /** the `Age` header; above 0 the answer comes from a cache and says nothing about the clock */
  readonly ageSeconds: number;
}

export interface ErrandTools {
  readonly fetch?: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly onDate?: (sample: DateSample) => void;
  /** how waiting between tries is done; tests pass their own */
  readonly pause?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

const DEFAULT_MAX_BODY_BYTES = 8 * 1024 * 1024;
const MAX_RETRIES = 5;
const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 5_000;

export function errandProblem(reason: ErrandReason, message: string, status: number | null = null): ErrandProblem {
  return { kind: 'problem', reason, status, message };
}

/** Performs the errand: tries, waits longer each time, tries again; then the answer's reading or the last problem. */
export async function performErrand<T>(errand: Errand<T>, tools: ErrandTools): Promise<T | ErrandProblem> {
  if (!URL.canParse(errand.request.url)) return errandProblem('invalid', `${errand.kind}: the address is no URL`);
  const pause = tools.pause ?? pauseFor;
  const triesLeftAtStart = Math.min(Math.max(0, errand.retries), MAX_RETRIES);
  for (let retriesDone = 0; ; retriesDone += 1) {
    if (tools.signal?.aborted === true) return errandProblem('aborted', `${errand.kind}: given up by the caller`);
    const result = await tryOnce(errand, tools);
    const mayRetry = retriesDone < triesLeftAtStart;
    if ('kind' in result) {
      if (!mayRetry || !isWorthRetrying(result)) return result;
    } else if (!mayRetry || !isBusy(result.status)) {
      return errand.readInSlices === undefined ? errand.read(result) : inSlices(errand.readInSlices(result));
    }
    const wished = 'kind' in result ? 0 : retryAfterMs(result);
    await pause(Math.min(MAX_PAUSE_MS, Math.max(wished, FIRST_PAUSE_MS * 2 ** retriesDone)), tools.signal);
  }
}

async function tryOnce<T>(errand: Errand<T>, tools: ErrandTools): Promise<ErrandResponse | ErrandProblem> {
  const { request, kind } = errand;
  const controller = new AbortController();
  let giveUp: (problem: ErrandProblem) => void = () => undefined;
  // raced as well as signalled, so that a peer or a fetch that ignores the signal cannot hold us
  const givenUp = new Promise<ErrandProblem>((resolve) => {
    giveUp = (problem) => {
      resolve(problem);
      controller.abort();
    };
  });
  const timer = setTimeout(
    () => giveUp(errandProblem('timeout', `${kind}: no answer within ${errand.timeoutMs} ms`)),
    errand.timeoutMs,
  );
  const onAbort = () => giveUp(errandProblem('aborted', `${kind}: given up by the caller`));
  tools.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([givenUp, exchange(errand, request, tools, controller.signal)]);
  } finally {
    clearTimeout(timer);
    tools.signal?.removeEventListener('abort', onAbort);
  }
}

/** One request and its whole answer; rejects only for a defect of ours, such as an `onDate` that throws. */
async function exchange<T>(
  errand: Errand<T>,
  request: ErrandRequest,
  tools: ErrandTools,
  signal: AbortSignal,
): Promise<ErrandResponse | ErrandProblem> {
  const { clock } = tools;
  const sentAtMs = clock.now();
  const startedAtMs = clock.monotonic();
  const failed = (error: unknown) => errandProblem('network', `${errand.kind}: ${networkCode(error)}`);
  const send = async () =>
    (tools.fetch ?? globalThis.fetch)(request.url, {
      method: request.method,
      headers: { ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      // a redirect would carry our key to an address nobody configured
      redirect: 'manual',
      signal,
    });
  const response = await send().catch(failed);
  if ('kind' in response) return response;
  const headers: Record<string, string | undefined> = Object.fromEntries(response.headers);
  const receivedAtMs = sentAtMs + Math.round(clock.monotonic() - startedAtMs);
  noteDate(headers, { origin: new URL(request.url).origin, sentAtMs, receivedAtMs }, tools);
  const body = await readBody(response, errand.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES).catch(failed);
  if (body === null) return errandProblem('too_large', `${errand.kind}: the answer is too large`, response.status);
  return 'kind' in body ? body : { status: response.status, headers, body };
}

/** The whole body, or null as soon as it passes the limit. */
async function readBody(response: Response, maxBytes: number): Promise<Uint8Array | null> {
  if (response.body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    // leaving the loop cancels the stream and with it the connection
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function noteDate(
  headers: Readonly<Record<string, string | undefined>>,
  times: Pick<DateSample, 'origin' | 'sentAtMs' | 'receivedAtMs'>,
  tools: ErrandTools,
): void {
  const said = headers['date'] ?? '';
  const dateMs = Date.parse(said);
  // A leap second has no number of its own; read as one, it would be a minute off (CLK-16).
  if (Number.isNaN(dateMs) || said.includes(':60 ')) return;
  const age = Number.parseInt(headers['age'] ?? '0', 10);
  tools.onDate?.({ ...times, dateMs, ageSeconds: Number.isNaN(age) ? 0 : age });
}

function isWorthRetrying(problem: ErrandProblem): boolean {
  return problem.reason === 'timeout' || problem.reason === 'network';
}

function isBusy(status: number): boolean {
  return status >= 500 || status === 429;
}

/** `Retry-After` in seconds; dates are not honoured. */
function retryAfterMs(response: ErrandResponse): number {
  const seconds = Number.parseInt(response.headers['retry-after'] ?? '0', 10);
  return Number.isNaN(seconds) ? 0 : Math.max(0, seconds) * 1_000;
}

async function pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  // an abort ends the pause; the loop then sees the signal itself
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

/** The operating system's word for it (ECONNREFUSED, …); messages are left out because they repeat addresses. */
function networkCode(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string')
    return cause.code;
  return 'the connection failed';
}
