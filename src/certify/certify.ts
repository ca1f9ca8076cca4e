/** A whole run: the scenarios, then the storm and the sweep where they are asked for, as one result. */
import { run } from './run.ts';
import type { RunOptions } from './run.ts';
import type { RunResult } from './result.ts';
import { storm } from './storm.ts';
import { sweepClock } from './sweep.ts';

export interface CertifyOptions extends RunOptions {
  readonly seed: number;
  /** 0: no storm */
  readonly stormSeconds: number;
  readonly sweepsClock: boolean;
}

export async function certify(options: CertifyOptions): Promise<RunResult> {
  const { world, seed, stormSeconds } = options;
  const startedAtMs = world.clock.now();
  const since = world.clock.monotonic();
  const played = await run(options);
  const stormed = stormSeconds > 0 ? [await storm(world, { seed, seconds: stormSeconds, signal: options.signal })] : [];
  for (const each of stormed) options.onPlayed(each, 1, 1);
  return {
    dialect: world.aggregator.dialect,
    urls: world.urls,
    startedAtMs,
    clock: options.sweepsClock ? await sweepClock(world) : [],
    tookMs: world.clock.monotonic() - since,
    seed,
    played: [...played, ...stormed],
  };
}
