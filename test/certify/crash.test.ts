/** Operators that are killed under the kit: one that forgets what it had answered is caught, and being away is no finding. */
import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../../src/certify/run.ts';
import { selected } from '../../src/certify/scenarios/index.ts';
import type { Played, World } from '../../src/certify/world.ts';
import { freePort } from '../support/demo.ts';
import { tinyOperator } from '../sandbox/operator.ts';
import type { TinyOperator } from '../sandbox/operator.ts';
import { worldOf } from './broken.ts';

const options = { onPlayed: () => undefined, signal: new AbortController().signal };

describe('an operator that keeps its book in memory', () => {
  let operator: TinyOperator | null = null;
  afterEach(async () => operator?.close());

  const crashing = async (): Promise<World> => {
    const port = await freePort();
    operator = await tinyOperator(port, 100_000);
    return {
      ...worldOf(operator),
      faults: {
        kill: async () => {
          await operator?.close();
          operator = null;
        },
        restart: async () => {
          operator = await tinyOperator(port, 100_000);
        },
      },
    };
  };
  const outcomes = (played: readonly Played[]) => played.map((each) => [each.scenario.id, each.outcome]);

  it('loses what it had answered when it is killed, and the kit says so [RET-18]', async () => {
    const world = await crashing();
    const played = await run({ world, scenarios: selected(['RET-18']), ...options });
    world.transport.close();
    expect(outcomes(played)).toEqual([['RET-18', 'money']]);
    expect(played[0]?.findings.map((each) => each.wrongBy)).toContain('-3.00 USD');
  });

  it('may be killed before it has booked anything [RET-08]', async () => {
    const world = await crashing();
    const played = await run({ world, scenarios: selected(['RET-08']), ...options });
    world.transport.close();
    expect(outcomes(played)).toEqual([['RET-08', 'clean']]);
  });

  it('that is away all the time is undecided, not accused', async () => {
    const world = await crashing();
    await operator?.close();
    const played = await run({ world, scenarios: selected(['BET-01']), ...options });
    world.transport.close();
    expect(outcomes(played)).toEqual([['BET-01', 'undecided']]);
  });

  it('that is slow is not accused either', async () => {
    const world = await crashing();
    // every first try of anything is answered by silence, though it is booked
    if (operator !== null)
      operator.mood = (_received, times) => (times === 1 ? { kind: 'silent', books: true } : { kind: 'normal' });
    const patient = { ...world, timeoutMs: 300, patienceMs: 20_000 };
    const played = await run({ world: patient, scenarios: selected(['BET-01', 'BET-26.again', 'RB-16']), ...options });
    world.transport.close();
    expect(outcomes(played)).toEqual([
      ['BET-01', 'clean'],
      ['BET-26.again', 'clean'],
      ['RB-16', 'clean'],
    ]);
  });
});
