/** Every node's clock with the thresholds drawn: within one second is well, from fifteen on it is grave, from thirty launches fail. */
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api.ts';
import { Panel } from '../parts/Panel.tsx';
import { Nothing, Shown, State } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import type { ClockReport } from '../types.ts';

const MARKS = [1, 15, 30] as const;
const WIDTH = 300;
const MOST_SECONDS = 60;

/** Seconds to a place: near zero is where it matters, so the scale is that of logarithms in both directions. */
export function placeOf(seconds: number): number {
  const size = Math.log1p(Math.min(Math.abs(seconds), MOST_SECONDS)) / Math.log1p(MOST_SECONDS);
  return WIDTH / 2 + Math.sign(seconds) * size * (WIDTH / 2 - 10);
}

export function Clocks() {
  const clock = useQuery({ queryKey: ['clock'], queryFn: api.clock, refetchInterval: 15_000 });
  return (
    <Panel title="Clocks">
      <Shown asked={clock}>
        {({ nodes }) =>
          nodes.length === 0 ? (
            <Nothing title="No node has said anything yet" />
          ) : (
            <ul className="clocks">
              {nodes.map((node) => (
                <Node key={node.node} node={node} />
              ))}
            </ul>
          )
        }
      </Shown>
    </Panel>
  );
}

function Node({ node }: { readonly node: ClockReport['nodes'][number] }) {
  const measured = node.offset ?? node.database;
  const seconds = measured === null ? null : measured.ahead_ms / 1_000;
  return (
    <li>
      <div className="line">
        <strong>{node.node}</strong>
        <State word={node.level} />
      </div>
      <svg viewBox={`0 0 ${WIDTH} 42`} className="clock-scale" role="img" aria-label={node.message}>
        <line x1="10" x2={WIDTH - 10} y1="14" y2="14" className="lane-line" />
        {MARKS.flatMap((mark) => [-mark, mark]).map((mark) => (
          <g key={mark}>
            <line x1={placeOf(mark)} x2={placeOf(mark)} y1="5" y2="23" className={`mark mark-${Math.abs(mark)}`} />
            <text x={placeOf(mark)} y="33" textAnchor="middle" className="mark-words">
              {mark > 0 ? `+${mark}` : mark} s
            </text>
          </g>
        ))}
        {seconds === null ? null : <circle cx={placeOf(seconds)} cy="14" r="6" className={`hand hand-${node.level}`} />}
      </svg>
      <Text size="xs" c="dimmed">
        {node.message}
        {node.offset === null && node.database !== null ? ' (against the database)' : ''}, <Time at={node.seen_at} />
      </Text>
    </li>
  );
}
