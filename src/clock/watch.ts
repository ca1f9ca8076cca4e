/**
 * The watch on this node's clock: asks the probes at boot and every minute, notices steps, keeps one state with one reason,
 * predicts whose launches fail, and tells log, metrics, the other nodes and whoever signs. It never sets any clock, and no
 * failure of it stops anything: what cannot be found out is reported as unknown.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Database, Log, Metrics } from '../platform/index.ts';
import { errandProblem, performErrand } from '../wire/index.ts';
import type { DateSample } from '../wire/index.ts';
import { askChain } from './chain.ts';
import type { Probe } from './chain.ts';
import { clockMetrics } from './clock-metrics.ts';
import type { ClockMetrics } from './clock-metrics.ts';
import { correct, NO_CORRECTION } from './correction.ts';
import type { Correction } from './correction.ts';
import { createDateWindow, estimateOf, waitForTurn } from './date-skew.ts';
import type { DateWindow } from './date-skew.ts';
import { predict } from './prediction.ts';
import type { AggregatorClock, LaunchWindow } from './prediction.ts';
import type { Estimate, Reading, Sample } from './reading.ts';
import { unknown } from './reading.ts';
import { alertOf, gravest, sentenceOf, withShares } from './report.ts';
import type { Alert, ClockReport, NodeReport, OwnReport } from './report.ts';
import { assess, NO_STATE, rank, settle } from './rules.ts';
import type { Assessment, Hysteresis, Level } from './rules.ts';
import { agreedEstimate } from './sntp.ts';
import { STEP_MS, stepBetween } from './steps.ts';
import type { Hands } from './steps.ts';
import { deleteOldNodes, selectDatabaseTime, selectNodes, upsertNode } from './store.ts';

/** An aggregator whose clock decides whether launches open. */
export interface WatchedAggregator {
  readonly name: string;
  readonly window: LaunchWindow;
  /** scheme, host and port that judge our launches; null: not known, or not to be asked */
  readonly origin: string | null;
}

export interface ClockWatchOptions {
  readonly node: string;
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly aggregators: readonly WatchedAggregator[];
  /** before the aggregators' own words: the machine's daemons, NTP */
  readonly probes: readonly Probe[];
  /** asks each aggregator once a minute for its time, besides listening to the answers it gives anyway */
  readonly askAggregators: boolean;
  /** signs launches by the aggregator's clock when it is steadily apart from ours */
  readonly correctSigning: boolean;
  /** refuses launches that are predicted to fail, before anything is signed */
  readonly failFast: boolean;
  /** from which level on the node takes no traffic; null: never */
  readonly notReadyFrom: Level | null;
  readonly fetch?: typeof globalThis.fetch;
}

/** What signing a launch needs to know of the clocks. */
export interface SigningClock {
  /** taken off our time; 0 unless corrections are switched on and there is one */
  readonly shiftMs: (aggregator: string) => number;
  /** why a launch would fail, when it is to be refused right away; else null */
  readonly refusal: (aggregator: string) => { readonly message: string; readonly skewMs: number } | null;
}

const NODES_WITHIN_SECONDS = 180;
const FORGET_AFTER_SECONDS = 86_400;
const ASK_TIMEOUT_MS = 2_000;
const UNSAMPLED: Assessment = { level: 'warn', reason: 'unknown', words: 'has not been compared yet' };

