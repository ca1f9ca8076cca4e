import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../src/platform/index.ts';
import { startSchedule } from '../src/schedule.ts';
import type { Job } from '../src/schedule.ts';
import { until } from './support/wait.ts';

describe('a job that is asked for', () => {
  const counting = (more: Partial<Job> = {}) => {
    const turns: boolean[] = [];
    const job: Job = {
      name: 'sync',
      everyMs: 3_600_000,
      work: async ({ asked }) => {
        turns.push(asked);
        await sleep(5);
      },
      ...more,
    };
    return { job, turns };
  };

  it('runs at once, and a flood of wishes is one more run after its time [CAT-12]', async () => {
    const { job, turns } = counting({ askedEveryMs: 60_000 });
    let nowMs = 0;
    const schedule = startSchedule([job], silentLog, { monotonic: () => nowMs });
    await until('its first run', () => turns.length === 1);
    await sleep(50);
    schedule.ask('sync');
    await until('its second run', () => turns.length === 2);
    for (let wishes = 0; wishes < 1_000; wishes += 1) schedule.ask('sync');
    await sleep(200);
    expect(turns).toEqual([false, true]);
    nowMs = 60_000;
    schedule.ask('sync');
    await until('its third run', () => turns.length === 3);
    await schedule.stop();
    expect(turns).toEqual([false, true, true]);
  });

  it('keeps a wish that comes too early until it may be', async () => {
    const { job, turns } = counting({ askedEveryMs: 300 });
    const schedule = startSchedule([job], silentLog);
    await until('its first run', () => turns.length === 1);
    await sleep(50);
    schedule.ask('sync');
    schedule.ask('sync');
    await until('its third run', () => turns.length === 3);
    await schedule.stop();
    expect(turns).toEqual([false, true, true]);
  });

  it('runs again when it says so, and hears whether it was asked for', async () => {
    let runs = 0;
    const turns: boolean[] = [];
    const schedule = startSchedule(
      [
        {
          name: 'sync',
          everyMs: 3_600_000,
          work: async ({ asked }) => {
            turns.push(asked);
            runs += 1;
            return runs === 1 ? 'again' : null;
          },
        },
      ],
      silentLog,
    );
    await until('its second run', () => runs === 2);
    await schedule.stop();
    expect(turns).toEqual([false, true]);
  });

  it('is not begun once the schedule has stopped', async () => {
    const { job, turns } = counting();
    const schedule = startSchedule([job], silentLog);
    await schedule.stop();
    schedule.ask('sync');
    schedule.ask('unknown');
    await sleep(30);
    expect(turns).toHaveLength(1);
  });
});
