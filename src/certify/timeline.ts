/**
 * One scenario as a picture: a lane a connection, a bar a message from its sending to its answer. What is wrong is framed and says
 * what was answered; time in which nothing was said is folded. Pure SVG, readable on paper.
 */
import { xml } from './report-junit.ts';
import type { Exchange } from './world.ts';

const WIDTH = 900;
const LANE = 16;
const LEFT = 210;
/** room for what was answered to what is wrong */
const RIGHT = 200;
const TOP = 22;
/** More lanes than this make no picture; the rest is counted. */
const LANES_MAX = 40;
/** So wide is a stretch of time in which nothing was said, however long it lasted. */
const GAP = 22;
/** The least room for one time at the bottom. */
const TICK = 60;
/** What is longer than this part of all the time in which something was said is such a stretch. */
const GAP_SHARE = 0.06;

const COLOURS = {
  applied: '#2f9e44',
  duplicate: '#8ce99a',
  rejected: '#1971c2',
  uncertain: '#f08c00',
  nonsense: '#9c36b5',
} as const;

export function timeline(exchanges: readonly Exchange[]): string {
  if (exchanges.length === 0) return '';
  const wires = lanesOf(exchanges);
  const shown = exchanges.filter((each) => wires.includes(each.wire));
  const spans = spansOf(shown);
  const x = scaleOf(spans);
  const height = TOP + wires.length * LANE + 26;
  const lanes = wires.map((wire, at) => {
    const y = TOP + at * LANE;
    const first = shown.find((each) => each.wire === wire && each.isWrong) ?? shown.find((each) => each.wire === wire);
    return `<text x="4" y="${y + 11}" font-size="10">${xml(cut(first?.label ?? '', 38))}</text><line x1="${LEFT}" y1="${y + 8}" x2="${WIDTH - RIGHT}" y2="${y + 8}" stroke="#dee2e6"/>`;
  });
  const bars = shown.map((each) => barOf(each, TOP + wires.indexOf(each.wire) * LANE, x));
  const wrong = wires.map((wire, at) => {
    const last = shown.findLast((each) => each.wire === wire && each.isWrong);
    const y = TOP + at * LANE + 11;
    return last === undefined
      ? ''
      : `<text x="${WIDTH - RIGHT + 8}" y="${y}" font-size="10" font-weight="600" fill="#c92a2a">${xml(cut(readingText(last), 34))}</text>`;
  });
  const breaks = spans.slice(1).map(([from]) => breakOf(x(from) - GAP / 2, height));
  const more = exchanges.length - shown.length;
  const note =
    more > 0 ? `<text x="${LEFT}" y="12" font-size="10">and ${more} messages more on other connections</text>` : '';
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="100%" role="img" aria-label="messages over time">${[note, ...lanes, ...breaks, ...bars, ...wrong, ...ticksOf(spans, x, height)].join('')}</svg>`;
}

/** A lane each connection, in the order they were used; those of what is wrong are always among them. */
function lanesOf(exchanges: readonly Exchange[]): readonly number[] {
  const all = [...new Set(exchanges.map((each) => each.wire))];
  const wrong = new Set(exchanges.flatMap((each) => (each.isWrong ? [each.wire] : [])));
  const others = all.filter((wire) => !wrong.has(wire)).slice(0, Math.max(0, LANES_MAX - wrong.size));
  return all.filter((wire) => wrong.has(wire) || others.includes(wire)).slice(0, LANES_MAX);
}

type Span = readonly [fromMs: number, toMs: number];

/** When something was said, with what lies between where that is short. */
function spansOf(exchanges: readonly Exchange[]): readonly Span[] {
  const busy = exchanges
    .map((each): Span => [each.atMs, each.atMs + Math.max(each.tookMs, 0.05)])
    .toSorted((a, b) => a[0] - b[0]);
  const joined = (most: number): Span[] => {
    const spans: Span[] = [];
    for (const [from, to] of busy) {
      const before = spans.at(-1);
      if (before === undefined || from - before[1] > most) spans.push([from, to]);
      else spans[spans.length - 1] = [before[0], Math.max(before[1], to)];
    }
    return spans;
  };
  const talk = joined(0).reduce((sum, [from, to]) => sum + to - from, 0);
  const spans = joined(talk * GAP_SHARE);
  // so many breaks would leave no room for what is between them
  return spans.length > 12 ? [[busy[0]?.[0] ?? 0, Math.max(...busy.map(([, to]) => to))]] : spans;
}

function scaleOf(spans: readonly Span[]): (ms: number) => number {
  const room = WIDTH - LEFT - RIGHT - GAP * (spans.length - 1);
  const total = spans.reduce((sum, [from, to]) => sum + to - from, 0);
  return (ms) => {
    let at = LEFT;
    for (const [from, to] of spans) {
      if (ms <= to) return at + (Math.max(0, ms - from) / total) * room;
      at += ((to - from) / total) * room + GAP;
    }
    return WIDTH - RIGHT;
  };
}

function barOf(each: Exchange, lane: number, x: (ms: number) => number): string {
  const [from, to] = [x(each.atMs), x(each.atMs + each.tookMs)];
  const width = Math.max(2, to - from);
  const edge = each.isWrong ? ' stroke="#e03131" stroke-width="3"' : '';
  return `<rect x="${from.toFixed(1)}" y="${lane + 2}" width="${width.toFixed(1)}" height="12" rx="2" fill="${colourOf(each)}"${edge}><title>${xml(titleOf(each))}</title></rect>`;
}

/** Where something began to be said, and the end; those that would stand on one another are left out. */
function ticksOf(spans: readonly Span[], x: (ms: number) => number, height: number): readonly string[] {
  const times = [...spans.map(([from]) => from), spans.at(-1)?.[1] ?? 0];
  let free = 0;
  return times.flatMap((ms) => {
    const at = x(ms);
    if (at < free) return [];
    free = at + TICK;
    return [`<text x="${at.toFixed(1)}" y="${height - 6}" font-size="10">${ms.toFixed(ms < 10 ? 2 : 0)} ms</text>`];
  });
}

/** Nothing was said here for a while. */
const breakOf = (x: number, height: number): string =>
  `<line x1="${x.toFixed(1)}" y1="${TOP - 4}" x2="${x.toFixed(1)}" y2="${height - 18}" stroke="#868e96" stroke-dasharray="2 4"/>`;

function colourOf({ reading }: Exchange): string {
  return reading.kind === 'applied' && reading.duplicate ? COLOURS.duplicate : COLOURS[reading.kind];
}

export function readingText({ reading, reply, silence }: Exchange): string {
  const status = reply === null ? (silence ?? 'no answer') : String(reply.status);
  switch (reading.kind) {
    case 'applied':
      return `${status} ${reading.duplicate ? 'applied before' : 'applied'}, balance ${reading.balance}`;
    case 'rejected':
      return `${status} ${reading.code}`;
    case 'uncertain':
    case 'nonsense':
      return `${status} ${reading.reason}`;
  }
}

const titleOf = (each: Exchange): string => `${each.label}: ${readingText(each)} after ${each.tookMs.toFixed(2)} ms`;
const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);

export const LEGEND: readonly (readonly [colour: string, meaning: string])[] = [
  [COLOURS.applied, 'applied'],
  [COLOURS.duplicate, 'applied before'],
  [COLOURS.rejected, 'refused'],
  [COLOURS.uncertain, 'ask again, or no answer'],
  [COLOURS.nonsense, 'not understood'],
];
