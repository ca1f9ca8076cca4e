/** What is shown while something loads, when there is nothing, and when it could not be had. */
import { Alert, Badge, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

export function Loading({ rows = 4 }: { readonly rows?: number }) {
  return (
    <Stack gap="sm" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_unused, index) => (
        <Skeleton key={index} height={index === 0 ? 40 : 28} radius="md" />
      ))}
    </Stack>
  );
}

export function Nothing({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="nothing">
      <Text fw={600}>{title}</Text>
      {children === undefined ? null : (
        <Text size="sm" c="dimmed">
          {children}
        </Text>
      )}
    </div>
  );
}

export function Problem({ error, again }: { readonly error: Error; readonly again?: () => void }) {
  return (
    <Alert color="red" title="This could not be had" role="alert">
      <Group justify="space-between" gap="sm">
        <Text size="sm">{error.message}</Text>
        {again === undefined ? null : (
          <Button size="compact-sm" variant="default" onClick={again}>
            Try again
          </Button>
        )}
      </Group>
    </Alert>
  );
}

interface Asked<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
}

interface ShownProps<T> {
  readonly asked: Asked<T>;
  readonly children: (data: T) => ReactNode;
  /** of a page that has its heading from what is asked for, for as long as there is none */
  readonly heading?: string;
}

/** One of the three, or the thing itself. What was had before stays while a newer one cannot be had. */
export function Shown<T>({ asked, children, heading }: ShownProps<T>) {
  if (asked.data !== undefined) {
    return (
      <>
        {asked.error === null ? null : <Problem error={asked.error} again={() => void asked.refetch()} />}
        {children(asked.data)}
      </>
    );
  }
  const instead =
    asked.error === null ? <Loading /> : <Problem error={asked.error} again={() => void asked.refetch()} />;
  return heading === undefined ? instead : <Headed title={heading}>{instead}</Headed>;
}

/** A page of which there is nothing but its heading and what became of the rest. */
export function Headed({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Stack gap="lg">
      <Title order={1} size="h2" className="id">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

const COLOURS: Readonly<Record<string, string>> = {
  open: 'blue',
  closed: 'teal',
  void: 'orange',
  reopened: 'red',
  proposed: 'grape',
  waiting: 'gray',
  resolved: 'teal',
  accepted: 'teal',
  booked: 'teal',
  done: 'teal',
  failed: 'red',
  rejected: 'gray',
  refused: 'orange',
  uncertain: 'red',
  active: 'teal',
  blocked: 'red',
  self_excluded: 'orange',
  ok: 'teal',
  fresh: 'teal',
  stale: 'yellow',
  expired: 'red',
  unpriced: 'red',
  warn: 'yellow',
  critical: 'red',
  launch_fail: 'red',
  applied: 'teal',
  quarantined: 'orange',
};

/** A state in one word and a colour; the word alone says it, too. */
export function State({ word }: { readonly word: string }) {
  return (
    <Badge variant="light" color={COLOURS[word] ?? 'gray'} className="state">
      {word.replaceAll('_', ' ')}
    </Badge>
  );
}
