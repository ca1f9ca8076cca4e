import { Button, Card, Group, Text } from '@mantine/core';
import type { Game } from './api.ts';

interface GameCardProps {
  readonly game: Game;
  readonly starting: boolean;
  readonly onPlay: (game: Game, mode: 'real' | 'demo') => Promise<void>;
}

export function GameCard({ game, starting, onPlay }: GameCardProps) {
  return (
    <Card padding="sm" withBorder component="article" aria-label={game.name}>
      <Card.Section>
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
      <Text fw={650} mt="xs" truncate title={game.name}>
        {game.name}
      </Text>
      <Text size="xs" c="dimmed" truncate>
        {game.provider.name}
        {game.rtp === null ? '' : ` · RTP ${game.rtp} %`}
      </Text>
      <Group gap="xs" mt="xs" grow wrap="nowrap">
        <Button
          size="compact-sm"
          loading={starting}
          onClick={() => void onPlay(game, 'real')}
          aria-label={`Play ${game.name}`}
        >
          Play
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          disabled={!game.demo || starting}
          onClick={() => void onPlay(game, 'demo')}
          aria-label={`Try ${game.name} in demo mode`}
        >
          Demo
        </Button>
      </Group>
    </Card>
  );
}
