/** A player: what they have, what is on the table, what they played, and what support may do about it. */
import { Badge, Group, Stack, Tabs, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api.ts';
import { Figure } from '../parts/Panel.tsx';
import { Nothing, Shown, State } from '../parts/states.tsx';
import { Sheet } from '../parts/Sheet.tsx';
import { Time } from '../parts/Time.tsx';
import { addressOf, go, Link, useWord } from '../router.tsx';
import type { Player } from '../types.ts';
import { Adjustments } from './Adjustments.tsx';
import { History } from './History.tsx';
import { Limits } from './Limits.tsx';
import { Sessions } from './Sessions.tsx';

const TABS = [
  ['history', 'History'],
  ['open', 'On the table'],
  ['sessions', 'Sessions'],
  ['limits', 'Limits & exclusion'],
  ['adjustments', 'Adjustments'],
] as const;

export function PlayerPage({ id }: { readonly id: string }) {
  const player = useQuery({ queryKey: ['player', id], queryFn: async () => api.player(id), refetchInterval: 15_000 });
  const [tab, setTab] = useWord('tab');
  return (
    <Shown asked={player} heading={id}>
      {(found) => (
        <Stack gap="lg">
          <Head player={found} />
          <Tabs value={tab ?? 'history'} onChange={setTab} keepMounted={false}>
            <Tabs.List aria-label="About the player">
              {TABS.map(([name, title]) => (
                <Tabs.Tab key={name} value={name}>
                  {title}
                  {name === 'open' ? ` (${found.open_rounds.length}${found.open_rounds_whole ? '' : '+'})` : ''}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="history" pt="md">
              <History player={id} />
            </Tabs.Panel>
            <Tabs.Panel value="open" pt="md">
              <OpenRounds player={found} />
            </Tabs.Panel>
            <Tabs.Panel value="sessions" pt="md">
              <Sessions player={id} />
            </Tabs.Panel>
            <Tabs.Panel value="limits" pt="md">
              <Limits player={found} />
            </Tabs.Panel>
            <Tabs.Panel value="adjustments" pt="md">
              <Adjustments player={found} />
            </Tabs.Panel>
          </Tabs>
        </Stack>
      )}
    </Shown>
  );
}

function Head({ player: { player, wallets } }: { readonly player: Player }) {
  return (
    <div>
      <Group gap="sm">
        <Title order={1} size="h2" className="id">
          {player.id}
        </Title>
        <State word={player.status} />
        {player.test ? <Badge variant="default">test player</Badge> : null}
      </Group>
      <div className="figures">
        {wallets.map((wallet) => (
          <div key={wallet.currency} className="figure wallet">
            <span className="figure-name">{wallet.currency} wallet</span>
            <span className="figure-value" data-testid={`balance-${wallet.currency}`}>
              {wallet.balance}
            </span>
            <span className="figure-name">{wallet.on_game} on game</span>
          </div>
        ))}
        <Figure name="country">{player.country ?? 'not told'}</Figure>
        <Figure name="since">
          <Time at={player.created_at} />
        </Figure>
      </div>
    </div>
  );
}

function OpenRounds({ player: { open_rounds: rounds, open_rounds_whole: whole } }: { readonly player: Player }) {
  return (
    <>
      <Sheet
        title="Open rounds"
        rows={rounds}
        keyOf={(row) => row.id}
        onRow={(row) => go(addressOf(['rounds', row.id]))}
        empty={<Nothing title="No round is open">Everything that was staked is settled.</Nothing>}
        columns={[
          { name: 'opened', render: (row) => <Time at={row.opened_at} />, text: (row) => row.opened_at },
          {
            name: 'round',
            render: (row) => <Link href={addressOf(['rounds', row.id])}>{row.round_id}</Link>,
            text: (row) => row.round_id,
          },
          { name: 'game', render: (row) => row.game ?? 'unknown', text: (row) => row.game },
          { name: 'aggregator', render: (row) => row.aggregator, text: (row) => row.aggregator },
          { name: 'state', render: (row) => <State word={row.state} />, text: (row) => row.state },
          {
            name: 'on game',
            right: true,
            render: (row) => `${row.on_game} ${row.currency}`,
            text: (row) => ({ number: row.on_game }),
          },
        ]}
      />
      {whole ? null : <p className="dim">The newest 200; there are more.</p>}
    </>
  );
}
