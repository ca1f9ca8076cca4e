/** The wall clock is stepped while things are under way: nothing that lasts is measured by it. */
import { createServer } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { manualClock, newId } from '../../src/platform/index.ts';
import { errandProblem, performErrand } from '../../src/wire/index.ts';
import type { DateSample } from '../../src/wire/index.ts';
import { sandboxClock } from '../../src/sandbox/clock.ts';

afterEach(() => vi.useRealTimers());

describe('a stepped wall clock', () => {
  it('gives no negative duration: an answer comes after its question although the clock went back [CLK-10]', async () => {
    const clock = manualClock(1_700_000_000_000);
    const server = createServer((_request, response) => {
      clock.advance(40);
      clock.set(clock.now() - 5_000);
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
    const samples: DateSample[] = [];
    await performErrand(
      {
        kind: 'test',
        request: { method: 'GET', url, headers: {} },
        timeoutMs: 2_000,
        retries: 0,
        read: () => errandProblem('refused', ''),
      },
      { clock, onDate: (sample) => samples.push(sample) },
    );
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(samples.map((each) => each.receivedAtMs - each.sentAtMs)).toEqual([40]);
  });

  it('gives no id twice and keeps their order [CLK-10]', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const ids: string[] = [];
    for (let second = 0; second < 20; second += 1) {
      vi.setSystemTime(1_800_000_000_000 + (second === 10 ? -5_000 : second * 1_000));
      for (let index = 0; index < 50; index += 1) ids.push(newId());
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });

  it('moves the wall hand only [CLK-09]', () => {
    const clock = manualClock(1_000);
    const theirs = sandboxClock(clock, { offsetMs: 45_000, launchTtlSeconds: null, launchWindowSeconds: null });
    const before = theirs.monotonic();
    clock.set(601_000);
    expect(theirs.now()).toBe(646_000);
    expect(theirs.monotonic()).toBe(before);
  });
});
