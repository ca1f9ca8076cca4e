/** A round's whole story: a sentence, a picture, and everything that happened, in the order in which it happened. */
import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api.ts';
import { Figure, Panel } from '../parts/Panel.tsx';
import { Nothing, Shown, State } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import { addressOf, Link, useWord } from '../router.tsx';
import type { Story } from '../types.ts';
import { Item } from './Item.tsx';
import { Lanes } from './Lanes.tsx';

export function RoundPage({ id }: { readonly id: string }) {
  const story = useQuery({ queryKey: ['story', id], queryFn: async () => api.story(id), refetchInterval: 10_000 });
  return (
    <Shown asked={story} heading="Round">
      {(told) => <Told story={told} />}
    </Shown>
  );
}

function Told({ story }: { readonly story: Story }) {
  const [only, setOnly] = useWord('of');
  const [marked] = useWord('tx');
  const { round, items, summary } = story;
  const references = [...new Set(items.flatMap(({ reference }) => reference ?? []))];
  const shown = only === null ? items : items.filter(({ reference }) => reference === only);
  return (
    <Stack gap="lg">
      <Head story={story} />
      <Text className="summary" data-testid="summary">
        {summary}
      </Text>
      <Panel title="The picture">
        <Lanes items={shown} />
      </Panel>
      <Panel
        title="Everything that happened"
        beside={
          <a href={`/console/api/rounds/${encodeURIComponent(round.id)}/story`} target="_blank" rel="noreferrer">
            Raw JSON
          </a>
        }
      >
        <Group gap={6} mb="sm" role="group" aria-label="Only about one transaction">
          <Button size="compact-xs" variant={only === null ? 'filled' : 'default'} onClick={() => setOnly(null)}>
            Everything ({items.length})
          </Button>
          {references.map((each) => (
            <Button
              key={each}
              size="compact-xs"
              variant={only === each ? 'filled' : 'default'}
              className="reference"
              onClick={() => setOnly(only === each ? null : each)}
            >
              {each}
            </Button>
          ))}
        </Group>
        {shown.length === 0 ? (
          <Nothing title="Nothing is known of it" />
        ) : (
          <ol className="story">
            {shown.map((item) => (
              <Item key={item.id} item={item} marked={item.id === `decision-${marked ?? ''}`} />
            ))}
          </ol>
        )}
      </Panel>
    </Stack>
  );
}

function Head({ story: { round } }: { readonly story: Story }) {
  return (
    <div>
      <Group gap="sm" wrap="wrap">
        <Title order={1} size="h2" className="id">
          Round {round.round_id}
        </Title>
        <State word={round.state} />
        <Badge variant="default">{round.aggregator}</Badge>
      </Group>
      <div className="figures">
        <Figure name="player">
          <Link href={addressOf(['players', round.player])}>{round.player}</Link>
        </Figure>
        <Figure name="game">{round.game ?? 'unknown'}</Figure>
        <Figure name="opened">
          <Time at={round.opened_at} />
        </Figure>
        <Figure name="closed">{round.closed_at === null ? 'not yet' : <Time at={round.closed_at} />}</Figure>
        <Figure name="staked">
          {round.staked} {round.currency}
        </Figure>
        <Figure name="returned">
          {round.returned} {round.currency}
        </Figure>
        <Figure name="paid">
          {round.paid} {round.currency}
        </Figure>
      </div>
    </div>
  );
}
