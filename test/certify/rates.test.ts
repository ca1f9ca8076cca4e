/** A rate that the kit cannot move leaves its scenarios undecided, and takes nothing else of a run with it. */
import { describe, expect, it } from 'vitest';
import { openLookup } from '../../src/certify/lookup.ts';
import { run } from '../../src/certify/run.ts';
import { selected } from '../../src/certify/scenarios/index.ts';
import { openTransport } from '../../src/certify/transport.ts';
import type { Rates, World } from '../../src/certify/world.ts';
import { systemClock } from '../../src/platform/index.ts';
import { examineeOf } from './zoo/kit.ts';

async function outcomes(ratesOf: (rates: Rates) => Rates): Promise<readonly (readonly (string | null)[])[]> {
  const examinee = await examineeOf('correct', 2);
  const transport = openTransport(systemClock);
  const world: World = {
    aggregator: examinee.aggregator,
    transport,
    cast: examinee.cast,
    urls: [examinee.url],
    webhookUrl: null,
    lookup: openLookup({ url: examinee.lookupUrl, apiKey: null, timeoutMs: 10_000 }),
    backstage: null,
    faults: null,
    rates: ratesOf(examinee.rates),
    clock: systemClock,
    run: 'rates',
    timeoutMs: 10_000,
    patienceMs: 8_000,
  };
  const options = { onPlayed: () => undefined, signal: new AbortController().signal };
  try {
    const played = await run({ world, scenarios: selected(['BET-01', 'FX-01', 'FX-02']), ...options });
    return played.map(({ scenario, outcome, why }) => [scenario.id, outcome, why]);
  } finally {
    transport.close();
    await examinee.close();
  }
}

describe('scenarios across a move of the rate', () => {
  it('are played where it moves', async () => {
    const played = await outcomes((rates) => rates);
    expect(played.map(([id, outcome]) => [id, outcome])).toEqual([
      ['BET-01', 'clean'],
      ['FX-02.still', 'clean'],
      ['FX-01', 'clean'],
      ['FX-02', 'clean'],
    ]);
  }, 60_000);

  it('stay undecided where the command fails, and nothing else does', async () => {
    const broken: Rates = {
      set: async () => {
        throw new Error('no such command');
      },
    };
    const played = await outcomes(() => broken);
    const why = 'the moved rate could not be set: no such command';
    expect(played.filter(([, outcome]) => outcome !== 'clean')).toEqual([
      ['FX-01', 'undecided', why],
      ['FX-02', 'undecided', why],
    ]);
  }, 60_000);

  it('say so where the rate does not go back to what it was', async () => {
    const played = await outcomes((rates) => ({
      set: async (which) => {
        if (which === 'usual') throw new Error('no way back');
        await rates.set(which);
      },
    }));
    expect(played.filter(([, outcome]) => outcome !== 'clean').map(([id, , why]) => [id, why])).toEqual([
      ['FX-01', 'the usual rate could not be set: no way back'],
      ['FX-02', 'the usual rate could not be set: no way back'],
    ]);
  }, 60_000);
});
