/**
 * Reads what `timedatectl` of systemd prints: whether the kernel counts as synchronised, and, where systemd-timesyncd keeps
 * the time, its last measurement. Pure. That measurement is history, not the present error, so it travels with its age.
 */
import type { Reading } from './reading.ts';
import { unknown } from './reading.ts';

export interface TimedatectlOutput {
  /** `timedatectl show -p NTPSynchronized --value` */
  readonly synchronised: string;
  /** `timedatectl timesync-status`; '' where there is no timesyncd */
  readonly status: string;
  /** `timedatectl show-timesync --all`; '' likewise */
  readonly message: string;
}

/** What the three outputs mean together. */
export function readTimedatectl(output: TimedatectlOutput, wallNowMs: number): Reading {
  const said = output.synchronised.trim();
  if (said === 'no') return { kind: 'unsynchronised', detail: 'systemd counts the clock as not synchronised' };
  if (said !== 'yes')
    return unknown(said === '' ? 'timedatectl printed nothing' : (said.split('\n')[0]?.slice(0, 120) ?? ''));
  const field = (name: string) => new RegExp(`^\\s*${name}:\\s*(.+)$`, 'm').exec(output.status)?.[1]?.trim() ?? null;
  const inMessage = (name: string) => new RegExp(`\\b${name}=([^,}]+)`).exec(output.message)?.[1]?.trim() ?? null;
  const leap = field('Leap') ?? inMessage('Leap');
  if (leap === '3' || leap === 'not synchronized')
    return { kind: 'unsynchronised', detail: 'the time server of systemd-timesyncd is not synchronised itself' };
  const offsetMs = spanMs(field('Offset'));
  // Without a packet there is no message, and the offset is that of nothing.
  if (offsetMs === null || field('Packet count') === '0' || inMessage('PacketCount') === '0')
    return { kind: 'synchronised' };
  const distanceMs = spanMs(field('Root distance')?.split('(')[0]?.trim() ?? null);
  const jitterMs = spanMs(field('Jitter')) ?? 0;
  const measuredAtMs = instantMs(inMessage('DestinationTimestamp'));
  return {
    kind: 'measured',
    // Its offset is positive when the local clock is behind.
    estimate: { aheadMs: -offsetMs, boundMs: (distanceMs ?? 100) + jitterMs },
    ageMs: measuredAtMs === null ? null : Math.abs(wallNowMs - measuredAtMs),
    updateEveryMs: spanMs(field('Poll interval')?.split('(')[0]?.trim() ?? null),
    source: field('Server') ?? 'systemd-timesyncd',
  };
}

const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A span as systemd words it, such as `+316us`, `-1.5s` or `34min 8s`; null when it is none. */
export function spanMs(text: string | null): number | null {
  if (text === null) return null;
  const sign = text.startsWith('-') ? -1 : 1;
  const words = text.replace(/^[+-]/, '').trim();
  if (words === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:us|ms|min|s|h|d)\s*)+$/.test(words)) return null;
  const parts = [...words.matchAll(/(\d+(?:\.\d+)?)(us|ms|min|s|h|d)/g)];
  return sign * parts.reduce((sum, [, digits = '0', unit = 's']) => sum + Number(digits) * (UNIT_MS[unit] ?? 0), 0);
}

/** An instant as systemd prints it under `TZ=UTC`: `Mon 2026-11-23 08:00:00 UTC`. */
function instantMs(text: string | null): number | null {
  const parts = /(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(\.\d+)? UTC/.exec(text ?? '');
  if (parts === null) return null;
  const at = Date.parse(`${parts[1]}T${parts[2]}Z`);
  return Number.isNaN(at) ? null : at;
}
