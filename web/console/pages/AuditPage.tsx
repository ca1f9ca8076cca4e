/** Everything that was written through the console, with what was there before and after. Nobody can change it. */
import { Stack, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '../api.ts';
import { everyRow } from '../every.ts';
import { Sheet } from '../parts/Sheet.tsx';
import { Nothing, Shown, State } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import type { AuditItem } from '../types.ts';

export function AuditPage(_page: { readonly id: string }) {
  const pages = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: async ({ pageParam }) => api.audit(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack gap="lg">
      <Title order={1} size="h2">
        Audit log
      </Title>
      <Shown asked={pages}>{() => <Log items={items} />}</Shown>
      {pages.hasNextPage ? (
        <button type="button" className="more" onClick={() => void pages.fetchNextPage()}>
          Earlier
        </button>
      ) : null}
    </Stack>
  );
}

const text = (value: unknown): string => (value === null ? '' : JSON.stringify(value));

function Log({ items }: { readonly items: readonly AuditItem[] }) {
  return (
    <Sheet
      title="Audit log"
      rows={items}
      every={async () =>
        everyRow(async (cursor) => {
          const page = await api.audit(cursor);
          return { items: page.items, next: page.next };
        })
      }
      keyOf={(row) => row.id}
      empty={<Nothing title="Nothing was written yet" />}
      columns={[
        { name: 'at', render: (row) => <Time at={row.at} />, text: (row) => row.at },
        { name: 'who', render: (row) => row.who, text: (row) => row.who },
        { name: 'role', render: (row) => row.role ?? '', text: (row) => row.role },
        { name: 'from', render: (row) => row.address ?? '', text: (row) => row.address },
        { name: 'action', render: (row) => <strong>{row.action}</strong>, text: (row) => row.action },
        { name: 'about', render: (row) => <span className="cut">{row.subject}</span>, text: (row) => row.subject },
        {
          name: 'outcome',
          render: (row) => <State word={row.outcome ?? 'uncertain'} />,
          text: (row) => row.outcome ?? 'uncertain',
        },
        { name: 'asked', render: (row) => <Json value={row.asked} />, text: (row) => text(row.asked) },
        { name: 'before', render: (row) => <Json value={row.before} />, text: (row) => text(row.before) },
        { name: 'after', render: (row) => <Json value={row.after} />, text: (row) => text(row.after) },
      ]}
    />
  );
}

function Json({ value }: { readonly value: unknown }) {
  if (value === null || value === undefined) return <span className="dim">none</span>;
  return (
    <details className="json">
      <summary>{cut(text(value))}</summary>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}

const cut = (all: string): string => (all.length > 36 ? `${all.slice(0, 35)}…` : all);
