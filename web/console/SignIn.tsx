/** The door: by the identity provider where there is one, by name and password where those are taken. */
import { Alert, Button, Divider, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { api, Refused } from './api.ts';
import { useWord } from './router.tsx';
import type { Operator, SignedOut } from './types.ts';

interface DoorProps {
  readonly ways: SignedOut;
  readonly onDone: (operator: Operator) => void;
}

export function SignIn({ ways, onDone }: DoorProps) {
  const [word, setWord] = useWord(WORD);
  const [problem, setProblem] = useState<string | null>(null);
  const said = problem ?? (word === null ? null : (WHY[word] ?? FAILED));
  const tried = (text: string | null): void => {
    setWord(null);
    setProblem(text);
  };
  return (
    <main className="alone">
      <Paper className="panel door">
        <Stack gap="md">
          <Greeting />
          {said === null ? null : (
            <Alert color="red" role="alert">
              {said}
            </Alert>
          )}
          {ways.provider === null ? null : <ByProvider label={ways.provider} onTried={tried} />}
          {ways.provider !== null && ways.local ? <Divider label="or" /> : null}
          {ways.local ? <ByPassword first={ways.provider === null} onTried={tried} onDone={onDone} /> : null}
        </Stack>
      </Paper>
    </main>
  );
}

/** The word of the address by which the server says why nobody was signed in. */
const WORD = 'sign_in';
const FAILED = 'You were not signed in. Try again; if it stays so, tell whoever runs the console.';
const WHY: Readonly<Record<string, string>> = {
  stale:
    'This sign-in was begun in another window or more than ten minutes ago, or has been used. Start again from this page.',
  denied: 'The identity provider did not let you in. Try again there, or ask whoever runs it for access.',
  no_role:
    'The identity provider knows you, but gives you no role here. Ask an administrator for a group that has one.',
  disabled: 'Your account here is switched off. Ask an administrator of the console.',
  too_many: 'Too many tries; wait a minute.',
  unreachable:
    'The identity provider cannot be reached. Try again in a minute; if it stays so, tell whoever runs the console.',
  misconfigured: 'The identity provider turns the console away. Tell whoever runs the console: its log says why.',
  not_believed:
    'The answer of the identity provider cannot be believed. Try again; if it stays so, tell whoever runs the console: its log says why.',
};

const told = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function ByProvider({
  label,
  onTried,
}: {
  readonly label: string;
  readonly onTried: (problem: string | null) => void;
}) {
  const [busy, setBusy] = useState(false);
  const leave = async (): Promise<void> => {
    setBusy(true);
    onTried(null);
    try {
      window.location.assign(await api.provider(window.location.pathname + window.location.search));
    } catch (error) {
      onTried(told(error));
      setBusy(false);
    }
  };
  return (
    <Button loading={busy} onClick={() => void leave()}>
      Sign in with {label}
    </Button>
  );
}

interface PasswordProps {
  /** nothing stands above it */
  readonly first: boolean;
  readonly onTried: (problem: string | null) => void;
  readonly onDone: (operator: Operator) => void;
}

function ByPassword({ first, onTried, onDone }: PasswordProps) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    onTried(null);
    try {
      onDone(await api.signIn({ name, password, code }));
    } catch (error) {
      if (error instanceof Refused && error.code === 'code_wanted') setCode('');
      else onTried(told(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="md">
        <TextInput
          label="Name"
          autoComplete="username"
          autoFocus={first}
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
        <Button type="submit" variant={first ? 'filled' : 'default'} loading={busy}>
          Sign in
        </Button>
      </Stack>
    </form>
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
