/** One thing of a round's story; what it is made of opens on a click or with the keyboard. */
import { Button, Group, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { Time } from '../parts/Time.tsx';
import type { Bytes, Move, StoryItem } from '../types.ts';

export function Item({ item, marked }: { readonly item: StoryItem; readonly marked: boolean }) {
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (marked) place.current?.scrollIntoView({ block: 'center' });
  }, [marked]);
  const hasMore = item.facts.length > 0 || item.raw !== null;
  return (
    <li ref={place} id={item.id} className={`item tone-${item.tone}${marked ? ' marked' : ''}`} data-kind={item.kind}>
      <div className="item-head">
        <Time at={item.at} short />
        <span className={`lane lane-${item.lane}`}>{item.lane}</span>
        <span className="item-words">
          <Text component="span" fw={600}>
            {item.title}
          </Text>{' '}
          <Text component="span" c="dimmed">
            {item.detail}
          </Text>
        </span>
      </div>
      {item.moves.length === 0 ? null : <Moves moves={item.moves} />}
      {hasMore ? (
        <details>
          <summary>Details</summary>
          <dl className="facts">
            {item.facts.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {item.raw === null ? null : <Raw raw={item.raw} />}
          {item.replay === null ? null : <Replay text={item.replay} />}
        </details>
      ) : null}
    </li>
  );
}

function Moves({ moves }: { readonly moves: readonly Move[] }) {
  return (
    <ul className="moves" aria-label="Postings">
      {moves.map((move) => (
        <li key={`${move.debit} ${move.credit} ${move.after}`}>
          <span className="accounts">
            {move.debit} → {move.credit}
          </span>
          <span className="money">
            {move.amount} {move.currency}
          </span>
          <span className="money dim">
            balance {move.before} → {move.after}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Raw({ raw }: { readonly raw: Bytes }) {
  return (
    <figure className="raw">
      <figcaption>
        {raw.bytes.toLocaleString('en')} bytes{raw.binary ? ', shown as base64' : ''}, SHA-256 {raw.sha256.slice(0, 16)}
        …, secrets blanked
      </figcaption>
      <pre tabIndex={0}>{raw.text === '' ? '(empty)' : raw.text}</pre>
    </figure>
  );
}

function Replay({ text }: { readonly text: string }) {
  const clipboard = useClipboard();
  return (
    <figure className="raw">
      <figcaption>
        <Group justify="space-between">
          <span>The same, for a sandbox of your own</span>
          <Button size="compact-xs" variant="default" onClick={() => clipboard.copy(text)}>
            {clipboard.copied ? 'Copied' : 'Copy'}
          </Button>
        </Group>
      </figcaption>
      <pre tabIndex={0} data-testid="replay">
        {text}
      </pre>
    </figure>
  );
}
