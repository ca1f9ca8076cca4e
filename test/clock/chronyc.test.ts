/** What `chronyc -c tracking` prints, read: five traps, each from a real daemon. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askChain, chronycProbe } from '../../src/clock/chain.ts';
import { parseTracking, readChronyc } from '../../src/clock/chronyc.ts';
import { runCommand } from '../../src/clock/commands.ts';
import type { Run } from '../../src/clock/commands.ts';
import type { Reading, Sample } from '../../src/clock/reading.ts';
import { assess } from '../../src/clock/rules.ts';
import { TRACKING, TRACKING_TEXT } from './tracking.ts';

const HERE = { program: null, host: null, port: null };

/** Reads at a moment that much after the reference time, as the machine's own wrong clock has it. */
function read(line: string, afterMs = 500): Reading {
  const tracking = parseTracking(line);
  const aheadMs = -(tracking?.systemTimeSeconds ?? 0) * 1_000;
  return readChronyc(line, (tracking?.refTimeMs ?? 0) + aheadMs + afterMs);
}

function sampleOf(reading: Reading): Sample {
  const sync = reading.kind === 'measured' ? 'synchronised' : reading.kind === 'unknown' ? 'unknown' : reading.kind;
  return { probe: 'chronyc', measured: reading.kind === 'measured' ? reading : null, sync, asked: [] };
}

const levelOf = (reading: Reading, unsynchronisedForMs = 0) => {
  const { level, reason } = assess({ sample: sampleOf(reading), unsynchronisedForMs, database: null });
  return `${level}: ${reason}`;
};

