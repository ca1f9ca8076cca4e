/** The built-in SNTP client against a server on loopback that can be wrong, rude, slow or silent. */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreedEstimate, MAX_ROUND_TRIP_MS, readSntp, sntpQuestion } from '../../src/clock/sntp.ts';
import { createSntpClient } from '../../src/clock/sntp-client.ts';
import { systemClock } from '../../src/platform/index.ts';
import type { Clock } from '../../src/platform/index.ts';
import { startNtp } from '../support/ntp.ts';
import type { NtpBehaviour } from '../support/ntp.ts';

/** Where an answer comes it is waited for; of those who never give a true one, long enough to hear what they say. */
async function ask(behaviour: NtpBehaviour) {
  const neverTrue = behaviour.silent === true || behaviour.wrongOriginate === true || behaviour.bytes !== undefined;
  const timeoutMs = neverTrue ? 1_000 : 30_000;
  await using ntp = await startNtp(behaviour);
  return await createSntpClient({ servers: [ntp.server], clock: systemClock, timeoutMs }).ask();
}

describe('SNTP', () => {
  it('measures a clock that is right, slow, or fast [CLK-08]', async () => {
    for (const offsetMs of [0, 2_500, -45_000]) {
      const reading = await ask({ offsetMs });
      expect(reading.kind).toBe('measured');
      if (reading.kind !== 'measured') return;
      // The way there and back may be slow, which the bound knows; a millisecond for what the timestamps leave out.
      expect(Math.abs(reading.estimate.aheadMs + offsetMs)).toBeLessThan(reading.estimate.boundMs + 1);
      expect(reading.estimate.boundMs).toBeLessThan(MAX_ROUND_TRIP_MS / 2);
    }
  });

  it.each([
    [{ stratum: 0 }, /not synchronised/],
    [{ stratum: 16 }, /not synchronised/],
    [{ leap: 3 }, /not synchronised/],
    [{ wrongOriginate: true }, /another question/],
    [{ silent: true }, /no answer/],
    [{ bytes: 20 }, /too short/],
    [{ kiss: 'DENY' }, /left alone \(DENY\)/],
  ] satisfies readonly (readonly [NtpBehaviour, RegExp])[])('believes no %j', async (behaviour, why) => {
    const reading = await ask(behaviour);
    expect(reading.kind).toBe('unknown');
    expect(reading.kind === 'unknown' && reading.detail).toMatch(why);
  });

  it('waits for the true answer behind a forged one', async () => {
    const reading = await ask({ forgedFirst: true, offsetMs: 7_000 });
    expect(reading.kind === 'measured' && Math.abs(reading.estimate.aheadMs + 7_000) < 1_000).toBe(true);
  });

  it('counts half of the way there and back, and what the server says of itself, as uncertain', async () => {
    const reading = await ask({ delayMs: 120, rootDelayMs: 40, rootDispersionMs: 30 });
    expect(reading.kind === 'measured' && reading.estimate.boundMs).toBeGreaterThan(105);
    expect(reading.kind === 'measured' && Math.abs(reading.estimate.aheadMs)).toBeLessThanOrEqual(
      reading.kind === 'measured' ? reading.estimate.boundMs : 0,
    );
  });

  it('an answer that took more than two seconds says nothing', () => {
    const nonce = Buffer.from('12345678');
    const packet = Buffer.alloc(48);
    packet.writeUInt8((4 << 3) | 4, 0);
    packet.writeUInt8(1, 1);
    nonce.copy(packet, 24);
    packet.writeUInt32BE(4_000_000_000, 32);
    packet.writeUInt32BE(4_000_000_000, 40);
    const sentAtMs = (4_000_000_000 - 2_208_988_800) * 1_000;
    expect(readSntp(packet, nonce, { sentAtMs, receivedAtMs: sentAtMs + 2_001 })).toMatchObject({ kind: 'useless' });
    expect(readSntp(packet, nonce, { sentAtMs, receivedAtMs: sentAtMs + 1_000 })).toMatchObject({
      kind: 'measured',
      estimate: { aheadMs: 500, boundMs: 500 },
    });
  });

  it('understands the era after 2036', () => {
    const nonce = Buffer.from('12345678');
    const packet = Buffer.alloc(48);
    packet.writeUInt8((4 << 3) | 4, 0);
    packet.writeUInt8(1, 1);
    nonce.copy(packet, 24);
    const atMs = Date.parse('2040-01-01T00:00:00Z');
    const seconds = (atMs / 1_000 + 2_208_988_800) % 2 ** 32;
    packet.writeUInt32BE(seconds, 32);
    packet.writeUInt32BE(seconds, 40);
    expect(readSntp(packet, nonce, { sentAtMs: atMs, receivedAtMs: atMs })).toMatchObject({
      estimate: { aheadMs: -0 },
    });
  });

  it('leaves a server alone that asks for it: a quarter of an hour for RATE, for good for DENY; by the monotonic clock [CLK-09]', async () => {
    await using ntp = await startNtp({ kiss: 'RATE' });
    let [stepMs, elapsedMs] = [0, 0];
    const clock: Clock = { now: () => Date.now() + stepMs, monotonic: () => elapsedMs };
    const client = createSntpClient({ servers: [ntp.server], clock, timeoutMs: 30_000 });
    await client.ask();
    ntp.behave({ kiss: 'DENY' });
    stepMs = 3_600_000;
    expect(await client.ask()).toMatchObject({ kind: 'unknown', detail: 'every NTP server asked to be left alone' });
    expect(ntp.asked()).toBe(1);
    elapsedMs = 15 * 60_000;
    await client.ask();
    expect(ntp.asked()).toBe(2);
    elapsedMs = 24 * 3_600_000;
    await client.ask();
    expect(ntp.asked()).toBe(2);
  });

  it('of several servers believes the majority, and nobody when there is none', async () => {
    await using right = await startNtp();
    await using alsoRight = await startNtp({ rootDispersionMs: 5 });
    await using wrong = await startNtp({ offsetMs: 60_000 });
    const client = (...all: readonly { server: { host: string; port: number } }[]) =>
      createSntpClient({ servers: all.map((each) => each.server), clock: systemClock, timeoutMs: 30_000 });
    const reading = await client(wrong, alsoRight, right).ask();
    expect(reading.kind === 'measured' && Math.abs(reading.estimate.aheadMs) < 1_000).toBe(true);
    expect(await client(wrong, right).ask()).toEqual({
      kind: 'unknown',
      detail: 'the NTP servers disagree with each other',
    });
  });

  it('an unknown name, a closed port and no server at all are unknown', async () => {
    const of = async (servers: readonly { host: string; port: number }[]) =>
      createSntpClient({ servers, clock: systemClock, timeoutMs: 300 }).ask();
    expect((await of([])).kind).toBe('unknown');
    expect((await of([{ host: 'no-such-host.invalid', port: 123 }])).kind).toBe('unknown');
    expect((await of([{ host: '127.0.0.1', port: 9 }])).kind).toBe('unknown');
  });

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes, nonce) => {
        readSntp(bytes, nonce, { sentAtMs: 1_000, receivedAtMs: 1_001 });
      }),
    );
    expect(sntpQuestion(Buffer.from('12345678'))).toHaveLength(48);
  });

  it('agreement needs more than half', () => {
    const of = (aheadMs: number) => ({ estimate: { aheadMs, boundMs: 10 } });
    expect(agreedEstimate([of(0)])).toEqual(of(0));
    expect(agreedEstimate([of(0), of(500)])).toBeNull();
    expect(agreedEstimate([of(0), of(500), of(510)])).toEqual(of(500));
    expect(agreedEstimate([])).toBeNull();
  });
});
