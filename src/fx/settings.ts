/** What the room is told: pairs, where their rates come from, and the limits within which a rate is believed. */
import type { ExchangeTerms, Pair, Rate } from '../money/index.ts';

/** A server that answers one price as JSON. */
export interface JsonSource {
  readonly kind: 'json';
  readonly name: string;
  /** with `{wallet}` and `{game}` for the pair's codes, `{wallet_lower}` and `{game_lower}` for their lower case */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** where the price stands, with the same words */
  readonly path: string;
  /** where the server says of when the price is; null: it does not */
  readonly timePath: string | null;
  /** a place that must read as given, to notice an answer about another pair */
  readonly check: { readonly path: string; readonly equals: string } | null;
  /** what this server calls a currency, where it is not our code */
  readonly symbols: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** how long an answer is used before it is asked again */
  readonly everyMs: number;
}

/** The European Central Bank's daily file: units of each currency for 1 EUR. */
export interface EcbSource {
  readonly kind: 'ecb';
  readonly name: string;
  readonly url: string;
  readonly timeoutMs: number;
  readonly everyMs: number;
}

export type SourceSettings = JsonSource | EcbSource;

/** How a pair gets its rate. */
export type Origin =
  /** the operator's own word: always fresh */
  | { readonly kind: 'fixed'; readonly rate: Rate }
  | { readonly kind: 'sources'; readonly names: readonly string[] }
  /** through two other pairs: wallet/via × via/game */
  | { readonly kind: 'cross'; readonly via: string };

export interface PairSettings {
  readonly pair: Pair;
  readonly origin: Origin;
  readonly spreadBps: number;
  /** a rate older than that when its quote begins is stale: used, and told */
  readonly warnAfterMs: number;
  /** a rate older than that opens no new round */
  readonly refuseAfterMs: number;
  /** what the operator holds for possible at all; null: no bound */
  readonly min: Rate | null;
  readonly max: Rate | null;
}

export interface FxSettings {
  readonly pairs: readonly PairSettings[];
  readonly sources: readonly SourceSettings[];
  /** length of the window that shares one quote */
  readonly quoteMs: number;
  /** a rate further than that from the last one is not believed */
  readonly maxJumpBps: number;
  /** sources further apart than that are not believed */
  readonly maxDisagreementBps: number;
  readonly terms: ExchangeTerms;
  /** a quote by which nothing was converted is kept this long */
  readonly retentionMs: number;
}
