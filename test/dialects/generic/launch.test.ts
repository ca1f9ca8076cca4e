/** Signed launches and how the aggregator reads them back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LaunchOrder } from '../../../src/dialects/index.ts';
import { hmacHex } from '../../../src/wire/index.ts';
import { acme, LAUNCH_KEY, NOW_MS } from './acme.ts';

const { open, mirror } = acme();
const seconds = NOW_MS / 1_000;
const REAL: LaunchOrder = {
  session: 's-1',
  game: 'fruits',
  mode: 'real',
  player: 'demo',
  currency: 'USD',
  lang: 'en',
  country: null,
  ip: null,
  platform: null,
  jurisdiction: null,
  region: null,
  returnUrl: 'https://casino.test/lobby?a=1&b=2#x',
  nonce: 'n-1',
  issuedAt: seconds,
  expiresAt: seconds + 600,
};
const DEMO: LaunchOrder = { ...REAL, mode: 'demo', player: null, currency: null };

function queryOf(order: LaunchOrder): string {
  const launch = open.launch(order);
  if (launch.kind !== 'url') throw new Error(launch.kind);
  expect(launch.url.startsWith('https://acme.test/launch?')).toBe(true);
  return launch.url.slice(launch.url.indexOf('?') + 1);
}

const signed = (query: string) => `${query}&sig=${hmacHex('sha256', Buffer.from(LAUNCH_KEY), Buffer.from(query))}`;
const read = (query: string, nowMs = NOW_MS) => {
  const reading = mirror.readLaunch(query, nowMs);
  return reading.kind === 'opened' ? 'opened' : reading.reason;
};

describe('a launch', () => {
  it('opens with the facts it was signed with, whatever characters they have [LCH-01] [LCH-07] [LCH-08] [LCH-24]', () => {
    const text = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }).filter((each) => !each.includes('\u0000'));
    const order = fc.record({
      session: text,
      game: text,
      player: text,
      currency: text,
      lang: fc.option(text),
      jurisdiction: fc.option(text),
      region: fc.option(text),
      returnUrl: fc.option(text),
      nonce: text,
    });
    fc.assert(
      fc.property(order, (drawn) => {
        const given = { ...REAL, ...drawn };
        expect(mirror.readLaunch(queryOf(given), NOW_MS)).toEqual({ kind: 'opened', order: given });
      }),
    );
  });

  it('leaves out what is absent; a demo has no player [LCH-15]', () => {
    const query = queryOf({ ...DEMO, lang: null, returnUrl: null });
    expect(query).toMatch(/^exp=\d+&game=fruits&iat=\d+&mode=demo&nonce=n-1&session=s-1&sig=[0-9a-f]{64}$/);
    expect(read(query)).toBe('opened');
  });

  it('opens until it expires, one second later no more [LCH-02]', () => {
    expect(read(queryOf(REAL), NOW_MS + 599_000)).toBe('opened');
    expect(read(queryOf(REAL), NOW_MS + 601_000)).toBe('expired');
  });

  it('forgives a clock that is 30 seconds fast, not 31 [LCH-03]', () => {
    expect(read(queryOf(REAL), NOW_MS - 29_000)).toBe('opened');
    expect(read(queryOf(REAL), NOW_MS - 30_000)).toBe('opened');
    expect(read(queryOf(REAL), NOW_MS - 31_000)).toBe('not_yet_valid');
  });

  it('signed by a clock that is slow lives shorter [LCH-04]', () => {
    const slow = { ...REAL, issuedAt: seconds - 590, expiresAt: seconds + 10 };
    expect(read(queryOf(slow), NOW_MS + 9_000)).toBe('opened');
    expect(read(queryOf(slow), NOW_MS + 11_000)).toBe('expired');
  });

  it('survives another order and other spellings of its escapes [LCH-06] [LCH-09]', () => {
    const query = queryOf(REAL);
    expect(read(query.split('&').toReversed().join('&'))).toBe('opened');
    expect(read(query.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()))).toBe('opened');
    expect(read(query.replace('fruits', '%66ruits'))).toBe('opened');
  });

  it('does not survive a changed, added, taken or repeated parameter [LCH-10] [LCH-11] [LCH-14]', () => {
    const query = queryOf(REAL);
    expect(read(query.replace('mode=real', 'mode=demo'))).toBe('signature');
    expect(read(queryOf(DEMO).replace('mode=demo', 'mode=real'))).toBe('signature');
    expect(read(query.replace('player=demo', 'player=other'))).toBe('signature');
    expect(read(query.replace('currency=USD', 'currency=BTC'))).toBe('signature');
    expect(read(query.replace('currency=USD&', ''))).toBe('signature');
    expect(read(`${query}&balance=1000000`)).toBe('signature');
    expect(read(`${query}&player=other`)).toBe('malformed');
    expect(read(query.replace(/&sig=.*/, ''))).toBe('signature');
    expect(read('')).toBe('signature');
  });

  it.each([
    ['without a nonce', 'exp=1767226200&game=g&iat=1767225600&mode=demo&session=s'],
    ['with an empty session', 'exp=1767226200&game=g&iat=1767225600&mode=demo&nonce=n&session='],
    ['in a mode nobody knows', 'exp=1767226200&game=g&iat=1767225600&mode=free&nonce=n&session=s'],
    ['for real without a player', 'exp=1767226200&game=g&iat=1767225600&mode=real&nonce=n&session=s'],
    ['for fun with a player', 'exp=1767226200&game=g&iat=1767225600&mode=demo&nonce=n&player=p&session=s'],
    ['with a parameter nobody knows', 'exp=1767226200&game=g&iat=1767225600&licence=x&mode=demo&nonce=n&session=s'],
    ['with a time that is none', 'exp=soon&game=g&iat=1767225600&mode=demo&nonce=n&session=s'],
    ['with an exponent for a time', 'exp=1e12&game=g&iat=1767225600&mode=demo&nonce=n&session=s'],
  ])('%s is malformed, even if it is signed', (_what, query) => {
    expect(read(signed(query))).toBe('malformed');
  });

  it('tells the person in front of it what is wrong, without a signature', () => {
    const reading = mirror.readLaunch(queryOf(REAL), NOW_MS - 42_000);
    expect(reading).toEqual({
      kind: 'refused',
      reason: 'not_yet_valid',
      message: "The launch was signed 42 s in the future: the operator's clock is fast.",
    });
  });
});
