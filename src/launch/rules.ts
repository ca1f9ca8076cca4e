/**
 * Who may be let into which game, decided before anything is signed (LCH-17), without I/O. A refusal is a value with one
 * plain sentence; what only the aggregator can say comes later.
 */
import type { Game } from '../catalogue/index.ts';
import { isAvailable } from '../catalogue/index.ts';
import type { Currencies, Exchange } from '../money/index.ts';
import type { Player } from '../players/index.ts';
import type { PlayerStatus, SessionId, Wallet } from '../wallet/index.ts';

export const LAUNCH_REFUSALS = [
  'unknown_game',
  'game_unavailable',
  'demo_unsupported',
  'platform_unsupported',
  'unknown_player',
  'player_blocked',
  'player_excluded',
  'country_blocked',
  'currency_required',
  'wrong_currency',
  'currency_unsupported',
  'rate_unavailable',
  'table_required',
  'tables_unsupported',
  'return_url_not_allowed',
] as const;
export type LaunchRefusal = (typeof LAUNCH_REFUSALS)[number];

/** The plain sentence of every refusal. */
export const LAUNCH_SENTENCES: Record<LaunchRefusal, string> = {
  unknown_game: 'There is no such game, or its aggregator is not configured.',
  game_unavailable: 'The game is switched off or no longer offered.',
  demo_unsupported: 'The game has no demo mode.',
  platform_unsupported: 'The game does not run on this platform.',
  unknown_player: 'There is no such player.',
  player_blocked: 'The player is blocked or closed.',
  player_excluded: 'The player is self-excluded.',
  country_blocked: 'The game may not be offered in this country.',
  currency_required: 'The player has several wallets; say which currency to play with.',
  wrong_currency: 'The player has no wallet in this currency, or the house does not know it.',
  currency_unsupported: 'The game cannot be played in this currency.',
  rate_unavailable: 'There is no current exchange rate to play this game by; try again later.',
  table_required: 'The game has a lobby of tables; say which table to open.',
  tables_unsupported: 'The game has no tables to choose from.',
  return_url_not_allowed: 'The return URL must be http or https on an allowed host.',
};

export type Platform = 'desktop' | 'mobile';

export interface LaunchWish {
  readonly mode: 'real' | 'demo';
  /** of the wallet to play from */
  readonly currency: string | null;
  /** what to play in; null: in the wallet's currency where the game takes it, else in one that it can be exchanged for */
  readonly gameCurrency: string | null;
  /** where the player is now, upper case; the player's own country counts as well */
  readonly country: string | null;
  readonly platform: Platform | null;
  readonly returnUrl: string | null;
  /** of a live game with a lobby, which of its tables */
  readonly table?: string | null;
}

export interface LaunchFacts {
  readonly game: Game;
  /** null: the request names no player */
  readonly player: Player | null;
  readonly wallets: readonly Wallet[];
  /** where the player left a round of this game open, and the currency it is played in (LCH-23); null: nowhere */
  readonly unfinished: { readonly session: SessionId; readonly currency: string } | null;
  /** true: the aggregator lists the tables of games with a lobby, and wants one named */
  readonly listsTables?: boolean;
  /** false: the aggregator's calls name no session of ours, so nobody could tell by which rate a call is meant */
  readonly canExchange?: boolean;
  readonly currencies: Currencies;
  readonly returnHosts: readonly string[];
  readonly exchange: (wallet: string, game: string) => Exchange;
}

export type LaunchDecision =
  | {
      readonly kind: 'allowed';
      /** the session to go on with instead of a new one */
      readonly resume: SessionId | null;
      readonly currency: string | null;
      /** null: the wallet's own */
      readonly gameCurrency: string | null;
      readonly quoteId: string | null;
      readonly country: string | null;
      readonly returnUrl: string | null;
    }
  | { readonly kind: 'refused'; readonly refusal: LaunchRefusal };

