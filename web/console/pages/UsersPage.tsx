/** Who may sign in, and as what. Only administrators change it. */
import { Button, Group, PasswordInput, Select, Stack, Switch, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { useMay, useOperator } from '../operator.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Sheet } from '../parts/Sheet.tsx';
import { Nothing, Shown } from '../parts/states.tsx';
import { Outcome } from '../player/Limits.tsx';
import type { User } from '../types.ts';

const ROLES = ['viewer', 'support', 'finance', 'admin', 'auditor'];

export function UsersPage(_page: { readonly id: string }) {
  const users = useQuery({ queryKey: ['users'], queryFn: api.users });
  const may = useMay('POST /users');
  return (
    <Stack gap="lg">
      <Title order={1} size="h2">
        Users
      </Title>
      {may ? <Add /> : null}
      <Shown asked={users}>
        {(items) => (
          <Sheet
            title="Users"
            rows={items}
            keyOf={(row) => row.id}
            empty={<Nothing title="There is nobody" />}
            columns={[
              { name: 'name', render: (row) => row.name, text: (row) => row.name },
              { name: 'role', render: (row) => <Role user={row} may={may} />, text: (row) => row.role },
              {
                name: 'signs in with',
                render: (row) => wayOf(row),
                text: (row) => wayOf(row),
              },
              { name: 'locked', render: (row) => row.locked_until ?? '', text: (row) => row.locked_until },
              {
                name: 'may sign in',
                render: (row) => <Enabled user={row} may={may} />,
                text: (row) => String(!row.disabled),
              },
            ]}
          />
        )}
      </Shown>
    </Stack>
  );
}

const wayOf = ({ vouched, second_factor: second }: User): string =>
  vouched ? 'identity provider' : second ? 'password and code' : 'password';

function useChange(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (patch: unknown) => api.changeUser(id, patch),
    onSuccess: async () => queries.invalidateQueries({ queryKey: ['users'] }),
  });
}

interface UserProps {
  readonly user: User;
  readonly may: boolean;
}

function Role({ user, may }: UserProps) {
  const change = useChange(user.id);
  const { name } = useOperator();
  return (
    <Select
      size="xs"
      aria-label={`Role of ${user.name}`}
      data={ROLES}
      value={user.role}
      allowDeselect={false}
      disabled={!may || user.vouched || user.name === name || change.isPending}
      title={user.vouched ? 'The identity provider says the role' : undefined}
      error={change.error?.message}
      onChange={(role) => change.mutate({ role })}
    />
  );
}

function Enabled({ user, may }: UserProps) {
  const change = useChange(user.id);
  const { name } = useOperator();
  return (
    <Switch
      size="sm"
      aria-label={`${user.name} may sign in`}
      checked={!user.disabled}
      disabled={!may || user.name === name || change.isPending}
      onChange={(event) => change.mutate({ disabled: !event.currentTarget.checked })}
    />
  );
}

function Add() {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState('viewer');
  const add = useMutation({
    mutationFn: async () => api.addUser({ name, role, password }),
    onSuccess: async () => {
      setName('');
      setPassword('');
      await queries.invalidateQueries({ queryKey: ['users'] });
    },
  });
  return (
    <Panel title="New user">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Group gap="sm" align="end">
          <TextInput
            label="Name"
            required
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label="First password"
            required
            autoComplete="new-password"
            className="grow"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
          />
          <Select
            label="Role"
            data={ROLES}
            value={role}
            allowDeselect={false}
            onChange={(value) => setRole(value ?? role)}
          />
          <Button type="submit" loading={add.isPending}>
            Add
          </Button>
        </Group>
      </form>
      <Outcome error={add.error} done={add.isSuccess} />
    </Panel>
  );
}
