/** Long work that lets others have their turn. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { atOnce, inSlices, performErrand } from '../../src/wire/index.ts';
import type { Slices } from '../../src/wire/index.ts';

function* adding(upTo: number, seen: string[] = []): Slices<number> {
  let sum = 0;
  for (let number = 1; number <= upTo; number += 1) {
    sum += number;
    seen.push(`added ${number}`);
    yield;
  }
  return sum;
}

describe('work in slices', () => {
  it('comes to the same at once and in slices, between which others have their turn', async () => {
    expect(atOnce(adding(4))).toBe(10);
    expect(await inSlices(adding(200))).toBe(20_100);
    // A turn of the loop, and with it every request that waits, came before the work was over.
    const turns: string[] = [];
    setImmediate(() => turns.push('somebody else'));
    await inSlices(adding(3, turns));
    expect(turns.indexOf('somebody else')).toBeLessThan(turns.indexOf('added 3'));
    expect(turns).toContain('somebody else');
  });

  it('fails as it would at once', async () => {
    function* failing(): Slices<never> {
      yield;
      throw new Error('it cannot be done');
    }
    await expect(inSlices(failing())).rejects.toThrow('it cannot be done');
    expect(() => atOnce(failing())).toThrow('it cannot be done');
  });

  it('is how an errand reads an answer that is long to read', async () => {
    const seen: string[] = [];
    const answer = await performErrand<number>(
      {
        kind: 'numbers',
        request: { method: 'GET', url: 'http://numbers.example/', headers: {} },
        timeoutMs: 1_000,
        retries: 0,
        read: () => 0,
        readInSlices: ({ status }) => adding(status === 200 ? 3 : 1, seen),
      },
      { clock: systemClock, fetch: async () => new Response('') },
    );
    expect([answer, seen.length]).toEqual([6, 3]);
  });
});
