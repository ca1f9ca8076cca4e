import {
  ActionIcon,
  Badge,
  Container,
  SegmentedControl,
  Title,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import type { Player } from './api.ts';
import { Balance } from './Balance.tsx';

interface HeaderProps {
  readonly players: readonly Player[];
  readonly playerId: string;
  readonly onPlayer: (id: string) => void;
}

export function Header({ players, playerId, onPlayer }: HeaderProps) {
  const player = players.find((each) => each.id === playerId);
  return (
    <header className="top">
      <Container size="xl" className="top-row">
        <div className="brand">
          <ChipLogo />
          <Title order={1} size="h3">
            Croupier
          </Title>
          <Badge variant="light" visibleFrom="sm">
            demo lobby
          </Badge>
        </div>
        <div className="purse">
          <Balance player={player} />
          <SegmentedControl
            aria-label="Player"
            size="xs"
            value={playerId}
            onChange={onPlayer}
            data={players.map((each) => ({ value: each.id, label: each.id }))}
          />
          <SchemeSwitch />
        </div>
      </Container>
    </header>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('dark');
  const next = scheme === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={`Use ${next} colours`}
      title={`Use ${next} colours`}
      onClick={() => setColorScheme(next)}
    >
      <svg
        width="18"
        height="18"
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        aria-hidden="true"
      >
        {next === 'light' ? (
          <>
            <circle cx="12" cy="12" r="4.5" />
            <path d="M12 2v2.500M12 19.500V22M2 12h2.500M19.5 12H22M4.9 4.900l1.8 1.800M17.3 17.300l1.8 1.800M4.9 19.100l1.8-1.800M17.3 6.700l1.8-1.8" />
          </>
        ) : (
          <path d="M20 14.500A8.5 8.5 0 1 1 9.5 4 7 7 0 0 0 20 14.500Z" strokeLinejoin="round" />
        )}
      </svg>
    </ActionIcon>
  );
}

/** A casino chip. */
function ChipLogo() {
  return (
    <svg width="34" height="34" viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="15.5" fill="#0b7a57" />
      <circle cx="16" cy="16" r="12" fill="none" stroke="#fff" strokeWidth="5" strokeDasharray="6.28 6.28" />
      <circle cx="16" cy="16" r="8.5" fill="#0b7a57" />
      <path
        d="M16 10.500c2 2.8 4.5 4 4.5 6.4 0 2-2.3 2.9-3.8 1.6.1 1.4.5 2.2 1.3 3h-4c.8-.8 1.2-1.6 1.3-3-1.5 1.3-3.8.4-3.8-1.6 0-2.4 2.5-3.6 4.5-6.400Z"
        fill="#fff"
      />
    </svg>
  );
}
