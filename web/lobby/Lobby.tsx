/** The demo lobby: find a game, play it for real or in demo mode, watch the balance and the book follow. */
import { Alert, Container, Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api } from './api.ts';
import type { Game } from './api.ts';
import { Balance } from './Balance.tsx';
import { GameFrame } from './GameFrame.tsx';
import type { Opened } from './GameFrame.tsx';
import { Games } from './Games.tsx';
import { Header } from './Header.tsx';
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
  const frame = useRef<HTMLIFrameElement>(null);

  useEffect(() => {
    const onMessage = (event: MessageEvent<unknown>) => {
      const { data } = event;
      // Any page may post here; only the game in our own frame is listened to.
      if (frame.current === null || event.source !== frame.current.contentWindow) return;
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
    setStarting(`${mode} ${game.id}`);
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

  const close = () => {
    setOpened(null);
    void client.invalidateQueries({ queryKey: ['players'] });
    void client.invalidateQueries({ queryKey: ['rounds'] });
  };

  return (
    <>
      <Header players={players.data ?? []} playerId={playerId} onPlayer={setPlayerId} />
      <main>
        <Container size="xl">
          <Stack gap="lg">
            {players.isError && (
              <Alert color="red" title="The lobby cannot reach the gateway">
                {players.error.message}
              </Alert>
            )}
            {problem !== null && (
              <Alert
                color="red"
                title="The game did not start"
                withCloseButton
                closeButtonLabel="Dismiss"
                onClose={() => setProblem(null)}
              >
                {problem}
              </Alert>
            )}
            <Games currency={currency} starting={starting} onPlay={start} between={<Rounds player={playerId} />} />
          </Stack>
        </Container>
      </main>
      <GameFrame
        opened={opened}
        frame={frame}
        player={playerId}
        balance={<Balance player={player} />}
        onClose={close}
      />
    </>
  );
}