/** May this be launched, and with which currency and return URL? The first reason against it is the answer. */
export function decideLaunch(wish: LaunchWish, facts: LaunchFacts): LaunchDecision {
  const { game, player } = facts;
  if (!isAvailable(game)) return refused('game_unavailable');
  // An excluded player gets no demo either, when the request says who it is.
  const status = player === null ? null : refusalOfStatus(player.status);
  if (status !== null) return refused(status);
  if (wish.mode === 'demo' && !game.demo) return refused('demo_unsupported');
  if (wish.mode === 'real' && player === null) return refused('unknown_player');
  if (wish.platform !== null && game.platforms.length > 0 && !game.platforms.includes(wish.platform)) {
    return refused('platform_unsupported');
  }
  const countries = [wish.country, player?.country ?? null];
  if (countries.some((country) => country !== null && game.blockedCountries.includes(country))) {
    return refused('country_blocked');
  }
  const table = refusalOfTable(wish, facts);
  if (table !== null) return refused(table);
  const chosen = wish.mode === 'real' ? currencyOfPlayer(wish, facts) : currencyOfDemo(wish, facts);
  if ('kind' in chosen) return chosen;
  const returnUrl = wish.returnUrl === null ? null : allowedReturnUrl(wish.returnUrl, facts.returnHosts);
  if (wish.returnUrl !== null && returnUrl === null) return refused('return_url_not_allowed');
  const resume = wish.mode === 'real' ? (facts.unfinished?.session ?? null) : null;
  return { kind: 'allowed', resume, ...chosen, country: wish.country ?? player?.country ?? null, returnUrl };
}

/** What one aggregator offers, and whether the player has left a round open there. */
export type Offer = Pick<LaunchFacts, 'game' | 'unfinished' | 'listsTables' | 'canExchange'>;

/**
 * The first offer, in order of preference, that this player may be let into; but where a round was left open comes before all
 * others. If there is none, the answer is the first reason other than that an offer is gone: that says little while another is there.
 */
export function chooseOffer<O extends Offer>(
  wish: LaunchWish,
  offers: readonly O[],
  facts: Omit<LaunchFacts, keyof Offer>,
):
  | (Extract<LaunchDecision, { kind: 'allowed' }> & { readonly offer: O })
  | Extract<LaunchDecision, { kind: 'refused' }> {
  const inOrder = offers.toSorted((a, b) => Number(b.unfinished !== null) - Number(a.unfinished !== null));
  let first: Extract<LaunchDecision, { kind: 'refused' }> | null = null;
  for (const offer of inOrder) {
    const { game, unfinished, listsTables = false, canExchange = true } = offer;
    const decision = decideLaunch(wish, { ...facts, game, unfinished, listsTables, canExchange });
    if (decision.kind === 'allowed') return { ...decision, offer };
    if (first === null || first.refusal === 'game_unavailable') first = decision;
  }
  return first ?? refused('unknown_game');
}

/** Whether the game is opened at one of its tables. */
export function hasTables({ game, listsTables = false }: Pick<LaunchFacts, 'game' | 'listsTables'>): boolean {
  return listsTables && game.features.includes('lobby');
}

function refusalOfTable({ mode, table = null }: LaunchWish, facts: LaunchFacts): LaunchRefusal | null {
  if (!hasTables(facts)) return table === null ? null : 'tables_unsupported';
  return mode === 'real' && table === null ? 'table_required' : null;
}

/** Currencies that mean pretend money at some aggregators. */
const PRETEND: ReadonlySet<string> = new Set(['X'.repeat(3), 'FUN']);

/** The wish in the house's words: pretend money is a demo without a currency, and never a wallet (LCH-16). */
export function plainWish<T extends Pick<LaunchWish, 'mode' | 'currency'>>(wish: T, currencies: Currencies): T {
  const { currency } = wish;
  if (currency === null || !PRETEND.has(currency) || currencies.has(currency)) return wish;
  return { ...wish, mode: 'demo', currency: null };
}

