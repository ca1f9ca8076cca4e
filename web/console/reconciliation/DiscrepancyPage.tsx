/** One disagreement: what they say beside what we booked, where each comes from, and what is decided about it. */
import { Badge, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api.ts';
import { Panel } from '../parts/Panel.tsx';
import { Nothing, Shown, State } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import { addressOf, Link } from '../router.tsx';
import type { DiscrepancyStory, Evidence, Resolution, Totals } from '../types.ts';
import { Decide } from './Decide.tsx';
import { wordsOf } from './words.ts';

export function DiscrepancyPage({ id }: { readonly id: string }) {
  const asked = useQuery({
    queryKey: ['discrepancy', id],
    queryFn: async () => api.discrepancy(id),
    refetchInterval: 10_000,
  });
  return (
    <Shown asked={asked} heading="Discrepancy">
      {(found) => <Told found={found} />}
    </Shown>
  );
}

function Told({ found }: { readonly found: DiscrepancyStory }) {
  return (
    <Stack gap="lg">
      <div>
        <Link href={addressOf(['reconciliation'])} className="back">
          ← All discrepancies
        </Link>
        <Group gap="sm">
          <Title order={1} size="h2" className="first-capital">
            {wordsOf(found.kind)}
          </Title>
          <State word={found.state} />
          <Badge variant="default">{found.weight}</Badge>
          {found.contested ? (
            <Badge color="orange" variant="light">
              contested
            </Badge>
          ) : null}
        </Group>
        <Text className="summary">{found.detail}</Text>
      </div>
      <Sides found={found} />
      <div className="columns">
        <Panel title="Where it comes from">
          <Where found={found} />
        </Panel>
        <Panel title="Decision">
          <Stack gap="md">
            {found.resolutions.map((each) => (
              <Decided key={each.id} resolution={each} />
            ))}
            <Decide found={found} />
          </Stack>
        </Panel>
      </div>
    </Stack>
  );
}

function Sides({ found }: { readonly found: DiscrepancyStory }) {
  return (
    <div className="sides">
      <Side
        title="The aggregator says"
        amount={found.claimed}
        totals={found.round?.declared ?? null}
        currency={found.currency}
      />
      <Side
        title="The book says"
        amount={found.booked}
        totals={found.round?.booked ?? null}
        currency={found.currency}
      />
    </div>
  );
}

interface SideProps {
  readonly title: string;
  readonly amount: string | null;
  readonly totals: Totals | null;
  readonly currency: string | null;
}

function Side({ title, amount, totals, currency }: SideProps) {
  return (
    <Panel title={title}>
      <Text className="big money">{amount === null ? 'nothing' : `${amount} ${currency ?? ''}`}</Text>
      {totals === null ? (
        <Text size="sm" c="dimmed">
          No totals of the round.
        </Text>
      ) : (
        <dl className="facts">
          {(['bet', 'win', 'refund'] as const).map((name) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="money">{totals[name]}</dd>
            </div>
          ))}
        </dl>
      )}
    </Panel>
  );
}

function Where({ found }: { readonly found: DiscrepancyStory }) {
  const { player_id: player, round_id: round, transaction_id: transaction } = found;
  return (
    <Stack gap="sm">
      <dl className="facts">
        <div>
          <dt>player</dt>
          <dd>
            <PlayerLink player={player} />
          </dd>
        </div>
        <div>
          <dt>round</dt>
          <dd>
            <RoundLink player={player} round={round} />
          </dd>
        </div>
        <div>
          <dt>transaction</dt>
          <dd>{transaction === null ? 'the round as a whole' : `${found.transaction_kind ?? ''} ${transaction}`}</dd>
        </div>
        <div>
          <dt>seen</dt>
          <dd>
            <Time at={found.first_seen_at} /> to <Time at={found.last_seen_at} />
          </dd>
        </div>
      </dl>
      <EvidenceList evidence={found.evidence} />
    </Stack>
  );
}

function EvidenceList({ evidence }: { readonly evidence: readonly Evidence[] }) {
  return (
    <>
      {evidence.length === 0 ? <Nothing title="Nothing speaks for it" /> : null}
      <ul className="plain-list" aria-label="Evidence">
        {evidence.map((each) => (
          <li key={`${each.source} ${each.reference}`}>
            <strong>{each.source}</strong> {each.reference} <span className="dim">since</span> <Time at={each.since} />
          </li>
        ))}
      </ul>
    </>
  );
}

function PlayerLink({ player }: { readonly player: string | null }) {
  if (player === null) return 'unknown';
  return <Link href={addressOf(['players', player])}>{player}</Link>;
}

/** The round's own page has an id of ours; the search knows it. */
function RoundLink({ player, round }: { readonly player: string | null; readonly round: string }) {
  const hits = useQuery({ queryKey: ['search', round], queryFn: async () => api.search(round) });
  const hit = hits.data?.find(
    (each) => each.page === 'round' && (player === null || each.detail.includes(` ${player} `)),
  );
  return hit === undefined ? <span>{round}</span> : <Link href={addressOf(['rounds', hit.id])}>{round}</Link>;
}

function Decided({ resolution }: { readonly resolution: Resolution }) {
  const { action, amount, currency, state, proposed, decided, problem, reason, entry } = resolution;
  return (
    <article className="card" aria-label={`Resolution: ${action}`}>
      <Group justify="space-between">
        <Text fw={700}>
          {action} <span className="money">{`${amount} ${currency ?? ''}`}</span>
        </Text>
        <State word={state} />
      </Group>
      <Text size="sm">{reason}</Text>
      <Text size="xs" c="dimmed">
        proposed by {proposed.by}, <Time at={proposed.at} />
        {decided === null ? '' : `; decided by ${decided.by}: ${decided.reason}`}
        {entry?.transaction_id == null ? '' : `; booked as ${entry.transaction_id}`}
      </Text>
      {problem === null ? null : (
        <Text size="xs" c="red">
          {problem}
        </Text>
      )}
    </article>
  );
}
