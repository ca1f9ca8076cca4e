/**
 * Fetches one picture of a vendor, with a bound on everything: bytes, time, redirects. Where a name leads is judged when the
 * connection is made, so a name that changes its address in between leads nowhere. Failures are values.
 */
import { lookup as resolveName } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { destinationOf, imageTypeOf, isPublicAddress } from './rules.ts';
import type { ImageType } from './rules.ts';

export interface FetchLimits {
  readonly maxBytes: number;
  /** for everything together, redirects too */
  readonly timeoutMs: number;
}

export type FetchedImage =
  | { readonly kind: 'image'; readonly type: ImageType; readonly bytes: Buffer }
  | { readonly kind: 'problem'; readonly reason: string };

const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** The picture at an address, or why there is none. `trusted`: hosts with their port that may be in a private network. */
export async function fetchImage(
  address: string,
  trusted: ReadonlySet<string>,
  limits: FetchLimits,
): Promise<FetchedImage> {
  const signal = AbortSignal.timeout(limits.timeoutMs);
  let next = address;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const destination = destinationOf(next, trusted);
    if (destination.kind === 'forbidden') return problem(`its address ${destination.why}`);
    const answer = await ask(destination.url, destination.kind === 'public', limits, signal);
    if (answer.kind !== 'redirect') return answer;
    if (!URL.canParse(answer.to, next)) return problem('it is moved to nowhere');
    next = new URL(answer.to, next).href;
  }
  return problem(`it is moved more than ${MAX_REDIRECTS} times`);
}

type Answer = FetchedImage | { readonly kind: 'redirect'; readonly to: string };

async function ask(url: URL, onlyPublic: boolean, limits: FetchLimits, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const module = url.protocol === 'https:' ? https : http;
    const request = module.get(
      url,
      {
        signal,
        agent: false,
        headers: { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'croupier-images' },
        ...(onlyPublic ? { lookup: publicLookup } : {}),
      },
      (response) => {
        void readAnswer(response, limits)
          .catch(() => problem(signal.aborted ? 'it took too long' : 'its connection broke'))
          .then(resolve)
          .finally(() => response.destroy());
      },
    );
    request.on('error', (error) => {
      const reason = error instanceof PrivateAddress ? 'its name leads into a private network' : 'it cannot be reached';
      resolve(problem(signal.aborted ? 'it took too long' : reason));
    });
  });
}

async function readAnswer(response: http.IncomingMessage, { maxBytes }: FetchLimits): Promise<Answer> {
  const { statusCode: status = 0, headers } = response;
  if (REDIRECTS.has(status) && headers.location !== undefined) return { kind: 'redirect', to: headers.location };
  if (status !== 200) return problem(`it was answered with ${status}`);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') return problem('it came compressed');
  const named = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!named.startsWith('image/') && named !== 'application/octet-stream') return problem('it is no picture');
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    if (!Buffer.isBuffer(part)) continue;
    size += part.length;
    if (size > maxBytes) return problem(`it is larger than ${maxBytes} bytes`);
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  const type = imageTypeOf(bytes);
  return type === null ? problem('it is no picture') : { kind: 'image', type, bytes };
}

class PrivateAddress extends Error {}

/** Resolves a name and refuses it when any of its addresses is not public. */
const publicLookup: LookupFunction = (hostname, options, done) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null) return done(error, '', 0);
    if (first === undefined || addresses.some(({ address }) => !isPublicAddress(address)))
      return done(new PrivateAddress('a private address'), '', 0);
    return options.all === true ? done(null, addresses) : done(null, first.address, first.family);
  });
};

const problem = (reason: string): FetchedImage => ({ kind: 'problem', reason });
