/**
 * The aggregator's half of a dialect, for the sandbox and for certify: what it would send, how it would read our answer, what it
 * would do then, and its own API. As pure as our half; whoever plays it does the sending.
 */
import type { Call } from '../wallet/call.ts';
import type { Refusal } from '../wallet/outcome.ts';
import type {
  LaunchOrder,
  ListedGame,
  RawRequest,
  RawResponse,
  WebhookEvent,
  ListName,
  ListedTransaction,
} from './dialect.ts';

/** A request that the aggregator would send us. */
export interface OutboundRequest {
  readonly method: string;
  /** appended to the operator's base URL for this aggregator, '' for none; with the query, where the dialect asks in one */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What a refusal of an operator can mean: one of the wallet's, or a request that was not believed or not understood. */
export type Meaning = Refusal | 'unauthenticated' | 'bad_request';

/** What an aggregator does when an answer was not what it hoped for: leave it, ask again, or undo the bet. */
export type Reaction = 'final' | 'retry' | 'rollback';

/** The aggregator's habits, `call × code`, as its documents say them; the sandbox keeps to them (docs/sandbox.md). */
export interface Reactions {
  /** by the operator's code */
  readonly codes: Readonly<Record<string, Reaction>>;
  /** to a refusal with any other code */
  readonly otherwise: Reaction;
  /**
   * how often it asks in quick succession when nothing definite is heard. What follows then is the knob `bet.onUncertain` for a bet;
   * what is owed is asked for until `retry.horizonMs`
   */
  readonly tries: number;
}
export type ReactingCall = 'question' | 'bet' | 'win' | 'rollback';

/** How the aggregator reads an operator's answer. */
export type Understood =
  | {
      readonly kind: 'applied';
      readonly duplicate: boolean;
      /** '': not said */
      readonly balance: string;
      /** null: the dialect does not repeat it */
      readonly currency: string | null;
      readonly operatorTransactionId: string | null;
    }
  | {
      readonly kind: 'rejected';
      readonly code: string;
      readonly balance: string | null;
      /** what their word can mean, in the house's; empty: none of them */
      readonly meanings: readonly Meaning[];
    }
  /** their words for "ask again", a 5xx, or no answer */
  | { readonly kind: 'uncertain'; readonly reason: string }
  /** a definite answer that breaks the protocol: counts as uncertain for money, and is shown */
  | { readonly kind: 'nonsense'; readonly reason: string };

export type LaunchReading =
  | { readonly kind: 'opened'; readonly order: LaunchOrder }
  | {
      readonly kind: 'refused';
      readonly reason: 'signature' | 'expired' | 'not_yet_valid' | 'malformed';
      readonly message: string;
    };

/** One address of the aggregator's own API, as the sandbox serves it. */
export interface MirrorAddress {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly what: 'games' | 'launch' | 'transactions' | 'tables';
}

/** How the aggregator signs what it sends: `say` signs so, and certify signs so what no aggregator would send. */
export interface Signing {
  /** the header that carries the signature, in small letters */
  readonly header: string;
  /** the time is signed as well, so the signature of an old request is another one */
  readonly signsTime: boolean;
  /** the headers that make a request of any path, query and body theirs; what of it they cannot sign is a RangeError */
  readonly headersOf: (
    request: Pick<OutboundRequest, 'path' | 'body'>,
    nowMs: number,
  ) => Readonly<Record<string, string>>;
}

/** The aggregator's half, for the sandbox and for certify: what it would send, and how it would read our answer. */
export interface Mirror {
  /** what the settings lack for it to send anything, such as a key that only the aggregator has; absent: nothing */
  readonly lacks?: string;
  /** signed anew each time; a RangeError for what the dialect has no words for */
  readonly say: (call: Call, nowMs: number) => OutboundRequest;
  /** absent: what it sends is not signed, or the settings have no key to sign it with */
  readonly signing?: Signing;
  /** where its API answers; a launch that is a URL is opened at `/launch` and is not in it */
  readonly api: readonly MirrorAddress[];
  /** `asked`: what it answers, for answers that do not name their currency; without it their balance is left empty */
  readonly understand: (
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    asked?: Call,
  ) => Understood;
  /** checks signature, expiry and skew of a launch as the aggregator does; nonces are the caller's to remember */
  /** `skewSeconds`: how far from the future a launch may come; the dialect's own unless given */
  readonly readLaunch: (rawQuery: string, nowMs: number, skewSeconds?: number) => LaunchReading;
  /** answers a launch that is a call; `open` gives the game's address, or null for a game that is not there */
  readonly serveLaunch?: (
    request: RawRequest,
    nowMs: number,
    open: (order: LaunchOrder) => string | null,
  ) => RawResponse;
  /** one page of the catalogue API, or a refusal when the key is wrong */
  readonly serveGames: (request: RawRequest, games: readonly ListedGame[]) => RawResponse;
  /** the tables of a game; absent: its launches name none. `find` gives the game of a code */
  readonly serveTables?: (request: RawRequest, find: (code: string) => ListedGame | null) => RawResponse;
  /** one page of its lists of transactions; `of` gives the entries of a span, oldest first */
  readonly serveTransactions?: (
    request: RawRequest,
    of: (list: ListName, span: { readonly fromMs: number; readonly toMs: number }) => readonly ListedTransaction[],
  ) => RawResponse;
  /** a signed webhook of the aggregator */
  readonly sayWebhook: (event: WebhookEvent, nowMs: number) => OutboundRequest;
}
