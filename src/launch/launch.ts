/**
 * Launches: checks first, then a session, then the signed URL the game's frame loads. A refusal signs nothing and opens no
 * session. Two clicks give one session with two fresh URLs; a round that was left open is gone on with in its own session. Every
 * launch that passed the checks is recorded under the node that made it. Never moves money.
 */
import type { Catalogue } from '../catalogue/index.ts';
import type { Launch as DialectLaunch, LaunchOrder, LaunchTolerance, OpenDialect } from '../dialects/dialect.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Currencies, Exchange } from '../money/index.ts';
import { isProblem } from '../money/index.ts';
import type { Clock, Database, Log, Metrics } from '../platform/index.ts';
import { newId, newToken } from '../platform/index.ts';
import type { Players } from '../players/index.ts';
import type { Session, Sessions } from '../sessions/index.ts';
import { SAFE_POLICY } from '../wallet/index.ts';
import type { AggregatorName, PlayerId, Policy, SessionId } from '../wallet/index.ts';
import { performErrand } from '../wire/index.ts';
import type { DateSample, ErrandProblem, ErrandTools } from '../wire/index.ts';
import { chooseOffer, LAUNCH_SENTENCES, launchTtlSeconds, plainWish } from './rules.ts';
import type { LaunchDecision, LaunchRefusal, LaunchWish } from './rules.ts';
import { insertLaunch } from './store.ts';
import { tablesOf } from './tables.ts';
import type { TablesAnswer } from './tables.ts';

export interface LaunchAggregator {
  readonly name: AggregatorName;
  readonly open: Pick<OpenDialect, 'launch' | 'tables' | 'namesNoSession'>;
  readonly launchTtlSeconds: number;
  /** whether and how long unfinished rounds are resumed; absent: as is safe */
  readonly policy?: Pick<Policy, 'round.resume' | 'round.stuckAfterMs'>;
  /** between which differences of clocks its server takes a launch; absent: as most do */
  readonly launchWindow?: LaunchTolerance;
}

export interface LaunchesOptions {
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: Metrics;
  /** the name of this machine, under which its launches are recorded; absent: nobody compares it */
  readonly node?: string;
  readonly aggregators: readonly LaunchAggregator[];
  readonly catalogue: Pick<Catalogue, 'offers'>;
  readonly players: Pick<Players, 'get'>;
  readonly sessions: Pick<Sessions, 'open' | 'now'>;
  readonly ledger: Pick<Ledger, 'wallets' | 'unfinished'>;
  readonly currencies: Currencies;
  /** hosts (with port, if not the default one) a player may be sent back to */
  readonly returnHosts: readonly string[];
  readonly errands?: Omit<ErrandTools, 'clock'>;
  /** absent: a game is only played in its wallet's currency */
  readonly fx?: LaunchExchange;
  /** what is known of the clocks; absent: they are taken to be right */
  readonly clocks?: LaunchClocks;
}

/** What a game in another currency would be played by. */
export interface LaunchExchange {
  readonly exchange: (sides: { readonly wallet: Side; readonly game: Side }, shown: null) => Exchange;
}
interface Side {
  readonly code: string;
  readonly scale: number;
}

export interface LaunchClocks {
  /** taken off our time when a launch for this aggregator is signed */
  readonly shiftMs: (aggregator: string) => number;
  /** why a launch would be refused for the time it carries, when it shall not even be tried */
  readonly refusal: (aggregator: string) => { readonly message: string; readonly skewMs: number } | null;
}

export interface LaunchRequest extends LaunchWish {
  /** our game id */
  readonly gameId: string;
  readonly playerId: PlayerId | null;
  readonly ip: string | null;
  readonly lang: string | null;
  /** passed on to the aggregator as they are, and kept with the session (LCH-24) */
  readonly jurisdiction?: string | null;
  readonly region?: string | null;
}

