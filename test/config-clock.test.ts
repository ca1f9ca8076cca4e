/** The `clock` section: its defaults, its addresses, and one clear line for whatever is wrong. */
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { originOfLaunches } from '../src/config-clock.ts';
import { loadConfig } from '../src/config.ts';
import type { ConfigFile } from '../src/config.ts';

const load = (clock: ConfigFile['clock'], environment: Record<string, string> = {}) =>
  loadConfig({}, environment, { currencies: { USD: { scale: 2 } }, ...(clock === undefined ? {} : { clock }) }).clock;

describe('the clock section', () => {
  it('only watches unless it is told more', () => {
    const watching = {
      ntpServers: [],
      node: hostname(),
      chrony: { host: null, port: null },
      askAggregators: true,
      require: 'none',
      failFast: false,
      correctSigning: false,
    };
    expect(load(undefined)).toEqual(watching);
    expect(load({ ntp_servers: [] })).toEqual(watching);
  });

  it('takes names, addresses and ports of time servers', () => {
    const servers = ['time.example', 'time.example:1123', '192.0.2.1', '[2001:db8::1]:1123', '2001:db8::1', '[::1]'];
    expect(load({ ntp_servers: servers }).ntpServers).toEqual([
      { host: 'time.example', port: 123 },
      { host: 'time.example', port: 1_123 },
      { host: '192.0.2.1', port: 123 },
      { host: '2001:db8::1', port: 1_123 },
      { host: '2001:db8::1', port: 123 },
      { host: '::1', port: 123 },
    ]);
  });

  it.each(['', 'time.example:0', 'time.example:70000', 'http://time.example', 'a b', 'user@host', 'host:name'])(
    'refuses the time server %j',
    (server) => {
      expect(() => load({ ntp_servers: [server] })).toThrow(/clock\.ntp_servers\[0\]: is no time server/);
    },
  );

  it('takes everything else, and the name of the node from the environment first', () => {
    expect(
      load(
        {
          node: 'b',
          chrony: { host: '192.0.2.7', port: 1_323 },
          ask_aggregators: false,
          require: 'not_critical',
          fail_fast: true,
          correct_signing: true,
        },
        { CROUPIER_NODE: 'c' },
      ),
    ).toMatchObject({
      node: 'c',
      chrony: { host: '192.0.2.7', port: 1_323 },
      askAggregators: false,
      require: 'not_critical',
      failFast: true,
      correctSigning: true,
    });
    expect(() => load({ require: 'always' as 'ok' })).toThrow(/clock\.require/);
    expect(() => load({ node: 'a b' })).toThrow(/clock\.node/);
    expect(() => load({ wrong: true } as object)).toThrow(/clock/);
  });
});

it('the server that judges launches is that of the launch address', () => {
  expect(originOfLaunches({ url: 'https://games.example:8443/launch/x', secret: 's' })).toBe(
    'https://games.example:8443',
  );
  for (const launch of [undefined, {}, { url: 'games' }, { url: 'ftp://x/' }])
    expect(originOfLaunches(launch)).toBeNull();
});
