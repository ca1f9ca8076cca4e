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
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="group" aria-labelledby="lanes-title">
        <title id="lanes-title">{`Who said what to whom: ${shown.length} steps between aggregator, gateway and ledger`}</title>
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
  // A decision is what the gateway asked the ledger for.
  const from = xOf(item.kind === 'decision' ? 'gateway' : item.lane);
  const to = item.kind === 'decision' ? xOf('ledger') : item.to === null ? null : xOf(item.to);
  const words = cut(shortOf(item));
  return (
    <a href={`#${item.id}`} className={`step tone-${item.tone}`} aria-label={`${words}. ${item.detail}`}>
      {to === null ? null : <Arrow from={from} to={to} y={y} />}
      <circle cx={from} cy={y} r={5} className="step-dot" />
      <text
        x={to === null ? from + 14 : (from + to) / 2}
        y={to === null ? y + 4 : y - 7}
        textAnchor={to === null ? 'start' : 'middle'}
        className="step-words"
      >
        {words}
      </text>
    </a>
  );
}

function Arrow({ from, to, y }: { readonly from: number; readonly to: number; readonly y: number }) {
  const back = to > from ? -10 : 10;
  return (
    <>
      <line x1={from} y1={y} x2={to + back} y2={y} className="step-line" />
      <polygon points={`${to},${y} ${to + back},${y - 5} ${to + back},${y + 5}`} className="step-dot" />
    </>
  );
}

/** Ids are long, and the list below has them. */
const shortOf = ({ title, reference }: StoryItem): string =>
  reference === null ? title : title.replace(` ${reference}`, '');