export type Launched =
  | {
      readonly kind: 'launched';
      readonly session: Session;
      /** the session of a round that was left open */
      readonly resumed: boolean;
      readonly url: string;
      readonly expiresAtMs: number;
    }
  | { readonly kind: 'refused'; readonly refusal: LaunchRefusal; readonly message: string }
  /** the aggregator gave no URL; `clock`: it refused, and its clock and ours disagree (LCH-19) */
  | {
      readonly kind: 'failed';
      readonly reason: ErrandProblem['reason'] | 'clock';
      readonly message: string;
      readonly skewMs: number | null;
    };

export interface Launches {
  readonly launch: (request: LaunchRequest) => Promise<Launched>;
  /** the tables of a game with a lobby, asked of its aggregator now */
  readonly tables: (gameId: string, currency: string) => Promise<TablesAnswer>;
}

/** A second click within this time is the same wish (LCH-20). */
const DOUBLE_CLICK_MS = 10_000;
/** What aggregators usually tolerate between two clocks. */
const SKEW_TOLERANCE_MS = 30_000;
const NO_NODE = 'unnamed';

type Game = NonNullable<Awaited<ReturnType<Catalogue['get']>>>;

/** An aggregator that offers the game, and the game as it offers it. */
export interface Seller {
  readonly aggregator: LaunchAggregator;
  readonly game: Game;
}

/** What a launch is about, once it is allowed. */
interface Granted extends Seller {
  readonly request: LaunchRequest;
  readonly decision: Extract<LaunchDecision, { kind: 'allowed' }>;
}

export function openLaunches(options: LaunchesOptions): Launches {
  const aggregators = new Map<string, LaunchAggregator>(options.aggregators.map((each) => [each.name, each]));
  const count = counterOf(options.metrics);

  /** Those who offer the game, in the order in which they are preferred. */
  const sellersOf = async (gameId: string): Promise<readonly Seller[]> => {
    const offers = await options.catalogue.offers(gameId);
    return offers.flatMap((game) => {
      const aggregator = aggregators.get(game.aggregator);
      return aggregator === undefined ? [] : [{ aggregator, game }];
    });
  };
  return {
    launch: async (asked) => {
      const request = plainWish(asked, options.currencies);
      const sellers = await sellersOf(request.gameId);
      const [preferred] = sellers;
      if (preferred === undefined) return refused('unknown_game');
      const chosen = await choose(options, request, sellers);
      const { aggregator } = chosen.kind === 'refused' ? preferred : chosen;
      const launched = chosen.kind === 'refused' ? refused(chosen.refusal) : await launchGranted(options, chosen);
      count(aggregator.name, request.mode, launched);
      return launched;
    },
    tables: async (gameId, currency) => tablesOf(options, await sellersOf(gameId), currency),
  };
}

function exchangeBy({ fx, currencies }: LaunchesOptions): (wallet: string, game: string) => Exchange {
  return (from, to) => {
    const [wallet, game] = [currencies.get(from), currencies.get(to)];
    if (fx === undefined || wallet === undefined || game === undefined)
      return { kind: 'unconfigured', pair: { wallet: from, game: to } };
    return fx.exchange({ wallet, game }, null);
  };
}

function refused(refusal: LaunchRefusal): Launched {
  return { kind: 'refused', refusal, message: LAUNCH_SENTENCES[refusal] };
}

type Refused = Extract<LaunchDecision, { kind: 'refused' }>;

/** The facts, and what the rules say to them. */
async function choose(
  options: LaunchesOptions,
  request: LaunchRequest,
  sellers: readonly Seller[],
): Promise<(Granted & { readonly kind: 'granted' }) | Refused> {
  const { players, ledger, currencies, returnHosts } = options;
  const player = request.playerId === null ? null : await players.get(request.playerId);
  if (request.playerId !== null && player === null) return { kind: 'refused', refusal: 'unknown_player' };
  const playing = request.mode === 'real' ? (player?.id ?? null) : null;
  const [wallets, offers] = await Promise.all([
    playing === null ? [] : ledger.wallets(playing),
    Promise.all(
      sellers.map(async (each) => ({
        ...each,
        listsTables: each.aggregator.open.tables !== undefined,
        canExchange: each.aggregator.open.namesNoSession !== true,
        unfinished: await unfinishedOf(options, playing, each),
      })),
    ),
  ]);
  const decision = chooseOffer(request, offers, {
    player,
    wallets,
    currencies,
    returnHosts,
    exchange: exchangeBy(options),
  });
  return decision.kind === 'refused' ? decision : { kind: 'granted', request, decision, ...decision.offer };
}

