import { Button, Chip, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import type { Counted, Facets } from './api.ts';

/** What the player looks for, as typed and chosen. */
export interface Wish {
  readonly q: string;
  readonly provider: string | null;
  readonly category: string | null;
  readonly tag: string | null;
  readonly feature: string | null;
  readonly volatility: string | null;
  /** only what can be tried without money */
  readonly demo: boolean;
}
export const ANYTHING: Wish = {
  q: '',
  provider: null,
  category: null,
  tag: null,
  feature: null,
  volatility: null,
  demo: false,
};

interface FiltersProps {
  readonly facets: Facets | undefined;
  /** games that fit; null while that is not known */
  readonly total: number | null;
  readonly wish: Wish;
  readonly onWish: (wish: Wish) => void;
}

const ALL = 'all';

export function Filters({ facets, total, wish, onWish }: FiltersProps) {
  return (
    <Stack gap="sm" role="search" aria-label="Find a game">
      <div className="finders">
        <TextInput
          className="search"
          label="Search games"
          placeholder="Game or studio, however spelled"
          type="search"
          value={wish.q}
          onChange={(event) => onWish({ ...wish, q: event.currentTarget.value })}
          leftSection={<Magnifier />}
        />
        <Choice
          label="Provider"
          counts={facets?.providers}
          nameOf={(each) => facets?.providers.find(({ code }) => code === each)?.name ?? each}
          value={wish.provider}
          onChoose={(provider) => onWish({ ...wish, provider })}
        />
        <Choice
          label="Feature"
          counts={facets?.features}
          value={wish.feature}
          onChoose={(feature) => onWish({ ...wish, feature })}
        />
        <Choice label="Tag" counts={facets?.tags} value={wish.tag} onChoose={(tag) => onWish({ ...wish, tag })} />
        <Choice
          label="Volatility"
          counts={facets?.volatilities}
          value={wish.volatility}
          onChoose={(volatility) => onWish({ ...wish, volatility })}
        />
      </div>
      <div className="chips" role="group" aria-label="Category">
        <Chip.Group
          value={wish.category ?? ALL}
          onChange={(each) => onWish({ ...wish, category: each === ALL ? null : each })}
        >
          <Chip value={ALL} size="sm" variant="light">
            All categories
          </Chip>
          {(facets?.categories ?? []).map(({ code, count }) => (
            <Chip key={code} value={code} size="sm" variant="light">
              {wordsOf(code)} <span className="count">{count.toLocaleString('en')}</span>
            </Chip>
          ))}
        </Chip.Group>
      </div>
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" role="status" aria-live="polite" data-testid="total">
          {total === null ? ' ' : total === 1 ? '1 game' : `${total.toLocaleString('en')} games`}
        </Text>
        <Group gap="xs">
          {wish !== ANYTHING && (
            <Button size="compact-sm" variant="subtle" onClick={() => onWish(ANYTHING)}>
              Clear all
            </Button>
          )}
          <Chip size="sm" variant="light" checked={wish.demo} onChange={(demo) => onWish({ ...wish, demo })}>
            Demo only
          </Chip>
        </Group>
      </Group>
    </Stack>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly counts: readonly Counted[] | undefined;
  readonly nameOf?: (code: string) => string;
  readonly value: string | null;
  readonly onChoose: (code: string | null) => void;
}

/** One of the values there are, with how many games have it; what is chosen stays listed when no game has it any more. */
function Choice({ label, counts = [], nameOf = wordsOf, value, onChoose }: ChoiceProps) {
  const listed =
    value === null || counts.some(({ code }) => code === value) ? counts : [...counts, { code: value, count: 0 }];
  return (
    <Select
      label={label}
      placeholder="Any"
      searchable
      clearable
      value={value}
      onChange={onChoose}
      nothingFoundMessage="None"
      data={listed.map(({ code, count }) => ({
        value: code,
        label: `${nameOf(code)} (${count.toLocaleString('en')})`,
      }))}
    />
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
