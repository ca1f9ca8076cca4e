/** Proposes, approves or rejects: above the limit two different people, which the server sees to. */
import { Button, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { useMay, useOperator } from '../operator.tsx';
import { Outcome } from '../player/Limits.tsx';
import type { DiscrepancyStory } from '../types.ts';

const ACTIONS = [
  { value: '', label: 'What brings the book to it' },
  { value: 'credit', label: 'Credit the player' },
  { value: 'debit', label: 'Debit the player' },
  { value: 'refund', label: 'Refund the bet' },
  { value: 'accept', label: 'Accept as it is' },
];

export function Decide({ found }: { readonly found: DiscrepancyStory }) {
  const may = useMay('POST /discrepancies/:id/resolutions');
  const queries = useQueryClient();
  const { name } = useOperator();
  const [reason, setReason] = useState('');
  const [action, setAction] = useState('');
  const [amount, setAmount] = useState('');
  const decide = useMutation({
    mutationFn: async (decision: 'propose' | 'approve' | 'reject') =>
      api.resolve(found.id, {
        decision,
        reason,
        ...(decision === 'propose' && action !== '' ? { action } : {}),
        ...(decision === 'propose' && amount.trim() !== '' ? { amount: amount.trim() } : {}),
      }),
    onSuccess: async () => {
      setReason('');
      await queries.invalidateQueries({ queryKey: ['discrepancy', found.id] });
    },
  });
  if (found.state === 'resolved' || found.state === 'accepted') return null;
  if (!may)
    return (
      <Text size="sm" c="dimmed">
        Your role may look at discrepancies and not decide them.
      </Text>
    );
  const isProposed = found.state === 'proposed';
  const isOwn = found.resolutions.some((each) => each.state === 'proposed' && each.proposed.by === name);
  return (
    <Stack gap="sm">
      {isProposed ? null : (
        <What found={found} action={action} amount={amount} onAction={setAction} onAmount={setAmount} />
      )}
      <Textarea
        label="Reason"
        required
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {isOwn ? (
        <Text size="xs" c="dimmed">
          You proposed it: above the limit somebody else has to approve.
        </Text>
      ) : null}
      <Group gap="sm">
        {isProposed ? (
          <>
            <Button loading={decide.isPending} onClick={() => decide.mutate('approve')}>
              Approve
            </Button>
            <Button variant="default" loading={decide.isPending} onClick={() => decide.mutate('reject')}>
              Reject
            </Button>
          </>
        ) : (
          <Button loading={decide.isPending} onClick={() => decide.mutate('propose')}>
            Propose
          </Button>
        )}
      </Group>
      <Outcome error={decide.error} done={decide.isSuccess} />
    </Stack>
  );
}

interface WhatProps {
  readonly found: DiscrepancyStory;
  readonly action: string;
  readonly amount: string;
  readonly onAction: (action: string) => void;
  readonly onAmount: (amount: string) => void;
}

/** What is proposed; left alone, it is what brings the book to what is asserted. */
function What({ found, action, amount, onAction, onAmount }: WhatProps) {
  return (
    <Group gap="sm" grow align="start">
      <Select
        label="Action"
        data={ACTIONS}
        value={action}
        onChange={(value) => onAction(value ?? '')}
        allowDeselect={false}
      />
      <TextInput
        label={`Amount${found.currency === null ? '' : ` in ${found.currency}`}`}
        placeholder={found.amount}
        inputMode="decimal"
        value={amount}
        onChange={(event) => onAmount(event.currentTarget.value)}
      />
    </Group>
  );
}
