/**
 * `/images/{game}/{hash}`: a vendor's picture under our own address, for aggregators whose vendors must not be seen by players. Only
 * addresses that the catalogue lists are ever fetched; whoever asks chooses among those and nothing else. No key is needed: the
 * pictures are in every player's lobby.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Clock, Log } from '../platform/index.ts';
import { fetchImage } from './fetch.ts';
import { hashOf, PLACEHOLDER } from './rules.ts';
import { createImageShelf } from './shelf.ts';
import type { ShelfLimits } from './shelf.ts';

export interface ListedImage {
  readonly aggregator: string;
  /** the vendor's */
  readonly url: string;
}

export interface ImagesOptions {
  /** the pictures that the catalogue lists for a game; none for an unknown id */
  readonly listed: (gameId: string) => Promise<readonly ListedImage[]>;
  /** the hosts, with their port, that an aggregator's pictures may come from though they are in a private network */
  readonly trustedHosts: (aggregator: string) => ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<ShelfLimits & { readonly maxImageBytes: number; readonly timeoutMs: number }>;
}

const DAY_MS = 86_400_000;
const LIMITS = {
  maxBytes: 64 * 1_048_576,
  maxAgeMs: DAY_MS,
  failureMs: 60_000,
  atOnce: 12,
  waiting: 500,
  maxImageBytes: 2 * 1_048_576,
  timeoutMs: 5_000,
};
/** A drawing may carry scripts and load things: as a page of our own address it may do neither. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
const FAILED_SECONDS = 60;
const KEEP_SECONDS = 7 * 86_400;

/** The pictures as a Fastify plugin. */
export function images(options: ImagesOptions) {
  const limits = { ...LIMITS, ...options.limits };
  const shelf = createImageShelf(options.clock, limits);
  return async (app: FastifyInstance): Promise<void> => {
    app.get<{ Params: { game: string; hash: string } }>('/images/:game/:hash', async (request, reply) => {
      const { game, hash } = request.params;
      const listed = (await options.listed(game)).find((image) => hashOf(image.url) === hash);
      if (listed === undefined) {
        void reply.code(404).header('cache-control', 'no-cache').header('x-content-type-options', 'nosniff');
        return reply.type('text/plain').send('There is no such picture.');
      }
      const image = await shelf.get(`${listed.aggregator} ${listed.url}`, async () => {
        const fetched = await fetchImage(listed.url, options.trustedHosts(listed.aggregator), {
          maxBytes: limits.maxImageBytes,
          timeoutMs: limits.timeoutMs,
        });
        if (fetched.kind === 'problem')
          options.log.debug({ game, reason: fetched.reason }, 'a picture could not be fetched');
        return fetched;
      });
      guard(reply);
      if (image.kind === 'problem') {
        void reply.header('cache-control', `public, max-age=${FAILED_SECONDS}`).header('x-image', 'placeholder');
        return reply.type('image/svg+xml').send(PLACEHOLDER);
      }
      void reply.header('etag', image.etag).header('cache-control', `public, max-age=${KEEP_SECONDS}, immutable`);
      const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
      if (known.includes(image.etag) || known.includes('*')) return reply.code(304).send();
      return reply.type(image.type).send(image.bytes);
    });
  };
}

function guard(reply: FastifyReply): void {
  void reply
    .header('content-security-policy', POLICY)
    .header('x-content-type-options', 'nosniff')
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('referrer-policy', 'no-referrer');
}
