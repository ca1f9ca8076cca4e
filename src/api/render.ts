/** From the rooms' types to the API's answers: amounts as text at the wallet's scale, times as ISO 8601. Never decides. */
import type { z } from 'zod';
import type { Game, SyncReport, SyncRun } from '../catalogue/index.ts';
import type { IdentifiedRound, ReadTransaction, RoundStory } from '../ledger/index.ts';
import { formatDecimal, formatRational, formatUnits, isZero, writeLock } from '../money/index.ts';
import type { RateLock } from '../money/index.ts';
import { limitsText } from '../players/index.ts';
import type { PendingRaise, Player } from '../players/index.ts';
import { isAvailable } from '../catalogue/index.ts';
import { stateOfSession } from '../sessions/index.ts';
import type { Session } from '../sessions/index.ts';
import type { Money, Posting, Transaction, Wallet } from '../wallet/index.ts';
import type * as schemas from './schemas.ts';

type Answer<Name extends keyof typeof schemas> =
  (typeof schemas)[Name] extends z.ZodType<infer Output> ? Output : never;

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

export function renderPlayer(
  player: Player,
  wallets: readonly Wallet[],
  pending: readonly PendingRaise[],
): Answer<'player'> {
  const limits = wallets.map((wallet) => {
    const { maxStake, dailyLossLimit } = limitsText(wallet);
    return [wallet.currency, { max_stake: maxStake, daily_loss_limit: dailyLossLimit }] as const;
  });
  const raises = pending.map((raise) => {
    const scale = wallets.find(({ currency }) => currency === raise.currency)?.scale ?? 0;
    const { maxStake, dailyLossLimit } = limitsText({ ...raise, scale });
    const limit = { max_stake: maxStake, daily_loss_limit: dailyLossLimit, effective_at: iso(raise.dueAtMs) };
    return [raise.currency, limit] as const;
  });
  return {
    id: player.id,
    currency: player.currency,
    country: player.country,
    test: player.test,
    status: player.status,
    limits: Object.fromEntries(limits),
    raises: Object.fromEntries(raises),
    created_at: iso(player.createdAtMs),
    changed_at: iso(player.changedAtMs),
  };
}

export function renderMoney(money: Money): Answer<'balance'> {
  return { currency: money.currency, balance: formatUnits(money.units, money.scale) };
}

export function renderGame(game: Game): Answer<'game'> {
  return {
    id: game.id,
    aggregator: game.aggregator,
    provider: { code: game.provider.code, name: game.provider.name },
    code: game.code,
    name: game.name,
    category: game.category,
    tags: [...game.tags],
    features: [...game.features],
    rtp: game.rtp,
    volatility: game.volatility,
    lines: game.lines,
    thumbnail: game.thumbnail,
    demo: game.demo,
    platforms: [...game.platforms],
    currencies: [...game.currencies],
    blocked_countries: [...game.blockedCountries],
    released_at: game.releasedAt,
    available: isAvailable(game),
    enabled: game.own.enabled,
    vendor_enabled: game.vendorEnabled,
    order: game.order,
    first_seen_at: iso(game.firstSeenAtMs),
    changed_at: iso(game.changedAtMs),
    removed_at: isoOrNull(game.removedAtMs),
  };
}

type Counts = Omit<Answer<'syncReport'>, 'outcome' | 'id' | 'again_at'>;

function renderCounts(sync: SyncReport | SyncRun): Counts {
  const { reason, listed, added, changed, renamed, missing, removed, returned, duplicates, malformed } = sync;
  const malformed_sample = [...sync.malformedSample];
  const changes = { added, changed, renamed, missing, removed, returned };
  return { reason, listed, ...changes, duplicates, malformed, malformed_sample };
}

export function renderSyncReport(report: SyncReport): Answer<'syncReport'> {
  const again_at = isoOrNull(report.againAtMs ?? null);
  return { id: report.id, outcome: report.kind, again_at, ...renderCounts(report) };
}

/** What there is to say of a sync that is at work: which one it is. */
export function renderSyncSoFar(run: SyncRun): Answer<'syncReport'> {
  return { id: run.id, outcome: run.outcome, again_at: null, ...renderCounts(run) };
}

export function renderSyncRun(run: SyncRun): Answer<'syncRun'> {
  return {
    id: run.id,
    aggregator: run.aggregator,
    asked_by: run.askedBy,
    started_at: iso(run.startedAtMs),
    finished_at: isoOrNull(run.finishedAtMs),
    outcome: run.outcome,
    ...renderCounts(run),
    decision: run.decision,
    decided_at: isoOrNull(run.decidedAtMs),
    decided_by: run.decidedBy,
  };
}