function refused(refusal: LaunchRefusal): Extract<LaunchDecision, { kind: 'refused' }> {
  return { kind: 'refused', refusal };
}

function refusalOfStatus(status: PlayerStatus): LaunchRefusal | null {
  switch (status) {
    case 'active':
      return null;
    case 'self_excluded':
      return 'player_excluded';
    case 'blocked':
    case 'closed':
      return 'player_blocked';
  }
}

type Refused = Extract<LaunchDecision, { kind: 'refused' }>;
type Chosen = Pick<Extract<LaunchDecision, { kind: 'allowed' }>, 'currency' | 'gameCurrency' | 'quoteId'> | Refused;

const plain = (currency: string | null): Chosen => ({ currency, gameCurrency: null, quoteId: null });

/** The wallet to play from: that of the unfinished round, else the one named, else the only one there is. */
function currencyOfPlayer(wish: LaunchWish, facts: LaunchFacts): Chosen {
  const { game, wallets, unfinished } = facts;
  if (unfinished !== null) return currencyOfUnfinished(unfinished, facts);
  const [only, another] = wallets;
  if (wish.currency === null && another !== undefined) return refused('currency_required');
  const wallet = wish.currency === null ? only : wallets.find((each) => each.currency === wish.currency);
  if (wallet === undefined) return refused('wrong_currency');
  const wanted = wish.gameCurrency ?? wallet.currency;
  if (supports(game, wanted)) return wanted === wallet.currency ? plain(wanted) : exchanged(wallet, [wanted], facts);
  return wish.gameCurrency === null ? exchanged(wallet, game.currencies, facts) : refused('currency_unsupported');
}

/**
 * Whatever the player holds now: a round is finished in the currency it was begun in (LCH-22, LCH-23), in its own session and at
 * its own rate, so that there need be none now (FX-09).
 */
function currencyOfUnfinished(round: NonNullable<LaunchFacts['unfinished']>, facts: LaunchFacts): Chosen {
  if (supports(facts.game, round.currency)) return plain(round.currency);
  const other = exchanged(round, facts.game.currencies, facts);
  return 'kind' in other ? plain(round.currency) : other;
}

/** The first of the currencies that the wallet's can be exchanged for now. */
function exchanged(
  { currency }: Pick<Wallet, 'currency'>,
  games: readonly string[],
  { exchange, canExchange = true }: LaunchFacts,
): Chosen {
  if (!canExchange) return refused('currency_unsupported');
  let later = false;
  for (const gameCurrency of games) {
    const found = exchange(currency, gameCurrency);
    if (found.kind === 'quoted' && found.freshness !== 'expired')
      return { currency, gameCurrency, quoteId: found.current.id };
    later ||= found.kind !== 'unconfigured';
  }
  return refused(later ? 'rate_unavailable' : 'currency_unsupported');
}

/** A demo needs no currency; one that is named must make sense all the same. */
function currencyOfDemo(wish: LaunchWish, { game, currencies }: LaunchFacts): Chosen {
  if (wish.currency === null) return plain(null);
  if (!currencies.has(wish.currency)) return refused('wrong_currency');
  return supports(game, wish.currency) ? plain(wish.currency) : refused('currency_unsupported');
}

function supports(game: Game, currency: string): boolean {
  return game.currencies.length === 0 || game.currencies.includes(currency);
}

/**
 * The return URL as a browser will read it, or null (LCH-12). Only http and https, only allowed hosts (with their port),
 * never a user or password in front of the host.
 */
export function allowedReturnUrl(text: string, hosts: readonly string[]): string | null {
  if (text.length > 2_048 || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  if (url.username !== '' || url.password !== '') return null;
  return hosts.some((host) => host.toLowerCase() === url.host) ? url.href : null;
}

/** Seconds a launch URL may be used: 1 minute to 1 hour. */
export function launchTtlSeconds(configured: number): number {
  return Math.min(3_600, Math.max(60, Math.trunc(configured)));
}
