/** Corrections by hand: proposed with a reason, approved by somebody else above the limit. */
import { Badge, Button, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { useMay } from '../operator.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Nothing, State } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import type { Adjustment, Player } from '../types.ts';
import { Outcome } from './Limits.tsx';

export function Adjustments({ player }: { readonly player: Player }) {
  const may = useMay('POST /adjustments');
  return (
    <div className="columns">
      {may ? (
        <Propose player={player} />
      ) : (
        <Panel title="New adjustment">
          <Text size="sm" c="dimmed">
            Your role may look at adjustments and not make any.
          </Text>
        </Panel>
      )}
      <Panel title="Adjustments of this player">
        {player.adjustments.length === 0 ? (
          <Nothing title="None was ever made" />
        ) : (
          <Stack gap="md">
            {player.adjustments.map((each) => (
              <One key={each.id} adjustment={each} />
            ))}
          </Stack>
        )}
      </Panel>
    </div>
  );
}

function Propose({ player: { player, wallets } }: { readonly player: Player }) {
  const queries = useQueryClient();
  const [id, setId] = useState(() => crypto.randomUUID());
  const [currency, setCurrency] = useState(wallets[0]?.currency ?? '');
  const [amount, setAmount] = useState('');
  const [reason, setReason] = useState('');
  const propose = useMutation({
    mutationFn: async () => api.adjust({ id, player: player.id, currency, amount: amount.trim(), reason }),
    onSuccess: async () => {
      // The same wish sent twice is one; the next is another.
      setId(crypto.randomUUID());
      setAmount('');
      setReason('');
      await queries.invalidateQueries({ queryKey: ['player', player.id] });
    },
  });
  return (
    <Panel title="New adjustment">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          propose.mutate();
        }}
      >
        <Stack gap="sm">
          <Group gap="sm" grow align="start">
            <TextInput
              label="Amount"
              description="With a minus it is taken from the player"
              placeholder="12.50"
              inputMode="decimal"
              required
              value={amount}
              onChange={(event) => setAmount(event.currentTarget.value)}
            />
            <Select
              label="Wallet"
              description="Of this player"
              data={wallets.map((wallet) => wallet.currency)}
              value={currency}
              onChange={(value) => setCurrency(value ?? currency)}
              allowDeselect={false}
            />
          </Group>
          <Textarea
            label="Reason"
            description="For whoever reads it in a year: what happened, and where it is written down"
            required
            minLength={5}
            autosize
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" loading={propose.isPending}>
            Propose
          </Button>
        </Stack>
      </form>
      <Outcome error={propose.error} done={propose.isSuccess} />
    </Panel>
  );
}

function One({ adjustment }: { readonly adjustment: Adjustment }) {
  const { amount, currency, reason, state } = adjustment;
  return (
    <article className="card" aria-label={`Adjustment of ${amount} ${currency}`}>
      <Group justify="space-between">
        <Text fw={700} className="money">
          {amount} {currency}
        </Text>
        <Group gap={6}>
          {adjustment.needs_two && state === 'proposed' ? (
            <Badge color="grape" variant="light">
              two people
            </Badge>
          ) : null}
          <State word={state} />
        </Group>
      </Group>
      <Text size="sm">{reason}</Text>
      <Text size="xs" c="dimmed">
        proposed by {adjustment.proposed_by}, <Time at={adjustment.proposed_at} />
        {adjustment.decided_by === null
          ? ''
          : `; decided by ${adjustment.decided_by}: ${adjustment.decided_reason ?? ''}`}
      </Text>
      {adjustment.problem === null ? null : (
        <Text size="xs" c="red">
          {adjustment.problem}
        </Text>
      )}
      {state === 'proposed' ? <Decide adjustment={adjustment} /> : null}
    </article>
  );
}

function Decide({ adjustment: { id, player } }: { readonly adjustment: Adjustment }) {
  const may = useMay('POST /adjustments/:id/decisions');
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const decide = useMutation({
    mutationFn: async (decision: 'approve' | 'reject') => api.decideAdjustment(id, { player, decision, reason }),
    onSuccess: async () => queries.invalidateQueries({ queryKey: ['player', player] }),
  });
  if (!may) return null;
  return (
    <>
      <Group mt="xs" gap="xs" align="end">
        <TextInput
          className="grow whole"
          label="Why"
          size="xs"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button size="xs" loading={decide.isPending} onClick={() => decide.mutate('approve')}>
          Approve
        </Button>
        <Button size="xs" variant="default" loading={decide.isPending} onClick={() => decide.mutate('reject')}>
          Reject
        </Button>
      </Group>
      <Outcome error={decide.error} done={false} />
    </>
  );
}
