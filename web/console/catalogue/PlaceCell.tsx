/** A game's place in the order, and the form that takes another. */
import { Button, Group, NumberInput } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent } from 'react';
import type { Game } from '../types.ts';
import type { Order } from './OrderPage.tsx';

interface PlaceProps {
  readonly game: Game;
  /** from 1; null: nobody has counted so far */
  readonly place: number | null;
  readonly order: Order;
}

export function PlaceCell({ game, place, order }: PlaceProps) {
  const [open, setOpen] = useState(false);
  const shown = place === null ? 'Place' : place.toLocaleString('en');
  if (!order.may) return <span className="order-place">{place === null ? '' : shown}</span>;
  if (open) return <Editor game={game} place={place} order={order} close={() => setOpen(false)} />;
  return (
    <Button
      className="order-place"
      variant={place === null ? 'default' : 'subtle'}
      size="compact-sm"
      aria-label={place === null ? `Place ${game.name}` : `Place of ${game.name}: ${shown}`}
      onClick={() => setOpen(true)}
    >
      {shown}
    </Button>
  );
}

function Editor({ game, place, order, close }: PlaceProps & { readonly close: () => void }) {
  const [wanted, setWanted] = useState<string | number>(place ?? '');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await order.putAt(game, Number(wanted));
      close();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
        event.stopPropagation();
      }}
    >
      <Group gap={6} wrap="nowrap">
        <NumberInput
          size="xs"
          w={84}
          autoFocus
          hideControls
          allowDecimal={false}
          min={1}
          max={1_000_000}
          aria-label={`New place of ${game.name}`}
          error={problem}
          value={wanted}
          onChange={setWanted}
        />
        <Button type="submit" size="compact-sm" disabled={Number(wanted) < 1} loading={busy}>
          Put
        </Button>
        <Button variant="subtle" size="compact-sm" onClick={close}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}
