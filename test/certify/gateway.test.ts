/** Every scenario of the kit, played against Croupier itself over HTTP: it must pass them all, and the kit must judge it so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackstage } from '../../src/certify/backstage.ts';
import { openLookup } from '../../src/certify/lookup.ts';
import { certify } from '../../src/certify/certify.ts';
import { SCENARIOS, selected } from '../../src/certify/scenarios/index.ts';
import { openTransport } from '../../src/certify/transport.ts';
import { countsOf, exitCodeOf } from '../../src/certify/verdict.ts';
import type { Played, World } from '../../src/certify/world.ts';
import { newToken, systemClock } from '../../src/platform/index.ts';
import { croupier } from './croupier.ts';
import type { Subject } from './croupier.ts';

function worldOf(subject: Subject): World {
  const door = { url: subject.lookupUrl, apiKey: subject.apiKey, timeoutMs: 10_000 };
  return {
    aggregator: subject.aggregator,
    transport: openTransport(systemClock),
    cast: subject.cast,
    urls: [subject.callbackUrl],
    webhookUrl: subject.webhookUrl,
    lookup: openLookup(door),
    backstage: openBackstage(door),
    faults: null,
    rates: subject.rates,
    clock: systemClock,
    run: `t${newToken(6).replaceAll(/[^a-zA-Z0-9]/g, '0')}`,
    timeoutMs: 10_000,
    patienceMs: 30_000,
  };
}

const options = { onPlayed: () => undefined, signal: new AbortController().signal };

/** What went wrong, readably. */
const wrongIn = (played: readonly Played[]): readonly (readonly string[])[] =>
  played
    .filter((each) => each.outcome !== 'clean' && each.outcome !== 'not run')
    .map((each) => [
      each.scenario.id,
      each.outcome,
      each.why ?? '',
      ...each.findings.map((finding) => `${finding.severity}: ${finding.message}`),
    ]);

describe('Croupier under the kit', () => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await croupier({ players: 6 });
  });
  afterAll(async () => subject?.close());

  it('passes every scenario of the generic dialect, and a storm', async () => {
    const world = worldOf(subject);
    const seed = Number(process.env['CERTIFY_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
    console.log(`CERTIFY_SEED=${seed}`);
    const result = await certify({
      world,
      scenarios: SCENARIOS,
      seed,
      stormSeconds: 5,
      sweepsClock: false,
      ...options,
    });
    world.transport.close();
    expect(wrongIn(result.played)).toEqual([]);
    expect(exitCodeOf(result.played)).toBe(0);
    expect(countsOf(result.played).clean).toBeGreaterThan(330);
    // only what this world cannot offer was left out
    const missing = new Set(result.played.flatMap((each) => (each.outcome === 'not run' ? [each.why] : [])));
    expect([...missing].toSorted()).toEqual([
      'needs: crash commands',
      'needs: form body',
      'needs: form or query',
      'needs: second secret',
      'needs: signs a time',
      'needs: two addresses',
      'the generic dialect has no adjust',
      'the generic dialect has no tip',
      'the generic dialect rolls back bets only',
      'the generic dialect says bet and win together, and nothing else',
    ]);
    // every wallet is back where it was
    for (const player of subject.cast.players) expect(await world.lookup?.balance(player.id, 'USD')).toBe('1000.00');
  }, 400_000);
});

describe('Croupier with signed times and two keys under the kit', () => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await croupier({ players: 3, timestamped: true });
  });
  afterAll(async () => subject?.close());

  it('believes both keys, keeps its window, and answers what is booked outside of it [SIG-22, SIG-30, SIG-31, SIG-33]', async () => {
    const world = {
      ...worldOf(subject),
      urls: [subject.callbackUrl, `${subject.callbackUrl}?again`] as [string, string],
    };
    const scenarios = selected(['SIG-22', 'SIG-30', 'SIG-31', 'SIG-33', 'SIG-44', 'RET-17']);
    const result = await certify({ world, scenarios, seed: 1, stormSeconds: 0, sweepsClock: true, ...options });
    world.transport.close();
    expect(wrongIn(result.played)).toEqual([]);
    expect(countsOf(result.played)).toMatchObject({ notRun: 0 });
    expect(result.clock).toEqual([
      expect.stringMatching(/up to (299|300) s old are believed/),
      expect.stringMatching(/up to (299|300) s from the future are believed/),
    ]);
  });
});
