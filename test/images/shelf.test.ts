import { describe, expect, it } from 'vitest';
import type { FetchedImage } from '../../src/images/fetch.ts';
import { createImageShelf } from '../../src/images/shelf.ts';
import { manualClock } from '../../src/platform/index.ts';

const LIMITS = { maxBytes: 100_000, maxAgeMs: 1_000, failureMs: 100, atOnce: 2, waiting: 3 };
const picture = (bytes: number): FetchedImage => ({ kind: 'image', type: 'image/png', bytes: Buffer.alloc(bytes) });

describe('pictures in memory', () => {
  it('are fetched once however many ask at the same time, and again when they are old', async () => {
    const clock = manualClock(0);
    const shelf = createImageShelf(clock, LIMITS);
    let fetched = 0;
    const get = async () =>
      shelf.get('a', async () => {
        fetched += 1;
        await new Promise((resolve) => setImmediate(resolve));
        return picture(10);
      });
    await Promise.all(Array.from({ length: 50 }, get));
    await get();
    expect(fetched).toBe(1);
    clock.advance(1_001);
    await get();
    expect(fetched).toBe(2);
  });

  it('stay within their bytes: the longest unused goes first', async () => {
    const shelf = createImageShelf(manualClock(0), LIMITS);
    const asked: string[] = [];
    const get = async (key: string) =>
      shelf.get(key, async () => {
        asked.push(key);
        return picture(30_000);
      });
    for (const key of ['a', 'b', 'c', 'a', 'd', 'a', 'b']) await get(key);
    expect(asked).toEqual(['a', 'b', 'c', 'd', 'b']);
    expect(shelf.bytes()).toBeLessThanOrEqual(LIMITS.maxBytes);
    await shelf.get('huge', async () => picture(200_000));
    expect(shelf.bytes()).toBeLessThanOrEqual(LIMITS.maxBytes);
  });

  it('that failed are not asked for again for a while', async () => {
    const clock = manualClock(0);
    const shelf = createImageShelf(clock, LIMITS);
    let fetched = 0;
    const get = async () =>
      shelf.get('a', async () => {
        fetched += 1;
        return { kind: 'problem', reason: 'gone' };
      });
    expect([await get(), await get(), fetched]).toEqual([
      { kind: 'problem', reason: 'gone' },
      { kind: 'problem', reason: 'gone' },
      1,
    ]);
    clock.advance(101);
    await get();
    expect(fetched).toBe(2);
  });

  it('are fetched so many at once, some wait, and the others are told at once', async () => {
    const shelf = createImageShelf(manualClock(0), LIMITS);
    let atOnce = 0;
    let most = 0;
    const ends: (() => void)[] = [];
    const answers = Array.from({ length: 8 }, async (_unused, index) =>
      shelf.get(`k${index}`, async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise<void>((resolve) => ends.push(resolve));
        atOnce -= 1;
        return picture(1);
      }),
    );
    const refused = await Promise.all(answers.slice(5));
    expect(refused.every((each) => each.kind === 'problem')).toBe(true);
    const served = Promise.all(answers.slice(0, 5));
    const timer = setInterval(() => ends.splice(0).forEach((end) => end()), 1);
    expect((await served).every((each) => each.kind === 'image')).toBe(true);
    clearInterval(timer);
    expect(most).toBe(2);
  });
});
