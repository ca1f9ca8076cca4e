/**
 * What settlement does by the clock, besides judging: rounds without an outcome are found when they reach the age, days are
 * compared twice (a day and three days after), old facts of settled rounds go. Each is bounded, may stop in between, and may
 * run on several replicas.
 */
import { selectDiscrepanciesOf, upsertDiscrepancies } from './discrepancy-store.ts';
import { shardOf } from '../ledger/index.ts';
import type { CutOff, DayLine } from '../ledger/index.ts';
import { addDecimals, compareDecimals, subtractDecimals, ZERO_DECIMAL } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import { newId } from '../platform/index.ts';
import { magnitude } from './amounts.ts';
import { aggregatorName, playerId } from '../wallet/index.ts';
import type { Round } from '../wallet/index.ts';
import { collect, compareDay, decimalOfText, ggrOf } from './daily-rules.ts';
import type { DayComparison, DayKey, Figures } from './daily-rules.ts';
import {
  deleteOldEvents,
  deleteOldRounds,
  markAgain,
  selectMark,
  selectTheirs,
  setMark,
  upsertDay,
} from './daily-store.ts';
import type { Discrepancy } from './discrepancies.ts';
import { findingVersion } from './findings.ts';
import type { Finding } from './findings.ts';
import { markRounds } from './inbox-store.ts';
import { WEIGHTS } from './kinds.ts';
import type { SettlementOptions } from './ports.ts';

