/** Whether a generic request is believed: every way to sign it wrong, rotation, and the timestamped form. */
import { Buffer } from 'node:buffer';
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { acme, API_KEY, BET, body, decodeSigned, KEY, NEW_KEY, NOW_MS, request, sign, verdict } from './acme.ts';

const bet = body({});
const COMPACT = '{"transaction_id":"tx-1","type":"bet","amount":"1.00"}';

const verify = (bytes: string, headers: Readonly<Record<string, string | undefined>>, at = acme()) =>
  verdict(at.open.verify(request(bytes, headers), NOW_MS));

describe('a signature', () => {
  it('of the raw bytes is believed, whatever their spacing, order or spelling [SIG-01] [SIG-02] [SIG-06] [SIG-08]', () => {
    const reversed = `{${Object.entries(BET)
      .toReversed()
      .map(([name, value]) => `"${name}":"${value}"`)
      .join(', ')}}`;
    for (const bytes of [bet, bet.replaceAll(',', ' ,\n\t'), reversed, bet.replace('r-1', 'a\\/b')]) {
      expect(verify(bytes, { 'x-signature': sign(bytes) })).toBe('genuine signing-1');
    }
  });

  it('covers the trailing line feed [SIG-03]', () => {
    expect(verify(`${bet}\n`, { 'x-signature': sign(`${bet}\n`) })).toBe('genuine signing-1');
    expect(verify(`${bet}\n`, { 'x-signature': sign(bet) })).toBe('mismatch');
  });

  it('of an empty body is a signature as any other', () => {
    expect(verify('', { 'x-signature': '8f9c20a46cf0c7a201c5c86623e317b23c1aef50ac9aaef7748fed047e30a4c3' })).toBe(
      'genuine signing-1',
    );
  });

  it('in upper case is believed only where the policy says so [SIG-13]', () => {
    const headers = { 'x-signature': sign(bet).toUpperCase() };
    expect(verify(bet, headers)).toBe('malformed');
    expect(verify(bet, headers, acme({}, { 'sig.hexCase': 'any' }))).toBe('genuine signing-1');
  });

  it.each([
    ['absent [SIG-15]', undefined, 'missing'],
    ['empty [SIG-14]', '', 'missing'],
    ['of 1 character [SIG-14]', 'a', 'malformed'],
    ['of 3 characters [SIG-14]', 'abc', 'malformed'],
    ['of 63 characters [SIG-14]', sign(bet).slice(1), 'malformed'],
    ['of 65 characters [SIG-14]', `${sign(bet)}0`, 'malformed'],
    ['of 10,000 characters [SIG-14]', 'a'.repeat(10_000), 'malformed'],
    ['of 64 two-byte characters [SIG-16]', 'é'.repeat(64), 'malformed'],
    ['of 64 characters that are no hex [SIG-17]', 'z'.repeat(64), 'malformed'],
    ['by another key [SIG-18]', sign(bet, 'another_secret_0001'), 'mismatch'],
    ['by the API key [SIG-19]', sign(bet, API_KEY), 'mismatch'],
    ['by an empty key [SIG-20]', sign(bet, ''), 'mismatch'],
    ['several of them [SIG-23]', `v1=${sign(bet)},v1=${sign(bet)}`, 'malformed'],
    ['sent twice [SIG-24]', `${sign(bet)}, ${sign(bet)}`, 'malformed'],
    ['named alg=none [SIG-25]', 'alg=none', 'malformed'],
    ['with its algorithm in front [SIG-25]', `sha256=${sign(bet)}`, 'malformed'],
    ['in SHA-1 [SIG-25]', createHmac('sha1', KEY).update(bet).digest('hex'), 'malformed'],
    ['in SHA-512 [SIG-25]', createHmac('sha512', KEY).update(bet).digest('hex'), 'malformed'],
    ['in base64 [SIG-25]', createHmac('sha256', KEY).update(bet).digest('base64'), 'malformed'],
    ['a plain SHA-256 [SIG-26]', createHash('sha256').update(bet).digest('hex'), 'mismatch'],
    ['with a blank in front', ` ${sign(bet)}`, 'malformed'],
  ])('%s is not believed', (_what, signature, reason) => {
    expect(verify(bet, { 'x-signature': signature })).toBe(reason);
    // and the next one is, again
    expect(verify(bet, { 'x-signature': sign(bet) })).toBe('genuine signing-1');
  });

  it.each([
    ['the API key [SIG-19]', '2b9d10c368e11557c8531db35cc200460b8a0d36736aa80d9748d49bf8ea98ad'],
    ['an empty key [SIG-20]', 'fb39b5b2301316fd321cef5a8161827d0cf0ad70e069e712d45b062394f8537c'],
    ['no key at all [SIG-26]', 'de6b19809c0f3728628d5dd7124d32cafb27e7b8aa6317992d1bdc03bb74e895'],
  ])('the vector of %s is not believed', (_what, signature) => {
    expect(verify(COMPACT, { 'x-signature': signature })).toBe('mismatch');
  });

  it('is not replaced by a valid API key [SIG-21]', () => {
    expect(verify(bet, { 'x-api-key': API_KEY })).toBe('missing');
  });

  it('of another aggregator is not believed here [SIG-45]', () => {
    const other = acme({ signing_secrets: [NEW_KEY] });
    expect(verify(bet, { 'x-signature': sign(bet) }, other)).toBe('mismatch');
  });

  it('is judged before the body is parsed [SIG-42]', () => {
    expect(verify('<<<not json', { 'x-signature': sign('{}') })).toBe('mismatch');
  });

  it('believes both keys while both are current and names the one that signed [SIG-22]', () => {
    const both = acme({ signing_secrets: [NEW_KEY, KEY] });
    const after = acme({ signing_secrets: [NEW_KEY] });
    expect(verify(bet, { 'x-signature': sign(bet, NEW_KEY) }, both)).toBe('genuine signing-1');
    expect(verify(bet, { 'x-signature': sign(bet, KEY) }, both)).toBe('genuine signing-2');
    expect(verify(bet, { 'x-signature': sign(bet, KEY) }, after)).toBe('mismatch');
  });

  it('refused is told in the same words whatever is wrong with it [SIG-46]', () => {
    const { open } = acme();
    const answer = open.encode({ kind: 'unauthenticated' });
    expect(answer).toEqual({
      status: 401,
      headers: { 'content-type': 'application/json' },
      body: '{"status":"error","code":"bad_signature","message":"The signature is missing or wrong."}',
    });
  });

  it('of the same bytes means the same call again [SIG-29]', () => {
    const [once, again] = [decodeSigned(bet), decodeSigned(bet)];
    expect(once.kind === 'call' && once.call).toEqual(again.kind === 'call' && again.call);
  });
});