async function unfinishedOf(
  { ledger, sessions }: LaunchesOptions,
  player: PlayerId | null,
  { aggregator: { name, policy = SAFE_POLICY }, game }: Seller,
) {
  if (player === null || policy['round.resume'] === 'never') return null;
  const sinceMs = sessions.now() - policy['round.stuckAfterMs'];
  return ledger.unfinished({ player, aggregator: name, game: game.code, sinceMs });
}

async function launchGranted(options: LaunchesOptions, granted: Granted): Promise<Launched> {
  const { request, aggregator, decision } = granted;
  const { clock, clocks } = options;
  const ttlSeconds = launchTtlSeconds(aggregator.launchTtlSeconds);
  const hopeless = clocks?.refusal(aggregator.name) ?? null;
  if (hopeless !== null) {
    const failure = { kind: 'failed', reason: 'clock', ...hopeless } as const;
    const nowMs = clock.now();
    await record(
      options,
      granted,
      { session: null, issuedAtMs: nowMs, expiresAtMs: nowMs + ttlSeconds * 1_000 },
      failure,
    );
    return failure;
  }
  const session = await openSession(options, granted);
  const shiftMs = clocks?.shiftMs(aggregator.name) ?? 0;
  const issuedAt = Math.floor((clock.now() - shiftMs) / 1000);
  const order: LaunchOrder = {
    session: session.id,
    game: session.gameCode,
    mode: session.mode,
    player: session.player,
    currency: session.gameCurrency ?? session.currency,
    lang: request.lang,
    country: session.country,
    ip: request.ip,
    platform: request.platform,
    jurisdiction: session.jurisdiction,
    region: session.region,
    returnUrl: decision.returnUrl,
    ...(request.table === undefined || request.table === null ? {} : { table: request.table }),
    nonce: newToken(),
    issuedAt,
    expiresAt: issuedAt + ttlSeconds,
  };
  // The order carries the time by which it is signed; what we store and answer is our own.
  const [issuedAtMs, expiresAtMs] = [order.issuedAt * 1000 + shiftMs, order.expiresAt * 1000 + shiftMs];
  const got = await urlOf(options, aggregator, aggregator.open.launch(order));
  const failure = got.kind === 'failed' ? got : null;
  await record(options, granted, { session: session.id, issuedAtMs, expiresAtMs }, failure);
  if (got.kind === 'failed') return got;
  return { kind: 'launched', session, resumed: session.id === decision.resume, url: got.url, expiresAtMs };
}

async function openSession(options: LaunchesOptions, { request, game, decision }: Granted): Promise<Session> {
  return options.sessions.open(
    {
      player: request.mode === 'real' ? request.playerId : null,
      aggregator: game.aggregator,
      gameId: game.id,
      gameCode: game.code,
      mode: request.mode,
      currency: decision.currency,
      gameCurrency: decision.gameCurrency,
      quoteId: decision.quoteId,
      country: decision.country,
      lang: request.lang,
      platform: request.platform,
      ip: request.ip,
      jurisdiction: request.jurisdiction ?? null,
      region: request.region ?? null,
    },
    { reuseMs: DOUBLE_CLICK_MS, resume: decision.resume },
  );
}

type Failure = Extract<Launched, { kind: 'failed' }>;

