/**
 * Judging rounds: those whose time has come are taken, their facts gathered, their view computed, their disagreements begun,
 * changed or cleared, all in one short transaction. A round that cannot be judged waits longer each time and keeps nobody else
 * waiting. Nothing here moves money; what the house may settle by itself is approved here and booked afterwards.
 */
import { upsertDiscrepancies } from './discrepancy-store.ts';
import { aggregatorName, playerId, roundId } from '../wallet/index.ts';
import { shardOf } from '../ledger/index.ts';
import type { DatabaseTransaction } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import { breaths } from './breath.ts';
import { course } from './discrepancies.ts';
import type { Discrepancy } from './discrepancies.ts';
import { bookedFact, gather, isLoose } from './gather.ts';
import type { BookedFact, Facts } from './facts.ts';
import type { Gathered } from './gather.ts';
import { markRounds } from './inbox-store.ts';
import type { SettlementAggregator, SettlementOptions } from './ports.ts';
import type { Resolutions } from './resolutions.ts';
import { lapseProposals } from './resolution-store.ts';
import { deleteViews, postponeRound, rehome, takeDue, updateViews } from './view-store.ts';
import type { JudgedView, ShardedKey } from './view-store.ts';
import { isPaid, standAt, viewOf } from './view.ts';
import type { StandingAt, View } from './view.ts';

const BATCH = 200;
/** A round that waits for callbacks is looked at again: soon at first, then ever more rarely. */
const AGAIN_FIRST_MS = 2_000;
const AGAIN_LAST_MS = 10 * 60_000;
/** What has been open for long is looked at once an hour, later once a day: something may still come and clear it. */
const OPEN_AGAIN_MS = 3_600_000;
const OPEN_LAST_MS = 24 * 3_600_000;

export interface JudgedBatch {
  readonly rounds: number;
  readonly opened: readonly Discrepancy[];
  readonly states: ReadonlyMap<string, number>;
  /** the house approved something of these, to be booked now */
  readonly approved: boolean;
}

export type Judge = (batch?: number) => Promise<JudgedBatch>;

export function createJudge(options: SettlementOptions, resolutions: Pick<Resolutions, 'automatically'>): Judge {
  const { sql, clock, log } = options;
  const known = new Map<string, SettlementAggregator>(options.aggregators.map((each) => [each.name, each]));

  const judgeBatch = async (limit: number, taken: ShardedKey[]): Promise<JudgedBatch> => {
    const result = await sql.begin(async (tx) => {
      const keys = await takeDue(tx, clock.now(), limit);
      taken.push(...keys);
      const gathered = await gather(tx, options, keys);
      return { value: await settle({ options, resolutions, known }, tx, await withReferring(options, gathered)) };
    });
    return result.value;
  };

  return async (batch = BATCH) => {
    const taken: ShardedKey[] = [];
    try {
      return await judgeBatch(batch, taken);
    } catch (error) {
      if (taken.length === 0) throw error;
      log.warn(
        { err: error, rounds: taken.length },
        'a batch of rounds could not be judged; they are judged one by one',
      );
      return alone(options, judgeBatch, taken.length);
    }
  };
}

interface Bench {
  readonly options: SettlementOptions;
  readonly resolutions: Pick<Resolutions, 'automatically'>;
  readonly known: ReadonlyMap<string, SettlementAggregator>;
}

