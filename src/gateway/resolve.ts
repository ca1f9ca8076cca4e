/**
 * From a decoded call to what the wallet can decide: who the player is, what the session is worth, whether the game is
 * known. Mostly memory. It refuses nothing that a win or refund could need: what a session's state means is the wallet's
 * rule, and a refusal of a money call is written there so that it is sticky.
 */
import type { Answer } from '../dialects/dialect.ts';
import { Uncertain } from '../ledger/index.ts';
import { decimalOf, display, pairOfExchange, quoteToShow } from '../money/index.ts';
import type { Exchange } from '../money/index.ts';
import type { Session } from '../sessions/index.ts';
import type {
  AggregatorName,
  Call,
  GameCode,
  Money,
  MoneyCall,
  Operation,
  PlayerId,
  PlayerReference,
  Policy,
  Refusal,
  SessionFact,
  SessionId,
  TransactionId,
  Wallet,
  WalletRequest,
} from '../wallet/index.ts';
import type { Exchanges } from './exchange.ts';

/** What the gateway asks of the rooms around it. */
export interface ResolvePorts {
  readonly session: (token: SessionId) => Promise<ResolvedSession | null>;
  readonly sessionFact: (
    session: ResolvedSession | null,
    about: { player: PlayerId; aggregator: AggregatorName; nowMs: number },
  ) => SessionFact;
  readonly knowsGame: (aggregator: AggregatorName, code: GameCode) => Promise<boolean>;
  readonly exchanges: Exchanges;
  readonly playerOfTransaction: (aggregator: AggregatorName, externalId: string) => Promise<PlayerId | null>;
  /** whose free rounds the aggregator speaks of, and what they are worth in; null: nobody told us of them */
  readonly grant: (aggregator: AggregatorName, issue: string) => Promise<Grant | null>;
  readonly wallets: (player: PlayerId) => Promise<readonly Wallet[]>;
  readonly profile: (
    player: PlayerId,
  ) => Promise<{ readonly country: string | null; readonly createdAtMs: number } | null>;
  readonly nextId: () => TransactionId;
}

export type ResolvedSession = Session;

/** Free rounds that a player was granted with an aggregator. */
export interface Grant {
  readonly player: PlayerId;
  readonly currency: string;
}

export type Resolved =
  | { readonly kind: 'request'; readonly request: WalletRequest }
  | { readonly kind: 'answer'; readonly answer: Answer };

export interface ResolveContext {
  readonly aggregator: AggregatorName;
  readonly policy: Policy;
  readonly nowMs: number;
  readonly late: boolean;
}

export async function resolve(heard: Call, context: ResolveContext, ports: ResolvePorts): Promise<Resolved> {
  const call = heard.player.kind === 'grant' ? await ofGrant(heard, heard.player, context, ports) : heard;
  const session = call.session === null ? null : await ports.session(call.session);
  const player = await playerOf(call, session, context, ports);
  if (player === null) return refusal(call.player.kind === 'session' ? 'session_invalid' : 'unknown_player', null);
  const fact: SessionFact =
    call.session === null
      ? { kind: 'none' }
      : ports.sessionFact(session, { player, aggregator: context.aggregator, nowMs: context.nowMs });
  const currency =
    call.currency ?? session?.gameCurrency ?? session?.currency ?? (await onlyCurrency(call, player, ports));
  const exchange = await exchangeOf(session, fact, currency, ports);
  const asked = { player, fact, currency, session, exchange };
  if (call.kind === 'balance') return balance(asked, context, ports);
  if (call.kind === 'profile') return profile(asked, context, ports);
  // Where only the session says what is played in, one that nobody knows is what is wrong.
  if (currency === null) return refusal(fact.kind === 'unknown' ? 'session_invalid' : 'wrong_currency', null);
  const gameKnown =
    call.game === null || session?.gameCode === call.game || (await ports.knowsGame(context.aggregator, call.game));
  return { kind: 'request', request: requestOf(call, { player, fact, currency, exchange, gameKnown }, context, ports) };
}

/**
 * A call about granted free rounds as one about their player, in their currency. Of rounds nobody told us of it cannot be said whose
 * money it is: uncertain, so that it is asked again until the grant is known, and nothing of it is lost.
 */
