/** Where the book and the aggregators disagree: a list by kind, age and amount, and one of them with its evidence side by side. */
import { Group, SegmentedControl, Select, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { everyRow } from '../every.ts';
import { Sheet } from '../parts/Sheet.tsx';
import { Loading, Nothing, Problem, State } from '../parts/states.tsx';
import { ageOf, Time } from '../parts/Time.tsx';
import { addressOf, go, Link, useWord } from '../router.tsx';
import type { Discrepancy } from '../types.ts';
import { Days } from './DaysPage.tsx';
import { DiscrepancyPage } from './DiscrepancyPage.tsx';
import { ReportUpload } from './ReportPage.tsx';
import { wordsOf } from './words.ts';

const STATES = ['open', 'proposed', 'waiting', 'resolved', 'accepted'] as const;

export function ReconciliationPage({ id }: { readonly id: string }) {
  switch (id) {
    case '':
    case 'days':
    case 'reports':
      return (
        <Stack gap="lg">
          <Head at={id} />
          {id === '' ? <All /> : id === 'days' ? <Days /> : <ReportUpload />}
        </Stack>
      );
    default:
      return <DiscrepancyPage id={id} />;
  }
}

const PARTS = [
  ['', 'Discrepancies'],
  ['days', 'Days'],
  ['reports', 'Reports'],
] as const;

function Head({ at }: { readonly at: string }) {
  return (
    <div>
      <Title order={1} size="h2">
        Reconciliation
      </Title>
      <nav className="ways" aria-label="Reconciliation">
        {PARTS.map(([name, title]) => (
          <Link
            key={name}
            href={addressOf(['reconciliation', ...(name === '' ? [] : [name])])}
            className="way"
            aria-current={name === at ? 'page' : undefined}
          >
            {title}
          </Link>
        ))}
      </nav>
    </div>
  );
}

function All() {
  const [stateWord, setState] = useWord('state');
  const [kind, setKind] = useWord('kind');
  const state = stateWord ?? 'open';
  const pages = useInfiniteQuery({
    queryKey: ['discrepancies', state],
    queryFn: async ({ pageParam }) => api.discrepancies({ state, kind: null, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 15_000,
  });
  const all = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const kinds = [...new Set(all.map((each) => each.kind))].toSorted();
  const shown = kind === null ? all : all.filter((each) => each.kind === kind);
  return (
    <Stack gap="lg">
      <Group gap="sm" align="end">
        <SegmentedControl
          aria-label="State"
          data={STATES.map((value) => ({ value, label: value }))}
          value={state}
          onChange={(value) => setState(value === 'open' ? null : value)}
        />
        <Select
          aria-label="Kind"
          placeholder="Every kind"
          clearable
          data={kinds.map((value) => ({
            value,
            label: `${wordsOf(value)} (${all.filter((each) => each.kind === value).length})`,
          }))}
          value={kind}
          onChange={setKind}
        />
      </Group>
      {pages.isPending ? <Loading /> : null}
      {pages.error === null ? null : <Problem error={pages.error} again={() => void pages.refetch()} />}
      {pages.isSuccess ? <List rows={shown} state={state} kind={kind} /> : null}
      {pages.hasNextPage ? (
        <button type="button" className="more" onClick={() => void pages.fetchNextPage()}>
          More
        </button>
      ) : null}
    </Stack>
  );
}

async function everyDiscrepancy(state: string, kind: string | null): Promise<readonly Discrepancy[]> {
  return everyRow(async (cursor) => {
    const page = await api.discrepancies({ state, kind, cursor });
    return { items: page.items, next: page.next_cursor };
  });
}

interface ListProps {
  readonly rows: readonly Discrepancy[];
  readonly state: string;
  readonly kind: string | null;
}

function List({ rows, state, kind }: ListProps) {
  const [nowMs] = useState(() => Date.now());
  return (
    <Sheet
      title="Discrepancies"
      rows={rows}
      every={async () => everyDiscrepancy(state, kind)}
      keyOf={(row) => row.id}
      onRow={(row) => go(addressOf(['reconciliation', row.id]))}
      empty={
        <Nothing title={`No discrepancy is ${state}`}>
          {state === 'open' ? 'The book and what aggregators assert agree.' : 'None at the moment.'}
        </Nothing>
      }
      columns={[
        {
          name: 'kind',
          render: (row) => <Link href={addressOf(['reconciliation', row.id])}>{wordsOf(row.kind)}</Link>,
          text: (row) => row.kind,
        },
        { name: 'weight', render: (row) => row.weight, text: (row) => row.weight },
        {
          name: 'age',
          render: (row) => (
            <Text component="span" size="sm">
              {ageOf(row.first_seen_at, nowMs)} · <Time at={row.first_seen_at} />
            </Text>
          ),
          text: (row) => row.first_seen_at,
        },
        {
          name: 'at stake',
          right: true,
          render: (row) => (
            <span className="money">
              {row.amount} {row.currency}
            </span>
          ),
          text: (row) => ({ number: row.amount }),
        },
        { name: 'favours', render: (row) => row.favour, text: (row) => row.favour },
        { name: 'player', render: (row) => row.player_id ?? 'unknown', text: (row) => row.player_id },
        { name: 'round', render: (row) => <span className="cut">{row.round_id}</span>, text: (row) => row.round_id },
        { name: 'aggregator', render: (row) => row.aggregator, text: (row) => row.aggregator },
        { name: 'state', render: (row) => <State word={row.state} />, text: (row) => row.state },
      ]}
    />
  );
}
