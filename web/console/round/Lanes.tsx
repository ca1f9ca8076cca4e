/** The picture of a round: three lanes, and who said what to whom, from top to bottom. */
import type { Lane, StoryItem } from '../types.ts';

const LANES: readonly (readonly [Lane, string, number])[] = [
  ['aggregator', 'Aggregator', 110],
  ['gateway', 'Gateway', 400],
  ['ledger', 'Ledger', 690],
];
const WIDTH = 800;
const TOP = 44;
const STEP = 40;
const MOST = 60;
const LONGEST = 40;

const xOf = (lane: Lane): number => LANES.find(([name]) => name === lane)?.[2] ?? 0;
const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

export function Lanes({ items }: { readonly items: readonly StoryItem[] }) {
  const shown = items.slice(0, MOST);
  const height = TOP + shown.length * STEP + 16;
  return (
    <div className="lanes" tabIndex={0} role="region" aria-label="Picture of the round">
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-labelledby="lanes-title">
        <title id="lanes-title">{`Who said what to whom: ${shown.length} steps between aggregator, gateway and ledger`}</title>
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 10 10"
            refX="9"
            refY="5"
            markerWidth="7"
            markerHeight="7"
            orient="auto-start-reverse"
          >
            <path d="M0 0 10 5 0 10z" className="arrow-head" />
          </marker>
        </defs>
        {LANES.map(([name, title, x]) => (
          <g key={name}>
            <line x1={x} y1={TOP - 12} x2={x} y2={height - 8} className="lane-line" />
            <rect x={x - 62} y={4} width={124} height={26} rx={8} className={`lane-head lane-head-${name}`} />
            <text x={x} y={22} textAnchor="middle" className="lane-title">
              {title}
            </text>
          </g>
        ))}
        {shown.map((item, index) => (
          <Step key={item.id} item={item} y={TOP + index * STEP + 18} />
        ))}
      </svg>
      {items.length > MOST ? (
        <p className="dim">
          The first {MOST} of {items.length} steps; the list below has all.
        </p>
      ) : null}
    </div>
  );
}

function Step({ item, y }: { readonly item: StoryItem; readonly y: number }) {
  const from = xOf(item.lane);
  const to = item.to === null ? null : xOf(item.to);
  // Beside its lane: to the right of it, but for the last one.
  const isLast = item.lane === 'ledger';
  const x = to === null ? from + (isLast ? -14 : 14) : (from + to) / 2;
  const anchor = to === null ? (isLast ? 'end' : 'start') : 'middle';
  return (
    <a href={`#${item.id}`} className={`step tone-${item.tone}`} aria-label={`${item.title}. ${item.detail}`}>
      {to === null ? null : <line x1={from} y1={y} x2={to} y2={y} className="step-line" markerEnd="url(#arrow)" />}
      <circle cx={from} cy={y} r={5} className="step-dot" />
      <text x={x} y={to === null ? y + 4 : y - 7} textAnchor={anchor} className="step-words">
        {cut(item.title)}
      </text>
    </a>
  );
}