describe('the timestamped form', () => {
  const timestamped = acme({ timestamped: true });
  const seconds = NOW_MS / 1_000;
  const at = (stamp: string | undefined, nowMs = NOW_MS, signed = stamp) =>
    timestamped.open.verify(
      request(bet, { 'x-signature': sign(`${signed ?? ''}.${bet}`), 'x-timestamp': stamp }),
      nowMs,
    );

  it('signs the timestamp, a point and the body [SIG-30]', () => {
    const signature = '449f0469ccefb2a5a241e6c72abb438b0ac7e53956689690ad15b935da8061ab';
    const raw = request(COMPACT, { 'x-signature': signature, 'x-timestamp': '1767225600' });
    expect(verdict(timestamped.open.verify(raw, NOW_MS))).toBe('genuine signing-1');
    expect(verdict(acme().open.verify(raw, NOW_MS))).toBe('mismatch');
  });

  it('is believed for 300 seconds to both sides [SIG-30]', () => {
    for (const [ageSeconds, expected] of [
      [0, 'genuine signing-1'],
      [299, 'genuine signing-1'],
      [300, 'genuine signing-1'],
      [301, 'late signing-1'],
      [-300, 'genuine signing-1'],
      [-301, 'expired'],
    ] as const) {
      expect(verdict(at(String(seconds - ageSeconds))), `${ageSeconds} s`).toBe(expected);
    }
  });

  it('hours later is genuine but late, so that a known transaction can still be answered [SIG-33]', () => {
    expect(at(String(seconds), NOW_MS + 4 * 3_600_000)).toMatchObject({ kind: 'genuine', late: true });
  });

  it('cannot be freshened: the timestamp is signed [SIG-33]', () => {
    expect(verdict(at(String(seconds), NOW_MS, String(seconds - 3_600)))).toBe('mismatch');
  });

  it('tells how far a future one is ahead, for the clock', () => {
    expect(at(String(seconds + 400))).toMatchObject({ kind: 'distrust', reason: 'expired', skewMs: -400_000 });
  });

  it('names milliseconds where seconds are agreed [SIG-31]', () => {
    expect(verdict(at(String(NOW_MS)))).toBe('timestamp_unit');
  });

  it.each(['', '-1', '1767225600.5', '0x10', ' 1767225600', '1767225600, 1767225600', 'now', '9'.repeat(1_000)])(
    'does not believe the timestamp %j',
    (stamp) => {
      expect(at(stamp).kind === 'genuine' && verdict(at(stamp))).toBe(false);
    },
  );

  it('without a timestamp is not believed', () => {
    expect(verdict(at(undefined))).toBe('missing');
    const raw = request(bet, { 'x-signature': sign(bet) });
    expect(verdict(timestamped.open.verify(raw, NOW_MS))).toBe('mismatch');
  });
});

it('believes bytes that are no text, too: their meaning is asked later [SIG-11]', () => {
  const bytes = Buffer.from([0xff, 0x00, 0xfe]);
  expect(verdict(acme().open.verify(request(bytes, { 'x-signature': sign(bytes) }), NOW_MS))).toBe('genuine signing-1');
});
