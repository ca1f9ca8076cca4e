import { Chip, Group, Select, Stack, TextInput } from '@mantine/core';
import type { Facets } from './api.ts';

/** What the player looks for, as typed and chosen. */
export interface Wish {
  readonly q: string;
  readonly provider: string | null;
  readonly category: string | null;
}
export const ANYTHING: Wish = { q: '', provider: null, category: null };

interface FiltersProps {
  readonly facets: Facets | undefined;
  readonly wish: Wish;
  readonly onWish: (wish: Wish) => void;
}

const ALL = 'all';

export function Filters({ facets, wish, onWish }: FiltersProps) {
  const providers = facets?.providers ?? [];
  return (
    <Stack gap="sm">
      <Group gap="sm" align="end">
        <TextInput
          label="Search games"
          placeholder="Name of a game"
          type="search"
          flex="3 1 16rem"
          value={wish.q}
          onChange={(event) => onWish({ ...wish, q: event.currentTarget.value })}
          leftSection={<Magnifier />}
        />
        <Select
          label="Provider"
          placeholder="All providers"
          searchable
          clearable
          flex="1 1 13rem"
          value={wish.provider}
          onChange={(provider) => onWish({ ...wish, provider })}
          nothingFoundMessage="No such provider"
          data={providers.map(({ code, name, count }) => ({ value: code, label: `${name} (${count})` }))}
        />
      </Group>
      <div className="chips" role="group" aria-label="Category">
        <Chip.Group
          value={wish.category ?? ALL}
          onChange={(each) => onWish({ ...wish, category: each === ALL ? null : each })}
        >
          <Chip value={ALL} size="sm" variant="light">
            All games
          </Chip>
          {(facets?.categories ?? []).map(({ code, count }) => (
            <Chip key={code} value={code} size="sm" variant="light">
              {wordsOf(code)} <span className="count">{count}</span>
            </Chip>
          ))}
        </Chip.Group>
      </div>
    </Stack>
  );
}

function wordsOf(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function Magnifier() {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.5"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <circle cx="10.5" cy="10.5" r="6.5" />
      <path d="m16 16 5 5" />
    </svg>
  );
}
