import { Button, Card, Text } from '@mantine/core';
import type { Game } from './api.ts';

interface GameCardProps {
  readonly game: Game;
  readonly starting: string | null;
  readonly onPlay: (game: Game, mode: 'real' | 'demo') => Promise<void>;
}

export function GameCard({ game, starting, onPlay }: GameCardProps) {
  return (
    <Card padding="sm" withBorder component="article" className="game" aria-label={game.name}>
      <Card.Section className="art">
        {game.thumbnail === null ? (
          <div className="thumb" />
        ) : (
          <img
            className="thumb"
            src={game.thumbnail}
            alt=""
            loading="lazy"
            width={320}
            height={200}
            referrerPolicy="no-referrer"
          />
        )}
      </Card.Section>
      <Text fw={700} mt="xs" truncate title={game.name}>
        {game.name}
      </Text>
      <Text size="xs" c="dimmed" truncate>
        {game.provider.name}
        {game.rtp === null ? '' : ` · RTP ${game.rtp} %`}
      </Text>
      <div className="buttons">
        <Button
          size="compact-sm"
          loading={starting === `real ${game.id}`}
          disabled={starting !== null}
          onClick={() => void onPlay(game, 'real')}
          aria-label={`Play ${game.name}`}
        >
          Play
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          loading={starting === `demo ${game.id}`}
          disabled={!game.demo || starting !== null}
          onClick={() => void onPlay(game, 'demo')}
          aria-label={`Try ${game.name} in demo mode`}
        >
          Demo
        </Button>
      </div>
    </Card>
  );
}