export class ClockWatch implements SigningClock {
  readonly #options: ClockWatchOptions;
  readonly #metrics: ClockMetrics;
  readonly #windows: ReadonlyMap<string, DateWindow>;
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #hysteresis: Hysteresis = NO_STATE;
  #sample: { readonly found: Sample; readonly atMs: number } | null = null;
  #database: Estimate | null = null;
  #unsynchronisedSinceMs: number | null = null;
  #hands: Hands | null = null;
  #steps = 0;
  #lastStep: OwnReport['lastStep'] = null;
  #corrections = new Map<string, Correction>();
  #alert: Alert | null = null;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
    this.#metrics = clockMetrics(options.metrics);
    const { aggregators, clock } = options;
    this.#windows = new Map(aggregators.map(({ name }) => [name, createDateWindow(() => clock.monotonic())]));
  }

  /** Takes note of an aggregator's `Date`, from any answer of the address that judges launches. */
  readonly noteDate = (sample: DateSample): void => {
    for (const { name, origin } of this.#options.aggregators)
      if (origin === sample.origin) this.#windows.get(name)?.add(sample);
  };

  /** One sample and everything that follows from it. Two at once are one. */
  async sample(): Promise<void> {
    this.#running ??= this.#look().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Compares both hands of the clock with how they stood before; a step is logged, and all that was measured is forgotten. */
  async tick(): Promise<void> {
    const { clock, log } = this.#options;
    const hands = { wallMs: clock.now(), monotonicMs: clock.monotonic() };
    const byMs = this.#hands === null ? null : stepBetween(this.#hands, hands);
    this.#hands = hands;
    if (byMs === null) return;
    this.#steps += 1;
    this.#lastStep = { atMs: hands.wallMs, byMs };
    this.#metrics.step();
    log.warn({ node: this.#options.node, byMs: Math.round(byMs) }, 'the clock of this machine was stepped');
    // What was measured before was measured of another clock: the next sample stands alone.
    for (const window of this.#windows.values()) window.reset();
    this.#corrections.clear();
    this.#hysteresis = NO_STATE;
    this.#sample = null;
    await this.#running;
    await this.sample();
  }

  readonly shiftMs = (aggregator: string): number =>
    this.#options.correctSigning ? (this.#corrections.get(aggregator)?.shiftMs ?? 0) : 0;

  readonly refusal = (aggregator: string): { readonly message: string; readonly skewMs: number } | null => {
    if (!this.#options.failFast) return null;
    const found = this.#aggregators().find((each) => each.name === aggregator && each.verdict === 'fails');
    const skew = found?.skew ?? this.#own();
    if (found === undefined || skew === null) return null;
    const by = Math.round(Math.abs(skew.aheadMs) / 1_000);
    const direction = skew.aheadMs > 0 ? 'ahead of' : 'behind';
    const message = `our clock is ${by} s ${direction} the aggregator's, so it would refuse the launch: check the clocks first`;
    return { message, skewMs: -Math.round(skew.aheadMs) };
  };

  /** The check of `/readyz`: degraded is told, and keeps traffic away only when the configuration says so. */
  health(): { readonly name: string; readonly ok: boolean; readonly degraded: boolean; readonly detail: string } {
    const { level } = this.#assessment();
    const { notReadyFrom, node } = this.#options;
    const ok = notReadyFrom === null || rank(level) < rank(notReadyFrom);
    const detail = `${level}: ${this.#alert?.message ?? sentenceOf(node, this.#assessment())}`;
    return { name: 'clock', ok, degraded: rank(level) >= rank('critical'), detail };
  }

  /** This node, all others heard of lately, and every aggregator. */
  async report(): Promise<ClockReport> {
    return this.#reportOf(await selectNodes(this.#options.sql, NODES_WITHIN_SECONDS));
  }

  /** Lets go of whatever is being asked. */
  close(): void {
    this.#stopping.abort();
  }

  async #look(): Promise<void> {
    const { clock, probes } = this.#options;
    await this.#askAggregators();
    const dates: Probe = { name: 'aggregator_date', ask: async () => this.#dateReading() };
    const found = await askChain([...probes, dates]);
    this.#database = await this.#databaseClock();
    const now = clock.monotonic();
    this.#unsynchronisedSinceMs = found.sync === 'unsynchronised' ? (this.#unsynchronisedSinceMs ?? now) : null;
    const before = this.#own();
    this.#sample = { found, atMs: now };
    this.#forgetIfMoved(before, this.#own());
    const unsynchronisedForMs = this.#unsynchronisedSinceMs === null ? 0 : now - this.#unsynchronisedSinceMs;
    const assessment = assess({ sample: found, unsynchronisedForMs, database: this.#database });
    this.#hysteresis = settle(this.#hysteresis, assessment);
    this.#noteCorrections();
    this.#tellAlert();
    await this.#tellNodes();
  }

  /** A daemon that puts the clock right slowly makes no step; what was measured before is of another clock all the same. */
  #forgetIfMoved(before: Estimate | null, now: Estimate | null): void {
    if (before === null || now === null || Math.abs(now.aheadMs - before.aheadMs) <= STEP_MS) return;
    for (const window of this.#windows.values()) window.reset();
  }

  /** One question to each address; what it says about the time comes in by `noteDate`. */
  async #askAggregators(): Promise<void> {
    const { askAggregators, aggregators } = this.#options;
    if (!askAggregators) return;
    const origins = new Map(aggregators.flatMap(({ name, origin }) => (origin === null ? [] : [[origin, name]])));
    await Promise.all([...origins].map(async ([origin, name]) => this.#askTime(origin, this.#windows.get(name))));
  }

  async #askTime(origin: string, window: DateWindow | undefined): Promise<void> {
    const { clock, fetch } = this.#options;
    const { signal } = this.#stopping;
    const state = window?.state();
    const known = state?.kind === 'measured' ? state.interval : null;
    const waitMs = waitForTurn(clock.now(), known, window?.lastRoundTripMs() ?? 0);
    await sleep(Math.min(1_000, waitMs), undefined, { signal }).catch(() => undefined);
    await performErrand(
      {
        kind: 'clock',
        request: { method: 'GET', url: `${origin}/`, headers: { 'cache-control': 'no-cache' } },
        timeoutMs: ASK_TIMEOUT_MS,
        retries: 0,
        maxBodyBytes: 65_536,
        // Whatever is answered, only its `Date` was wanted.
        read: () => errandProblem('refused', 'clock: answered'),
      },
      { clock, signal, onDate: this.noteDate, ...(fetch === undefined ? {} : { fetch }) },
    );
  }

  /** What the aggregators' words say of our clock, if they agree among each other. */
  #dateReading(): Reading {
    const measured = [...this.#windows].flatMap(([name, window]) => {
      const state = window.state();
      return state.kind === 'measured' ? [{ name, estimate: estimateOf(state.interval) }] : [];
    });
    if (measured.length === 0) return unknown('no aggregator has said its time lately');
    const best = agreedEstimate(measured);
    if (best === null) return unknown("the aggregators' clocks disagree");
    return { kind: 'measured', estimate: best.estimate, ageMs: null, updateEveryMs: null, source: best.name };
  }

  /** Our clock against the database's: it answered at some moment between our asking and our hearing. */
  async #databaseClock(): Promise<Estimate | null> {
    const { clock, sql } = this.#options;
    const [sentAtMs, startedAt] = [clock.now(), clock.monotonic()];
    const theirs = await selectDatabaseTime(sql).catch(() => Number.NaN);
    if (Number.isNaN(theirs)) return null;
    const tookMs = clock.monotonic() - startedAt;
    return { aheadMs: sentAtMs + tookMs / 2 - theirs, boundMs: tookMs / 2 };
  }

  #noteCorrections(): void {
    const { aggregators, correctSigning, log } = this.#options;
    if (!correctSigning) return;
    for (const { name } of aggregators) {
      const state = this.#windows.get(name)?.state();
      const before = this.#corrections.get(name) ?? NO_CORRECTION;
      const after = correct(before, state?.kind === 'measured' ? estimateOf(state.interval) : null);
      this.#corrections.set(name, after);
      if ((before.shiftMs === 0) !== (after.shiftMs === 0))
        log.warn({ aggregator: name, shiftMs: Math.round(after.shiftMs) }, 'launches are signed by another clock now');
    }
  }

  /** One line when something begins, changes or ends; nothing while it lasts. */
  #tellAlert(): void {
    const { log, node } = this.#options;
    // A single sample that disagrees changes nothing yet, so it says nothing either.
    if (this.#hysteresis.dissent !== null) return;
    const before = this.#alert;
    const alert = alertOf(node, this.#assessment(), this.#aggregators());
    this.#alert = alert;
    const key = (each: Alert | null) => (each === null ? '' : [each.level, each.reason, ...each.aggregators].join(' '));
    if (key(before) === key(alert)) return;
    const about = {
      node,
      state: alert?.level ?? 'ok',
      reason: alert?.reason ?? 'synchronised',
      probe: this.#sample?.found.probe,
    };
    if (alert === null) log.info(about, 'the clocks are right');
    else if (rank(alert.level) >= rank('critical'))
      log.error({ ...about, aggregators: alert.aggregators }, alert.message);
    else log.warn({ ...about, aggregators: alert.aggregators }, alert.message);
  }

  async #tellNodes(): Promise<void> {
    const { sql, log } = this.#options;
    let nodes: readonly NodeReport[] = [];
    try {
      await upsertNode(sql, this.#heartbeat());
      await deleteOldNodes(sql, FORGET_AFTER_SECONDS);
      nodes = await selectNodes(sql, NODES_WITHIN_SECONDS);
    } catch (error) {
      log.warn({ err: error }, 'the state of the clock could not be told to the other nodes');
    }
    this.#metrics.show(this.#reportOf(nodes));
  }

  #heartbeat(): Omit<NodeReport, 'seenAtMs'> {
    const { node } = this.#options;
    const assessment = this.#assessment();
    return {
      node,
      level: assessment.level,
      reason: assessment.reason,
      message: sentenceOf(node, assessment),
      probe: this.#sample?.found.probe ?? null,
      estimate: this.#sample?.found.measured?.estimate ?? null,
      database: this.#database,
      aggregators: Object.fromEntries(
        this.#aggregators().map((each) => [each.name, { verdict: each.verdict, ahead_ms: each.skew?.aheadMs ?? null }]),
      ),
      alert: this.#alert,
    };
  }

  #reportOf(nodes: readonly NodeReport[]): ClockReport {
    const { node, clock } = this.#options;
    const assessment = this.#assessment();
    return {
      own: {
        node,
        assessment,
        message: sentenceOf(node, assessment),
        sample: this.#sample?.found ?? null,
        database: this.#database,
        sampleAgeMs: this.#sample === null ? null : clock.monotonic() - this.#sample.atMs,
        steps: this.#steps,
        lastStep: this.#lastStep,
      },
      nodes,
      aggregators: withShares(this.#aggregators(), nodes),
      alert: gravest(nodes),
    };
  }

  #assessment(): Assessment {
    return this.#hysteresis.current ?? UNSAMPLED;
  }

  /** Our clock by other words than the aggregators' own. */
  #own(): Estimate | null {
    const found = this.#sample?.found;
    return found === undefined || found.probe === 'aggregator_date' ? null : (found.measured?.estimate ?? null);
  }

  #aggregators(): readonly AggregatorClock[] {
    return this.#options.aggregators.map(({ name, window }) =>
      predict({
        name,
        window,
        dates: this.#windows.get(name)?.state() ?? { kind: 'none' },
        own: this.#own(),
        shiftMs: this.shiftMs(name),
      }),
    );
  }
}
