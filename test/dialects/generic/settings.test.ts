/** What of an aggregator's configuration stops the start, and that no message repeats a secret. */
import { describe, expect, it } from 'vitest';
import { DIALECT_NAMES, openNamedDialect } from '../../../src/dialects/index.ts';
import { GENERIC_POLICY } from '../../../src/dialects/generic/policy.ts';
import { SAFE_POLICY } from '../../../src/wallet/index.ts';
import { acme, API_KEY, CURRENCIES, KEY, LAUNCH_KEY, settings } from './acme.ts';

function problemOf(given: unknown): string {
  const opening = openNamedDialect('generic', given, {}, CURRENCIES);
  if (opening.kind !== 'problem') throw new Error('it was opened');
  for (const secret of [KEY, API_KEY, LAUNCH_KEY]) expect(opening.message).not.toContain(secret);
  return opening.message;
}

describe('the settings', () => {
  it('have defaults for nothing that guards money', () => {
    expect(openNamedDialect('generic', settings(), {}, CURRENCIES).kind).toBe('opened');
    expect(problemOf({})).toMatch(/^catalogue: /);
    expect(problemOf({ ...settings(), callbacks: {} })).toMatch(/^callbacks\.signing_secrets: /);
    expect(problemOf({ ...settings(), launch: { url: 'https://acme.test/launch' } })).toMatch(/^launch\.secret: /);
  });

  it.each([
    [
      'an empty signing secret',
      { callbacks: { signing_secrets: [''] } },
      /^callbacks\.signing_secrets\.0: .*too short/,
    ],
    ['no signing secret at all', { callbacks: { signing_secrets: [] } }, /^callbacks\.signing_secrets: .*at least one/],
    ['an empty one among good ones', { callbacks: { signing_secrets: [KEY, ''] } }, /^callbacks\.signing_secrets\.1: /],
    ['an empty launch secret', { launch: { secret: '' } }, /^launch\.secret: /],
    ['an empty API key', { catalogue: { api_key: '' } }, /^catalogue\.api_key: /],
  ])('with %s are refused [SIG-20]', (_what, differences, message) => {
    expect(problemOf(settings(differences))).toMatch(message);
  });

  it('that sign with the API key are refused [SIG-19]', () => {
    expect(problemOf(settings({ callbacks: { signing_secrets: [API_KEY] } }))).toMatch(
      /^callbacks\.signing_secrets\.0: equals catalogue\.api_key/,
    );
    expect(problemOf(settings({ callbacks: { signing_secrets: [KEY, API_KEY] } }))).toMatch(
      /^callbacks\.signing_secrets\.1: /,
    );
    expect(problemOf(settings({ launch: { secret: API_KEY } }))).toMatch(/^launch\.secret: equals catalogue\.api_key/);
  });

  it('with a name nobody knows are refused, so that a typing error is found', () => {
    expect(problemOf({ ...settings(), callback: {} })).toContain('callback');
    expect(problemOf(settings({ callbacks: { signing_secret: KEY } }))).toContain('signing_secret');
    expect(problemOf(settings({ launch: { ttl: 5 } }))).toContain('ttl');
  });

  it('with addresses that cannot be called are refused', () => {
    for (const url of ['', 'acme.test/games', 'ftp://acme.test/games', 'javascript:alert(1)']) {
      expect(problemOf(settings({ catalogue: { url } }))).toMatch(/^catalogue\.url: /);
    }
    expect(problemOf(settings({ launch: { url: 'https://acme.test/launch?brand=1' } }))).toMatch(
      /^launch\.url: must have no query/,
    );
    expect(problemOf(settings({ launch: { url: 'https://acme.test/launch#play' } }))).toMatch(/^launch\.url: /);
  });

  it('with a launch that lives too short or too long are refused', () => {
    for (const seconds of [0, 59, 3_601, 60.5])
      expect(problemOf(settings({ launch: { ttl_seconds: seconds } }))).toMatch(/^launch\.ttl_seconds: /);
  });

  it('naming a secret twice are refused', () => {
    expect(problemOf(settings({ callbacks: { signing_secrets: [KEY, KEY] } }))).toMatch(/twice/);
  });
});

describe('the policy', () => {
  it('is the safe one but for what the generic dialect promises', () => {
    const { ...differences } = Object.fromEntries(
      Object.entries(GENERIC_POLICY).filter(
        ([knob, value]) => JSON.stringify(value) !== JSON.stringify(SAFE_POLICY[knob as keyof typeof SAFE_POLICY]),
      ),
    );
    expect(differences).toEqual({
      'rollback.amount': 'partial',
      'duplicate.answer': 'okWithFlag',
      'win.withoutBet': 'park',
    });
  });

  it('is overridden knob by knob', () => {
    expect(acme({}, { 'win.withoutBet': 'reject', 'bet.zero': undefined }).policy).toEqual({
      ...GENERIC_POLICY,
      'win.withoutBet': 'reject',
    });
  });
});

it('an unknown dialect is refused with the names there are', () => {
  const opening = openNamedDialect('generics', settings(), {}, CURRENCIES);
  expect(opening).toEqual({
    kind: 'problem',
    message: `there is no dialect "generics"; known: ${DIALECT_NAMES.join(', ')}`,
  });
});
