/** Sessions for money and those for fun, apart: a demo is nobody's in the book, so it is known only by what the aggregator says. */
import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api.ts';
import { Panel } from '../parts/Panel.tsx';
import { Sheet } from '../parts/Sheet.tsx';
import { Nothing, Shown, State } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';

export function Sessions({ player }: { readonly player: string }) {
  const sessions = useQuery({ queryKey: ['sessions', player], queryFn: async () => api.playerSessions(player) });
  return (
    <Shown asked={sessions}>
      {({ real, demo }) => (
        <Stack gap="lg">
          <Panel title="For money">
            <Sheet
              title="Real sessions"
              rows={real}
              keyOf={(row) => row.id}
              empty={<Nothing title="No game was launched for money" />}
              columns={[
                { name: 'launched', render: (row) => <Time at={row.created_at} />, text: (row) => row.created_at },
                { name: 'game', render: (row) => row.game_code, text: (row) => row.game_code },
                { name: 'aggregator', render: (row) => row.aggregator, text: (row) => row.aggregator },
                { name: 'currency', render: (row) => row.currency, text: (row) => row.currency },
                { name: 'platform', render: (row) => row.platform ?? '', text: (row) => row.platform },
                { name: 'last sign', render: (row) => <Time at={row.last_seen_at} />, text: (row) => row.last_seen_at },
                {
                  name: 'ended',
                  render: (row) => (row.ended_at === null ? <State word="open" /> : <Time at={row.ended_at} />),
                  text: (row) => row.ended_at,
                },
                { name: 'session', render: (row) => <code className="cut">{row.id}</code>, text: (row) => row.id },
              ]}
            />
          </Panel>
          <Panel title="For fun, as aggregators say (30 days)">
            <Sheet
              title="Demo sessions"
              rows={demo}
              keyOf={(row) => `${row.aggregator} ${row.session_id}`}
              empty={<Nothing title="None is known">Demo sessions never touch a wallet.</Nothing>}
              columns={[
                { name: 'at', render: (row) => <Time at={row.at} />, text: (row) => row.at },
                { name: 'game', render: (row) => row.game_code ?? 'unknown', text: (row) => row.game_code },
                { name: 'aggregator', render: (row) => row.aggregator, text: (row) => row.aggregator },
                { name: 'session', render: (row) => row.session_id, text: (row) => row.session_id },
              ]}
            />
          </Panel>
        </Stack>
      )}
    </Shown>
  );
}
