/**
 * SNTP packets, pure: the question, and what an answer is worth. Only reads time, never sets it. An answer is believed when it
 * repeats what we sent, comes from a synchronised server, and took a bounded time; anything else says why not.
 */
import { Buffer } from 'node:buffer';
import type { Estimate } from './reading.ts';

const PACKET_BYTES = 48;
/** seconds from 1900, where NTP counts from, to 1970 */
const EPOCH_1900_SECONDS = 2_208_988_800;
const ERA_MS = 2 ** 32 * 1_000;
const CLIENT_MODE = 3;
const SERVER_MODE = 4;
export const MAX_ROUND_TRIP_MS = 2_000;

/** A question; `nonce` stands where the time of sending would, so that nobody who did not see it can answer. */
export function sntpQuestion(nonce: Uint8Array): Buffer {
  const packet = Buffer.alloc(PACKET_BYTES);
  packet[0] = (4 << 3) | CLIENT_MODE;
  packet.set(nonce.subarray(0, 8), 40);
  return packet;
}

export type SntpAnswer =
  | { readonly kind: 'measured'; readonly estimate: Estimate; readonly stratum: number }
  /** no answer to our question: late, forged, or no NTP at all; the true one may still come */
  | { readonly kind: 'ignored'; readonly detail: string }
  /** the server asks to be left alone; its code says for how long */
  | { readonly kind: 'kiss'; readonly code: string }
  | { readonly kind: 'useless'; readonly detail: string };

export interface SntpTimes {
  /** our wall clock when the question left */
  readonly sentAtMs: number;
  /** the same clock when the answer came, counted on by the monotonic one */
  readonly receivedAtMs: number;
}

/** Reads one datagram from the asked server. */
export function readSntp(packet: Uint8Array, nonce: Uint8Array, times: SntpTimes): SntpAnswer {
  if (packet.byteLength < PACKET_BYTES) return { kind: 'ignored', detail: 'too short for NTP' };
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, PACKET_BYTES);
  const first = bytes.readUInt8(0);
  const [leap, mode, stratum] = [first >> 6, first & 7, bytes.readUInt8(1)];
  if (mode !== SERVER_MODE) return { kind: 'ignored', detail: `mode ${mode} is no server's answer` };
  if (!bytes.subarray(24, 32).equals(Buffer.from(nonce.subarray(0, 8))))
    return { kind: 'ignored', detail: 'answers another question than ours' };
  if (stratum === 0) {
    const code = bytes.toString('latin1', 12, 16).replaceAll(/[^A-Z]/g, '');
    return code === '' ? { kind: 'useless', detail: 'the server is not synchronised' } : { kind: 'kiss', code };
  }
  if (leap === 3 || stratum > 15) return { kind: 'useless', detail: 'the server is not synchronised' };
  const [t1, t4] = [times.sentAtMs, times.receivedAtMs];
  const [t2, t3] = [readTimestamp(bytes, 32, t1), readTimestamp(bytes, 40, t1)];
  if (t2 === null || t3 === null) return { kind: 'useless', detail: 'the server does not say the time' };
  // How long the server held it does not count; a server that claims more than it took is not believed.
  const roundTripMs = t4 - t1 - (t3 - t2);
  if (t3 < t2 || roundTripMs < -1 || t4 < t1) return { kind: 'useless', detail: 'its times contradict each other' };
  if (roundTripMs > MAX_ROUND_TRIP_MS) return { kind: 'useless', detail: `took ${Math.round(roundTripMs)} ms` };
  const rootDelayMs = (bytes.readUInt32BE(4) / 65_536) * 1_000;
  const rootDispersionMs = (bytes.readUInt32BE(8) / 65_536) * 1_000;
  const behindMs = (t2 - t1 + (t3 - t4)) / 2;
  const boundMs = Math.max(0, roundTripMs) / 2 + rootDelayMs / 2 + rootDispersionMs;
  return { kind: 'measured', estimate: { aheadMs: -behindMs, boundMs }, stratum };
}

/** A timestamp of 32 bits of seconds and 32 of fraction, in the era that is nearest to `aroundMs`; null when it is not set. */
function readTimestamp(bytes: Buffer, at: number, aroundMs: number): number | null {
  const [seconds, fraction] = [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
  if (seconds === 0 && fraction === 0) return null;
  const inFirstEra = (seconds - EPOCH_1900_SECONDS) * 1_000 + (fraction / 2 ** 32) * 1_000;
  return inFirstEra + Math.round((aroundMs - inFirstEra) / ERA_MS) * ERA_MS;
}

/**
 * One estimate of several servers': the largest group whose ranges overlap, if that is more than half of those who answered;
 * of that group the surest. Null when they disagree.
 */
export function agreedEstimate<Answer extends { readonly estimate: Estimate }>(
  answers: readonly Answer[],
): Answer | null {
  const overlaps = (a: Estimate, b: Estimate) => Math.abs(a.aheadMs - b.aheadMs) <= a.boundMs + b.boundMs + 1;
  const groups = answers.map((each) => answers.filter((other) => overlaps(each.estimate, other.estimate)));
  const [largest = []] = groups.toSorted((a, b) => b.length - a.length);
  if (largest.length * 2 <= answers.length) return null;
  return largest.toSorted((a, b) => a.estimate.boundMs - b.estimate.boundMs)[0] ?? null;
}
