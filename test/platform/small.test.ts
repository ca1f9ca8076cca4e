import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { manualClock, systemClock } from '../../src/platform/clock.ts';
import { newId, newToken, randomInteger } from '../../src/platform/ids.ts';
import { silentLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createShutdown } from '../../src/platform/shutdown.ts';
import { until } from '../support/wait.ts';

describe('the clock', () => {
  it('tells wall time and a monotonic time', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
    const first = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
  });

  it('has hands that tests move: a step does not touch the monotonic hand', () => {
    const clock = manualClock(1_000);
    clock.advance(50);
    expect([clock.now(), clock.monotonic()]).toEqual([1_050, 50]);
    clock.set(10);
    expect([clock.now(), clock.monotonic()]).toEqual([10, 50]);
    expect(() => clock.advance(-1)).toThrow(RangeError);
  });
});

describe('ids', () => {
  it('are unique, ordered UUIDs of version 7', () => {
    const ids = Array.from({ length: 5_000 }, newId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('tokens are base64url of the wanted length', () => {
    expect(newToken()).toMatch(/^[\w-]{32}$/);
    expect(newToken(48)).toMatch(/^[\w-]{64}$/);
    expect(newToken()).not.toBe(newToken());
  });

  it('random integers stay in range', () => {
    const seen = new Set(Array.from({ length: 500 }, () => randomInteger(4)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });
});

describe('metrics', () => {
  it('live in a registry of their own', async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    const bets = one.counter({ name: 'bets_total', help: 'Bets', labelNames: ['outcome'] });
    bets.inc({ outcome: 'applied' }, 2);
    one.gauge({ name: 'lanes', help: 'Lanes' }).set(3);
    one.histogram({ name: 'seconds', help: 'Seconds', buckets: [0.1, 1] }).observe(0.5);
    const page = await one.text();
    expect(page).toContain('bets_total{outcome="applied"} 2');
    expect(page).toContain('lanes 3');
    expect(page).toContain('seconds_bucket{le="1"} 1');
    expect(page).toContain('process_cpu_seconds_total');
    expect(await two.text()).not.toContain('bets_total');
    one.close();
    two.close();
  });
});

function stage(graceMs = 60_000) {
  const signals = new EventEmitter();
  const exits: number[] = [];
  const shutdown = createShutdown({ log: silentLog, signals, graceMs, exit: (code) => void exits.push(code) });
  return { signals, exits, shutdown };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

async function never(): Promise<void> {
  await new Promise(() => undefined);
}

describe('shutdown', () => {
  it('closes in reverse order, one after another', async () => {
    const { shutdown } = stage();
    const order: string[] = [];
    for (const name of ['database', 'lanes', 'http']) {
      shutdown.onShutdown(name, async () => {
        order.push(`${name} begins`);
        await settle();
        order.push(`${name} ends`);
      });
    }
    expect(shutdown.closing).toBe(false);
    const closed = shutdown.close('test');
    expect(shutdown.closing).toBe(true);
    expect(await closed).toBe(0);
    expect(order).toEqual([
      'http begins',
      'http ends',
      'lanes begins',
      'lanes ends',
      'database begins',
      'database ends',
    ]);
  });

  it.each(['SIGINT', 'SIGTERM'])('drains and exits with 0 after %s', async (signal) => {
    const { signals, exits, shutdown } = stage();
    let closed = false;
    shutdown.onShutdown('x', () => void (closed = true));
    signals.emit(signal);
    await until('it exits', () => exits.length > 0);
    expect(closed).toBe(true);
    expect(exits).toEqual([0]);
  });

  it('stops at once with 130 on the second Ctrl-C', async () => {
    const { signals, exits, shutdown } = stage();
    shutdown.onShutdown('stuck', never);
    signals.emit('SIGINT');
    await settle();
    expect(exits).toEqual([]);
    signals.emit('SIGINT');
    expect(exits).toEqual([130]);
  });

  it('closes the rest when one fails, and exits with 1', async () => {
    const { shutdown } = stage();
    let closed = false;
    shutdown.onShutdown('first', () => void (closed = true));
    shutdown.onShutdown('broken', async () => await Promise.reject(new Error('no')));
    expect(await shutdown.close('test')).toBe(1);
    expect(closed).toBe(true);
  });

  it('gives up after the grace time', async () => {
    const { shutdown, signals } = stage(30);
    shutdown.onShutdown('stuck', never);
    expect(await shutdown.close('test')).toBe(1);
    shutdown.dispose();
    expect(signals.listenerCount('SIGINT')).toBe(0);
  });
});
