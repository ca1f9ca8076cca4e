/**
 * Reads what `chronyc -c tracking` prints. Pure. Five traps, each seen on a real chronyd: unsynchronised looks like a perfect
 * offset of nothing with exit code 0; local mode looks healthy; a lost source keeps `Normal` and only its age tells; errors
 * come on stdout; and the two offsets of a line have opposite signs. So the exit code alone is never believed.
 */
import type { Reading } from './reading.ts';
import { unknown } from './reading.ts';

const FIELDS = 14;
/** the machine's own clock as reference: `7F7F` and the number of the local clock; `127.127.x.x` in old versions */
const LOCAL_REFERENCE = /^(?:7F7F[0-9A-F]{4}|127\.127\.\d{1,3}\.\d{1,3})$/i;
const SYNCHRONISED = new Set(['Normal', 'Insert second', 'Delete second']);
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** What of the line is used, with the signs as chronyd has them. */
export interface Tracking {
  readonly referenceId: string;
  readonly source: string;
  readonly stratum: number;
  /** epoch of the last measurement, in true time */
  readonly refTimeMs: number;
  /** positive: the system clock is slow */
  readonly systemTimeSeconds: number;
  /** positive: the local clock was ahead */
  readonly lastOffsetSeconds: number;
  readonly rootDelaySeconds: number;
  readonly rootDispersionSeconds: number;
  readonly updateIntervalSeconds: number;
  readonly leap: string;
}

/** The one line of fourteen fields; null for anything else, such as `506 Cannot talk to daemon`. */
export function parseTracking(stdout: string): Tracking | null {
  const lines = stdout.split(/\r?\n/).filter((line) => line.trim() !== '');
  const line = lines.find((each) => each.split(',').length === FIELDS);
  if (line === undefined) return null;
  const fields = line.split(',').map((field) => field.trim());
  const [referenceId = '', source = ''] = fields;
  const leap = fields[13] ?? '';
  const numbers = fields.slice(2, 13);
  if (referenceId === '' || leap === '' || !numbers.every((text) => NUMBER.test(text))) return null;
  const [stratum = 0, refTime = 0, systemTime = 0, lastOffset = 0] = numbers.map(Number);
  const [rootDelay = 0, rootDispersion = 0, updateInterval = 0] = numbers.slice(8).map(Number);
  return {
    referenceId,
    source,
    stratum,
    refTimeMs: refTime * 1_000,
    systemTimeSeconds: systemTime,
    lastOffsetSeconds: lastOffset,
    rootDelaySeconds: rootDelay,
    rootDispersionSeconds: rootDispersion,
    updateIntervalSeconds: updateInterval,
    leap,
  };
}

/** What the output means. `wallNowMs` is this machine's own time at that moment. */
export function readChronyc(stdout: string, wallNowMs: number): Reading {
  const tracking = parseTracking(stdout);
  if (tracking === null) return unknown(firstLine(stdout) ?? 'chronyc printed nothing');
  const { leap, stratum, referenceId } = tracking;
  if (stratum === 0 || /^0{8}$/.test(referenceId) || /^not synchroni[sz]ed$/i.test(leap))
    return { kind: 'unsynchronised', detail: 'chronyd has no source it follows' };
  if (!SYNCHRONISED.has(leap)) return unknown(`chronyd reports the leap status "${leap.slice(0, 40)}"`);
  if (LOCAL_REFERENCE.test(referenceId)) return { kind: 'local' };
  const aheadMs = -tracking.systemTimeSeconds * 1_000;
  const boundMs = (tracking.rootDispersionSeconds + tracking.rootDelaySeconds / 2) * 1_000;
  return {
    kind: 'measured',
    estimate: { aheadMs, boundMs },
    // The reference time is true time: compared with a wrong clock as it stands, a fast clock would look stale.
    ageMs: Math.abs(wallNowMs - aheadMs - tracking.refTimeMs),
    updateEveryMs: tracking.updateIntervalSeconds * 1_000,
    source: tracking.source === '' ? referenceId : tracking.source,
  };
}

function firstLine(text: string): string | null {
  const line = text.split(/\r?\n/).find((each) => each.trim() !== '');
  return line === undefined ? null : line.trim().slice(0, 120);
}
