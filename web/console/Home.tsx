/** The first page: what waits for somebody, and what is wrong right now. */
import { Alert, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import { Figure, Panel } from './parts/Panel.tsx';
import { Nothing, Shown, State } from './parts/states.tsx';
import { Time } from './parts/Time.tsx';
import { addressOf, Link } from './router.tsx';

const EVERY_MS = 15_000;

export function Home() {
  return (
    <Stack gap="lg">
      <div>
        <Title order={1} size="h2">
          Overview
        </Title>
        <Text c="dimmed" size="sm">
          Paste any id into the search above: a player’s, a round’s, a transaction’s, a session’s, or one of ours.
        </Text>
      </div>
      <Alerts />
      <div className="columns">
        <Waiting />
        <Corrections />
      </div>
    </Stack>
  );
}

function Alerts() {
  const clock = useQuery({ queryKey: ['clock'], queryFn: api.clock, refetchInterval: EVERY_MS });
  const launches = useQuery({ queryKey: ['launches'], queryFn: api.launches, refetchInterval: EVERY_MS });
  const fx = useQuery({ queryKey: ['fx'], queryFn: api.fx, refetchInterval: EVERY_MS });
  const found = [
    ...(clock.data?.alert == null ? [] : [clock.data.alert.message]),
    ...(launches.data?.alert == null ? [] : [launches.data.alert.message]),
    ...(fx.data ?? [])
      .filter(({ state }) => state !== 'fresh')
      .map(({ pair, state }) => `the exchange rate of ${pair} is ${state}`),
  ];
  if (found.length === 0)
    return (
      <Alert color="teal" variant="outline" title="Nothing is wrong that we know of">
        Clocks, launches and exchange rates are as they should be. <Link href={addressOf(['health'])}>Health</Link>
      </Alert>
    );
  return (
    <Alert
      color="red"
      title={found.length === 1 ? 'Something is wrong' : `${found.length} things are wrong`}
      role="alert"
    >
      <ul className="plain-list">
        {found.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </Alert>
  );
}

function Waiting() {
  const open = useQuery({
    queryKey: ['discrepancies', 'open', null],
    queryFn: async () => api.discrepancies({ state: 'open', kind: null, cursor: null }),
    refetchInterval: EVERY_MS,
  });
  return (
    <Panel title="Open discrepancies" beside={<Link href={addressOf(['reconciliation'])}>All</Link>}>
      <Shown asked={open}>
        {({ items, next_cursor: more }) =>
          items.length === 0 ? (
            <Nothing title="The book and the aggregators agree" />
          ) : (
            <Stack gap={6}>
              <Figure name="waiting for a decision">
                {items.length}
                {more === null ? '' : '+'}
              </Figure>
              {items.slice(0, 6).map((each) => (
                <Link key={each.id} href={addressOf(['reconciliation', each.id])} className="line">
                  <span>{each.kind.replaceAll('_', ' ').toLowerCase()}</span>
                  <span className="money">
                    {each.amount} {each.currency}
                  </span>
                </Link>
              ))}
            </Stack>
          )
        }
      </Shown>
    </Panel>
  );
}

function Corrections() {
  const waiting = useQuery({ queryKey: ['adjustments'], queryFn: api.adjustments, refetchInterval: EVERY_MS });
  return (
    <Panel title="Corrections by hand">
      <Shown asked={waiting}>
        {(items) =>
          items.length === 0 ? (
            <Nothing title="None waits for a second person" />
          ) : (
            <Stack gap={6}>
              {items.map((each) => (
                <Link key={each.id} href={addressOf(['players', each.player], { tab: 'adjustments' })} className="line">
                  <Group gap={8}>
                    <State word={each.state} />
                    <span>{each.player}</span>
                  </Group>
                  <span className="money">
                    {each.amount} {each.currency} · <Time at={each.proposed_at} />
                  </span>
                </Link>
              ))}
            </Stack>
          )
        }
      </Shown>
    </Panel>
  );
}
