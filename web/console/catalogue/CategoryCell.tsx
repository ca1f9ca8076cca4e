/** A game's category, and its change: one of those that there are, a new one, or the aggregator's own again. */
import { Autocomplete, Button, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { useMay } from '../operator.tsx';
import type { Game } from '../types.ts';
import { useFacets } from './CategoryFilter.tsx';

export function CategoryCell({ game }: { readonly game: Game }) {
  const may = useMay('PATCH /v1/games/:id');
  const [open, setOpen] = useState(false);
  if (!may) return game.category;
  return open ? (
    <Editor game={game} close={() => setOpen(false)} />
  ) : (
    <Button
      variant="subtle"
      size="compact-sm"
      aria-label={`Category of ${game.name}: ${game.category}`}
      onClick={() => setOpen(true)}
    >
      {game.category}
    </Button>
  );
}

function Editor({ game, close }: { readonly game: Game; readonly close: () => void }) {
  const queries = useQueryClient();
  const facets = useFacets();
  const [word, setWord] = useState(game.category);
  const change = useMutation({
    mutationFn: async (category: string | null) => api.changeGame(game.id, { category }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['games'] });
      close();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(word);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <Group gap={6} wrap="nowrap">
        <Autocomplete
          size="xs"
          autoFocus
          aria-label={`New category of ${game.name}`}
          data={(facets.data?.categories ?? []).map(({ code }) => code)}
          value={word}
          onChange={setWord}
        />
        <Button type="submit" size="compact-sm" disabled={word.trim() === ''} loading={change.isPending}>
          Set
        </Button>
        <Button variant="default" size="compact-sm" onClick={() => change.mutate(null)}>
          Aggregator’s
        </Button>
        <Button variant="subtle" size="compact-sm" onClick={close}>
          Cancel
        </Button>
        {change.error === null ? null : <span className="bad">{change.error.message}</span>}
      </Group>
    </form>
  );
}