export function renderSession(session: Session, nowMs: number): Answer<'session'> {
  return {
    id: session.id,
    player_id: session.player,
    aggregator: session.aggregator,
    game_id: session.gameId,
    game_code: session.gameCode,
    mode: session.mode,
    currency: session.currency,
    game_currency: session.gameCurrency,
    country: session.country,
    lang: session.lang,
    platform: session.platform,
    ip: session.ip,
    jurisdiction: session.jurisdiction,
    region: session.region,
    state: stateOfSession(session, nowMs),
    created_at: iso(session.createdAtMs),
    expires_at: iso(session.expiresAtMs),
    last_seen_at: iso(session.lastSeenAtMs),
    started_at: isoOrNull(session.startedAtMs),
    resumed_at: isoOrNull(session.resumedAtMs),
    ended_at: isoOrNull(session.endedAtMs),
  };
}

/** By which rate money of the game became money of the wallet. */
function renderLock(lock: RateLock): NonNullable<Answer<'exchange'>> {
  const { rate, market, pair, ...stored } = writeLock(lock);
  return {
    pair,
    rate,
    market_rate: market,
    spread_bps: stored.spreadBps,
    quote_id: stored.quoteId,
    source: stored.source,
    rounding: stored.rounding,
    stale: stored.isStale,
    locked_at: iso(stored.lockedAtMs),
  };
}

export function renderRound(round: IdentifiedRound): Answer<'round'> {
  const money = (units: bigint): string => formatUnits(units, round.scale);
  return {
    id: round.id,
    aggregator: round.aggregator,
    player_id: round.player,
    round_id: round.round,
    currency: round.currency,
    game_code: round.gameCode,
    session_id: round.sessionId,
    game_currency: round.lock?.pair.game ?? round.currency,
    exchange: round.lock === null ? null : renderLock(round.lock),
    state: round.state,
    bets: round.betsEver,
    bets_standing: round.betsStanding,
    staked: money(round.staked),
    returned: money(round.returned),
    paid: money(round.paid),
    opened_at: iso(round.openedAtMs),
    changed_at: iso(round.changedAtMs),
    closed_at: isoOrNull(round.closedAtMs),
  };
}

/** `scale` is the wallet's; null when the player has no wallet in the transaction's currency, and then nothing moved. */
export function renderTransaction(transaction: ReadTransaction): Answer<'transaction'> {
  const { fx } = transaction;
  const scale = fx === null ? transaction.scale : fx.lock.walletScale;
  const money = (units: bigint | null): string | null =>
    units === null || scale === null ? null : formatUnits(units, scale);
  return {
    id: transaction.id,
    aggregator: transaction.aggregator,
    kind: transaction.kind,
    external_id: transaction.externalId,
    player_id: transaction.player,
    flavour: transaction.flavour,
    combined: transaction.combined,
    state: transaction.state,
    refusal: transaction.refusal,
    round_id: transaction.round,
    reference: transaction.reference,
    game_code: transaction.gameCode,
    session_id: transaction.sessionId,
    currency: transaction.currency,
    amount: transaction.amount === null ? null : formatDecimal(transaction.amount),
    wallet_currency: fx === null ? transaction.currency : fx.lock.pair.wallet,
    wallet_amount: money(transaction.units),
    exchange: fx === null ? null : { ...renderLock(fx.lock), residue: formatRational(fx.residue) },
    reversed_amount: formatDecimal(transaction.reversedAmount),
    balance_after: money(transaction.balanceAfter),
    flags: [...transaction.flags],
    created_at: iso(transaction.createdAtMs),
    changed_at: iso(transaction.changedAtMs),
  };
}

/** What a posting of converted money moved in the game's currency, where one posting carries all that its transaction says. */
function gameSideOf(posting: Posting, transactions: readonly Transaction[]) {
  const cause = transactions.find((row) => row.id === posting.transaction);
  if (cause === undefined || cause.fx === null) return { game_currency: null, game_amount: null };
  const said = cause.kind === 'rollback' ? cause.reversedAmount : cause.amount;
  const whole = said !== null && !isZero(said) && abs(cause.units) === posting.units;
  return { game_currency: cause.fx.lock.pair.game, game_amount: whole ? formatDecimal(said) : null };
}

const abs = (units: bigint): bigint => (units < 0n ? -units : units);

export function renderStory(story: RoundStory): Answer<'roundStory'> {
  const { scale } = story.round;
  return {
    round: renderRound(story.round),
    transactions: story.transactions.map((transaction) => renderTransaction({ ...transaction, scale })),
    postings: story.postings.map((posting) => ({
      seq: posting.seq.toString(),
      transaction_id: posting.transaction,
      currency: posting.currency,
      debit: posting.debit,
      credit: posting.credit,
      amount: formatUnits(posting.units, scale),
      ...gameSideOf(posting, story.transactions),
      balance_after: formatUnits(posting.balanceAfter, scale),
      overdrawn: posting.overdrawn,
      created_at: iso(posting.createdAtMs),
    })),
  };
}
