/**
 * The exchange room: sees to it that every configured pair has one quote in every window, made once and shared by all processes
 * of the house through the database. What it cannot find out it does not make up: the last good rate stays, and ages. The time is
 * the database's: a process whose own clock is an hour slow would else take the quotes of an hour ago for those of now. It never
 * moves money; whoever books asks `exchange` and decides by what it says.
 */
import type { Exchange, ExchangeTerms, Freshness, Pair, Quote, Rate } from '../money/index.ts';
import { applySpread, crossRate, inverseRate, pairText, roundRate } from '../money/index.ts';
import type { Clock, Database, Log, Metrics } from '../platform/index.ts';
import { newId, randomInteger } from '../platform/index.ts';
import type { ErrandTools } from '../wire/index.ts';
import { evaluate } from './agree.ts';
import type { PairReport, PairState } from './report.ts';
import { PAIR_STATES, sentenceOf } from './report.ts';
import { createQuoteRetention } from './retention.ts';
import type { QuoteRetention } from './retention.ts';
import type { FxSettings, PairSettings } from './settings.ts';
import type { SharedTime } from './shared-time.ts';
import { createSharedTime } from './shared-time.ts';
import type { Sources } from './sources/ask.ts';
import { createSources } from './sources/ask.ts';
import type { NewTick, StoredQuote } from './store.ts';
import {
  deleteOldRejections,
  insertQuote,
  insertRejections,
  selectDatabaseTime,
  selectJumps,
  selectLastQuote,
  selectQuote,
  selectQuoteOfWindow,
  selectRejections,
  selectTicks,
} from './store.ts';
import type { Teller } from './teller.ts';
import { createTeller } from './teller.ts';
import type { Rejection } from './tick.ts';
import type { Window } from './windows.ts';
import { freshnessOf, wantedWindows } from './windows.ts';

export interface FxOptions {
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly settings: FxSettings;
  /** what time the database has; tests pass their own */
  readonly databaseTime?: () => Promise<number>;
  /** how the sources are reached; tests pass their own */
  readonly errands?: Pick<ErrandTools, 'fetch' | 'pause'>;
}

/** What is played and what is held, with the digits of each. */
export interface Sides {
  readonly wallet: { readonly code: string; readonly scale: number };
  readonly game: { readonly code: string; readonly scale: number };
}

/** A rate becomes a decimal of so many digits when it is quoted. */
const RATE_DIGITS = 24;
const QUOTES_KEPT = 5;
const OLDER_KEPT = 1_000;
const RETRY_MS = 10_000;
const REJECTIONS_KEPT_MS = 7 * 86_400_000;
const REJECTIONS_SHOWN = 20;
const LOTS = 1_000;

export class Fx {
  readonly #options: FxOptions;
  readonly #teller: Teller;
  readonly #time: SharedTime;
  readonly #sources: Sources;
  readonly #retention: QuoteRetention;
  readonly #stopping = new AbortController();
  /** which process of the house asks first, a number from 0 to 1 */
  readonly #lot = randomInteger(LOTS) / LOTS;
  readonly #pairs: ReadonlyMap<string, PairSettings>;
  readonly #quotes = new Map<string, readonly StoredQuote[]>();
  /** quotes of launches that are still asked for; they never change */
  readonly #older = new Map<string, Quote>();
  /** when a pair without any rate is tried again, by the monotonic clock */
  readonly #retryAt = new Map<string, number>();
  #running: Promise<void> | null = null;
  #isRecalled = false;

  constructor(options: FxOptions) {
    this.#options = options;
    const { sql, clock, errands, settings, databaseTime = async () => selectDatabaseTime(sql) } = options;
    this.#teller = createTeller(options.log, options.metrics);
    this.#time = createSharedTime(clock, databaseTime);
    this.#retention = createQuoteRetention(sql);
    this.#sources = createSources(settings.sources, { ...errands, clock: this.#time, signal: this.#stopping.signal });
    this.#pairs = new Map(settings.pairs.map((each) => [pairText(each.pair), each]));
  }

