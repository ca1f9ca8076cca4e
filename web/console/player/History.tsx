/** Every round of the player, newest first. However long the list is, only the rows near the window are in the page. */
import { Group, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { CsvCell } from '../../../src/analytics/csv.ts';
import { api } from '../api.ts';
import { everyRow } from '../every.ts';
import { ExportButton } from '../parts/ExportButton.tsx';
import { number } from '../parts/Sheet.tsx';
import { Loading, Nothing, Problem, State } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import { addressOf, Link } from '../router.tsx';
import type { Round } from '../types.ts';

const ROW_PX = 44;
/** The next page is asked for so many rows before the end. */
const AHEAD = 40;
const COLUMNS = ['opened', 'round', 'game', 'state', 'staked', 'returned', 'paid', 'currency'] as const;

export function History({ player }: { readonly player: string }) {
  const pages = useInfiniteQuery({
    queryKey: ['rounds', player],
    queryFn: async ({ pageParam }) => api.rounds(player, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const rounds = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const frame = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- it is not memoised here, which is what the rule is about
  const rows = useVirtualizer({
    count: rounds.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= rounds.length - AHEAD) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, rounds.length]);

  if (pages.isPending) return <Loading />;
  if (pages.error !== null && rounds.length === 0)
    return <Problem error={pages.error} again={() => void pages.refetch()} />;
  if (rounds.length === 0) return <Nothing title="Nothing was played yet" />;
  return (
    <>
      <Group justify="space-between" mb={6}>
        <Text size="sm" c="dimmed" aria-live="polite">
          {rounds.length.toLocaleString('en')} rounds{hasNextPage ? ' so far; more come as you scroll' : ''}
        </Text>
        <ExportButton name={`rounds-${player}`} header={COLUMNS} rows={async () => everyRound(player)} />
      </Group>
      <div ref={frame} className="long" tabIndex={0} role="table" aria-label="Rounds" aria-rowcount={rounds.length}>
        <div className="long-head long-row" role="row">
          {['opened', 'round', 'game', 'state', 'staked', 'paid'].map((name) => (
            <span key={name} role="columnheader" className={name === 'staked' || name === 'paid' ? 'right' : undefined}>
              {name}
            </span>
          ))}
        </div>
        <div className="long-body" role="rowgroup" style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, start, key }) => {
            const round = rounds[index];
            return round === undefined ? null : <Row key={key} round={round} index={index} start={start} />;
          })}
        </div>
      </div>
    </>
  );
}

interface RowProps {
  readonly round: Round;
  readonly index: number;
  readonly start: number;
}

function Row({ round, index, start }: RowProps) {
  return (
    <div
      className="long-row"
      role="row"
      aria-rowindex={index + 1}
      style={{ transform: `translateY(${start}px)`, height: ROW_PX }}
    >
      <span role="cell">
        <Time at={round.opened_at} />
      </span>
      <span role="cell" className="cut">
        <Link href={addressOf(['rounds', round.id])}>{round.round_id}</Link>
      </span>
      <span role="cell" className="cut">
        {round.game_code ?? 'unknown'}
      </span>
      <span role="cell">
        <State word={round.state} />
      </span>
      <span role="cell" className="money right">
        {round.staked} {round.currency}
      </span>
      <span role="cell" className={`money right${/[1-9]/.test(round.paid) ? ' gain' : ' dim'}`}>
        {round.paid} {round.currency}
      </span>
    </div>
  );
}

async function everyRound(player: string): Promise<readonly (readonly CsvCell[])[]> {
  const rounds = await everyRow(async (cursor) => {
    const page = await api.rounds(player, cursor);
    return { items: page.items, next: page.next_cursor };
  });
  return rounds.map((each) => [
    each.opened_at,
    each.round_id,
    each.game_code,
    each.state,
    number(each.staked),
    number(each.returned),
    number(each.paid),
    each.currency,
  ]);
}
