/** Brings together the facts of rounds: events, claims, the book's rows, decisions. Reads only; what they come to is the view's rule. */
import { selectDiscrepanciesOf } from './discrepancy-store.ts';
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import { aggregatorName, playerId, roundId, sessionId } from '../wallet/index.ts';
import type { SettlementReads } from '../ledger/index.ts';
import type { Round, Transaction, TransactionKind } from '../wallet/index.ts';
import { breaths } from './breath.ts';
import { selectConflictsOf } from './conflicts-store.ts';
import type { Discrepancy } from './discrepancies.ts';
import { looseRound } from './facts.ts';
import type { BookedFact, ClaimFact, Facts, LedgerRoundFact, RoundKey, SummaryFact } from './facts.ts';
import type { SettlementAggregator, SettlementOptions } from './ports.ts';
import { decode } from './reading.ts';
import { groupBy } from './standing.ts';
import { selectClaimsOf, selectDecided, selectEventsOf } from './view-store.ts';
import type { ShardedKey } from './view-store.ts';

export interface Gathered {
  readonly key: ShardedKey;
  readonly facts: Facts;
  readonly discrepancies: readonly Discrepancy[];
}

export const nameOf = (key: RoundKey): string => JSON.stringify([key.aggregator, key.player, key.round]);

type RoundRow = Round & { readonly scale: number };
type Named = { readonly aggregator: string; readonly kind: TransactionKind; readonly externalId: string };

/** Everything known of these rounds. */
export async function gather(
  tx: Database | DatabaseTransaction,
  options: SettlementOptions,
  keys: readonly ShardedKey[],
): Promise<readonly Gathered[]> {
  if (keys.length === 0) return [];
  const known = new Map<string, SettlementAggregator>(options.aggregators.map((each) => [each.name, each]));
  const events = groupBy(await selectEventsOf(tx, keys), (event) => nameOf(event.of));
  const claims = groupBy(await selectClaimsOf(tx, keys), (claim) => nameOf(claim.of));
  const conflicts = groupBy(await selectConflictsOf(tx, keys), (conflict) => nameOf(conflict.of));
  const discrepancies = await selectDiscrepanciesOf(tx, keys);
  const decided = await selectDecided(
    tx,
    discrepancies.map((each) => each.id),
  );
  const breathe = breaths(options.clock);
  const asserted: (Said & { readonly key: ShardedKey; readonly strays: readonly SummaryFact[] })[] = [];
  for (const key of keys) {
    await breathe();
    const aggregator = known.get(key.aggregator) ?? null;
    const summaries: SummaryFact[] = [];
    const strays: SummaryFact[] = [];
    for (const event of aggregator === null ? [] : (events.get(nameOf(key)) ?? [])) {
      const summary = aggregator === null ? '' : decode(aggregator, event);
      // An event that was read once and cannot be read by this version says nothing here; it stays in the inbox.
      if (typeof summary === 'string') continue;
      (event.stray ? strays : summaries).push({ key: event.key, receivedAtMs: event.receivedAtMs, summary });
    }
    asserted.push({ key, summaries, strays, claims: claims.get(nameOf(key)) ?? [] });
  }
  const book = await readBook(options, asserted);
  const gathered: Gathered[] = [];
  for (const { key, ...said } of asserted) {
    const own = discrepancies.filter((each) => nameOf(each.key) === nameOf(key));
    const ids = new Set(own.map((each) => each.id));
    const decisions = decided.filter((each) => ids.has(each.discrepancy));
    const booked = book.of(key, said);
    const facts: Facts = {
      key,
      ...said,
      ...booked,
      conflicts: (conflicts.get(nameOf(key)) ?? []).map(({ id, player, sinceMs }) => ({ id, player, sinceMs })),
      corrections: decisions.flatMap((each) => (each.correction === null ? [] : [each.correction])),
      accepted: new Set(decisions.flatMap((each) => (each.version === '' ? [] : [each.version]))),
      scaleOf: (currency) => options.currencies.get(currency)?.scale ?? null,
      demo: booked.ledgerRound === null && booked.booked.length === 0 && (await isDemo(options, said.summaries)),
    };
    gathered.push({ key, facts, discrepancies: own });
  }
  return gathered;
}

interface Said {
  readonly summaries: readonly SummaryFact[];
  readonly claims: readonly ClaimFact[];
}

const idsOf = ({ summaries, claims }: Said) => [
  ...summaries.flatMap(({ summary }) => summary.transactions ?? []),
  ...claims.map((claim) => claim.transaction),
];

/** True where all that is known are claims about one transaction, which name no round. */
export function isLoose({ round }: RoundKey, { summaries, claims }: Said): boolean {
  return (
    summaries.length === 0 && claims.length > 0 && claims.every(({ transaction }) => looseRound(transaction) === round)
  );
}

