/** Random histories and the shadow book: what a single scenario does not find is found, and told as shortly as it can be. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dice } from '../../src/certify/dice.ts';
import { predict, randomHistory } from '../../src/certify/histories.ts';
import { storm } from '../../src/certify/storm.ts';
import { tinyOperator } from '../sandbox/operator.ts';
import type { TinyOperator } from '../sandbox/operator.ts';
import { worldOf } from './broken.ts';

describe('a storm', () => {
  let operator: TinyOperator;
  beforeAll(async () => {
    operator = await tinyOperator(0, 100_000);
  });
  afterAll(async () => operator?.close());

  it('finds the second refund of one bet and shrinks it to what is needed for it', async () => {
    const world = worldOf(operator);
    const played = await storm(world, { seed: 11, seconds: 3, signal: new AbortController().signal });
    world.transport.close();
    expect(played.outcome).toBe('money');
    const shortest = played.findings.at(-1)?.message ?? '';
    expect(shortest).toContain('the shortest history that goes wrong');
    // a check of the wallet and at most four messages
    expect(played.scenario.steps.length).toBeLessThanOrEqual(5);
    expect(played.exchanges.some((each) => each.isWrong)).toBe(true);
  });

  it('is the same storm for the same seed', () => {
    const { policy } = worldOf(operator).aggregator;
    const one = dice(5);
    const other = dice(5);
    for (let count = 0; count < 50; count += 1)
      expect(randomHistory(one, policy)).toEqual(randomHistory(other, policy));
  });

  it('expects of a bet, its duplicate, its win and a late refund what the reference wallet says', () => {
    const { cast, aggregator } = worldOf(operator);
    const history = randomHistory(dice(3), aggregator.policy);
    const { steps, units } = predict(history, cast, aggregator.policy);
    expect(steps.length).toBeGreaterThanOrEqual(history.happenings.length);
    expect(typeof units).toBe('bigint');
  });
});