export interface Turn {
  readonly stopped: boolean;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ROUNDS_AT_ONCE = 2_000;
const SPANS_MAX = 500;
/** How many days before a day a round may have begun that still counts on it. */
const LOOK_BACK_DAYS = 7;
/** A day is compared at noon, when reports of it have come. */
const NOON_MS = 12 * HOUR_MS;

/** Rounds that have reached the age without an outcome are asked to be judged; each is looked at once (SET-18). */
export async function sweepStuck(
  { sql, ledger, clock, settings, log }: SettlementOptions,
  turn: Turn,
): Promise<number> {
  const until = clock.now() - settings.stuckAfterMs;
  let from = (await selectMark(sql, 'stuck')) ?? (await ledger.firstOpenedMs()) ?? until;
  let found = 0;
  for (let span = 0; span < SPANS_MAX && from < until && !turn.stopped; span += 1) {
    let to = Math.min(from + HOUR_MS, until);
    let rounds: readonly Round[] = await ledger.withoutOutcome({ fromMs: from, toMs: to }, ROUNDS_AT_ONCE);
    // Too many for one go: a shorter span, down to a second.
    while (rounds.length === ROUNDS_AT_ONCE && to - from > 1_000) {
      to = from + Math.floor((to - from) / 4);
      rounds = await ledger.withoutOutcome({ fromMs: from, toMs: to }, ROUNDS_AT_ONCE);
    }
    if (rounds.length === ROUNDS_AT_ONCE)
      log.warn({ from }, 'more rounds without an outcome in a second than can be looked at; some are left out');
    const keys = rounds.map((each) => ({ ...each, shard: shardOf(each.player) }));
    await markRounds(sql, keys, clock.now());
    await setMark(sql, 'stuck', to);
    found += rounds.length;
    from = to;
  }
  return found;
}

/** Old facts of settled rounds, oldest first, a bounded number a run. */
export async function expireSettlement({ sql, clock, settings }: SettlementOptions, turn: Turn): Promise<number> {
  const before = clock.now() - settings.retentionMs;
  let total = 0;
  for (let batch = 0; batch < 200 && !turn.stopped; batch += 1) {
    const rounds = await deleteOldRounds(sql, before, 1_000);
    const events = await deleteOldEvents(sql, before, 1_000);
    total += rounds + events;
    if (rounds === 0 && events === 0) break;
  }
  return total;
}

/** Days that nobody compared because nothing ran are made up for, as far back as this. */
const CATCH_UP_DAYS = 14;
const AGAIN_AT_ONCE = 10_000;

/** Compares the days that are due, a day after and three days after; how many lines differ. */
export async function compareDueDays(options: SettlementOptions, turn: Turn): Promise<number> {
  const nowMs = options.clock.now();
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  let differing = 0;
  for (const run of [1, 3] as const) {
    const due = today - (nowMs < today + NOON_MS ? run + 1 : run) * DAY_MS;
    for (const { name } of options.aggregators) {
      const mark = `daily ${name} ${run}`;
      const done = await selectMark(options.sql, mark);
      // Who has just begun has no days before this to make up for.
      const from = done === null ? today - run * DAY_MS : Math.max(done + DAY_MS, due - CATCH_UP_DAYS * DAY_MS);
      for (let dayMs = from; dayMs <= due; dayMs += DAY_MS) {
        if (turn.stopped) return differing;
        if (run === 3) await lookAgain(options, dayMs, turn);
        const lines = await compareOneDay(options, { aggregator: name, dayMs, run }, turn);
        if (turn.stopped) return differing;
        differing += lines.filter((each) => each.differs).length;
        await setMark(options.sql, mark, dayMs);
      }
    }
  }
  return differing;
}

/** Rounds of the day that agreed are judged once more: a late callback has told nobody. */
async function lookAgain({ sql, clock }: SettlementOptions, dayMs: number, turn: Turn): Promise<void> {
  const span = { fromMs: dayMs, toMs: dayMs + DAY_MS, nowMs: clock.now() };
  while (!turn.stopped && (await markAgain(sql, span, AGAIN_AT_ONCE)) === AGAIN_AT_ONCE);
}

/** One day of one aggregator, both sides; written down, and a disagreement of totals that nothing explains is reported. */
export async function compareOneDay(
  options: SettlementOptions,
  { aggregator, dayMs, run }: { readonly aggregator: string; readonly dayMs: number; readonly run: 1 | 3 },
  turn: Turn = { stopped: false },
): Promise<readonly DayComparison[]> {
  const { sql, clock, log } = options;
  const cutOff = options.settings.dailyCutOff;
  const ours = await oursOf(options, aggregator, dayMs, cutOff, turn);
  const said = await selectTheirs(sql, { aggregator, dayMs, of: null });
  const theirs =
    said.length === 0
      ? null
      : collect(
          await Promise.all(
            said.map(async ({ provider, game, currency, figures }) => ({
              provider: provider ?? (await providerOf(options, aggregator, game)),
              game,
              currency,
              figures,
            })),
          ),
        );
  const other = await oursOf(options, aggregator, dayMs, cutOff === 'close' ? 'transaction' : 'close', turn);
  if (turn.stopped) return [];
  const lines = compareDay(ours, theirs, other);
  await upsertDay(sql, { aggregator, dayMs, cutOff, run, nowMs: clock.now() }, lines);
  await reportDay(options, { aggregator, dayMs, run }, lines);
  const differing = lines.filter((each) => each.differs);
  if (differing.length > 0)
    log.warn(
      {
        aggregator,
        day: new Date(dayMs).toISOString().slice(0, 10),
        run,
        lines: differing.length,
        explained: differing.filter((each) => each.explained).length,
      },
      'daily totals differ from the aggregator’s report',
    );
  return lines;
}

async function oursOf(
  options: SettlementOptions,
  aggregator: string,
  dayMs: number,
  cutOff: CutOff,
  turn: Turn,
): Promise<Figures> {
  const question = { aggregator: aggregatorName(aggregator), cutOff, dayMs, lookBackDays: LOOK_BACK_DAYS };
  const lines = await options.ledger.dayLines(question, turn);
  const named: (DayKey & { readonly figures: ReturnType<typeof figuresOf> })[] = [];
  for (const line of lines)
    named.push({
      provider: await providerOf(options, aggregator, line.gameCode),
      game: line.gameCode,
      currency: line.currency,
      figures: figuresOf(line),
    });
  return collect(named);
}

async function providerOf({ providerOf: ask }: SettlementOptions, aggregator: string, game: string): Promise<string> {
  return game === '' || ask === undefined ? '' : ask(aggregatorName(aggregator), game);
}

const figuresOf = (line: DayLine) => ({
  bets: line.bets,
  bet: decimalOfText(line.bet),
  betRollbacks: line.betRollbacks,
  betRollback: decimalOfText(line.betRollback),
  wins: line.wins,
  win: decimalOfText(line.win),
  winRollbacks: line.winRollbacks,
  winRollback: decimalOfText(line.winRollback),
});

/** Totals that differ while no round of theirs does: missing lines, or a cut-off of another time zone. */
async function reportDay(
  options: SettlementOptions,
  { aggregator, dayMs, run }: { readonly aggregator: string; readonly dayMs: number; readonly run: 1 | 3 },
  lines: readonly DayComparison[],
): Promise<void> {
  const { sql, clock } = options;
  const nowMs = clock.now();
  const day = new Date(dayMs).toISOString().slice(0, 10);
  const key = { aggregator, player: '', round: `day ${day}`, shard: shardOf(playerId('')) };
  await sql.begin(async (tx) => {
    const known = new Map((await selectDiscrepanciesOf(tx, [key])).map((each) => [each.transactionId, each]));
    const rows: Discrepancy[] = [];
    for (const line of lines.filter((each) => each.differs && !each.explained)) {
      const finding = totalsOnly(line, run, dayMs);
      const before = known.get(finding.transactionId);
      known.delete(finding.transactionId);
      const version = findingVersion(finding);
      const stands = before !== undefined && before.version === version && before.state !== 'resolved';
      if (stands && !(run === 3 && before.state === 'waiting')) continue;
      rows.push({
        ...finding,
        id: before?.id ?? newId(),
        shard: key.shard,
        key: { aggregator, player: '', round: key.round },
        version,
        weight: WEIGHTS.TOTALS_ONLY,
        // The first time late wins may still be on their way.
        state: run === 3 ? 'open' : 'waiting',
        game: line.game,
        dueAtMs: dayMs + 3 * DAY_MS + NOON_MS,
        firstSeenMs: before?.firstSeenMs ?? nowMs,
        lastSeenMs: nowMs,
        resolvedAtMs: null,
        resolution: null,
      });
    }
    for (const gone of known.values())
      if (gone.state !== 'resolved') rows.push({ ...gone, state: 'resolved', resolvedAtMs: nowMs, lastSeenMs: nowMs });
    await upsertDiscrepancies(tx, rows);
  });
}

function totalsOnly(line: DayComparison, run: number, dayMs: number): Finding {
  const theirs = line.theirs === null ? ZERO_DECIMAL : ggrOf(line.theirs);
  const ours = ggrOf(line.ours);
  return {
    kind: 'TOTALS_ONLY',
    transactionKind: '',
    transactionId: `${line.provider} ${line.game} ${line.currency}`,
    currency: line.currency,
    claimed: theirs,
    booked: ours,
    amount: magnitude(subtractDecimals(theirs, ours)),
    favour: 'nobody',
    detail: `The day's totals differ (compared ${run === 1 ? 'a day' : 'three days'} after); the drill-down names the rounds.`,
    evidence: [
      { source: 'report', reference: `report of ${new Date(dayMs).toISOString().slice(0, 10)}`, sinceMs: dayMs },
    ],
    contested: false,
  };
}

export interface RoundOfDay {
  readonly player: string;
  readonly round: string;
  /** stakes kept minus wins kept */
  readonly ours: Decimal;
  readonly theirs: Decimal;
}

const SHOWN_MAX = 200;

/** From a day's line down to the rounds that make the difference (SET-20). */
export async function drillDown(
  options: SettlementOptions,
  asked: { readonly aggregator: string; readonly dayMs: number; readonly game: string; readonly currency: string },
): Promise<readonly RoundOfDay[]> {
  const { aggregator, dayMs, game, currency } = asked;
  const ours = new Map<string, Decimal>();
  const named = new Map<string, { readonly player: string; readonly round: string }>();
  const name = (player: string, round: string): string => {
    const at = JSON.stringify([player, round]);
    named.set(at, { player, round });
    return at;
  };
  const span = { fromMs: dayMs, toMs: dayMs + DAY_MS };
  for await (const row of options.ledger.bookedBetween(aggregatorName(aggregator), span)) {
    if ((row.gameCode ?? '') !== game || row.currency !== currency || row.amount === null || row.flavour === 'free')
      continue;
    const net = subtractDecimals(row.amount, row.reversedAmount);
    const at = name(row.player, row.round ?? '');
    ours.set(
      at,
      addDecimals(ours.get(at) ?? ZERO_DECIMAL, row.kind === 'bet' ? net : { ...net, unscaled: -net.unscaled }),
    );
  }
  const theirs = new Map<string, Decimal>();
  for (const line of await selectTheirs(options.sql, { aggregator, dayMs, of: { game, currency } }))
    theirs.set(
      name(line.player, line.round),
      addDecimals(theirs.get(name(line.player, line.round)) ?? ZERO_DECIMAL, ggrOf(line.figures)),
    );
  const found: RoundOfDay[] = [];
  for (const at of new Set([...ours.keys(), ...theirs.keys()])) {
    const mine = ours.get(at) ?? ZERO_DECIMAL;
    const said = theirs.get(at) ?? ZERO_DECIMAL;
    if (compareDecimals(mine, said) === 0) continue;
    const of = named.get(at) ?? { player: '', round: '' };
    found.push({ ...of, ours: mine, theirs: said });
    if (found.length === SHOWN_MAX) break;
  }
  return found;
}
