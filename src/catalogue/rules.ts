/**
 * The catalogue's rules, without I/O: what makes a listed entry usable, when a list is too suspicious to be believed, and
 * whether a game may be launched. What decides about money elsewhere (is this code known?) never depends on a switch here.
 */
import type { ListedGame } from '../dialects/dialect.ts';
import type { AggregatorName, GameCode } from '../wallet/index.ts';

/**
 * A game under our own id, as one of its offers makes it: what the lobby shows and the launch checks. Which offer that is
 * depends on who asks; the operator's own things are the same in all of them.
 */
export interface Game {
  /** ours; stays when names, codes, lists and aggregators change */
  readonly id: string;
  /** the offer's own id */
  readonly offer: string;
  readonly aggregator: AggregatorName;
  /** `code` is our own key of the studio, `name` the one that is shown */
  readonly provider: { readonly code: string; readonly name: string };
  /** the aggregator's code of the studio */
  readonly providerCode: string;
  readonly code: GameCode;
  /** the operator's, where one is set, else that of the preferred offer */
  readonly name: string;
  /** the operator's, where one is set, else the preferred offer's */
  readonly category: string;
  /** the aggregator's and the operator's own */
  readonly tags: readonly string[];
  readonly own: OwnedByOperator;
  readonly features: readonly string[];
  readonly rtp: string | null;
  readonly volatility: 'low' | 'medium' | 'high' | null;
  readonly lines: number | null;
  readonly thumbnail: string | null;
  readonly demo: boolean;
  /** empty: every platform */
  readonly platforms: readonly string[];
  /** empty: every currency */
  readonly currencies: readonly string[];
  /** ISO 3166-1 alpha-2, upper case */
  readonly blockedCountries: readonly string[];
  readonly releasedAt: string | null;
  readonly vendorEnabled: boolean;
  /** the operator's switches of the game and of the offer are both on */
  readonly operatorEnabled: boolean;
  /** smaller comes first in the lobby */
  readonly order: number;
  readonly firstSeenAtMs: number;
  /** when the list had it last */
  readonly lastSeenAtMs: number;
  readonly changedAtMs: number;
  /** since when the list lacks it; it can still be launched until it is removed */
  readonly missingAtMs: number | null;
  /** since when it has been missing for so long that nobody is let in any more */
  readonly removedAtMs: number | null;
}

/** What the operator has set, and no sync touches. */
export interface OwnedByOperator {
  /** the switch of the whole game */
  readonly enabled: boolean;
  readonly name: string | null;
  readonly category: string | null;
  readonly tags: readonly string[];
  /** the switch of this offer alone */
  readonly offerEnabled: boolean;
  /** place among the game's offers, from 0; null: none was given */
  readonly rank: number | null;
  /** what tells this offer from others of the game, such as its RTP (CAT-16) */
  readonly variant: string | null;
}

/** Who changed something: a sync by its id, an API key by its name, or a rule of the house. */
export interface ChangedBy {
  readonly source: 'sync' | 'api' | 'rule';
  readonly id: string;
}

/** True when new launches are possible. Open rounds of any game go on whatever this says (CAT-03). */
export function isAvailable(game: Pick<Game, 'vendorEnabled' | 'operatorEnabled' | 'removedAtMs'>): boolean {
  return game.vendorEnabled && game.operatorEnabled && game.removedAtMs === null;
}

/** Of a game's offers in order of preference: the first that can be launched, else the first; null when there are none. */
export function bestOffer(offers: readonly Game[]): Game | null {
  return offers.find(isAvailable) ?? offers[0] ?? null;
}

const MAX_CODE = 255;
const MAX_NAME = 500;
const MAX_LIST = 500;
const MAX_LINES = 1_000_000;
// control characters and lone halves of surrogate pairs: neither can be shown, and not all can be stored
const UNFIT = /[\p{Cc}\p{Cs}]/u;

/** Why an entry cannot be stored, in one short sentence, or null. What the dialect let through is still somebody else's text. */
export function entryProblem(game: ListedGame): string | null {
  const codes = [game.code, game.provider.code, game.category];
  if (codes.some((text) => text === '' || text.length > MAX_CODE)) return 'a code is empty or too long';
  if ([game.name, game.provider.name].some((text) => text === '' || text.length > MAX_NAME)) {
    return 'a name is empty or too long';
  }
  const optional = [game.rtp, game.thumbnail, game.releasedAt].filter((text) => text !== null);
  if (optional.some((text) => text.length > 2_048)) return 'a text is too long';
  const lists = [game.tags, game.features, game.platforms, game.currencies, game.blockedCountries];
  if (lists.some((list) => list.length > MAX_LIST || list.some((text) => text.length > MAX_CODE))) {
    return 'a list is too long';
  }
  const texts = [...codes, game.name, game.provider.name, ...optional, ...lists.flat()];
  if (texts.some((text) => UNFIT.test(text))) return 'a text carries control characters';
  if (game.lines !== null && !(Number.isInteger(game.lines) && game.lines >= 0 && game.lines <= MAX_LINES)) {
    return 'lines is no count';
  }
  return null;
}

/** An entry with its countries in the one spelling everything else uses. */
export function withPlainCountries(game: ListedGame): ListedGame {
  return { ...game, blockedCountries: game.blockedCountries.map((country) => country.toUpperCase()) };
}

/** The text a lobby's search looks in, and the one it looks for: case does not count, in any script. */
export function searchable(...texts: readonly string[]): string {
  return texts.map((text) => text.normalize('NFKC').toLowerCase()).join('\n');
}

/** How far an aggregator's list is believed without a person. */
export interface SyncRules {
  /** a list that lacks more than this part of the visible offers is quarantined (CAT-08); 0..1 */
  readonly shrinkLimit: number;
  /** an offer is hidden when this many lists in a row lack it … */
  readonly hideAfterSyncs: number;
  /** … and it has been missing for at least this long (CAT-04) */
  readonly hideAfterMs: number;
  /** an empty list is what the aggregator means (CAT-09) */
  readonly mayBeEmpty: boolean;
}

export const SAFE_SYNC_RULES: SyncRules = {
  shrinkLimit: 0.2,
  hideAfterSyncs: 2,
  hideAfterMs: 5 * 60_000,
  mayBeEmpty: false,
};

/** True when so many visible offers are missing from a list that it is not believed without a person. */
export function isSuspicious(
  counts: { readonly visible: number; readonly missing: number },
  shrinkLimit: number,
): boolean {
  return counts.visible > 0 && counts.missing > counts.visible * shrinkLimit;
}

/** Which of several offers under one code a call means: the named provider's, else one that can be launched, else the oldest. */
export function pickOffer<
  Offer extends { readonly id: string; readonly provider: string; readonly available: boolean },
>(offers: readonly Offer[], provider: string | null): Offer | null {
  const named = provider === null ? undefined : offers.find((offer) => offer.provider === provider);
  if (named !== undefined) return named;
  return offers.find((offer) => offer.available) ?? offers[0] ?? null;
}
