/**
 * Real chronyds of the distribution, read by the real chronyc through the real code. They never touch this machine's clock
 * (`-x`) and talk to loopback only. Left out, with a line that says so, where chronyd is not installed.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { askChain, chronycProbe } from '../../src/clock/chain.ts';
import { runCommand } from '../../src/clock/commands.ts';
import type { Sample } from '../../src/clock/reading.ts';
import { assess } from '../../src/clock/rules.ts';
import { startNtp } from '../support/ntp.ts';

const PLACES = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
const chronyd = PLACES.map((place) => path.join(place, 'chronyd')).find(isProgram);
if (chronyd === undefined) process.stdout.write('chronyd is not on PATH: its tests are left out\n');

const PATIENCE_MS = 60_000;

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** A chronyd that controls no clock, with these lines in its configuration; gone when disposed. */
async function startChronyd(lines: readonly string[]) {
  const dir = mkdtempSync(path.join(tmpdir(), 'croupier-chronyd-'));
  const port = await freeUdpPort();
  const file = path.join(dir, 'chrony.conf');
  const settings = [`cmdport ${port}`, 'bindcmdaddress 127.0.0.1', 'bindcmdaddress /', 'port 0', `pidfile ${dir}/pid`];
  writeFileSync(file, [...settings, ...lines, ''].join('\n'));
  const child = spawn(chronyd ?? '', ['-x', '-d', '-U', '-u', userInfo().username, '-f', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const probe = chronycProbe(runCommand, () => Date.now(), { program: null, host: '127.0.0.1', port });
  /** Asks until the sample is as wanted, and gives that one. */
  const until = async (wanted: (sample: Sample) => boolean): Promise<Sample> => {
    const startedAt = performance.now();
    for (;;) {
      const sample = await askChain([probe]);
      if (wanted(sample)) return sample;
      if (performance.now() - startedAt > PATIENCE_MS)
        throw new Error(`chronyd did not come so far: ${JSON.stringify(sample)}\n${said}`);
      await sleep(200);
    }
  };
  return {
    until,
    /** not yet answering is unknown; everything else is an answer */
    answer: async () => until((sample) => sample.asked[0]?.outcome !== 'unknown'),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await ended;
      clearTimeout(timer);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const source = (port: number) => `server 127.0.0.1 port ${port} iburst minpoll -2 maxpoll -2`;
const stateOf = (sample: Sample, unsynchronisedForMs = 0) => {
  const { level, reason } = assess({ sample, unsynchronisedForMs, database: null });
  return `${level}: ${reason}`;
};
/** A first measurement may be too coarse to say more than that; on a busy machine it takes a few. */
const hasState = (state: string) => (sample: Sample) => sample.measured !== null && stateOf(sample) === state;

describe.skipIf(chronyd === undefined)('a real chronyd', () => {
  it('without a source is not synchronised, although it reports no offset [CLK-03]', async () => {
    await using daemon = await startChronyd([]);
    const sample = await daemon.answer();
    expect(sample).toMatchObject({ probe: null, measured: null, sync: 'unsynchronised' });
    expect(stateOf(sample)).toBe('warn: unsynchronised');
    expect(stateOf(sample, 301_000)).toBe('critical: unsynchronised');
  });

  it('in local mode has no external source [CLK-04]', async () => {
    await using daemon = await startChronyd(['local stratum 10']);
    expect(stateOf(await daemon.until((sample) => sample.sync === 'local'))).toBe('warn: no_external_source');
  });

  it('synchronised to a source on loopback is good', async () => {
    await using ntp = await startNtp();
    await using daemon = await startChronyd([source(ntp.port)]);
    const sample = await daemon.until(hasState('ok: synchronised'));
    expect(sample).toMatchObject({ probe: 'chronyc', sync: 'synchronised', measured: { source: '127.0.0.1' } });
    expect(Math.abs(sample.measured?.estimate.aheadMs ?? Number.NaN)).toBeLessThan(1_000);
  });

  it('with a source that is 2.5 s ahead says that this clock is 2.5 s slow [CLK-06] [CLK-08]', async () => {
    await using ntp = await startNtp({ offsetMs: 2_500 });
    await using daemon = await startChronyd([source(ntp.port)]);
    const sample = await daemon.until(hasState('warn: drift'));
    const { aheadMs, boundMs } = sample.measured?.estimate ?? { aheadMs: Number.NaN, boundMs: 0 };
    expect(Math.abs(aheadMs + 2_500)).toBeLessThan(100 + boundMs);
    expect(sample.measured?.ageMs).toBeLessThan(PATIENCE_MS);
  });

  it('that is down is unknown [CLK-02]', async () => {
    const port = await freeUdpPort();
    const probe = chronycProbe(runCommand, () => Date.now(), { program: null, host: '127.0.0.1', port });
    const reading = await probe.ask();
    expect(reading).toEqual({ kind: 'unknown', detail: '506 Cannot talk to daemon' });
  });
});
