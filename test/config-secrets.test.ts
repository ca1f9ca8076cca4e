/** One secret, one purpose: whatever two places of a configuration share one, the start is refused and the value never told. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import type { ConfigFile } from '../src/config.ts';

const SHARED = 'hunter2-hunter2-hunter2';

interface Secrets {
  readonly catalogue?: string;
  readonly launch?: string;
  readonly signing?: readonly string[];
}

function aggregator(name: string, secrets: Secrets = {}) {
  return {
    name,
    dialect: 'generic',
    catalogue: { url: 'http://games.test/list', api_key: secrets.catalogue ?? `catalogue-key-of-${name}` },
    launch: { url: 'http://games.test/launch', secret: secrets.launch ?? `launch-secret-of-${name}` },
    callbacks: { signing_secrets: secrets.signing ?? [`signing-secret-of-${name}`] },
  };
}

function told(file: Partial<ConfigFile>): string | null {
  try {
    loadConfig({}, {}, { currencies: { USD: { scale: 2 } }, ...file });
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    expect(message).not.toContain(SHARED);
    expect(message).not.toContain('\n');
    return message;
  }
}

const platform = (key: string, name = 'platform') => ({ name, key, scopes: ['platform'] });

describe('one secret in two places is refused by naming both', () => {
  const CASES: Readonly<Record<string, readonly [Partial<ConfigFile>, RegExp]>> = {
    'two aggregators sign with it [SIG-45]': [
      {
        aggregators: [
          aggregator('one', { signing: [SHARED] }),
          aggregator('two', { signing: ['another-secret', SHARED] }),
        ],
      },
      /aggregators\[1\] \(two\)\.callbacks\.signing_secrets\[1\] .* aggregators\[0\] \(one\)\.callbacks\.signing_secrets\[0\]/,
    ],
    'a platform key signs callbacks [SIG-19]': [
      { api_keys: [platform(SHARED)], aggregators: [aggregator('one', { signing: [SHARED] })] },
      /aggregators\[0\] \(one\)\.callbacks\.signing_secrets\[0\] .* api_keys\[0\] \(platform\)\.key/,
    ],
    'one aggregator’s catalogue key signs another’s callbacks [SIG-19, SIG-45]': [
      { aggregators: [aggregator('one', { catalogue: SHARED }), aggregator('two', { signing: [SHARED] })] },
      /aggregators\[1\] \(two\)\.callbacks\.signing_secrets\[0\] .* aggregators\[0\] \(one\)\.catalogue\.api_key/,
    ],
    'one aggregator’s launch secret signs another’s callbacks [SIG-45]': [
      { aggregators: [aggregator('one', { launch: SHARED }), aggregator('two', { signing: [SHARED] })] },
      /aggregators\[1\] \(two\)\.callbacks\.signing_secrets\[0\] .* aggregators\[0\] \(one\)\.launch\.secret/,
    ],
    'two keys of the operator API are one': [
      { api_keys: [platform(SHARED, 'a'), platform(SHARED, 'b')] },
      /api_keys\[1\] \(b\)\.key .* api_keys\[0\] \(a\)\.key/,
    ],
    'a platform key is shown to an aggregator as ours': [
      { api_keys: [platform(SHARED)], aggregators: [aggregator('one', { catalogue: SHARED })] },
      /aggregators\[0\] \(one\)\.catalogue\.api_key .* api_keys\[0\] \(platform\)\.key/,
    ],
  };
  for (const [name, [file, pattern]] of Object.entries(CASES)) {
    it(name, () => {
      expect(told(file)).toMatch(pattern);
    });
  }

  it('but an aggregator may use one for its own launches and callbacks, and keys of their own are fine', () => {
    expect(told({ aggregators: [aggregator('one', { launch: SHARED, signing: [SHARED] })] })).toBeNull();
    expect(
      told({ api_keys: [platform('platform-key-0123456789')], aggregators: [aggregator('one'), aggregator('two')] }),
    ).toBeNull();
  });
});

describe('a knob', () => {
  const under = (policy: object) => told({ aggregators: [{ ...aggregator('one'), policy }] });

  it('that nothing reads yet cannot be set', () => {
    for (const [knob, value] of Object.entries({
      'rollback.duplicate': 'error',
      'rollback.id': 'sameAsBet',
      'duplicate.answer': 'code',
      'duplicate.body': 'bytes',
      'win.whenExpired': 'accept',
      'freeRound.stake': 'noBetCall',
    })) {
      const message = under({ [knob]: value });
      expect(message).toContain(`policy.${knob}`);
      expect(message).toContain('cannot be set: nothing reads it in this version; leave it out');
    }
  });

  it('of a status cannot make a refusal look done, or an uncertain answer look known [RET-22]', () => {
    for (const status of [200, 302, 401, 403, 408, 413, 415, 429, 500, 503])
      expect(under({ 'http.reject': status })).toContain('policy.http.reject');
    for (const status of [200, 400, 422, 499, 600])
      expect(under({ 'http.uncertain': status })).toContain('policy.http.uncertain');
    for (const status of [400, 402, 409, 422]) expect(under({ 'http.reject': status })).toBeNull();
    for (const status of [500, 502, 503]) expect(under({ 'http.uncertain': status })).toBeNull();
  });

  it('of the review threshold is a decimal, or there would be no threshold [WIN-15]', () => {
    for (const text of ['0100', '1e3', '-5', '1,000', '', ' 5', '9'.repeat(61)])
      expect(under({ 'win.reviewAbove': text })).toContain('policy.win.reviewAbove');
    for (const text of ['0', '5000.00', null]) expect(under({ 'win.reviewAbove': text })).toBeNull();
  });

  it('of the facts of a conflict never leaves out the money [BET-27, BET-29]', () => {
    for (const fields of [[], ['player'], ['amount', 'player'], ['currency', 'round']])
      expect(under({ 'conflict.fields': fields })).toContain('must name amount and currency');
    expect(under({ 'conflict.fields': ['amount', 'currency'] })).toBeNull();
  });
});