  /** Makes or finds the quotes that are wanted now, and tells what is wrong. Cheap when there is nothing to do. Two at once are one. */
  async turn(): Promise<void> {
    this.#running ??= this.#look().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /**
   * What a call needs to know to convert between two different currencies; `shown` is the quote the session was last answered by,
   * or that of its launch where one quote is the whole session's.
   */
  exchange(sides: Sides, shown: Quote | null): Exchange {
    const pair: Pair = { wallet: sides.wallet.code, game: sides.game.code };
    const settings = this.#pairs.get(pairText(pair));
    if (settings === undefined) return { kind: 'unconfigured', pair };
    const nowMs = this.#time.now();
    const current = this.#currentOf(settings, nowMs);
    if (current === null) return { kind: 'unpriced', pair };
    return {
      kind: 'quoted',
      current,
      freshness: this.#freshnessOf(settings, current, nowMs),
      shown: shown === null ? null : { quote: shown, hasEnded: nowMs >= this.#endOf(shown) },
      walletScale: sides.wallet.scale,
      gameScale: sides.game.scale,
      terms: this.#options.settings.terms,
    };
  }

  terms(): ExchangeTerms {
    return this.#options.settings.terms;
  }

  #endOf({ startsAtMs, expiresAtMs }: Quote): number {
    const { lockScope, sessionLockMaxMs } = this.#options.settings.terms;
    return lockScope === 'session' ? Math.max(expiresAtMs, startsAtMs + sessionLockMaxMs) : expiresAtMs;
  }

  /** A quote that was once given; null when there is none of this id. What was asked for lately is in memory. */
  async quote(id: string): Promise<Quote | null> {
    for (const quotes of this.#quotes.values()) {
      const found = quotes.find((each) => each.id === id);
      if (found !== undefined) return found;
    }
    const older = this.#older.get(id) ?? (await selectQuote(this.#options.sql, id));
    if (older === null) return null;
    if (this.#older.size >= OLDER_KEPT) this.#older.clear();
    this.#older.set(id, older);
    return older;
  }

  /** Every configured pair, in the order of the configuration. */
  async report(): Promise<readonly PairReport[]> {
    const { sql } = this.#options;
    const nowMs = this.#time.now();
    return Promise.all(
      [...this.#pairs.values()].map(async (settings) => {
        const quote = this.#currentOf(settings, nowMs);
        return {
          settings,
          quote,
          ...this.#stateOf(settings, nowMs),
          ticks: quote === null ? [] : await selectTicks(sql, quote.ticks),
          rejected: await selectRejections(sql, settings.pair, REJECTIONS_SHOWN),
        };
      }),
    );
  }

  /** The check of `/readyz`: a pair without a fresh rate degrades the server and never takes it out of traffic. */
  health(): { readonly name: string; readonly ok: boolean; readonly degraded: boolean; readonly detail: string } {
    const nowMs = this.#time.now();
    const states = [...this.#pairs].map(([pair, settings]) => ({ pair, ...this.#stateOf(settings, nowMs) }));
    const [worst] = states.toSorted((a, b) => PAIR_STATES.indexOf(b.state) - PAIR_STATES.indexOf(a.state));
    const sentence = worst === undefined ? null : sentenceOf(worst.pair, worst.state, worst.ageMs);
    const fine = this.#pairs.size === 0 ? 'nothing is converted' : 'every pair has a fresh rate';
    return { name: 'fx', ok: true, degraded: sentence !== null, detail: sentence ?? fine };
  }

  /** Lets quotes go by which nothing was converted; how many. */
  async expire(turn: { readonly stopped: boolean }): Promise<number> {
    return this.#retention.expire(this.#time.now() - this.#options.settings.retentionMs, turn);
  }

  /** Lets go of whatever is being asked. */
  close(): void {
    this.#stopping.abort();
  }

  async #look(): Promise<void> {
    const { settings } = this.#options;
    const all = [...this.#pairs.values()];
    if (all.length === 0) return;
    await this.#time.look();
    await this.#recall(all);
    for (const window of wantedWindows(this.#time.now(), settings.quoteMs, this.#lot)) {
      // Crosses are made of the others' quotes.
      const [crosses, direct] = [all.filter(isCross), all.filter((each) => !isCross(each))];
      await Promise.all(direct.map(async (each) => this.#ensure(each, window)));
      await Promise.all(crosses.map(async (each) => this.#ensure(each, window)));
    }
    for (const [pair, each] of this.#pairs) {
      const { state, ageMs } = this.#stateOf(each, this.#time.now());
      this.#teller.state(pair, state, ageMs);
    }
  }

  /** After a start: what the house knew last, so that nobody waits for slow sources. */
  async #recall(all: readonly PairSettings[]): Promise<void> {
    if (this.#isRecalled) return;
    for (const { pair } of all) {
      const last = await selectLastQuote(this.#options.sql, pair);
      if (last !== null) this.#remember(pairText(pair), last);
    }
    this.#isRecalled = true;
  }

  async #ensure(settings: PairSettings, window: Window): Promise<void> {
    const { sql, clock } = this.#options;
    const name = pairText(settings.pair);
    if (this.#known(name).some((each) => each.startsAtMs === window.startsAtMs)) return;
    if (clock.monotonic() < (this.#retryAt.get(name) ?? 0)) return;
    const found = await selectQuoteOfWindow(sql, settings.pair, window.startsAtMs);
    if (found !== null) {
      this.#remember(name, found);
      return;
    }
    const { quote, ticks } = await this.#make(settings, window);
    if (quote === null) {
      this.#retryAt.set(name, clock.monotonic() + RETRY_MS);
      return;
    }
    await insertQuote(sql, quote, ticks, this.#time.now());
    // Whichever process was first, its quote is everybody's.
    const stored = await selectQuoteOfWindow(sql, settings.pair, window.startsAtMs);
    if (stored === null) return;
    if (stored.id === quote.id) this.#teller.issued(settings.pair);
    this.#remember(name, stored);
  }

  async #make(
    settings: PairSettings,
    window: Window,
  ): Promise<{ quote: StoredQuote | null; ticks: readonly NewTick[] }> {
    const { origin } = settings;
    switch (origin.kind) {
      case 'fixed': {
        const observedAtMs = Math.min(this.#time.now(), window.startsAtMs);
        const made = { market: origin.rate, observedAtMs, source: 'fixed', ticks: [] };
        return { quote: quoteOf(settings, window, made), ticks: [] };
      }
      case 'cross':
        return { quote: this.#cross(settings, origin.via, window), ticks: [] };
      case 'sources':
        return this.#askAll(settings, origin.names, window);
    }
  }

  /** wallet/via × via/game, each as configured or told from its other side. */
  #cross(settings: PairSettings, via: string, window: Window): StoredQuote | null {
    const [first, second] = legsOf(settings.pair, via).map((pair) => this.#leg(pair, window));
    if (first == null || second == null) return null;
    return quoteOf(settings, window, {
      market: crossRate(first.rate, second.rate),
      observedAtMs: Math.min(first.observedAtMs, second.observedAtMs),
      source: `${first.name} × ${second.name}`,
      ticks: [...new Set([...first.ticks, ...second.ticks])],
    });
  }

  #leg(
    pair: Pair,
    { startsAtMs }: Window,
  ): { rate: Rate; observedAtMs: number; name: string; ticks: readonly string[] } | null {
    const name = this.#nameOf(pair);
    const quote = this.#known(name).find((each) => each.startsAtMs === startsAtMs);
    if (quote === undefined) return null;
    const { market, observedAtMs, ticks } = quote;
    return name === pairText(pair)
      ? { rate: market, observedAtMs, name, ticks }
      : { rate: inverseRate(market), observedAtMs, name: `1/(${name})`, ticks };
  }

  /** A leg is configured as it stands, or from its other side. */
  #nameOf(pair: Pair): string {
    const straight = pairText(pair);
    return this.#pairs.has(straight) ? straight : pairText({ wallet: pair.game, game: pair.wallet });
  }

  async #askAll(
    settings: PairSettings,
    names: readonly string[],
    window: Window,
  ): Promise<{ quote: StoredQuote | null; ticks: readonly NewTick[] }> {
    const { sql, settings: limits } = this.#options;
    const { pair } = settings;
    const answers = await Promise.all(names.map(async (name) => this.#sources.ask(name, pair)));
    // What was given up because the server closes says nothing about a source.
    if (this.#stopping.signal.aborted) return { quote: null, ticks: [] };
    const last = await selectLastQuote(sql, pair, 'market');
    const jumps = last === null ? [] : await selectJumps(sql, pair, last.observedAtMs);
    const good = last === null ? null : { rate: last.market, observedAtMs: last.observedAtMs };
    const verdict = evaluate({ answers, last: good, jumps, nowMs: this.#time.now() }, settings, limits);
    await this.#noteRejections(settings, verdict.rejected);
    this.#teller.sources(pair, names, verdict);
    if (verdict.kind === 'keep') {
      // The old rate with its old age: a quote that was never refreshed is not made to look fresh.
      return { quote: last === null ? null : quoteOf(settings, window, last), ticks: [] };
    }
    const ticks = verdict.used.map((each) => ({ ...each, id: newId() }));
    const source = ticks.map((each) => each.source).join(', ');
    const made = {
      market: verdict.rate,
      observedAtMs: verdict.observedAtMs,
      source,
      ticks: ticks.map((each) => each.id),
    };
    return { quote: quoteOf(settings, window, made), ticks };
  }

  async #noteRejections({ pair }: PairSettings, rejected: readonly Rejection[]): Promise<void> {
    if (rejected.length === 0) return;
    const { sql } = this.#options;
    await insertRejections(
      sql,
      pair,
      rejected.map((each) => ({ ...each, id: newId() })),
      this.#time.now(),
    );
    await deleteOldRejections(sql, this.#time.now() - REJECTIONS_KEPT_MS);
  }

  #stateOf(settings: PairSettings, nowMs: number): { readonly state: PairState; readonly ageMs: number | null } {
    const quote = this.#currentOf(settings, nowMs);
    if (quote === null) return { state: 'unpriced', ageMs: null };
    return { state: this.#freshnessOf(settings, quote, nowMs), ageMs: Math.max(0, nowMs - quote.observedAtMs) };
  }

  /** A cross is as fresh as the worse of its legs: each has limits of its own. */
  #freshnessOf(settings: PairSettings, quote: StoredQuote, nowMs: number): Freshness {
    if (settings.origin.kind !== 'cross') return freshnessOf(quote, settings, nowMs);
    const states = legsOf(settings.pair, settings.origin.via).map((pair): PairState => {
      const leg = this.#pairs.get(this.#nameOf(pair));
      return leg === undefined ? 'unpriced' : this.#stateOf(leg, nowMs).state;
    });
    if (states.every((each) => each === 'fresh')) return 'fresh';
    return states.every((each) => each === 'fresh' || each === 'stale') ? 'stale' : 'expired';
  }

  /** The newest quote that has begun. One that has ended is better than none: its age says what it is good for. */
  #currentOf({ pair }: PairSettings, nowMs: number): StoredQuote | null {
    return this.#known(pairText(pair)).findLast((each) => each.startsAtMs <= nowMs) ?? null;
  }

  #known(pair: string): readonly StoredQuote[] {
    return this.#quotes.get(pair) ?? [];
  }

  #remember(pair: string, quote: StoredQuote): void {
    const all = [...this.#known(pair), quote].toSorted((a, b) => a.startsAtMs - b.startsAtMs);
    this.#quotes.set(pair, all.slice(-QUOTES_KEPT));
  }
}

const legsOf = ({ wallet, game }: Pair, via: string): readonly [Pair, Pair] => [
  { wallet, game: via },
  { wallet: via, game },
];

const isCross = ({ origin }: PairSettings): boolean => origin.kind === 'cross';

function quoteOf(
  settings: PairSettings,
  window: Window,
  made: Pick<StoredQuote, 'market' | 'observedAtMs' | 'source' | 'ticks'>,
): StoredQuote {
  const market = roundRate(made.market, RATE_DIGITS);
  return {
    id: newId(),
    pair: settings.pair,
    market,
    spreadBps: settings.spreadBps,
    rate: applySpread(market, settings.spreadBps),
    source: made.source,
    ticks: made.ticks,
    observedAtMs: made.observedAtMs,
    ...window,
  };
}