async function ofGrant(
  call: Call,
  { issue, subunits }: Extract<PlayerReference, { kind: 'grant' }>,
  context: ResolveContext,
  ports: ResolvePorts,
): Promise<Call> {
  const grant = await ports.grant(context.aggregator, issue);
  if (grant === null) throw new Uncertain('no_grant', 'nobody was told whose free rounds these are');
  const known: Call = { ...call, player: { kind: 'id', player: grant.player }, currency: grant.currency };
  if (known.kind !== 'money' || subunits === null) return known;
  const digits = new Map(Object.entries(subunits)).get(grant.currency);
  if (digits === undefined) throw new Uncertain('no_grant', 'nobody said how many digits the subunit of the grant has');
  const [first, ...more] = known.operations;
  return { ...known, operations: [inUnits(first, digits), ...more.map((each) => inUnits(each, digits))] };
}

/** An amount in whole units that was counted in subunits of so many digits. */
function inUnits(operation: Operation, digits: number): Operation {
  if (!('amount' in operation) || operation.amount === null) return operation;
  const { unscaled, scale } = operation.amount;
  return { ...operation, amount: decimalOf(unscaled, scale + digits) };
}

/** A rollback that tells no currency, under a token nobody knows, can mean but one wallet where its player has but one. */
async function onlyCurrency(call: Call, player: PlayerId, ports: ResolvePorts): Promise<string | null> {
  if (call.kind !== 'money' || call.operations[0].kind !== 'rollback') return null;
  const [wallet, ...others] = await ports.wallets(player);
  return wallet === undefined || others.length > 0 ? null : wallet.currency;
}

/** Only for the session's own player, and only when the call speaks the currency the session is played in. */
async function exchangeOf(
  session: ResolvedSession | null,
  fact: SessionFact,
  currency: string | null,
  ports: ResolvePorts,
): Promise<Exchange | null> {
  if (session === null || session.gameCurrency === null || session.gameCurrency !== currency) return null;
  return fact.kind === 'live' || fact.kind === 'expired' ? ports.exchanges.of(session) : null;
}

async function playerOf(
  call: Call,
  session: ResolvedSession | null,
  context: ResolveContext,
  ports: ResolvePorts,
): Promise<PlayerId | null> {
  switch (call.player.kind) {
    case 'id':
      return call.player.player;
    case 'session':
      return session?.player ?? null;
    case 'transaction':
      return call.kind === 'money' ? ports.playerOfTransaction(context.aggregator, targetOf(call)) : null;
    case 'grant':
      throw new Error('defect: a grant names its player before anything is looked up');
  }
}

/** The known transaction a call without player names: a rollback's target, else the transaction itself (RB-16). */
function targetOf(call: MoneyCall): string {
  const [first] = call.operations;
  if (first.kind === 'close') return first.round;
  if (first.kind === 'rollback' && first.target.kind !== 'round') return first.target.id;
  return first.id;
}

interface Found {
  readonly player: PlayerId;
  readonly fact: SessionFact;
  readonly currency: string;
  readonly exchange: Exchange | null;
  readonly gameKnown: boolean;
}

function requestOf(call: MoneyCall, found: Found, context: ResolveContext, ports: ResolvePorts): WalletRequest {
  return {
    aggregator: context.aggregator,
    idScope: idScope(call, found.player, context.policy),
    player: found.player,
    currency: found.currency,
    exchange: found.exchange,
    session: found.fact,
    sessionId: call.session,
    gameCode: call.game,
    gameKnown: found.gameKnown,
    operations: call.operations,
    onlyKnown: context.late,
    nowMs: context.nowMs,
    nextId: ports.nextId,
  };
}

function idScope(call: MoneyCall, player: PlayerId, policy: Policy): string {
  switch (policy['id.scope']) {
    case 'aggregator':
      return '';
    case 'provider':
      return call.provider ?? '';
    case 'player':
      return player;
  }
}

