/** A day as both sides count it, by game and currency, and behind each line the rounds that make the difference. */
import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { Panel } from '../parts/Panel.tsx';
import { number, Sheet } from '../parts/Sheet.tsx';
import { Nothing, Shown, State } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import { addressOf, go, Link, useWord } from '../router.tsx';
import type { DayLine, DayRound } from '../types-desk.ts';

const DAY_MS = 86_400_000;
/** Days are compared at noon a day after: before that there is nothing to see. */
const latestCompared = (nowMs: number): string => new Date(nowMs - 1.5 * DAY_MS).toISOString().slice(0, 10);
const neighbour = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
const VERDICTS = { agrees: 'agrees', differs: 'differs', explained: 'explained', silent: 'not heard' } as const;

const verdictOf = ({ theirs, differs, explained }: DayLine): keyof typeof VERDICTS =>
  theirs === null ? 'silent' : explained ? 'explained' : differs ? 'differs' : 'agrees';

export function Days() {
  const aggregators = useQuery({ queryKey: ['aggregators'], queryFn: api.aggregators });
  const [word, setAggregator] = useWord('aggregator');
  const [dayWord, setDay] = useWord('day');
  const [today] = useState(() => Date.now());
  const aggregator = word ?? aggregators.data?.[0]?.name ?? null;
  const day = dayWord ?? latestCompared(today);
  return (
    <Stack gap="lg">
      <Group gap="sm" align="end">
        <Select
          label="Aggregator"
          data={(aggregators.data ?? []).map(({ name }) => name)}
          value={aggregator}
          onChange={setAggregator}
          allowDeselect={false}
        />
        <Group gap="sm" align="end" wrap="nowrap">
          <Button variant="default" aria-label="The day before" onClick={() => setDay(neighbour(day, -1))}>
            ←
          </Button>
          <TextInput
            label="Day (UTC)"
            type="date"
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
          <Button variant="default" aria-label="The day after" onClick={() => setDay(neighbour(day, 1))}>
            →
          </Button>
        </Group>
      </Group>
      {aggregator === null ? null : <Day aggregator={aggregator} day={day} />}
    </Stack>
  );
}

interface LinesProps {
  readonly rows: readonly DayLine[];
  readonly aggregator: string;
  readonly day: string;
}

function Lines({ rows, aggregator, day }: LinesProps) {
  const into = (row: DayLine): string =>
    addressOf(['reconciliation', 'days'], { aggregator, day, game: row.game_code, currency: row.currency });
  const side = (name: string, pick: (row: DayLine) => string | number | null, theirs = false) => ({
    name,
    right: true,
    render: (row: DayLine) => <span className={theirs ? 'dim' : undefined}>{pick(row) ?? 'not heard'}</span>,
    text: (row: DayLine) => number(pick(row)),
  });
  return (
    <Sheet
      title="Day by game"
      rows={rows}
      keyOf={(row) => `${row.provider} ${row.game_code} ${row.currency}`}
      empty={
        <Nothing title="This day was not compared">
          Days are compared at noon UTC of the next, and again three days after; and only where something was played.
        </Nothing>
      }
      onRow={(row) => go(into(row))}
      columns={[
        {
          name: 'game',
          render: (row) => <Link href={into(row)}>{row.game_code === '' ? 'no game told' : row.game_code}</Link>,
          text: (row) => row.game_code,
        },
        { name: 'studio', render: (row) => row.provider, text: (row) => row.provider },
        { name: 'currency', render: (row) => row.currency, text: (row) => row.currency },
        {
          name: 'verdict',
          render: (row) => <State word={VERDICTS[verdictOf(row)]} />,
          text: (row) => VERDICTS[verdictOf(row)],
        },
        side('bets', (row) => row.ours.bets),
        side('theirs: bets', (row) => row.theirs?.bets ?? null, true),
        side('staked', (row) => row.ours.bet),
        side('theirs: staked', (row) => row.theirs?.bet ?? null, true),
        side('won', (row) => row.ours.win),
        side('theirs: won', (row) => row.theirs?.win ?? null, true),
        side('GGR', (row) => row.ours.ggr),
        side('theirs: GGR', (row) => row.theirs?.ggr ?? null, true),
        { name: 'cut by', render: (row) => row.cut_off, text: (row) => row.cut_off },
        { name: 'compared', render: (row) => <Time at={row.compared_at} />, text: (row) => row.compared_at },
      ]}
    />
  );
}

interface AskedRounds {
  readonly aggregator: string;
  readonly day: string;
  readonly game: string;
  readonly currency: string;
}

function Rounds({ asked }: { readonly asked: AskedRounds }) {
  const rounds = useQuery({
    queryKey: ['day', asked.aggregator, asked.day, asked.game, asked.currency],
    queryFn: async () => api.dayRounds(asked),
  });
  return (
    <Shown asked={rounds}>
      {(rows) => (
        <>
          <Sheet
            title="Rounds of the day"
            rows={rows}
            keyOf={(row) => `${row.player_id} ${row.round_id}`}
            empty={<Nothing title="No round differs">Both sides have the same sums, round by round.</Nothing>}
            columns={[
              { name: 'round', render: (row) => <Story round={row} />, text: (row) => row.round_id },
              {
                name: 'player',
                render: (row) => <Link href={addressOf(['players', row.player_id])}>{row.player_id}</Link>,
                text: (row) => row.player_id,
              },
              { name: 'ours', right: true, render: (row) => row.ours, text: (row) => number(row.ours) },
              { name: 'theirs', right: true, render: (row) => row.theirs, text: (row) => number(row.theirs) },
            ]}
          />
          <Text size="xs" c="dimmed">
            Stakes kept minus wins kept; at most 200 rounds.
          </Text>
        </>
      )}
    </Shown>
  );
}

/** To the round's story: the report knows it by the aggregator's id, the search knows ours. */
function Story({ round }: { readonly round: DayRound }) {
  const find = useMutation({
    mutationFn: async () => {
      const hits = await api.search(round.round_id);
      const found = hits.find((hit) => hit.page === 'round' && hit.title === round.round_id);
      if (found === undefined) throw new Error('the book has no such round');
      go(addressOf(['rounds', found.id]));
    },
  });
  return (
    <Group gap={6} wrap="nowrap">
      <Button variant="subtle" size="compact-sm" loading={find.isPending} onClick={() => find.mutate()}>
        {round.round_id}
      </Button>
      {find.error === null ? null : <span className="bad">{find.error.message}</span>}
    </Group>
  );
}

function Day({ aggregator, day }: { readonly aggregator: string; readonly day: string }) {
  const lines = useQuery({ queryKey: ['day', aggregator, day], queryFn: async () => api.day(aggregator, day) });
  const [game] = useWord('game');
  const [currency] = useWord('currency');
  return (
    <>
      <Panel title={`${aggregator}, ${day}`}>
        <Shown asked={lines}>{(rows) => <Lines rows={rows} aggregator={aggregator} day={day} />}</Shown>
      </Panel>
      {currency === null ? null : (
        <Panel
          title={`Rounds that differ: ${game ?? 'no game told'}, ${currency}`}
          beside={<Link href={addressOf(['reconciliation', 'days'], { aggregator, day })}>Close</Link>}
        >
          <Rounds asked={{ aggregator, day, game: game ?? '', currency }} />
        </Panel>
      )}
    </>
  );
}
