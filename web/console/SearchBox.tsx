/** One box for every id there is: "/" goes into it, arrows choose, Enter goes there. */
import { Combobox, Loader, Text, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { api } from './api.ts';
import { addressOf, go } from './router.tsx';
import type { Hit } from './types.ts';

const PAGES = { player: 'players', round: 'rounds', discrepancy: 'reconciliation' } as const;

/** Where a hit leads; null: what was found belongs to nobody. */
export function addressOfHit({ page, id, mark }: Hit): string | null {
  return id === '' ? null : addressOf([PAGES[page], id], { tx: mark });
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable);

export function SearchBox() {
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 180);
  const field = useRef<HTMLInputElement>(null);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const found = useQuery({
    queryKey: ['search', asked],
    queryFn: async () => api.search(asked),
    enabled: asked !== '',
  });
  const hits = asked === '' ? [] : (found.data ?? []);

  useSlash(field);
  useEffect(() => {
    if (hits.length > 0) combobox.selectFirstOption();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only when the hits are others
  }, [hits.length, asked]);

  const follow = (index: string): void => {
    const hit = hits[Number(index)];
    const address = hit === undefined ? null : addressOfHit(hit);
    if (address === null) return;
    go(address);
    combobox.closeDropdown();
    setText('');
    field.current?.blur();
  };

  return (
    <Combobox store={combobox} onOptionSubmit={follow}>
      <Combobox.Target>
        <TextInput
          ref={field}
          className="search"
          type="search"
          aria-label="Search"
          placeholder="Player, round, transaction or session id    ( / )"
          value={text}
          rightSection={found.isFetching ? <Loader size={16} aria-label="Searching" /> : null}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.openDropdown();
          }}
          onFocus={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={asked === ''}>
        <Combobox.Options>
          <Hits hits={hits} />
          {found.isSuccess && hits.length === 0 ? (
            <Combobox.Empty>Nothing has this id. Ids are compared to the letter.</Combobox.Empty>
          ) : null}
          {found.error === null ? null : <Refusal error={found.error} />}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** "/" goes into the field, from wherever nothing is being typed. */
function useSlash(field: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const toField = (event: KeyboardEvent): void => {
      if (event.key !== '/' || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener('keydown', toField);
    return () => window.removeEventListener('keydown', toField);
  }, [field]);
}

function Refusal({ error }: { readonly error: Error }) {
  return <Combobox.Empty>{error.message}</Combobox.Empty>;
}

function Hits({ hits }: { readonly hits: readonly Hit[] }) {
  return hits.map((hit, index) => (
    <Combobox.Option key={`${hit.kind} ${hit.page} ${hit.id} ${hit.mark ?? ''}`} value={String(index)}>
      <HitLine hit={hit} />
    </Combobox.Option>
  ));
}

function HitLine({ hit }: { readonly hit: Hit }) {
  return (
    <div className="hit" title={`found by ${hit.by}`}>
      <span className="hit-kind">{hit.kind}</span>
      <span className="hit-words">
        <Text size="sm" fw={600} truncate>
          {hit.title}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {hit.detail}
        </Text>
      </span>
    </div>
  );
}
