/**
 * Launches: checks first, then a session, then the signed URL the game's frame loads. A refusal signs nothing and opens no
 * session. Two clicks give one session with two fresh URLs. Never moves money.
 */
import type { Catalogue } from '../catalogue/index.ts';
import type { Launch as DialectLaunch, LaunchOrder, OpenDialect } from '../dialects/dialect.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Currencies, Exchange } from '../money/index.ts';
import { isProblem } from '../money/index.ts';
import type { Clock, Database, Log } from '../platform/index.ts';
import { newId, newToken } from '../platform/index.ts';
import type { Players } from '../players/index.ts';
import type { Session, Sessions } from '../sessions/index.ts';
import type { AggregatorName, PlayerId } from '../wallet/index.ts';
import { performErrand } from '../wire/index.ts';
import type { DateSample, ErrandProblem, ErrandTools } from '../wire/index.ts';
import { decideLaunch, LAUNCH_SENTENCES, launchTtlSeconds } from './rules.ts';
import type { LaunchRefusal, LaunchWish } from './rules.ts';
import { insertLaunch } from './store.ts';

export interface LaunchAggregator {
  readonly name: AggregatorName;
  readonly open: Pick<OpenDialect, 'launch'>;
  readonly launchTtlSeconds: number;
}

export interface LaunchesOptions {
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly aggregators: readonly LaunchAggregator[];
  readonly catalogue: Pick<Catalogue, 'get'>;
  readonly players: Pick<Players, 'get'>;
  readonly sessions: Pick<Sessions, 'open'>;
  readonly ledger: Pick<Ledger, 'wallets'>;
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
}

export type Launched =
  | { readonly kind: 'launched'; readonly session: Session; readonly url: string; readonly expiresAtMs: number }
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
}

/** A second click within this time is the same wish (LCH-20). */
const DOUBLE_CLICK_MS = 10_000;
/** What aggregators usually tolerate between two clocks. */
const SKEW_TOLERANCE_MS = 30_000;

export function openLaunches(options: LaunchesOptions): Launches {
  const aggregators = new Map<string, LaunchAggregator>(options.aggregators.map((each) => [each.name, each]));
  const { catalogue, players, ledger, sessions, clock } = options;

  const launch = async (request: LaunchRequest): Promise<Launched> => {
    const game = await catalogue.get(request.gameId);
    const aggregator = game === null ? undefined : aggregators.get(game.aggregator);
    if (game === null || aggregator === undefined) return refused('unknown_game');
    const player = request.playerId === null ? null : await players.get(request.playerId);
    if (request.playerId !== null && player === null) return refused('unknown_player');
    const wallets = player === null || request.mode === 'demo' ? [] : await ledger.wallets(player.id);
    const { currencies, returnHosts } = options;
    const decision = decideLaunch(request, {
      game,
      player,
      wallets,
      currencies,
      returnHosts,
      exchange: exchangeBy(options),
    });
    if (decision.kind === 'refused') return refused(decision.refusal);
    const hopeless = options.clocks?.refusal(aggregator.name) ?? null;
    if (hopeless !== null) return { kind: 'failed', reason: 'clock', ...hopeless };
    const session = await sessions.open(
      {
        player: request.mode === 'real' ? (player?.id ?? null) : null,
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
      },
      DOUBLE_CLICK_MS,
    );
    const shiftMs = options.clocks?.shiftMs(aggregator.name) ?? 0;
    const issuedAt = Math.floor((clock.now() - shiftMs) / 1000);
    const order: LaunchOrder = {
      session: session.id,
      game: session.gameCode,
      mode: session.mode,
      player: session.player,
      currency: session.gameCurrency ?? session.currency,
      lang: request.lang,
      returnUrl: decision.returnUrl,
      nonce: newToken(),
      issuedAt,
      expiresAt: issuedAt + launchTtlSeconds(aggregator.launchTtlSeconds),
    };
    return signAndRecord(options, aggregator, session, order, shiftMs);
  };
  return { launch };
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

async function signAndRecord(
  options: LaunchesOptions,
  aggregator: LaunchAggregator,
  session: Session,
  order: LaunchOrder,
  shiftMs: number,
): Promise<Launched> {
  // The order carries the time by which it is signed; what we store and answer is our own.
  const [issuedAtMs, expiresAtMs] = [order.issuedAt * 1000 + shiftMs, order.expiresAt * 1000 + shiftMs];
  const got = await urlOf(options, aggregator.open.launch(order));
  const failure = got.kind === 'failed' ? got : null;
  await insertLaunch(options.sql, {
    id: newId(),
    session: session.id,
    aggregator: aggregator.name,
    issuedAtMs,
    expiresAtMs,
    outcome: failure === null ? 'issued' : 'failed',
    reason: failure?.reason ?? null,
    skewMs: failure?.skewMs ?? null,
  });
  if (got.kind === 'failed') {
    const { reason, skewMs, message } = got;
    options.log.warn({ aggregator: aggregator.name, reason, skewMs }, `a launch failed: ${message}`);
    return got;
  }
  return { kind: 'launched', session, url: got.url, expiresAtMs };
}

type Url = { readonly kind: 'url'; readonly url: string } | Extract<Launched, { kind: 'failed' }>;

/** The URL the dialect signed, or the one the aggregator's own launch API answers. */
async function urlOf(options: LaunchesOptions, launch: DialectLaunch): Promise<Url> {
  if (launch.kind === 'url') return launch;
  let sample: DateSample | null = null;
  const noteDate = (date: DateSample): void => {
    sample = date;
    options.errands?.onDate?.(date);
  };
  const answer = await performErrand(launch.errand, { ...options.errands, clock: options.clock, onDate: noteDate });
  if (isProblem(answer)) return failureOf(answer, sample);
  const isWeb = URL.canParse(answer) && /^https?:$/.test(new URL(answer).protocol);
  if (isWeb) return { kind: 'url', url: answer };
  return { kind: 'failed', reason: 'unreadable', message: 'launch: the answer carries no web address', skewMs: null };
}

/** A refusal of the aggregator while the clocks disagree is the clock's fault, not the key's (LCH-19). */
export function failureOf(problem: ErrandProblem, sample: DateSample | null): Extract<Launched, { kind: 'failed' }> {
  const { reason, message } = problem;
  const skewMs = sample === null || sample.ageSeconds > 0 ? null : skewOf(sample);
  const isDenied = problem.status === 401 || problem.status === 403;
  if (!isDenied || skewMs === null || Math.abs(skewMs) <= SKEW_TOLERANCE_MS) {
    return { kind: 'failed', reason, message, skewMs: null };
  }
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const direction = skewMs > 0 ? 'ahead of' : 'behind';
  const told = `the aggregator refused the launch, and its clock is ${seconds} s ${direction} ours: check the clocks first`;
  return { kind: 'failed', reason: 'clock', message: told, skewMs };
}

/** Their clock minus ours; the header counts whole seconds, so half of one is added. */
function skewOf(sample: DateSample): number {
  return Math.round(sample.dateMs + 500 - (sample.sentAtMs + sample.receivedAtMs) / 2);
}
