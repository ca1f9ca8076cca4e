/** What syncs did lately; and of a list that was held back, how it differs, to be taken over or turned down. */
import { Alert, Button, Group, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api.ts';
import { useMay } from '../operator.tsx';
import { Figure, Panel } from '../parts/Panel.tsx';
import { number, Sheet } from '../parts/Sheet.tsx';
import { Nothing, Shown, State } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import { useWord } from '../router.tsx';
import type { SyncDetail, SyncDifference, SyncRun } from '../types-desk.ts';

export function SyncsPage() {
  const aggregators = useQuery({ queryKey: ['aggregators'], queryFn: api.aggregators });
  const [word, setWord] = useWord('aggregator');
  const aggregator = word ?? aggregators.data?.[0]?.name ?? null;
  const [sync] = useWord('sync');
  return (
    <Stack gap="md">
      <Group>
        <Select
          label="Aggregator"
          data={(aggregators.data ?? []).map(({ name }) => name)}
          value={aggregator}
          onChange={setWord}
          allowDeselect={false}
        />
      </Group>
      {sync === null ? null : <Held id={sync} />}
      {aggregator === null ? null : <LatestSyncs aggregator={aggregator} />}
    </Stack>
  );
}

function LatestSyncs({ aggregator }: { readonly aggregator: string }) {
  const [, setSync] = useWord('sync');
  const syncs = useQuery({ queryKey: ['syncs', aggregator], queryFn: async () => api.syncs(aggregator) });
  return (
    <Panel title={`Latest syncs of ${aggregator}`}>
      <Shown asked={syncs}>
        {(rows) => (
          <Sheet
            title="Syncs"
            rows={rows}
            keyOf={(row) => row.id}
            empty={<Nothing title="There was none yet" />}
            columns={[
              { name: 'started', render: (row) => <Time at={row.started_at} />, text: (row) => row.started_at },
              { name: 'outcome', render: (row) => <State word={row.outcome} />, text: (row) => row.outcome },
              {
                name: 'decision',
                render: (row) => <Decision run={row} look={() => setSync(row.id)} />,
                text: (row) => row.decision,
              },
              ...(['listed', 'added', 'changed', 'removed'] as const).map((name) => ({
                name,
                right: true,
                render: (row: SyncRun) => row[name].toLocaleString('en'),
                text: (row: SyncRun) => number(row[name]),
              })),
              { name: 'reason', render: (row) => row.reason ?? '', text: (row) => row.reason },
            ]}
          />
        )}
      </Shown>
    </Panel>
  );
}

function Decision({ run, look }: { readonly run: SyncRun; readonly look: () => void }) {
  if (run.decision === null) return '';
  return run.decision === 'waiting' ? (
    <Button size="compact-sm" onClick={look}>
      Look and decide
    </Button>
  ) : (
    <State word={run.decision} />
  );
}

function Held({ id }: { readonly id: string }) {
  const [, setSync] = useWord('sync');
  const detail = useQuery({ queryKey: ['sync', id], queryFn: async () => api.sync(id) });
  return (
    <Panel
      title="A list that was held back"
      beside={
        <Button size="compact-sm" variant="default" onClick={() => setSync(null)}>
          Close
        </Button>
      }
    >
      <Shown asked={detail}>{(found) => <Difference detail={found} />}</Shown>
    </Panel>
  );
}

function Difference({ detail }: { readonly detail: SyncDetail }) {
  const { differences, reason, decision, started_at: at } = detail;
  return (
    <Stack gap="sm">
      <Text size="sm">
        <Time at={at} />: {reason ?? 'nothing was held against it'}
      </Text>
      {differences === null ? (
        <Nothing title={`Nothing waits here: ${decision ?? 'it was taken over as it came'}`} />
      ) : (
        <>
          <div className="figures">
            <Figure name="would come">{differences.added.toLocaleString('en')}</Figure>
            <Figure name="would change">{differences.changed.toLocaleString('en')}</Figure>
            <Figure name="would be hidden at once">{differences.removed.toLocaleString('en')}</Figure>
          </div>
          <Decide id={detail.id} />
          <Text size="xs" c="dimmed">
            Against the catalogue as it is now, at most 500 of each kind.
          </Text>
          <Sheet
            title="Differences of the list"
            rows={differences.first}
            keyOf={(row) => `${row.kind} ${row.provider} ${row.code}`}
            empty={<Nothing title="The list says what the catalogue has" />}
            columns={[
              { name: 'kind', render: (row) => <State word={row.kind} />, text: (row) => row.kind },
              { name: 'game', render: (row) => row.name, text: (row) => row.name },
              { name: 'studio', render: (row) => row.provider, text: (row) => row.provider },
              { name: 'code', render: (row) => row.code, text: (row) => row.code },
              { name: 'what', render: (row) => <Fields of={row} />, text: (row) => JSON.stringify(row.fields) },
            ]}
          />
        </>
      )}
    </Stack>
  );
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

function Fields({ of: { fields } }: { readonly of: SyncDifference }) {
  return Object.entries(fields).map(([name, { was, becomes }]) => (
    <div key={name}>
      {name}: <del className="bad">{shown(was)}</del> <ins className="gain">{shown(becomes)}</ins>
    </div>
  ));
}

function Decide({ id }: { readonly id: string }) {
  const may = useMay('POST /v1/syncs/:id/decisions');
  const queries = useQueryClient();
  const decide = useMutation({
    mutationFn: async (decision: 'accept' | 'reject') => api.decideSync(id, decision),
    onSuccess: async () =>
      Promise.all(['sync', 'syncs', 'games'].map(async (name) => queries.invalidateQueries({ queryKey: [name] }))),
  });
  if (!may) return <Text size="sm">An administrator decides what becomes of it.</Text>;
  return (
    <>
      <Group gap="sm">
        <Button loading={decide.isPending} onClick={() => decide.mutate('accept')}>
          Take it over
        </Button>
        <Button variant="default" disabled={decide.isPending} onClick={() => decide.mutate('reject')}>
          Turn it down
        </Button>
      </Group>
      {decide.error === null ? null : (
        <Alert color="red" role="alert">
          {decide.error.message}
        </Alert>
      )}
    </>
  );
}
