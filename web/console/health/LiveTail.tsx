/** What aggregators send, as it comes: can be paused, and narrowed by any word that stands in a line. */
import { Badge, Button, Group, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Panel } from '../parts/Panel.tsx';
import { Nothing, State } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import { addressOf, Link, useWord } from '../router.tsx';
import type { Call } from '../types.ts';

const KEPT = 500;
const SHOWN = 100;

type Wire = 'connecting' | 'live' | 'lost';

export function LiveTail() {
  const [calls, setCalls] = useState<readonly Call[]>([]);
  const [link, setLink] = useState<Wire>('connecting');
  const [frozen, setFrozen] = useState<readonly Call[] | null>(null);
  const [filter, setFilter] = useWord('filter');

  useEffect(() => {
    const source = new EventSource('/console/api/tail');
    source.addEventListener('open', () => setLink('live'));
    source.addEventListener('error', () => setLink('lost'));
    source.addEventListener('calls', (event: MessageEvent<string>) => {
      const fresh: readonly Call[] = JSON.parse(event.data);
      setCalls((before) => [...fresh.toReversed(), ...before].slice(0, KEPT));
    });
    return () => source.close();
  }, []);

  const words = (filter ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const shown = (frozen ?? calls).filter((call) => words.every((word) => textOf(call).includes(word))).slice(0, SHOWN);
  return (
    <Panel
      title="Live tail"
      beside={
        <Badge variant="dot" color={frozen !== null ? 'gray' : link === 'live' ? 'teal' : 'red'}>
          {frozen !== null ? 'paused' : link}
        </Badge>
      }
    >
      <Group gap="sm" mb="sm" align="end">
        <TextInput
          className="grow"
          label="Only lines with"
          placeholder="player, round, outcome …"
          value={filter ?? ''}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
        <Button variant="default" onClick={() => setFrozen(frozen === null ? calls : null)}>
          {frozen === null ? 'Pause' : 'Go on'}
        </Button>
      </Group>
      {shown.length === 0 ? (
        <Nothing title={calls.length === 0 ? 'Nothing has come since you look' : 'No line has these words'} />
      ) : (
        <ul className="tail" aria-label="Callbacks" tabIndex={0}>
          {shown.map((call) => (
            <Line key={call.id} call={call} />
          ))}
        </ul>
      )}
      {frozen !== null && calls.length > 0 ? (
        <Text size="xs" c="dimmed">
          It goes on behind; the newest {KEPT} are kept.
        </Text>
      ) : null}
    </Panel>
  );
}

const textOf = (call: Call): string =>
  [call.aggregator, call.route, call.verdict, call.outcome, call.player, call.round, call.external_id, call.status]
    .join(' ')
    .toLowerCase();

function Line({ call }: { readonly call: Call }) {
  return (
    <li>
      <Time at={call.at} short />
      <span>{call.aggregator}</span>
      <State word={call.outcome} />
      <span className={call.verdict === 'genuine' ? 'dim' : 'bad'}>{call.verdict}</span>
      <span className="cut">
        {call.player === null ? '' : <Link href={addressOf(['players', call.player])}>{call.player}</Link>}
      </span>
      <span className="cut">{call.external_id ?? call.route}</span>
      <span className="money dim">{call.ms.toFixed(1)} ms</span>
    </li>
  );
}
