/** Every scenario of the kit, played against Croupier itself over HTTP: it must pass them all, and the kit must judge it so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackstage } from '../../src/certify/backstage.ts';
import { openLookup } from '../../src/certify/lookup.ts';
import { run } from '../../src/certify/run.ts';
import { SCENARIOS, selected } from '../../src/certify/scenarios/index.ts';
import { openTransport } from '../../src/certify/transport.ts';
import { countsOf, exitCodeOf, levelCounts } from '../../src/certify/verdict.ts';
import type { World } from '../../src/certify/world.ts';
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
    clock: systemClock,
    run: `t${newToken(6).replaceAll(/[^a-zA-Z0-9]/g, '0')}`,
    timeoutMs: 10_000,
    patienceMs: 30_000,
  };
}

describe('Croupier under the kit', () => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await croupier({ players: 6 });
  }, 60_000);
  afterAll(async () => subject?.close(), 30_000);

  it('passes every scenario of the generic dialect', async () => {
    const world = worldOf(subject);
    const only = process.env['CERTIFY_ONLY'];
    const scenarios = only === undefined ? SCENARIOS : selected(only.split(','));
    const since = performance.now();
    const played = await run({ world, scenarios, onPlayed: () => undefined, signal: new AbortController().signal });
    world.transport.close();
    const wrong = played
      .filter((each) => each.outcome !== 'clean' && each.outcome !== 'not run')
      .map((each) => [
        each.scenario.id,
        each.outcome,
        each.why,
        ...each.findings.map((finding) => `${finding.severity}: ${finding.message} ${finding.wrongBy ?? ''}`),
      ]);
    console.log(
      Math.round(performance.now() - since),
      countsOf(played),
      levelCounts(played),
      played
        .filter((e) => e.outcome === 'not run')
        .map((e) => `${e.scenario.id} ${e.why}`)
        .join('; '),
    );
    console.log(
      played
        .toSorted((a, b) => b.tookMs - a.tookMs)
        .slice(0, 12)
        .map((e) => `${e.scenario.id} ${Math.round(e.tookMs)}`)
        .join(', '),
    );
    expect(wrong).toEqual([]);
    expect(exitCodeOf(played)).toBe(0);
  }, 180_000);
});