/** Balance calls move nothing and are never stored; a demo session must not learn a real balance (BAL-12). */
async function balance(asked: Asked, context: ResolveContext, ports: ResolvePorts): Promise<Resolved> {
  const { fact, currency, session, exchange } = asked;
  const wallets = await ports.wallets(asked.player);
  const [any] = wallets;
  if (any === undefined) return refusal('unknown_player', null);
  const home = exchange === null ? currency : pairOfExchange(exchange).wallet;
  const wallet = wallets.find((each) => each.currency === home) ?? null;
  const shown = moneyOf(wallet ?? any, wallet === null ? null : exchange);
  const refused = refusalOfBalance(fact, currency);
  if (refused !== null) return refusal(refused, shown);
  if (wallet === null) return refusal('wrong_currency', shown);
  if (wallet.status !== 'active' && context.policy['balance.whenBlocked'] === 'refuse') {
    return refusal(wallet.status === 'self_excluded' ? 'player_excluded' : 'player_blocked', shown);
  }
  if (shown === null) throw new Uncertain('no_rate', 'no rate is known to show the balance by');
  if (session !== null && exchange !== null) await ports.exchanges.showed(session, exchange);
  return { kind: 'answer', answer: { kind: 'balance', balance: shown } };
}

/** The balance with what else may be told of its player, under the same conditions. */
async function profile(asked: Asked, context: ResolveContext, ports: ResolvePorts): Promise<Resolved> {
  // One who calls without a session is told in the currency of the player's first wallet.
  const wallets = asked.currency === null ? await ports.wallets(asked.player) : [];
  const currency = asked.currency ?? wallets[0]?.currency ?? null;
  const shown = await balance({ ...asked, currency }, context, ports);
  if (shown.kind !== 'answer' || shown.answer.kind !== 'balance') return shown;
  const known = await ports.profile(asked.player);
  if (known === null) return refusal('unknown_player', null);
  const { balance: money } = shown.answer;
  const { session, player } = asked;
  return {
    kind: 'answer',
    answer: {
      kind: 'profile',
      profile: {
        player,
        session: session?.id ?? null,
        currency: money.currency,
        balance: money,
        country: session?.country ?? known.country,
        jurisdiction: session?.jurisdiction ?? null,
        registeredAtMs: known.createdAtMs,
      },
    },
  };
}

interface Asked {
  readonly player: PlayerId;
  readonly fact: SessionFact;
  readonly currency: string | null;
  readonly session: ResolvedSession | null;
  readonly exchange: Exchange | null;
}

/** The balance as the game counts it: rounded down, by the quote that the next round will lock (FX-13). Null without a rate. */
function moneyOf({ balance: units, scale, currency }: Wallet, exchange: Exchange | null): Money | null {
  if (exchange === null) return { units, scale, currency };
  if (exchange.kind !== 'quoted') return null;
  const { gameScale, current } = exchange;
  const shown = display(units, quoteToShow(exchange), scale, gameScale);
  return { units: shown, scale: gameScale, currency: current.pair.game };
}

function refusalOfBalance(fact: SessionFact, currency: string | null): Refusal | null {
  switch (fact.kind) {
    case 'none':
      return null;
    case 'unknown':
    case 'demo':
    case 'foreign':
      return 'session_invalid';
    case 'expired':
      return 'session_expired';
    case 'live':
      return fact.currency === currency ? null : 'wrong_currency';
  }
}

const MESSAGES: Partial<Record<Refusal, string>> = {
  unknown_player: 'There is no such player.',
  session_invalid: 'The session is unknown, a demo, or belongs to somebody else.',
  session_expired: 'The session has expired.',
  wrong_currency: 'The currency is not the one of the wallet or session.',
};

/** A refusal that no wallet row stands behind: nothing was booked and nothing is remembered. */
function refusal(code: Refusal, balance: Money | null): Resolved {
  // Another person's balance is never told: only what the call may see is passed here.
  const safe = code === 'session_invalid' ? null : balance;
  return {
    kind: 'answer',
    answer: {
      kind: 'outcome',
      outcome: {
        kind: 'rejected',
        refusal: code,
        field: null,
        message: MESSAGES[code] ?? 'The player may not play.',
        duplicate: false,
        id: null,
        balance: safe,
      },
    },
  };
}
