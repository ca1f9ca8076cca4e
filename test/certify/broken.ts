/** The tiny operator of the sandbox's tests under the kit. It gives a stake back as often as it is asked to, under new ids. */
import { openAggregator } from '../../src/certify/aggregator.ts';
import type { Cast } from '../../src/certify/lookup.ts';
import { openTransport } from '../../src/certify/transport.ts';
import type { World } from '../../src/certify/world.ts';
import { newToken, systemClock } from '../../src/platform/index.ts';
import { SIGNING_SECRET } from '../sandbox/operator.ts';
import type { TinyOperator } from '../sandbox/operator.ts';

export const SESSION = 'session-that-must-not-be-shown';

const CAST: Cast = {
  currency: 'USD',
  scale: 2,
  stake: '1.00',
  game: 'game',
  players: [{ id: 'anna', session: SESSION, expired: null }],
  otherGame: null,
  otherCurrency: null,
  blocked: null,
  poor: null,
  demoSession: null,
  exchanged: null,
};

export function worldOf(operator: TinyOperator): World {
  const settings = { callbacks: { signing_secrets: [SIGNING_SECRET] } };
  const opened = openAggregator({ dialect: 'generic', settings, policy: {}, currency: 'USD', scale: 2 });
  if (opened.kind === 'problem') throw new Error(opened.message);
  return {
    aggregator: opened.aggregator,
    transport: openTransport(systemClock),
    cast: CAST,
    urls: [`${operator.url}/callbacks/acme`],
    webhookUrl: null,
    lookup: null,
    backstage: null,
    faults: null,
    rates: null,
    clock: systemClock,
    run: `t${newToken(6).replaceAll(/[^a-zA-Z0-9]/g, '0')}`,
    timeoutMs: 2_000,
    patienceMs: 2_000,
  };
}
