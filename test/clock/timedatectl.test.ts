/** What timedatectl prints, read. */
import { describe, expect, it } from 'vitest';
import { timedatectlProbe } from '../../src/clock/chain.ts';
import type { Run } from '../../src/clock/commands.ts';
import { readTimedatectl, spanMs } from '../../src/clock/timedatectl.ts';

const NOW = Date.parse('2026-11-23T08:00:30Z');
const STATUS = `       Server: 192.0.2.1 (time.example)
Poll interval: 34min 8s (min: 32s; max 34min 8s)
         Leap: normal
      Version: 4
      Stratum: 1
    Reference: GPS
    Precision: 1us (-20)
Root distance: 1.2ms (max: 5s)
       Offset: +316us
        Delay: 1.1ms
       Jitter: 800us
 Packet count: 7
    Frequency: +1.2ppm
`;
const MESSAGE =
  'NTPMessage={ Leap=0, Version=4, Mode=4, Stratum=1, Precision=-20, RootDelay=0, RootDispersion=1.2ms, Reference=GPS, OriginateTimestamp=Mon 2026-11-23 08:00:00 UTC, ReceiveTimestamp=Mon 2026-11-23 08:00:00 UTC, TransmitTimestamp=Mon 2026-11-23 08:00:00 UTC, DestinationTimestamp=Mon 2026-11-23 08:00:00 UTC, Ignored=no, PacketCount=7, Jitter=800us }\n';
const read = (synchronised: string, status = STATUS, message = MESSAGE) =>
  readTimedatectl({ synchronised, status, message }, NOW);

describe('timedatectl', () => {
  it('gives the last offset with its age; a positive one means a slow clock [CLK-08]', () => {
    const reading = read('yes\n');
    expect(reading).toMatchObject({ kind: 'measured', ageMs: 30_000, updateEveryMs: 2_048_000 });
    expect(reading.kind === 'measured' && reading.estimate.aheadMs).toBeCloseTo(-0.316, 6);
    expect(reading.kind === 'measured' && reading.estimate.boundMs).toBeCloseTo(2, 6);
  });

  it('says synchronised without a figure where another daemon keeps the time, or nothing was received yet', () => {
    expect(read('yes\n', '', '')).toEqual({ kind: 'synchronised' });
    expect(read('yes\n', STATUS.replace('Packet count: 7', 'Packet count: 0')).kind).toBe('synchronised');
  });

  it('a server that is not synchronised itself counts for nothing [CLK-03]', () => {
    expect(read('yes\n', STATUS.replace('Leap: normal', 'Leap: not synchronized')).kind).toBe('unsynchronised');
    expect(read('yes\n', '', MESSAGE.replace('Leap=0', 'Leap=3')).kind).toBe('unsynchronised');
    expect(read('no\n').kind).toBe('unsynchronised');
  });

  it('in a container it is unknown [CLK-12]', async () => {
    const container: Run = async () => ({ kind: 'ran', stdout: '', exitCode: 1 });
    expect(await timedatectlProbe(container, () => NOW).ask()).toEqual({
      kind: 'unknown',
      detail: 'systemd cannot be asked',
    });
    const missing: Run = async (file) => ({ kind: 'failed', detail: `there is no ${file}` });
    expect((await timedatectlProbe(missing, () => NOW).ask()).kind).toBe('unknown');
    expect(read('System has not been booted with systemd as init system').kind).toBe('unknown');
  });

  it.each([
    ['+316us', 0.316],
    ['-1.5s', -1_500],
    ['34min 8s', 2_048_000],
    ['1h 2min', 3_720_000],
    ['0', 0],
    ['soon', null],
    ['', null],
    [null, null],
  ])('reads the span %j', (text, ms) => {
    expect(spanMs(text)).toEqual(ms === null ? null : expect.closeTo(ms, 6));
  });
});
