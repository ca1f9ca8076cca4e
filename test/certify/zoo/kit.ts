/** The kit before an operator of the zoo, or before Croupier: what it plays, and which of it did not come out clean. */
import { openAggregator } from '../../../src/certify/aggregator.ts';
import type { Aggregator } from '../../../src/certify/aggregator.ts';
import { openBackstage } from '../../../src/certify/backstage.ts';
import type { Cast } from '../../../src/certify/lookup.ts';
import { openLookup } from '../../../src/certify/lookup.ts';
import { run } from '../../../src/certify/run.ts';
import type { Scenario } from '../../../src/certify/scenario.ts';
import { openTransport } from '../../../src/certify/transport.ts';
import type { Played, Rates } from '../../../src/certify/world.ts';
import { startOperator } from '../../../src/certify/zoo/index.ts';
import { newToken, systemClock } from '../../../src/platform/index.ts';
import { API_KEY, croupier } from '../croupier.ts';

/** What the kit must know of an operator to play with it; the seam of the zoo's `startOperator`, and more. */
export interface Examinee {
  readonly name: string;
  readonly url: string;
  readonly lookupUrl: string;
  readonly apiKey: string | null;
  readonly aggregator: Aggregator;
  readonly cast: Cast;
  readonly rates: Rates;
  readonly close: () => Promise<void>;
}

const PLAYERS = 8;
const BALANCE = 1_000_00n;

/** One of the zoo, over its default database: statements take two milliseconds. */
export async function examineeOf(name: string, players = PLAYERS): Promise<Examinee> {
  const operator = await startOperator(name, { players, balance: BALANCE });
  const opened = openAggregator({
    dialect: 'generic',
    settings: {
      catalogue: { url: 'http://127.0.0.1:9/games', api_key: 'zoo-catalogue-key' },
      launch: { url: 'http://127.0.0.1:9/launch', secret: 'zoo-launch-secret' },
      callbacks: { signing_secrets: operator.signingSecrets },
    },
    policy: {},
    currency: operator.cast.currency,
    scale: operator.cast.scale,
  });
  if (opened.kind === 'problem') throw new Error(opened.message);
  const rates = {
    set: async (which: 'usual' | 'moved') => operator.setRate(which === 'usual' ? '64123.45' : '65000'),
  };
  return { ...operator, apiKey: null, aggregator: opened.aggregator, rates };
}

/** The other correct operator: the real gateway over its ledger and a database of its own. */
export async function gatewayOperator(players = PLAYERS): Promise<Examinee> {
  const subject = await croupier({ players });
  const { callbackUrl: url, lookupUrl, aggregator, cast, rates, close } = subject;
  return { name: 'croupier', url, lookupUrl, apiKey: API_KEY, aggregator, cast, rates, close };
}

export async function examine(examinee: Examinee, scenarios: readonly Scenario[]): Promise<readonly Played[]> {
  const { aggregator, cast, rates, url, lookupUrl, apiKey } = examinee;
  const door = { url: lookupUrl, apiKey, timeoutMs: 10_000 };
  const transport = openTransport(systemClock);
  try {
    return await run({
      world: {
        aggregator,
        transport,
        cast,
        urls: [url],
        webhookUrl: url.replace('/callbacks/', '/webhooks/'),
        lookup: openLookup(door),
        backstage: openBackstage(door),
        faults: null,
        rates,
        clock: systemClock,
        run: `t${newToken(6).replaceAll(/[^a-zA-Z0-9]/g, '0')}`,
        // many examinations share this process, so an answer may be long in coming, and that is nobody's mistake
        timeoutMs: 40_000,
        patienceMs: 8_000,
      },
      scenarios,
      onPlayed: () => undefined,
      signal: new AbortController().signal,
    });
  } finally {
    transport.close();
  }
}

/** Each scenario with what it came to, e.g. `BET-24 money`; only definite findings count as caught. */
export const caught = (played: readonly Played[]): readonly string[] =>
  played.filter(({ outcome }) => outcome === 'money' || outcome === 'players').map(({ scenario }) => scenario.id);

/** Scenarios that are neither clean nor left out for want of something the operator cannot have. */
export const notClean = (played: readonly Played[]): readonly string[] =>
  played
    .filter(({ outcome }) => outcome !== 'clean' && outcome !== 'not run')
    .map(({ scenario, outcome, why, findings }) =>
      [scenario.id, outcome, why, ...findings.map(({ message }) => message)].join(' · '),
    );
