/** For whoever is on call: what comes in, how fast it is answered, whether launches open, whose clock is wrong, what waits. */
import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api.ts';
import { Panel } from '../parts/Panel.tsx';
import { number, Sheet } from '../parts/Sheet.tsx';
import { Nothing, Shown } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import type { Pulse } from '../types.ts';
import { Chart, LINES } from './Chart.tsx';
import { Clocks } from './Clocks.tsx';
import { Launches, Queues, Rates } from './Tables.tsx';
import { LiveTail } from './LiveTail.tsx';
import { FATES, fateOf, linesOf, rateOf, slowOf, stepsOf } from './pulse.ts';
import type { Line } from './pulse.ts';

const EVERY_MS = 5_000;
const COLOURS = {
  applied: '#12a37a',
  repeat: '#e8a20c',
  refused: '#4c8df0',
  uncertain: '#e5484d',
  'not believed': '#b35ae0',
};

export function HealthPage(_page: { readonly id: string }) {
  const pulse = useQuery({ queryKey: ['pulse'], queryFn: api.pulse, refetchInterval: EVERY_MS });
  return (
    <Stack gap="lg">
      <Title order={1} size="h2">
        Health
      </Title>
      <Shown asked={pulse}>{(found) => <Callbacks pulse={found} />}</Shown>
      <div className="columns">
        <Launches />
        <Clocks />
      </div>
      <div className="columns">
        <Rates />
        <Queues />
      </div>
      <LiveTail />
    </Stack>
  );
}

function Callbacks({ pulse }: { readonly pulse: Pulse }) {
  const { rows, step_seconds: step, from, to } = pulse;
  // The running step is not over and would look like a fall.
  const steps = stepsOf(Date.parse(from), Date.parse(to) - step * 1_000, step);
  const lines = linesOf(rows);
  return (
    <>
      <div className="columns">
        <Panel title="Callbacks per second">
          <Chart
            label="Callbacks per second by what became of them"
            unit="/s"
            times={steps}
            series={FATES.map((name) => ({
              name,
              colour: COLOURS[name],
              values: rateOf(
                rows.filter((row) => fateOf(row) === name),
                steps,
                step,
              ),
            }))}
          />
        </Panel>
        <Panel title="Answered within (95 %)">
          <Chart
            label="95th percentile of the time to answer, by aggregator"
            unit=" ms"
            times={steps}
            series={lines.map(({ aggregator }, index) => ({
              name: aggregator,
              colour: LINES[index % LINES.length] ?? '#12a37a',
              values: slowOf(
                rows.filter((row) => row.aggregator === aggregator),
                steps,
              ),
            }))}
          />
        </Panel>
      </div>
      <ByAggregator pulse={pulse} lines={lines} />
    </>
  );
}

function ByAggregator({ pulse: { from, whole }, lines }: { readonly pulse: Pulse; readonly lines: readonly Line[] }) {
  return (
    <Panel title="By aggregator">
      <Sheet
        title="Callbacks by aggregator"
        rows={lines}
        keyOf={(row) => row.aggregator}
        empty={<Nothing title="Nothing came in the last quarter of an hour" />}
        columns={[
          { name: 'aggregator', render: (row) => row.aggregator, text: (row) => row.aggregator },
          { name: 'calls', right: true, render: (row) => row.calls, text: (row) => number(row.calls) },
          ...FATES.map((fate) => ({
            name: fate,
            right: true,
            render: (row: Line) => row.fates[fate],
            text: (row: Line) => number(row.fates[fate]),
          })),
          {
            name: 'mean',
            right: true,
            render: (row) => `${row.meanMs.toFixed(1)} ms`,
            text: (row) => number(row.meanMs.toFixed(3)),
          },
          {
            name: 'worst 95 %',
            right: true,
            render: (row) => `${row.p95Ms.toFixed(1)} ms`,
            text: (row) => number(row.p95Ms.toFixed(3)),
          },
        ]}
      />
      <Text size="xs" c="dimmed">
        All nodes, from the journal, since <Time at={from} />
        {whole ? '' : ' (the newest 20,000 messages)'}.
      </Text>
    </Panel>
  );
}
