import { Badge, Button, Card, Text } from '@mantine/core';
import { useState } from 'react';
import type { Game } from './api.ts';

interface GameCardProps {
  readonly game: Game;
  /** its place in the list, from 1, and how long the list is */
  readonly place: number;
  readonly total: number;
  readonly starting: string | null;
  readonly onPlay: (game: Game, mode: 'real' | 'demo') => Promise<void>;
}

/** Marks worth a word on the picture; other tags are for choosing by. */
const MARKS: ReadonlySet<string> = new Set(['new', 'exclusive', 'popular']);

export function GameCard({ game, place, total, starting, onPlay }: GameCardProps) {
  const [isBroken, setBroken] = useState(false);
  const mark = game.tags.find((tag) => MARKS.has(tag));
  return (
    <Card
      padding="sm"
      withBorder
      component="article"
      className="game"
      aria-label={game.name}
      aria-posinset={place}
      aria-setsize={total}
    >
      <Card.Section className="art">
        {game.thumbnail === null || isBroken ? (
          <div className="thumb" />
        ) : (
          <img
            className="thumb"
            src={game.thumbnail}
            alt=""
            loading="lazy"
            width={320}
            height={200}
            decoding="async"
            referrerPolicy="no-referrer"
            onError={() => setBroken(true)}
          />
        )}
        {mark !== undefined && (
          <Badge className="mark" size="sm" radius="sm">
            {mark}
          </Badge>
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
