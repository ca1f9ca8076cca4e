/** One scenario as a picture: a lane a connection, a bar a message from its sending to its answer. Pure SVG, readable on paper. */
import { xml } from './report-junit.ts';
import type { Exchange } from './world.ts';

const WIDTH = 900;
const LANE = 16;
const LEFT = 150;
const TOP = 22;
/** More lanes than this make no picture; the rest is counted. */
const LANES_MAX = 40;

const COLOURS = {
  applied: '#2f9e44',
  duplicate: '#8ce99a',
  rejected: '#1971c2',
  uncertain: '#f08c00',
  nonsense: '#9c36b5',
} as const;

export function timeline(exchanges: readonly Exchange[]): string {
  const shown = exchanges.slice(0, 200);
  if (shown.length === 0) return '';
  const from = Math.min(...shown.map((each) => each.atMs));
  const to = Math.max(...shown.map((each) => each.atMs + each.tookMs), from + 1);
  const x = (ms: number): number => LEFT + ((ms - from) / (to - from)) * (WIDTH - LEFT - 10);
  const wires = [...new Set(shown.map((each) => each.wire))].slice(0, LANES_MAX);
  const height = TOP + wires.length * LANE + 26;
  const lanes = wires.map((wire, at) => {
    const y = TOP + at * LANE;
    const first = shown.find((each) => each.wire === wire);
    return `<text x="4" y="${y + 11}" font-size="10">${xml(cut(first?.label ?? '', 26))}</text><line x1="${LEFT}" y1="${y + 8}" x2="${WIDTH - 10}" y2="${y + 8}" stroke="#dee2e6"/>`;
  });
  const bars = shown
    .filter((each) => wires.includes(each.wire))
    .map((each) => {
      const y = TOP + wires.indexOf(each.wire) * LANE + 2;
      const width = Math.max(2, x(each.atMs + each.tookMs) - x(each.atMs));
      const edge = each.isWrong ? ' stroke="#e03131" stroke-width="3"' : '';
      return `<rect x="${x(each.atMs).toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="12" rx="2" fill="${colourOf(each)}"${edge}><title>${xml(titleOf(each))}</title></rect>`;
    });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const ms = from + (to - from) * share;
    return `<text x="${x(ms).toFixed(1)}" y="${height - 6}" font-size="10" text-anchor="middle">${ms.toFixed(ms < 10 ? 2 : 0)} ms</text>`;
  });
  const more = exchanges.length - shown.length;
  const note = more > 0 ? `<text x="${LEFT}" y="12" font-size="10">and ${more} messages more</text>` : '';
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="100%" role="img" aria-label="messages over time">${note}${lanes.join('')}${bars.join('')}${ticks.join('')}</svg>`;
}

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
