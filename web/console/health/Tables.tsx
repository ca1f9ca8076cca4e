/** Launches by node and outcome, exchange rates and how fresh they are, and what waits where. */
import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api.ts';
import { Panel } from '../parts/Panel.tsx';
import { number, Sheet } from '../parts/Sheet.tsx';
import { Nothing, Shown, State } from '../parts/states.tsx';
import type { Fx } from '../types.ts';

const EVERY_MS = 10_000;

export function Launches() {
  const launches = useQuery({ queryKey: ['launches'], queryFn: api.launches, refetchInterval: EVERY_MS });
  return (
    <Panel title="Launches, last hour">
      <Shown asked={launches}>
        {({ nodes, alert }) => (
          <>
            {alert === null ? null : (
              <Alert color="red" mb="sm">
                {alert.message}
              </Alert>
            )}
            <Sheet
              title="Launches"
              rows={nodes}
              keyOf={(row) => `${row.node} ${row.aggregator}`}
              empty={<Nothing title="No game was launched" />}
              columns={[
                { name: 'node', render: (row) => row.node, text: (row) => row.node },
                { name: 'aggregator', render: (row) => row.aggregator, text: (row) => row.aggregator },
                ...(['opened', 'waiting', 'unopened', 'refused', 'failed'] as const).map((name) => ({
                  name,
                  right: true,
                  render: (row: (typeof nodes)[number]) => row[name],
                  text: (row: (typeof nodes)[number]) => number(row[name]),
                })),
                {
                  name: 'why',
                  render: (row) => row.reasons.map((each) => `${each.reason} ${each.launches}`).join(', '),
                  text: (row) => row.reasons.map((each) => `${each.reason} ${each.launches}`).join(', '),
                },
              ]}
            />
          </>
        )}
      </Shown>
    </Panel>
  );
}

const secondsOf = (seconds: number | null, none: string): string => (seconds === null ? none : `${seconds} s`);
const sourceOf = ({ quote, origin }: Fx['items'][number]): string => quote?.source ?? origin;

export function Rates() {
  const fx = useQuery({ queryKey: ['fx'], queryFn: api.fx, refetchInterval: EVERY_MS });
  return (
    <Panel title="Exchange rates">
      <Shown asked={fx}>
        {(pairs) => (
          <Sheet
            title="Exchange rates"
            rows={pairs}
            keyOf={(row) => row.pair}
            empty={<Nothing title="No pair is configured">Everybody plays in their wallet’s own currency.</Nothing>}
            columns={[
              { name: 'pair', render: (row) => row.pair, text: (row) => row.pair },
              { name: 'state', render: (row) => <State word={row.state} />, text: (row) => row.state },
              {
                name: 'rate',
                right: true,
                render: (row) => row.quote?.rate ?? 'none',
                text: (row) => number(row.quote?.rate ?? null),
              },
              { name: 'source', render: sourceOf, text: sourceOf },
              {
                name: 'age',
                right: true,
                render: (row) => secondsOf(row.age_seconds, 'none'),
                text: (row) => number(row.age_seconds),
              },
              {
                name: 'refused from',
                right: true,
                render: (row) => secondsOf(row.refuse_after_seconds, 'never'),
                text: (row) => number(row.refuse_after_seconds),
              },
            ]}
          />
        )}
      </Shown>
    </Panel>
  );
}

export function Queues() {
  const queues = useQuery({ queryKey: ['queues'], queryFn: api.queues, refetchInterval: EVERY_MS });
  return (
    <Panel title="Queues">
      <Shown asked={queues}>
        {(rows) => (
          <Sheet
            title="Queues"
            rows={rows}
            keyOf={(row) => row.name}
            empty={<Nothing title="There are no queues" />}
            columns={[
              { name: 'queue', render: (row) => row.name, text: (row) => row.name },
              { name: 'waiting', right: true, render: (row) => row.waiting, text: (row) => number(row.waiting) },
              {
                name: 'what waits',
                render: (row) => <span className="dim wraps">{row.detail}</span>,
                text: (row) => row.detail,
              },
            ]}
          />
        )}
      </Shown>
    </Panel>
  );
}
