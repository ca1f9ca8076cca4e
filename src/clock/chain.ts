/**
 * The chain of probes: the machine's daemons, then NTP servers, then what the aggregators' answers say. Each is asked only as
 * long as nobody has measured; what a daemon says about being synchronised stays said, whoever measures in the end. A probe
 * that fails is a finding, never an exception (CLK-01, CLK-02).
 */
import { readChronyc } from './chronyc.ts';
import type { Run } from './commands.ts';
import type { ProbeName, Reading, Sample } from './reading.ts';
import { unknown } from './reading.ts';
import { readTimedatectl } from './timedatectl.ts';

export interface Probe {
  readonly name: ProbeName;
  readonly ask: () => Promise<Reading>;
}

export interface ChronycAt {
  /** the program, and where its daemon listens for commands; both null for the usual ones */
  readonly program: string | null;
  readonly host: string | null;
  readonly port: number | null;
}

/** `chronyc`, without looking names up, machine-readable. */
export function chronycProbe(run: Run, now: () => number, at: ChronycAt): Probe {
  const where = [...(at.host === null ? [] : ['-h', at.host]), ...(at.port === null ? [] : ['-p', String(at.port)])];
  return {
    name: 'chronyc',
    ask: async () => {
      const ran = await run(at.program ?? 'chronyc', ['-n', '-c', ...where, 'tracking']);
      return ran.kind === 'failed' ? unknown(ran.detail) : readChronyc(ran.stdout, now());
    },
  };
}

export function timedatectlProbe(run: Run, now: () => number): Probe {
  const ask = async (...args: readonly string[]) => {
    const ran = await run('timedatectl', args);
    return ran.kind === 'ran' && ran.exitCode === 0 ? ran.stdout : '';
  };
  return {
    name: 'timedatectl',
    ask: async () => {
      const first = await run('timedatectl', ['show', '-p', 'NTPSynchronized', '--value']);
      if (first.kind === 'failed') return unknown(first.detail);
      // In a container there is no systemd to ask; it says so on stderr and ends with 1.
      if (first.exitCode !== 0) return unknown('systemd cannot be asked');
      const said = first.stdout.trim() === 'yes';
      const [status, message] = said
        ? await Promise.all([ask('timesync-status', '--no-pager'), ask('show-timesync', '--all', '--no-pager')])
        : ['', ''];
      return readTimedatectl({ synchronised: first.stdout, status, message }, now());
    },
  };
}

/** Asks one after another until somebody has measured. */
export async function askChain(probes: readonly Probe[]): Promise<Sample> {
  const asked: Sample['asked'][number][] = [];
  let sync: Sample['sync'] = 'unknown';
  for (const { name, ask } of probes) {
    const reading = await ask().catch(() => unknown('the probe failed'));
    asked.push({ probe: name, outcome: reading.kind, detail: 'detail' in reading ? reading.detail : '' });
    // The first daemon that answers is the one that keeps the time.
    if (sync === 'unknown' && (reading.kind === 'local' || reading.kind === 'unsynchronised')) sync = reading.kind;
    if (reading.kind === 'synchronised' && sync === 'unknown') sync = 'synchronised';
    if (reading.kind === 'measured') {
      const isDaemon = name === 'chronyc' || name === 'timedatectl';
      return { probe: name, measured: reading, sync: isDaemon && sync === 'unknown' ? 'synchronised' : sync, asked };
    }
  }
  return { probe: null, measured: null, sync, asked };
}