/** Rows of the book for what is asserted of rounds: the rounds' own, and what bears an asserted id elsewhere. */
export async function readBook(
  options: { readonly ledger: Pick<SettlementReads, 'settlementRounds'> },
  asserted: readonly (Said & { readonly key: RoundKey })[],
) {
  const questions = asserted.map(({ key }) => ({
    player: playerId(key.player),
    aggregator: aggregatorName(key.aggregator),
    round: roundId(key.round),
  }));
  const named = new Map<string, Named>();
  for (const each of asserted) {
    for (const { kind, id } of idsOf(each))
      named.set(JSON.stringify([each.key.aggregator, kind, id]), {
        aggregator: each.key.aggregator,
        kind,
        externalId: id,
      });
  }
  const asked = [...named.values()].map((each) => ({ ...each, aggregator: aggregatorName(each.aggregator) }));
  const found = await options.ledger.settlementRounds(questions, asked);
  const rounds = groupBy(found.rounds, nameOf);
  const rows = groupBy(found.transactions, (row) => nameOf({ ...row, round: row.round ?? '' }));
  const byId = new Map<string, Transaction[]>();
  for (const row of found.named) {
    const name = JSON.stringify([row.aggregator, row.kind, row.externalId]);
    byId.set(name, [...(byId.get(name) ?? []), row]);
  }
  return {
    of: (key: RoundKey, said: Said) => {
      const inRound = rows.get(nameOf(key)) ?? [];
      const seen = new Set(inRound.map((row) => row.id));
      const others = idsOf(said)
        .flatMap(({ kind, id }) => byId.get(JSON.stringify([key.aggregator, kind, id])) ?? [])
        .filter((row) => !seen.has(row.id) && seen.add(row.id));
      const bets = new Set(inRound.flatMap((row) => (row.kind === 'bet' ? [row.externalId] : [])));
      // What names no round belongs where its bet is; what names nothing else is taken for this round's, as the aggregator says.
      const loose = isLoose(key, said);
      const mine = others.filter(
        (row) =>
          row.player === key.player &&
          // The rows of a very long round are not all read with it; what is asserted of it is found by its id.
          (row.round === key.round ||
            (row.round === null && (loose || row.reference === null || bets.has(row.reference)))),
      );
      return {
        booked: [...inRound, ...mine].map(bookedFact),
        elsewhere: others.filter((row) => !mine.includes(row)).map(bookedFact),
        ledgerRound: roundFact(rounds.get(nameOf(key)) ?? []),
      };
    },
  };
}

export function bookedFact(row: Transaction): BookedFact {
  return {
    kind: row.kind,
    id: row.externalId,
    player: row.player,
    round: row.round,
    idScope: row.idScope,
    state: row.state,
    refusal: row.refusal,
    flavour: row.flavour,
    amount: row.amount,
    reversedAmount: row.reversedAmount,
    units: row.units,
    reversedUnits: row.reversedUnits,
    currency: row.currency,
    reference: row.reference,
    game: row.gameCode,
    session: row.sessionId,
    flags: row.flags,
    createdAtMs: row.createdAtMs,
  };
}

/** One id may name a round of several studios, where ids are theirs: together they are what the aggregator calls the round. */
function roundFact(rows: readonly RoundRow[]): LedgerRoundFact | null {
  const [first] = rows;
  if (first === undefined) return null;
  const open = rows.find((row) => row.state === 'open' || row.state === 'reopened') ?? first;
  const add = (of: (row: RoundRow) => bigint): bigint => rows.reduce((total, row) => total + of(row), 0n);
  return {
    state: open.state,
    // What is asserted and what transactions say is in the game's currency; the sums of the round are units of the wallet's.
    currency: first.lock?.pair.game ?? first.currency,
    scale: first.lock?.gameScale ?? first.scale,
    game: first.gameCode,
    lock: first.lock ?? null,
    betsStanding: rows.reduce((total, row) => total + row.betsStanding, 0),
    staked: add((row) => row.staked),
    returned: add((row) => row.returned),
    paid: add((row) => row.paid),
    openedAtMs: Math.min(...rows.map((row) => row.openedAtMs)),
    changedAtMs: Math.max(...rows.map((row) => row.changedAtMs)),
  };
}

/** Only rounds of which nothing is booked are asked about: a demo never reaches the wallet (SET-17). */
async function isDemo({ sessions }: SettlementOptions, summaries: readonly SummaryFact[]): Promise<boolean> {
  for (const token of new Set(summaries.flatMap(({ summary }) => summary.session ?? []))) {
    if ((await sessions.get(sessionId(token)))?.mode === 'demo') return true;
  }
  return summaries.some(({ summary }) => summary.mode === 'demo');
}
