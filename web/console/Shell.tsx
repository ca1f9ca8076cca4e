/** What is around every page: the search, the ways, who is signed in. */
import { ActionIcon, Button, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from './api.ts';
import { forget } from './forget.ts';
import { useOperator } from './operator.tsx';
import { addressOf, Link, usePlace } from './router.tsx';
import { SearchBox } from './SearchBox.tsx';

const WAYS = [
  ['', 'Overview'],
  ['reconciliation', 'Reconciliation'],
  ['health', 'Health'],
  ['catalogue', 'Catalogue'],
  ['analytics', 'Analytics'],
] as const;
const LOOKS_BACK = new Set(['admin', 'auditor']);

export function Shell({ children }: { readonly children: ReactNode }) {
  const { path } = usePlace();
  const { role } = useOperator();
  const ways = [
    ...WAYS,
    ...(LOOKS_BACK.has(role)
      ? ([
          ['audit', 'Audit'],
          ['users', 'Users'],
        ] as const)
      : []),
  ];
  return (
    <>
      <a href="#main" className="skip">
        Skip to the page
      </a>
      <header className="top">
        <div className="top-row">
          <Link href={addressOf([])} className="brand" aria-label="Croupier console, overview">
            <Chip />
            <span>Croupier</span>
          </Link>
          <SearchBox />
          <Account />
        </div>
        <nav className="ways" aria-label="Pages">
          {ways.map(([name, title]) => (
            <Link
              key={name}
              href={addressOf(name === '' ? [] : [name])}
              className="way"
              aria-current={(path[0] ?? '') === name ? 'page' : undefined}
            >
              {title}
            </Link>
          ))}
        </nav>
      </header>
      <main id="main" className="page" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function Account() {
  const { name, role } = useOperator();
  const queries = useQueryClient();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const leave = async (): Promise<void> => {
    const answer = await api.signOut();
    if (answer === null) forget(queries);
    else window.location.assign(answer.go);
  };
  return (
    <div className="account">
      <Link href={addressOf(['account'])} className="who" title="Your account">
        {name} <span className="role">{role}</span>
      </Link>
      <ActionIcon
        variant="default"
        size="md"
        aria-label={scheme === 'dark' ? 'Light colours' : 'Dark colours'}
        onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
      >
        {scheme === 'dark' ? '☀' : '☾'}
      </ActionIcon>
      <Button size="compact-sm" variant="default" onClick={() => void leave()}>
        Sign out
      </Button>
    </div>
  );
}

function Chip() {
  return (
    <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <circle cx="16" cy="16" r="15" fill="#0b7a57" />
      <circle cx="16" cy="16" r="10" fill="none" stroke="white" strokeWidth="3" strokeDasharray="6 4" />
    </svg>
  );
}
