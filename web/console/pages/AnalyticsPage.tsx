/** Who played and what was won, day by day: the headline beside the figure that is often mistaken for it. */
import { Group, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { Figure, Panel } from '../parts/Panel.tsx';
import { number, Sheet } from '../parts/Sheet.tsx';
import { Nothing, Shown } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import { useWord } from '../router.tsx';
import type { Daily, DailyMoney } from '../types.ts';
import { AnalyticsChart } from './AnalyticsChart.tsx';
import { nameOf } from './days.ts';

const DAY_MS = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const CUTS = [
  { value: 'currency', label: 'Total' },
  { value: 'provider,currency', label: 'Studio' },
  { value: 'game,currency', label: 'Game' },
  { value: 'aggregator,currency', label: 'Aggregator' },
  { value: 'mode', label: 'Real / demo' },
];

export function AnalyticsPage(_page: { readonly id: string }) {
  const [from, setFrom] = useWord('from');
  const [to, setTo] = useWord('to');
  const [cut, setCut] = useWord('by');
  const [today] = useState(() => Date.now());
  const range = { from: from ?? dayOf(today - 6 * DAY_MS), to: to ?? dayOf(today) };
  const by = cut ?? 'currency';
  const daily = useQuery({
    queryKey: ['daily', range.from, range.to, by],
    queryFn: async () => api.daily(range.from, range.to, by),
    refetchInterval: 30_000,
  });
  return (
    <Stack gap="lg">
      <Title order={1} size="h2">
        Analytics
      </Title>
      <Group gap="sm" align="end">
        <TextInput
          label="From"
          type="date"
          value={range.from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput label="To" type="date" value={range.to} onChange={(event) => setTo(event.currentTarget.value)} />
        <SegmentedControl aria-label="Cut by" data={CUTS} value={by} onChange={setCut} />
      </Group>
      <Shown asked={daily}>{(found) => <Figures daily={found} />}</Shown>
    </Stack>
  );
}

function Figures({ daily }: { readonly daily: Daily }) {
  const { days, definitions, time_zone: zone, as_of: asOf } = daily;
  const last = days.at(-1);
  return (
    <Stack gap="lg">
      {last === undefined ? null : (
        <div className="figures boxed">
          <Figure name={`players who bet, ${last.day}`}>{last.dau}</Figure>
          <Figure name="with a real session">{last.dau_sessions}</Figure>
          <div className="figure naive">
            <span className="figure-name">naive: every visitor counted</span>
            <span className="figure-value">{last.naive.dau}</span>
            <span className="figure-name">
              {last.naive.times === null ? 'demo included' : `${last.naive.times} times the headline`}
            </span>
          </div>
          <Figure name="sessions real / demo">
            {last.sessions.real} / {last.sessions.demo}
          </Figure>
        </div>
      )}
      <Text size="sm" c="dimmed">
        DAU: {definitions['dau']}. Days in {zone}
        {asOf === null ? (
          ''
        ) : (
          <>
            ; everything booked by <Time at={asOf} />
          </>
        )}
        .
      </Text>
      <AnalyticsChart daily={daily} />
      <Panel title="By day">
        <Rows daily={daily} />
      </Panel>
    </Stack>
  );
}

interface Line {
  readonly day: string;
  readonly of: string;
  readonly dau: number;
  readonly naive: number;
  readonly money: DailyMoney | null;
}

function linesOf({ days }: Daily): readonly Line[] {
  return days.toReversed().flatMap(({ day, rows }) =>
    rows.flatMap((row): readonly Line[] => {
      const base = { day, of: nameOf(row), dau: row.dau, naive: row.naive.dau };
      return row.money.length === 0 ? [{ ...base, money: null }] : row.money.map((money) => ({ ...base, money }));
    }),
  );
}

function Rows({ daily }: { readonly daily: Daily }) {
  const money = (pick: (each: DailyMoney) => string) => (row: Line) =>
    row.money === null ? '' : `${pick(row.money)} ${row.money.currency}`;
  return (
    <Sheet
      title="Daily figures"
      rows={linesOf(daily)}
      keyOf={(row) => `${row.day} ${row.of} ${row.money?.currency ?? ''}`}
      empty={<Nothing title="Nobody played on these days" />}
      columns={[
        { name: 'day', render: (row) => row.day, text: (row) => row.day },
        { name: 'of', render: (row) => row.of, text: (row) => row.of },
        { name: 'DAU', right: true, render: (row) => row.dau, text: (row) => number(row.dau) },
        {
          name: 'naive',
          right: true,
          render: (row) => <span className="dim">{row.naive}</span>,
          text: (row) => number(row.naive),
        },
        {
          name: 'rounds',
          right: true,
          render: (row) => row.money?.rounds ?? '',
          text: (row) => number(row.money?.rounds ?? null),
        },
        { name: 'currency', render: (row) => row.money?.currency ?? '', text: (row) => row.money?.currency ?? null },
        {
          name: 'turnover',
          right: true,
          render: money((each) => each.turnover),
          text: (row) => number(row.money?.turnover ?? null),
        },
        {
          name: 'payouts',
          right: true,
          render: money((each) => each.payouts),
          text: (row) => number(row.money?.payouts ?? null),
        },
        { name: 'GGR', right: true, render: money((each) => each.ggr), text: (row) => number(row.money?.ggr ?? null) },
        {
          name: 'RTP %',
          right: true,
          render: (row) => row.money?.rtp ?? '',
          text: (row) => number(row.money?.rtp ?? null),
        },
        {
          name: '95 % of it',
          right: true,
          render: (row) => <span className="dim">{intervalOf(row.money)}</span>,
          text: (row) => intervalOf(row.money),
        },
      ]}
    />
  );
}

function intervalOf(money: DailyMoney | null): string {
  const interval = money?.rtp_interval ?? null;
  return interval === null ? '' : `${interval.low} to ${interval.high}`;
}