/** Judges what was gathered and writes what came of it. */
async function settle(
  { options, resolutions, known }: Bench,
  tx: DatabaseTransaction,
  gathered: readonly Gathered[],
): Promise<JudgedBatch> {
  const { clock } = options;
  const nowMs = clock.now();
  const views: JudgedView[] = [];
  const empty: ShardedKey[] = [];
  const write: Discrepancy[] = [];
  const lapsed: string[] = [];
  const opened: { readonly row: Discrepancy; readonly of: Gathered }[] = [];
  const states = new Map<string, number>();
  const breathe = breaths(clock);
  for (const each of gathered) {
    await breathe();
    const aggregator = known.get(each.key.aggregator);
    const home = await homeOf(tx, each, nowMs);
    const judged = aggregator === undefined || home === 'moved' ? null : judgeOne(options, aggregator, each, nowMs);
    const about = {
      key: plainKey(each.key),
      shard: each.key.shard,
      game: judged?.view.game ?? null,
      nowMs,
      nextId: newId,
    };
    const next = course(each.discrepancies, judged?.standing ?? NOTHING, about);
    if (home === 'moved') empty.push(each.key);
    else views.push(viewRow(each, judged, nowMs));
    if (aggregator === undefined) continue;
    write.push(...next.write);
    lapsed.push(...next.lapsed);
    opened.push(...next.opened.map((row) => ({ row, of: each })));
    const state = judged?.standing.state ?? 'moved';
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  await updateViews(tx, views, nowMs);
  await deleteViews(tx, empty);
  await upsertDiscrepancies(tx, write);
  await lapseProposals(tx, lapsed, nowMs);
  const approved = await decideAlone({ options, resolutions }, tx, gathered, write);
  return { rounds: gathered.length, opened: opened.map((each) => each.row), states, approved };
}

/** The house's own decisions, for what is open now: also of what was open before and has found its second piece of evidence. */
async function decideAlone(
  { options, resolutions }: Pick<Bench, 'options' | 'resolutions'>,
  tx: DatabaseTransaction,
  gathered: readonly Gathered[],
  written: readonly Discrepancy[],
): Promise<boolean> {
  if (options.settings.automatic.size === 0) return false;
  let approved = false;
  for (const row of written.filter((each) => each.state === 'open' && each.weight === 'automatic')) {
    const of = gathered.find(
      (each) =>
        each.key.round === row.key.round &&
        each.key.player === row.key.player &&
        each.key.aggregator === row.key.aggregator,
    );
    if (of !== undefined && (await resolutions.automatically(tx, row, of)) !== null) approved = true;
  }
  return approved;
}

/** One by one: whoever is the cause waits, the others are judged. Throws when nobody could be. */
async function alone(
  { sql, clock, log }: SettlementOptions,
  judgeBatch: (limit: number, taken: ShardedKey[]) => Promise<JudgedBatch>,
  count: number,
): Promise<JudgedBatch> {
  const opened: Discrepancy[] = [];
  let approved = false;
  let rounds = 0;
  for (let each = 0; each < count; each += 1) {
    const taken: ShardedKey[] = [];
    try {
      const judged = await judgeBatch(1, taken);
      rounds += judged.rounds;
      opened.push(...judged.opened);
      approved ||= judged.approved;
    } catch (error) {
      const [key] = taken;
      if (key === undefined) throw error;
      const { shard: _unused, ...about } = key;
      log.error(
        { err: error, ...about },
        'a round could not be judged; it is tried again later and keeps no other waiting',
      );
      await postponeRound(sql, key, clock.now());
    }
  }
  return { rounds, opened, states: new Map(), approved };
}

const NOTHING: Pick<StandingAt, 'open' | 'waiting' | 'noted' | 'state' | 'nextMs'> = {
  state: 'balanced',
  open: [],
  waiting: [],
  noted: [],
  nextMs: null,
};

interface Judged {
  readonly view: View;
  readonly standing: StandingAt;
}

const plainKey = ({ aggregator, player, round }: ShardedKey) => ({ aggregator, player, round });

function judgeOne(
  options: SettlementOptions,
  { policy }: SettlementAggregator,
  { facts }: Gathered,
  nowMs: number,
): Judged {
  const { graceMs, stuckAfterMs } = options.settings;
  const view = viewOf(facts, { policy, leastGraceMs: graceMs, stuckAfterMs });
  return { view, standing: standAt(view, nowMs) };
}

/** The row of a judged round, and when it is judged next. What only waits for callbacks is looked at again by its age. */
function viewRow({ key, facts }: Gathered, judged: Judged | null, nowMs: number): JudgedView {
  if (judged === null) {
    const none = { bet: '0', win: '0', refund: '0' };
    return {
      key,
      state: 'incomplete',
      game: null,
      currency: null,
      declared: null,
      booked: none,
      missing: [],
      extra: [],
      notes: [],
      hash: '',
      dueAtMs: null,
    };
  }
  const { view, standing } = judged;
  return {
    key,
    state: standing.state,
    game: view.game,
    currency: view.currency,
    declared: view.declared,
    booked: view.booked,
    missing: view.missing,
    extra: view.extra,
    notes: view.notes,
    hash: view.hash,
    dueAtMs: nextLook(judged, facts, nowMs),
  };
}

/** When time alone should bring the round back; ever more rarely, so that what is never finished costs less and less. */
function nextLook({ view, standing }: Judged, { summaries, claims }: Facts, nowMs: number): number | null {
  if (standing.state === 'balanced' || standing.state === 'demo') return standing.nextMs;
  const sinceMs = Math.min(
    ...view.findings.flatMap((each) => each.evidence.map((evidence) => evidence.sinceMs)),
    ...[...summaries, ...claims].map((each) => each.receivedAtMs),
    nowMs,
  );
  const againMs = nowMs + waitMs(standing, nowMs - sinceMs);
  return standing.nextMs === null ? againMs : Math.min(againMs, standing.nextMs);
}

function waitMs({ state, nextMs }: StandingAt, ageMs: number): number {
  if (state === 'pending') return Math.min(Math.max(ageMs / 2, AGAIN_FIRST_MS), AGAIN_LAST_MS);
  if (state !== 'incomplete') return Math.min(Math.max(ageMs / 72, OPEN_AGAIN_MS), OPEN_LAST_MS);
  return nextMs === null ? Math.max(ageMs, OPEN_AGAIN_MS) : Number.POSITIVE_INFINITY;
}

/** Whose the round is was not known, and now its transactions are booked: the facts move to that player (SET-10). */
async function homeOf(tx: DatabaseTransaction, { key, facts }: Gathered, nowMs: number): Promise<'here' | 'moved'> {
  const loose = isLoose(key, facts);
  if (key.player !== '' && !loose) return 'here';
  const [player, ...others] = [...new Set(facts.elsewhere.map((row) => row.player))];
  // Another player's transaction is no home, but a reason to look.
  if (player === undefined || others.length > 0 || (key.player !== '' && player !== key.player)) return 'here';
  const round = loose ? (facts.elsewhere.find((row) => row.round !== null)?.round ?? key.round) : key.round;
  if (player === key.player && round === key.round) return 'here';
  const to = { ...key, player, round, shard: shardOf(playerId(player)) };
  await rehome(tx, key, to);
  await markRounds(tx, [to], nowMs);
  return 'moved';
}

/** A round whose sums do not fit its transactions may have some that name only a bet: those are asked for before anything is said. */
async function withReferring(
  { ledger }: SettlementOptions,
  gathered: readonly Gathered[],
): Promise<readonly Gathered[]> {
  return Promise.all(
    gathered.map(async (each) => {
      const { facts, key } = each;
      const { ledgerRound, booked } = facts;
      if (ledgerRound === null) return each;
      if (isPaid(facts, ledgerRound.paid)) return each;
      const bets = booked.flatMap((row) => (row.kind === 'bet' ? [row.id] : []));
      const round = {
        player: playerId(key.player),
        aggregator: aggregatorName(key.aggregator),
        round: roundId(key.round),
      };
      const named = (row: BookedFact): string => JSON.stringify([row.kind, row.idScope, row.id]);
      const known = new Set(booked.map(named));
      const more = (await ledger.referring(round, bets)).map(bookedFact).filter((row) => !known.has(named(row)));
      return more.length === 0 ? each : { ...each, facts: { ...facts, booked: [...booked, ...more] } };
    }),
  );
}
