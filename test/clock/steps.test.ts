/** The wall clock is stepped while things are under way: nothing that lasts is measured by it. */
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { manualClock, newId } from '../../src/platform/index.ts';
import type { Clock } from '../../src/platform/index.ts';
import { errandProblem, performErrand } from '../../src/wire/index.ts';
import type { DateSample } from '../../src/wire/index.ts';
import { RIGHT_CLOCK, sandboxClock } from '../../src/sandbox/clock.ts';

afterEach(() => vi.useRealTimers());

/** Asks a small server once and gives the readings of its clock that were noted. */
async function ask(clock: Clock, answer: (response: ServerResponse) => void): Promise<readonly DateSample[]> {
  const server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
  const samples: DateSample[] = [];
  const request = { method: 'GET', url, headers: {} } as const;
  const read = () => errandProblem('refused', '');
  await performErrand(
    { kind: 'test', request, timeoutMs: 2_000, retries: 0, read },
    { clock, onDate: (each) => samples.push(each) },
  );
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return samples;
}

describe('a stepped wall clock', () => {
  it('gives no negative duration: an answer comes after its question although the clock went back [CLK-10]', async () => {
    const clock = manualClock(1_700_000_000_000);
    const samples = await ask(clock, (response) => {
      clock.advance(40);
      clock.set(clock.now() - 5_000);
      response.end('{}');
    });
    expect(samples.map((each) => each.receivedAtMs - each.sentAtMs)).toEqual([40]);
  });

  it('a leap second in a Date header is no reading, not one that is a minute off [CLK-16]', async () => {
    const said = async (date: string) =>
      ask(manualClock(0), (response) => {
        response.sendDate = false;
        response.writeHead(200, { date }).end('{}');
      });
    expect(await said('Sat, 31 Dec 2016 23:59:60 GMT')).toEqual([]);
    expect(await said('Sat, 31 Dec 2016 23:59:59 GMT')).toHaveLength(1);
  });

  it('gives no id twice and keeps their order [CLK-10]', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const ids: string[] = [];
    for (let second = 0; second < 20; second += 1) {
      vi.setSystemTime(1_800_000_000_000 + second * 1_000 - (second >= 10 ? 5_000 : 0));
      for (let index = 0; index < 50; index += 1) ids.push(newId());
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });

  it('moves the wall hand only [CLK-09]', () => {
    const clock = manualClock(1_000);
    const theirs = sandboxClock(clock, { ...RIGHT_CLOCK, offsetMs: 45_000 });
    const before = theirs.monotonic();
    clock.set(601_000);
    expect(theirs.now()).toBe(646_000);
    expect(theirs.monotonic()).toBe(before);
  });
});