/** Every launch that passed the checks leaves a row, whatever came of it, and a failed one a line in the log. */
async function record(
  options: LaunchesOptions,
  { request, aggregator }: Granted,
  about: { readonly session: SessionId | null; readonly issuedAtMs: number; readonly expiresAtMs: number },
  failure: Failure | null,
): Promise<void> {
  const { node = NO_NODE, sql, log } = options;
  await insertLaunch(sql, {
    ...about,
    id: newId(),
    aggregator: aggregator.name,
    node,
    mode: request.mode,
    outcome: failure === null ? 'issued' : 'failed',
    reason: failure?.reason ?? null,
    skewMs: failure?.skewMs ?? null,
  });
  if (failure === null) return;
  const { reason, skewMs, message } = failure;
  log.warn({ aggregator: aggregator.name, node, reason, skewMs }, `a launch failed: ${message}`);
}

/** Counts launches by what they came to here; whether they are opened is known later, and elsewhere. */
function counterOf(metrics: Metrics | undefined): (aggregator: string, mode: string, launched: Launched) => void {
  const counter = metrics?.counter({
    name: 'croupier_launches_total',
    help: 'Launches by what they came to: issued; not_allowed by the checks before anything is signed; failed at the aggregator or for the clocks.',
    labelNames: ['aggregator', 'mode', 'outcome', 'reason'],
  });
  return (aggregator, mode, launched) => {
    switch (launched.kind) {
      case 'launched':
        return counter?.inc({ aggregator, mode, outcome: 'issued', reason: launched.resumed ? 'resumed' : '' });
      case 'refused':
        return counter?.inc({ aggregator, mode, outcome: 'not_allowed', reason: launched.refusal });
      case 'failed':
        return counter?.inc({ aggregator, mode, outcome: 'failed', reason: launched.reason });
    }
  };
}

type Url = { readonly kind: 'url'; readonly url: string } | Failure;

/** The URL the dialect signed, or the one the aggregator's own launch API answers. */
async function urlOf(options: LaunchesOptions, aggregator: LaunchAggregator, launch: DialectLaunch): Promise<Url> {
  if (launch.kind === 'url') return launch;
  if (launch.kind === 'problem') return { kind: 'failed', reason: 'invalid', message: launch.message, skewMs: null };
  let sample: DateSample | null = null;
  const noteDate = (date: DateSample): void => {
    sample = date;
    options.errands?.onDate?.(date);
  };
  const answer = await performErrand(launch.errand, { ...options.errands, clock: options.clock, onDate: noteDate });
  if (isProblem(answer)) return failureOf(answer, sample, toleranceMs(aggregator.launchWindow));
  const isWeb = URL.canParse(answer) && /^https?:$/.test(new URL(answer).protocol);
  if (isWeb) return { kind: 'url', url: answer };
  return { kind: 'failed', reason: 'unreadable', message: 'launch: the answer carries no web address', skewMs: null };
}

/** A refusal of the aggregator while the clocks disagree is the clock's fault, not the key's (LCH-19). */
export function failureOf(problem: ErrandProblem, sample: DateSample | null, toleratedMs = SKEW_TOLERANCE_MS): Failure {
  const { reason, message } = problem;
  const skewMs = sample === null || sample.ageSeconds > 0 ? null : skewOf(sample);
  const isDenied = problem.status === 401 || problem.status === 403;
  if (!isDenied || skewMs === null || Math.abs(skewMs) <= toleratedMs) {
    return { kind: 'failed', reason, message, skewMs: null };
  }
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const direction = skewMs > 0 ? 'ahead of' : 'behind';
  const told = `the aggregator refused the launch, and its clock is ${seconds} s ${direction} ours: check the clocks first`;
  return { kind: 'failed', reason: 'clock', message: told, skewMs };
}

/** The narrowest of what their server takes and what most do: a refusal beyond it may be the clock's. */
function toleranceMs(window: LaunchTolerance | undefined): number {
  const { aheadMs = SKEW_TOLERANCE_MS, behindMs = 'ttl' } = window ?? {};
  return Math.min(SKEW_TOLERANCE_MS, aheadMs, behindMs === 'ttl' ? SKEW_TOLERANCE_MS : behindMs);
}

/** Their clock minus ours; the header counts whole seconds, so half of one is added. */
function skewOf(sample: DateSample): number {
  return Math.round(sample.dateMs + 500 - (sample.sentAtMs + sample.receivedAtMs) / 2);
}
