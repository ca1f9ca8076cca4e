/** The door: name, password, and the code of the second factor where the account has one. */
import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { api, Refused } from './api.ts';
import type { Operator } from './types.ts';

export function SignIn({ onDone }: { readonly onDone: (operator: Operator) => void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      onDone(await api.signIn({ name, password, code }));
    } catch (error) {
      if (error instanceof Refused && error.code === 'code_wanted') setCode('');
      else setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className="alone">
      <Paper className="panel door">
        <form onSubmit={(event) => void submit(event)}>
          <Stack gap="md">
            <Greeting />
            {problem === null ? null : (
              <Alert color="red" role="alert">
                {problem}
              </Alert>
            )}
            <TextInput
              label="Name"
              autoComplete="username"
              autoFocus
              required
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
            />
            {code === null ? null : (
              <TextInput
                label="Code of the second factor"
                inputMode="numeric"
                autoComplete="one-time-code"
                autoFocus
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
              />
            )}
            <Button type="submit" loading={busy}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}

function Greeting() {
  return (
    <div>
      <Title order={1} size="h2">
        Croupier console
      </Title>
      <Text size="sm" c="dimmed">
        For support, finance and whoever is on call.
      </Text>
    </div>
  );
}
