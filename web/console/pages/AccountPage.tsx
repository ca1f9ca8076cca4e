/** One's own account: the password, and a second factor. */
import { Button, Code, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { useOperator } from '../operator.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Outcome } from '../player/Limits.tsx';

const EYE = { 'aria-label': 'Show the password' };

export function AccountPage(_page: { readonly id: string }) {
  const { name, role, second_factor: hasFactor, vouched } = useOperator();
  return (
    <Stack gap="lg">
      <div>
        <Title order={1} size="h2">
          {name}
        </Title>
        <Text c="dimmed" size="sm">
          {role}
        </Text>
      </div>
      {vouched ? (
        <Panel title="Sign-in">
          <Text size="sm">
            Your identity provider says who you are and what you may do here. Password and second factor are changed
            there; another role takes effect the next time you sign in.
          </Text>
        </Panel>
      ) : (
        <div className="columns">
          <Password />
          {hasFactor ? <DropFactor /> : <SecondFactor />}
        </div>
      )}
    </Stack>
  );
}

function Password() {
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const change = useMutation({ mutationFn: async () => api.password({ old, fresh }) });
  return (
    <Panel title="Password">
      <Stack gap="sm">
        <PasswordInput
          label="Present password"
          autoComplete="current-password"
          value={old}
          onChange={(event) => setOld(event.currentTarget.value)}
          visibilityToggleButtonProps={EYE}
        />
        <PasswordInput
          label="New password"
          description="At least twelve characters; a few words in a row are fine"
          autoComplete="new-password"
          value={fresh}
          onChange={(event) => setFresh(event.currentTarget.value)}
          visibilityToggleButtonProps={EYE}
        />
        <Group>
          <Button loading={change.isPending} onClick={() => change.mutate()}>
            Change password
          </Button>
        </Group>
      </Stack>
      <Outcome error={change.error} done={change.isSuccess} />
    </Panel>
  );
}

function SecondFactor() {
  const queries = useQueryClient();
  const [code, setCode] = useState('');
  const offer = useMutation({ mutationFn: api.offerTotp });
  const confirm = useMutation({
    mutationFn: async () => api.confirmTotp(code),
    onSuccess: async () => queries.invalidateQueries({ queryKey: ['session'] }),
  });
  return (
    <Panel title="Second factor">
      {offer.data === undefined ? (
        <Stack gap="sm">
          <Text size="sm">Codes of an authenticator app, asked for after the password.</Text>
          <Group>
            <Button variant="default" loading={offer.isPending} onClick={() => offer.mutate()}>
              Set up
            </Button>
          </Group>
        </Stack>
      ) : (
        <Stack gap="sm">
          <Text size="sm">Give this secret to the app, then type the code it shows. It is not shown again.</Text>
          <Code block>{offer.data.secret}</Code>
          <a href={offer.data.link}>Open in an authenticator on this device</a>
          <Group align="end">
            <TextInput
              label="Code"
              inputMode="numeric"
              autoComplete="one-time-code"
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
            <Button loading={confirm.isPending} onClick={() => confirm.mutate()}>
              Confirm
            </Button>
          </Group>
        </Stack>
      )}
      <Outcome error={confirm.error ?? offer.error} done={confirm.isSuccess} />
    </Panel>
  );
}

function DropFactor() {
  const queries = useQueryClient();
  const [password, setPassword] = useState('');
  const drop = useMutation({
    mutationFn: async () => api.dropTotp(password),
    onSuccess: async () => queries.invalidateQueries({ queryKey: ['session'] }),
  });
  return (
    <Panel title="Second factor">
      <Stack gap="sm">
        <Text size="sm">Codes of an authenticator are asked for.</Text>
        <PasswordInput
          label="Password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={EYE}
        />
        <Group>
          <Button variant="default" color="red" loading={drop.isPending} onClick={() => drop.mutate()}>
            Sign in without it again
          </Button>
        </Group>
      </Stack>
      <Outcome error={drop.error} done={drop.isSuccess} />
    </Panel>
  );
}
