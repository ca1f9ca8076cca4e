/**
 * Lists of transactions whose pages nobody has documented: a span is asked for in windows. An answer as long as the longest they give
 * may have been cut, so its window is asked for again in halves, and no more than the next second is ever taken on trust. What is
 * asked for twice changes nothing, because assertions are kept once. Times are whole seconds of UTC, as such lists write them.
 */
import type { Fields } from '../wire/index.ts';
import type { TransactionsAsked } from './dialect.ts';

export interface Window {
  /** epoch ms, whole seconds; `toMs` does not count in */
  readonly fromMs: number;
  readonly toMs: number;
}

const SECOND_MS = 1_000;
const CURSOR = /^(\d{1,16})-(\d{1,16})$/;

const floorSecond = (ms: number): number => Math.floor(ms / SECOND_MS) * SECOND_MS;
const ceilSecond = (ms: number): number => Math.ceil(ms / SECOND_MS) * SECOND_MS;

/** The window that a page is asked for: what its cursor says, or the whole span. A cursor of nobody's making is a RangeError. */
export function windowOf({ fromMs, toMs, cursor }: Pick<TransactionsAsked, 'fromMs' | 'toMs' | 'cursor'>): Window {
  if (cursor === null) return { fromMs: floorSecond(fromMs), toMs: ceilSecond(toMs) };
  const [, from, to] = CURSOR.exec(cursor) ?? [];
  if (from === undefined || to === undefined) throw new RangeError('this is no cursor of windows');
  return { fromMs: Number.parseInt(from, 10), toMs: Number.parseInt(to, 10) };
}

/**
 * The cursor of the window after this one; null: the span is through; `too_full`: not even a second fits into one answer. After a
 * window that was whole the next one is twice as long.
 */
export function nextWindow(asked: Pick<TransactionsAsked, 'toMs'>, window: Window, isFull: boolean) {
  const { fromMs, toMs } = window;
  const endMs = ceilSecond(asked.toMs);
  const lengthMs = toMs - fromMs;
  if (isFull) {
    if (lengthMs <= SECOND_MS) return 'too_full' as const;
    return { cursor: `${fromMs}-${fromMs + floorSecond(lengthMs / 2)}` };
  }
  return toMs >= endMs ? null : { cursor: `${toMs}-${Math.min(endMs, toMs + 2 * lengthMs)}` };
}

const TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(Z|[+-]\d{2}:\d{2})?$/;

/** Epoch milliseconds of a time that may name its zone, and is in UTC where it does not; null: it is no time. */
export function utcTime(text: string): number | null {
  const [, day, time, zone = 'Z'] = TIME.exec(text) ?? [];
  if (day === undefined || time === undefined) return null;
  const ms = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(ms) ? null : ms;
}

/** As `utcTime`, of a field; a misfit is noted in `f`. */
export function utcTimeOf(f: Fields, name: string): number {
  const ms = utcTime(f.text(name, 40));
  if (ms === null) f.refuse(name, 'syntax');
  return ms ?? 0;
}

/** `2026-01-31 23:59:59`, with what stands between day and time; UTC. */
export function utcText(ms: number, between: ' ' | 'T'): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', between);
}
