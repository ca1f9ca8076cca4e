/** Whether the player may play, and how much: it counts for the very next bet; wins and refunds of running rounds still pass. */
import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { useMay } from '../operator.tsx';
import { Panel } from '../parts/Panel.tsx';
import type { Player, WalletView } from '../types.ts';

const STATUSES = [
  { value: 'active', label: 'Active' },
  { value: 'blocked', label: 'Blocked' },
  { value: 'self_excluded', label: 'Self-excluded' },
  { value: 'closed', label: 'Closed' },
];

function useChange(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (patch: unknown) => api.changePlayer(id, patch),
    onSuccess: async () => queries.invalidateQueries({ queryKey: ['player', id] }),
  });
}

export function Limits({ player }: { readonly player: Player }) {
  const may = useMay('PATCH /v1/players/:id');
  return (
    <Stack gap="lg">
      {may ? null : (
        <Text size="sm" c="dimmed">
          Your role may look at these and not change them.
        </Text>
      )}
      <Status player={player} may={may} />
      {player.wallets.map((wallet) => (
        <WalletLimits key={wallet.currency} player={player.player.id} wallet={wallet} may={may} />
      ))}
    </Stack>
  );
}

function Status({ player: { player }, may }: { readonly player: Player; readonly may: boolean }) {
  const [status, setStatus] = useState<string>(player.status);
  const change = useChange(player.id);
  return (
    <Panel title="Status">
      <Group align="end" gap="sm">
        <Select
          label="May play"
          data={STATUSES}
          value={status}
          onChange={(value) => setStatus(value ?? player.status)}
          allowDeselect={false}
          disabled={!may}
        />
        <Button
          disabled={!may || status === player.status}
          loading={change.isPending}
          onClick={() => change.mutate({ status })}
        >
          Change status
        </Button>
      </Group>
      <Outcome error={change.error} done={change.isSuccess} />
    </Panel>
  );
}

interface WalletLimitsProps {
  readonly player: string;
  readonly wallet: WalletView;
  readonly may: boolean;
}

function WalletLimits({ player, wallet, may }: WalletLimitsProps) {
  const [stake, setStake] = useState(wallet.maxStake ?? '');
  const [loss, setLoss] = useState(wallet.dailyLossLimit ?? '');
  const change = useChange(player);
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  const limits = { [wallet.currency]: { max_stake: orNull(stake), daily_loss_limit: orNull(loss) } };
  return (
    <Panel title={`Limits in ${wallet.currency}`}>
      <Group align="end" gap="sm">
        <TextInput
          label="Largest stake"
          placeholder="none"
          value={stake}
          onChange={(event) => setStake(event.currentTarget.value)}
          disabled={!may}
        />
        <TextInput
          label="Most lost in a UTC day"
          placeholder="none"
          value={loss}
          onChange={(event) => setLoss(event.currentTarget.value)}
          disabled={!may}
        />
        <Button disabled={!may} loading={change.isPending} onClick={() => change.mutate({ limits })}>
          Set limits
        </Button>
      </Group>
      <Outcome error={change.error} done={change.isSuccess} />
    </Panel>
  );
}

export function Outcome({ error, done }: { readonly error: Error | null; readonly done: boolean }) {
  if (error !== null)
    return (
      <Alert color="red" mt="sm" role="alert">
        {error.message}
      </Alert>
    );
  return done ? (
    <Alert color="teal" mt="sm" role="status">
      Done, and written to the audit log.
    </Alert>
  ) : null;
}
