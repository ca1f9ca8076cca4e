/** The demo lobby: find a game, play it for real or in demo mode, watch the balance and the book follow. */
import {
  Alert,
  AppShell,
  Badge,
  Button,
  Container,
  Group,
  Loader,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDebouncedValue, useIntersection } from '@mantine/hooks';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from './api.ts';
import type { Filter, Game, Player } from './api.ts';
import { GameCard } from './GameCard.tsx';
import { GameFrame } from './GameFrame.tsx';
import type { Opened } from './GameFrame.tsx';
import { Rounds } from './Rounds.tsx';

export function Lobby() {
  const client = useQueryClient();
  const players = useQuery({ queryKey: ['players'], queryFn: api.players });
  const [playerId, setPlayerId] = useState('demo');
  const player = players.data?.find((each) => each.id === playerId);
  const currency = player?.balances[0]?.currency ?? '';
  const [opened, setOpened] = useState<Opened | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [starting, setStarting] = useState<string | null>(null);

  useEffect(() => {
    const onMessage = (event: MessageEvent<unknown>) => {
      const { data } = event;
      if (typeof data !== 'object' || data === null || !('type' in data)) return;
      if (data.type === 'croupier:close') setOpened(null);
      if (data.type !== 'croupier:balance-changed') return;
      void client.invalidateQueries({ queryKey: ['players'] });
      void client.invalidateQueries({ queryKey: ['rounds'] });
    };
    window.addEventListener('message', onMessage);
    return () => window.removeEventListener('message', onMessage);
  }, [client]);

  const start = async (game: Game, mode: 'real' | 'demo') => {
    setProblem(null);
    setStarting(game.id);
    try {
      const order = {
        game_id: game.id,
        mode,
        player_id: mode === 'real' ? playerId : null,
        currency: mode === 'real' ? currency : null,
      };
      const { url } = await api.launch(order);
      setOpened({ url, name: game.name, mode });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The game could not be started.');
    } finally {
      setStarting(null);
    }
  };

  return (
    <AppShell header={{ height: 60 }} padding="md">
      <AppShell.Header>
        <Container size="xl" h="100%">
          <Group h="100%" justify="space-between" wrap="nowrap">
            <Group gap="xs" wrap="nowrap">
              <Chip />
              <Title order={1} size="h3" visibleFrom="xs">
                Croupier
              </Title>
              <Badge variant="light" visibleFrom="sm">
                demo lobby
              </Badge>
            </Group>
            <Group gap="sm" wrap="nowrap">
              <Balance player={player} />
              <SegmentedControl
                aria-label="Player"
                size="xs"
                value={playerId}
                onChange={setPlayerId}
                data={(players.data ?? []).map((each) => ({ value: each.id, label: each.id }))}
              />
              <SchemeSwitch />
            </Group>
          </Group>
        </Container>
      </AppShell.Header>
      <AppShell.Main>
        <Container size="xl">
          <Stack gap="md">
            {players.isError && (
              <Alert color="red" title="The lobby cannot reach the gateway">
                {players.error.message}
              </Alert>
            )}
            {problem !== null && (
              <Alert color="red" title="The game did not start" withCloseButton onClose={() => setProblem(null)}>
                {problem}
              </Alert>
            )}
            <Rounds player={playerId} />
            <Games currency={currency} starting={starting} onPlay={start} />
          </Stack>
        </Container>
      </AppShell.Main>
      <GameFrame opened={opened} balance={<Balance player={player} />} onClose={() => setOpened(null)} />
    </AppShell>
  );
}

function Balance({ player }: { readonly player: Player | undefined }) {
  if (player === undefined) return null;
  return (
    <Text fw={700} ff="monospace" aria-live="polite" data-testid="balance" style={{ whiteSpace: 'nowrap' }}>
      {player.balances.map(({ balance, currency }) => `${balance} ${currency}`).join(' · ')}
    </Text>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('dark');
  const next = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Button size="compact-sm" variant="subtle" color="gray" visibleFrom="sm" onClick={() => setColorScheme(next)}>
      {next === 'light' ? 'Light' : 'Dark'}
    </Button>
  );
}

function Chip() {
  return (
    <svg width="30" height="30" viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="15" fill="#0b7a57" />
      <circle cx="16" cy="16" r="11" fill="none" stroke="#fff" strokeWidth="4" strokeDasharray="6 5.5" />
      <circle cx="16" cy="16" r="6.5" fill="#fff" />
    </svg>
  );
}

interface GamesProps {
  readonly currency: string;
  readonly starting: string | null;
  readonly onPlay: (game: Game, mode: 'real' | 'demo') => Promise<void>;
}

function Games({ currency, starting, onPlay }: GamesProps) {
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, 200);
  const [provider, setProvider] = useState<string | null>(null);
  const [category, setCategory] = useState<string | null>(null);
  const facets = useQuery({ queryKey: ['facets'], queryFn: api.facets });
  const filter: Filter = { q: q.trim(), provider: provider ?? '', category: category ?? '', currency };
  const games = useInfiniteQuery({
    queryKey: ['games', filter],
    queryFn: async ({ pageParam }) => api.games(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (previous) => previous,
  });
  const { ref, entry } = useIntersection({ threshold: 0 });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = games;
  const near = entry?.isIntersecting === true;
  useEffect(() => {
    if (near && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [near, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const shown = games.data?.pages.flatMap((page) => page.games) ?? [];

  return (
    <Stack gap="md" component="section" aria-label="Games">
      <Group gap="sm" align="end">
        <TextInput
          label="Search games"
          placeholder="Name of a game"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          flex="1 1 14rem"
          type="search"
        />
        <Select
          label="Provider"
          placeholder="All providers"
          searchable
          clearable
          value={provider}
          onChange={setProvider}
          data={(facets.data?.providers ?? []).map(({ code, name, count }) => ({
            value: code,
            label: `${name} (${count})`,
          }))}
          flex="1 1 12rem"
        />
        <Select
          label="Category"
          placeholder="All categories"
          clearable
          value={category}
          onChange={setCategory}
          data={(facets.data?.categories ?? []).map(({ code, count }) => ({
            value: code,
            label: `${code.replaceAll('_', ' ')} (${count})`,
          }))}
          flex="1 1 10rem"
        />
      </Group>
      {games.isError && <Alert color="red">{games.error.message}</Alert>}
      {games.isSuccess && shown.length === 0 && (
        <Text c="dimmed">No game fits. Try fewer letters or another provider.</Text>
      )}
      <div className="games">
        {shown.map((game) => (
          <GameCard key={game.id} game={game} starting={starting === game.id} onPlay={onPlay} />
        ))}
      </div>
      <div ref={ref} className="more">
        {(isFetchingNextPage || games.isLoading) && <Loader size="sm" />}
      </div>
    </Stack>
  );
}
