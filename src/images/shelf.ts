/**
 * Pictures kept in memory: bounded in bytes, the longest unused goes first. A picture is fetched once however many ask for it at
 * the same time, only so many at once, and one that failed is not asked for again for a while.
 */
import type { Clock } from '../platform/index.ts';
import { createHash } from 'node:crypto';
import type { FetchedImage } from './fetch.ts';
import type { ImageType } from './rules.ts';

export type KeptImage =
  | { readonly kind: 'image'; readonly type: ImageType; readonly bytes: Buffer; readonly etag: string }
  | { readonly kind: 'problem'; readonly reason: string };

export interface ShelfLimits {
  /** of all pictures together */
  readonly maxBytes: number;
  /** after which a picture is fetched anew */
  readonly maxAgeMs: number;
  /** for which a failure is remembered */
  readonly failureMs: number;
  /** fetches under way at once; and how many may wait for their turn */
  readonly atOnce: number;
  readonly waiting: number;
}

export interface ImageShelf {
  /** `key` names the picture; `fetch` is called when it is not here */
  readonly get: (key: string, fetch: () => Promise<FetchedImage>) => Promise<KeptImage>;
  readonly bytes: () => number;
}

interface Kept {
  readonly image: KeptImage;
  /** monotonic */
  readonly untilMs: number;
  readonly size: number;
}

/** What an entry costs besides its bytes. */
const ENTRY_BYTES = 512;

export function createImageShelf(clock: Clock, limits: ShelfLimits): ImageShelf {
  const kept = new Map<string, Kept>();
  const flights = new Map<string, Promise<KeptImage>>();
  const queue: (() => void)[] = [];
  let total = 0;
  let running = 0;

  const remove = (key: string): void => {
    total -= kept.get(key)?.size ?? 0;
    kept.delete(key);
  };
  const put = (key: string, image: KeptImage): void => {
    remove(key);
    const size = ENTRY_BYTES + (image.kind === 'image' ? image.bytes.length : 0);
    const ageMs = image.kind === 'image' ? limits.maxAgeMs : limits.failureMs;
    kept.set(key, { image, untilMs: clock.monotonic() + ageMs, size });
    total += size;
    // The map keeps the order of use: the first is the longest unused.
    for (const oldest of kept.keys()) {
      if (total <= limits.maxBytes) break;
      remove(oldest);
    }
  };
  const turn = async (): Promise<void> => {
    if (running >= limits.atOnce) await new Promise<void>((resolve) => queue.push(resolve));
    else running += 1;
  };
  const leave = (): void => {
    const next = queue.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  const fly = async (key: string, fetch: () => Promise<FetchedImage>): Promise<KeptImage> => {
    await turn();
    try {
      const fetched = await fetch();
      const image = fetched.kind === 'image' ? { ...fetched, etag: tagOf(fetched.bytes) } : fetched;
      put(key, image);
      return image;
    } finally {
      leave();
      flights.delete(key);
    }
  };

  return {
    bytes: () => total,
    get: async (key, fetch) => {
      const found = kept.get(key);
      if (found !== undefined && found.untilMs > clock.monotonic()) {
        kept.delete(key);
        kept.set(key, found);
        return found.image;
      }
      const underWay = flights.get(key);
      if (underWay !== undefined) return underWay;
      if (queue.length >= limits.waiting) return { kind: 'problem', reason: 'too many pictures are waited for' };
      const flight = fly(key, fetch);
      flights.set(key, flight);
      return flight;
    },
  };
}

function tagOf(bytes: Buffer): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;
}