describe('chronyc', () => {
  it('a missing program is unknown, and the next probe is asked [CLK-01]', async () => {
    const chronyc = chronycProbe(runCommand, () => 0, { ...HERE, program: '/nowhere/chronyc' });
    const sample = await askChain([
      chronyc,
      { name: 'sntp', ask: async () => ({ kind: 'unknown', detail: 'not configured' }) },
    ]);
    expect(sample.asked).toEqual([
      { probe: 'chronyc', outcome: 'unknown', detail: 'there is no /nowhere/chronyc' },
      { probe: 'sntp', outcome: 'unknown', detail: 'not configured' },
    ]);
    expect(assess({ sample, unsynchronisedForMs: 0, database: null })).toMatchObject({
      level: 'warn',
      reason: 'unknown',
    });
  });

  it.each([TRACKING.noDaemon, TRACKING.notAuthorised, '', '\n', 'a,b,c'])(
    'an error on stdout is unknown, whatever the exit code: %j [CLK-02]',
    async (stdout) => {
      for (const exitCode of [0, 1]) {
        const run: Run = async () => ({ kind: 'ran', stdout, exitCode });
        expect((await chronycProbe(run, () => 0, HERE).ask()).kind).toBe('unknown');
      }
    },
  );

  it('a daemon that is not synchronised is no offset of nothing [CLK-03]', () => {
    const reading = read(TRACKING.unsync);
    expect(reading.kind).toBe('unsynchronised');
    expect(levelOf(reading, 60_000)).toBe('warn: unsynchronised');
    expect(levelOf(reading, 5 * 60_000 + 1)).toBe('critical: unsynchronised');
  });

  it('local mode is no external source, although it looks healthy [CLK-04]', () => {
    expect(read(TRACKING.local)).toEqual({ kind: 'local' });
    expect(levelOf(read(TRACKING.local))).toBe('warn: no_external_source');
  });

  it('lost sources show by the age of the last measurement alone [CLK-05]', () => {
    expect(levelOf(read(TRACKING.fresh))).toBe('ok: synchronised');
    expect(levelOf(read(TRACKING.stale, 121_000))).toBe('warn: stale');
  });

  it('2.5 s slow warns; launches are still fine [CLK-06]', () => {
    const reading = read(TRACKING.ahead25);
    expect(reading).toMatchObject({ kind: 'measured', source: '127.0.0.1', updateEveryMs: 1_000 });
    expect(reading.kind === 'measured' && reading.estimate.aheadMs).toBeCloseTo(-2_500.038, 3);
    // root dispersion and half of the root delay
    expect(reading.kind === 'measured' && reading.estimate.boundMs).toBeCloseTo(0.0718045, 6);
    expect(levelOf(reading)).toBe('warn: drift');
  });

  it('45 s fast makes launches fail, and does not look stale for being fast [CLK-07]', () => {
    const reading = read(TRACKING.behind45);
    expect(reading.kind === 'measured' && reading.estimate.aheadMs).toBeCloseTo(44_999.962, 3);
    expect(reading.kind === 'measured' && reading.ageMs).toBeCloseTo(500, 0);
    expect(levelOf(reading)).toBe('launch_fail: drift');
  });

  it('text, system time and last offset agree on the direction, with their three conventions [CLK-08]', () => {
    for (const name of ['ahead25', 'behind45'] as const) {
      const tracking = parseTracking(TRACKING[name]);
      const reading = read(TRACKING[name]);
      const words = /([\d.]+) seconds (slow|fast)/.exec(TRACKING_TEXT[name]);
      const aheadSeconds = Number(words?.[1]) * (words?.[2] === 'fast' ? 1 : -1);
      expect(reading.kind === 'measured' && reading.estimate.aheadMs / 1_000).toBeCloseTo(aheadSeconds, 9);
      expect(tracking?.systemTimeSeconds).toBeCloseTo(-aheadSeconds, 9);
    }
    // Positive means ahead here: the line of a clock whose last measurement found it 2 ms fast.
    const fast = TRACKING.fresh.replace(',0.300036967,0.000005312,', ',-0.002000000,0.002000000,');
    const tracking = parseTracking(fast);
    const reading = read(fast);
    expect(Math.sign(tracking?.lastOffsetSeconds ?? 0)).toBe(1);
    expect(reading.kind === 'measured' && Math.sign(reading.estimate.aheadMs)).toBe(1);
  });

  it('old quad-dotted references, other spellings and unknown words are understood or unknown [CLK-18]', () => {
    expect(read(TRACKING.local.replace('7F7F0101', '127.127.1.1'))).toEqual({ kind: 'local' });
    expect(read(TRACKING.fresh.replace('7F000001', '127.0.0.1')).kind).toBe('measured');
    expect(read(TRACKING.unsync.replace('Not synchronised', 'Not synchronized')).kind).toBe('unsynchronised');
    expect(read(TRACKING.fresh.replace('Normal', 'Normale')).kind).toBe('unknown');
    expect(read(TRACKING.fresh.replaceAll('.', ';')).kind).toBe('unknown');
    expect(read(TRACKING.fresh.replace('Normal', 'Insert second')).kind).toBe('measured');
  });

  it('is asked in the language of programs, without a shell and without names being looked up [CLK-18]', async () => {
    const asked: string[] = [];
    const run: Run = async (file, args) => {
      asked.push([file, ...args].join(' '));
      return { kind: 'ran', stdout: TRACKING.fresh, exitCode: 0 };
    };
    await chronycProbe(run, () => 0, HERE).ask();
    await chronycProbe(run, () => 0, { program: null, host: '127.0.0.1', port: 1_323 }).ask();
    expect(asked).toEqual(['chronyc -n -c tracking', 'chronyc -n -c -h 127.0.0.1 -p 1323 tracking']);
    expect(await runCommand('sh', ['-c', 'printf "$LC_ALL $TZ"; exit 3'])).toEqual({
      kind: 'ran',
      stdout: 'C UTC',
      exitCode: 3,
    });
  });

  it('never throws, whatever is printed', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.string(), { minLength: 14, maxLength: 14 }).map((all) => all.join(',')),
        ),
        (text) => {
          expect(['measured', 'local', 'unsynchronised', 'unknown']).toContain(readChronyc(text, 0).kind);
        },
      ),
    );
  });
});
