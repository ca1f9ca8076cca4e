/**
 * The constitution of dialects. A dialect is a pure value: it translates one aggregator's protocol into the house's one
 * language (wallet/call.ts) and back, and states that aggregator's policy. It never does I/O, never sees the database,
 * never decides about money. Nothing that guards money has a default: an empty secret, a missing knob or an unworded
 * refusal does not compile, or stops the start.
 */
import type { ZodType } from 'zod';
import type { Currencies, Decimal, Problem } from '../money/index.ts';
import type { Errand, KeyKind } from '../wire/index.ts';
import type { Call } from '../wallet/call.ts';
import type { Money, Outcome } from '../wallet/outcome.ts';
import type { Policy } from '../wallet/policy.ts';
import type { Mirror, ReactingCall, Reactions } from './mirror.ts';
import type { ReportMapping } from './report-mapping.ts';
import type { ListedTable, TablesAsked } from './live-tables.ts';

export type * from './live-tables.ts';
export type * from './mirror.ts';
export type * from './report-mapping.ts';

/** What came off the socket: exact bytes, raw query, headers lower-cased by Node, repeated ones joined with `, `. */
export interface RawRequest {
  readonly method: string;
  /** external path without the query */
  readonly path: string;
  /** what of the path follows the aggregator's own address (`/callbacks/{aggregator}`): '' or e.g. `/transaction/bet` */
  readonly subpath: string;
  /** everything after `?`, undecoded; '' if none */
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  readonly arrivedAtMs: number;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

declare const genuine: unique symbol;
/** A request whose signature was verified over its bytes. Only `verify` makes one, so unverified bytes cannot be decoded. */
export type GenuineRequest = RawRequest & { readonly [genuine]: true };

export type DistrustReason = 'missing' | 'malformed' | 'mismatch' | 'expired' | 'timestamp_unit' | 'replayed_nonce';

export type Verification =
  | {
      readonly kind: 'genuine';
      readonly request: GenuineRequest;
      /** which of the current keys signed it (SIG-22) */
      readonly keyId: string;
      /** outside the time window: only what is already booked may be answered (SIG-33) */
      readonly late: boolean;
    }
  | {
      readonly kind: 'distrust';
      readonly reason: DistrustReason;
      readonly skewMs: number | null;
      /** where the answer must repeat an id of the request; the id is found in the bytes, nothing else of them is read */
      readonly encode?: Encode;
    };

/** Everything the gateway may have to say. */
export type Answer =
  | { readonly kind: 'outcome'; readonly outcome: Exclude<Outcome, { kind: 'stale' | 'unpriced' }> }
  | { readonly kind: 'balance'; readonly balance: Money }
  | { readonly kind: 'profile'; readonly profile: Profile }
  | { readonly kind: 'bad_request'; readonly message: string }
  | { readonly kind: 'unauthenticated' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'unsupported_media' }
  | { readonly kind: 'uncertain'; readonly retryAfterSeconds: number };

/** What an aggregator may be told of a player (calls like `/user/info`, `getaccount`, or the exchange of a token). */
export interface Profile {
  readonly player: string;
  /** the session the call named */
  readonly session: string | null;
  /** what its game is played in; the currency of `balance` */
  readonly currency: string;
  readonly balance: Money;
  /** ISO 3166-1 alpha-2; null: not told to us */
  readonly country: string | null;
  readonly jurisdiction: string | null;
  readonly registeredAtMs: number;
}

export type Encode = (answer: Answer) => RawResponse;

export type Decoded =
  /** `encode` knows what of the request its answer repeats (ids, currency) */
  | { readonly kind: 'call'; readonly call: Call; readonly encode: Encode }
  | { readonly kind: 'bad_request'; readonly message: string; readonly encode: Encode };

/** A game as one aggregator lists it, in the house's vocabulary. */
export interface ListedGame {
  readonly code: string;
  /** the aggregator's own id of the game, if it has one that stays when the code changes */
  readonly vendorId?: string;
  readonly name: string;
  readonly provider: { readonly code: string; readonly name: string };
  readonly category: string;
  readonly tags: readonly string[];
  readonly features: readonly string[];
  /** per cent as a decimal string, e.g. "96.50" */
  readonly rtp: string | null;
  readonly volatility: 'low' | 'medium' | 'high' | null;
  readonly lines: number | null;
  readonly thumbnail: string | null;
  readonly demo: boolean;
  readonly platforms: readonly string[];
  /** empty: every currency */
  readonly currencies: readonly string[];
  readonly blockedCountries: readonly string[];
  readonly releasedAt: string | null;
  readonly enabled: boolean;
}

export interface GamesPage {
  readonly games: readonly ListedGame[];
  /** entries that could not be understood, each with why: skipped and reported (CAT-15) */
  readonly malformed: readonly string[];
  readonly page: number;
  readonly pages: number;
  readonly total: number;
  readonly etag: string | null;
}

/** The facts of a launch, decided and allowed already; the dialect only writes and signs them. */
export interface LaunchOrder {
  readonly session: string;
  readonly game: string;
  readonly mode: 'real' | 'demo';
  /** null in demo mode */
  readonly player: string | null;
  readonly currency: string | null;
  readonly lang: string | null;
  /** of the player, ISO 3166-1 alpha-2; `ip` and `platform` as the operator's platform told us; only launch calls need them */
  readonly country: string | null;
  readonly ip: string | null;
  readonly platform: 'desktop' | 'mobile' | null;
  /** where the play is licensed, and a part of it, in the aggregator's own words; null: not said (LCH-24) */
  readonly jurisdiction: string | null;
  readonly region: string | null;
  readonly returnUrl: string | null;
  /** of a live game with a lobby, which of its tables: `ListedTable.table`; absent or null: none was chosen */
  readonly table?: string | null;
  readonly nonce: string;
  /** unix seconds */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export type Launch =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'errand'; readonly errand: Errand<string> }
  /** the aggregator has no words for it, such as a player id it does not allow; a sentence for whoever runs the house */
  | { readonly kind: 'problem'; readonly message: string };

/** What an aggregator says became of one transaction. `rolled_back`: it was, and was undone. `failed`: for them it never was. */
export type AssertedStatus = 'ok' | 'rolled_back' | 'failed';

/** One transaction as the aggregator asserts it, in a round's summary, a list or a report. Never a reason to move money by itself. */
export interface AssertedTransaction {
  readonly kind: 'bet' | 'win' | 'rollback';
  readonly id: string;
  /** as said, digit by digit, in the currency's units; null on a rollback of everything */
  readonly amount: Decimal | null;
  readonly status: AssertedStatus;
  /** the bet a win belongs to, or a rollback undoes */
  readonly bet: string | null;
  /** a free round: the stake costs the player nothing */
  readonly free: boolean;
  /** the rate they say they converted by, units of the game's currency for 1 of the wallet's; compared, never used */
  readonly rate?: Decimal | null;
}

/** Lists an aggregator can be asked for: everything of a span, or calls whose answer it never got. */
export type ListName = 'transactions' | 'timed_out';

/** One page that is asked for: `fromMs` counts in, `toMs` does not; epoch ms. */
export interface TransactionsAsked {
  readonly list: ListName;
  readonly fromMs: number;
  readonly toMs: number;
  /** null unless the lists are asked for by currency */
  readonly currency: string | null;
  /** what the page before gave as `next`; null: the first */
  readonly cursor: string | null;
}

/** A transaction in a list; null where the list does not say, and then it is looked up in the book. */
export interface ListedTransaction {
  readonly transaction: AssertedTransaction;
  readonly player: string | null;
  readonly round: string | null;
  readonly game: string | null;
  readonly provider: string | null;
  readonly currency: string | null;
  readonly occurredAtMs: number | null;
  /** higher stands over lower; 0 where the list has none */
  readonly version: number;
}

export interface TransactionsPage {
  readonly transactions: readonly ListedTransaction[];
  /** entries that could not be understood, each with why */
  readonly malformed: readonly string[];
  /** asks for the page after; null: this was the last */
  readonly next: string | null;
}

export interface TransactionLists {
  readonly lists: readonly ListName[];
  /** each currency that is configured and played in is asked for by itself */
  readonly byCurrency: boolean;
  /** between two requests, where they limit them */
  readonly pauseMs: number;
  /** the longest span they answer for */
  readonly longestMs: number;
  readonly page: (asked: TransactionsAsked) => Errand<TransactionsPage>;
}

/** What an aggregator says about one round after it was played. */
export interface SettlementSummary {
  readonly kind: 'settlement';
  /** null: the dialect's events have no id, so the hash of the body names it */
  readonly eventId: string | null;
  /** higher stands over lower; null: the dialect has no versions, so the later one stands */
  readonly version: number | null;
  /** false: the aggregator will say more */
  readonly final: boolean;
  /** false: the aggregator itself could not tell everything, so what is missing here proves nothing */
  readonly complete: boolean;
  readonly occurredAtMs: number;
  readonly round: string;
  readonly session: string | null;
  readonly player: string | null;
  readonly mode: 'real' | 'demo' | null;
  readonly game: string | null;
  readonly currency: string | null;
  /** stakes, wins and returned stakes of the round; null: not said */
  readonly totals: { readonly bet: Decimal; readonly win: Decimal; readonly refund: Decimal } | null;
  /** null: not said */
  readonly transactions: readonly AssertedTransaction[] | null;
}

/** A genuine settlement event that could not be understood: kept and shown, so that nothing of it is lost. */
export interface UnreadSettlement {
  readonly kind: 'settlement_unread';
  readonly eventId: string | null;
  readonly problem: string;
}

/** Events of the webhook routes that the house understands. */
export type WebhookEvent =
  | SettlementSummary
  | UnreadSettlement
  | { readonly kind: 'catalogue_changed'; readonly eventId: string }
  | {
      readonly kind: 'session';
      readonly eventId: string;
      readonly type: 'started' | 'ended' | 'heartbeat';
      readonly session: string;
      /** null: the event does not say (SES-02) */
      readonly mode: 'real' | 'demo' | null;
      readonly player: string | null;
      readonly game: string | null;
      readonly occurredAtMs: number;
    };

export type DecodedWebhook =
  | { readonly kind: 'event'; readonly event: WebhookEvent }
  | { readonly kind: 'bad_request'; readonly message: string };

/** A dialect opened with one aggregator's settings: keys parsed, nothing missing. */
export interface OpenDialect {
  /** constant time, over the bytes on the wire, against all current keys; never throws */
  readonly verify: (request: RawRequest, nowMs: number) => Verification;
  /** strict; never throws on any bytes */
  readonly decode: (request: GenuineRequest) => Decoded;
  /** words an answer given before a call was decoded (unauthenticated, too large, …) */
  readonly encode: Encode;
  /** `topic` is the last path segment: settlement, session, catalogue */
  readonly decodeWebhook: (topic: string, request: GenuineRequest) => DecodedWebhook;
  readonly launch: (order: LaunchOrder) => Launch;
  readonly games: GamesSource;
  /** absent: the aggregator has no such lists, or the settings do not say where */
  readonly transactions?: TransactionLists;
  /** the tables of a game with the feature `lobby`, of which a launch names one; absent: launches name none */
  readonly tables?: (asked: TablesAsked, stamp: Stamp) => Errand<readonly ListedTable[]>;
  /** its calls name players and never our session: a game cannot be played in another currency than the wallet's */
  readonly namesNoSession?: true;
}

/** What a request of ours is made unique with, where the dialect signs time and nonce; a dialect asks no clock itself. */
export interface Stamp {
  readonly nowMs: number;
  readonly nonce: string;
}

/** Where the list of games comes from. `file`: the aggregator has no call for it and hands it out as a file, read as one page. */
export type GamesSource =
  | {
      readonly kind: 'call';
      readonly page: (page: number, etag: string | null, stamp: Stamp) => Errand<GamesPage | 'unchanged'>;
    }
  | { readonly kind: 'file'; readonly read: (bytes: Uint8Array) => GamesPage | Problem };

/** How far the clock that signs a launch may be from the one that judges it. */
export interface LaunchTolerance {
  /** the signing clock ahead: a launch from the future */
  readonly aheadMs: number;
  /** the signing clock behind; `ttl`: by as much as the launch lives */
  readonly behindMs: number | 'ttl';
}

/** A key that an aggregator of the dialect needs, for `croupier keys generate`. */
export interface KeyNeed {
  /** `secret`: both sides hold the same; the pairs: PKCS#8 and SPKI as PEM */
  readonly kind: 'secret' | 'rsa_pair' | 'ec_p256_pair';
  /** names the environment variable after the aggregator's: `SIGNING_SECRET` */
  readonly name: string;
  /** where its value, or its private half, goes in the aggregator's entry: `callbacks.signing_secrets` */
  readonly place: string;
  /** one sentence: who gets what of it */
  readonly note: string;
  /** of a pair that is ours as a whole, such as a sandbox's: the name and the place of its public half; else it is the aggregator's */
  readonly publicHalf?: { readonly name: string; readonly place: string };
}

/** What makes keys for an example: the same name, the same key. Pairs are PEM: SPKI and PKCS#8. */
export interface KeyMaker {
  readonly secret: (name: string) => string;
  readonly pair: (kind: KeyKind, name: string) => { readonly publicKey: string; readonly privateKey: string };
}

/** How often an aggregator may be asked for its games. */
export interface Pace {
  readonly betweenPagesMs: number;
  readonly betweenListsMs: number;
}

export interface ExampleEntry {
  readonly catalogue?: unknown;
  readonly launch?: unknown;
  readonly callbacks?: unknown;
  readonly sandbox?: unknown;
}

/** One entry of `aggregators` in the configuration, names resolved; validated by the dialect's own schema. */
export interface Dialect<Settings> {
  readonly name: string;
  readonly standing: 'vendor-documented' | 'reconstructed' | 'house';
  /** true: the signature does not cover what is asked, so the configuration must carry an allow-list (SIG-28) */
  readonly weakSignature: boolean | ((settings: Settings) => boolean);
  readonly policy: Policy;
  readonly reactions: Readonly<Record<ReactingCall, Reactions>>;
  /** the addresses below the aggregator's own that take callbacks, `''` for itself; all others do not exist */
  readonly callbackPaths: readonly string[];
  readonly keys: readonly KeyNeed[];
  readonly pace?: Pace | ((settings: Settings) => Pace);
  /**
   * An aggregator's complete entry but for its name and dialect, for a sandbox of it at `url` on this machine: the demo, tests.
   * It holds both halves of every pair; those a real aggregator keeps to itself stand under `sandbox`
   */
  readonly example: (url: string, make: KeyMaker) => ExampleEntry;
  /** true: players must not see their vendors' servers, so pictures are shown from ours unless the configuration says otherwise */
  readonly hidesVendorImages?: boolean;
  /** between which differences of clocks their server still opens a launch that was signed just now */
  readonly launchWindow: LaunchTolerance;
  /** content types of the callback route, without parameters */
  readonly contentTypes: readonly string[];
  /** strict schema of the aggregator's `catalogue`, `launch`, `callbacks` and `sandbox` sections */
  readonly settings: ZodType<Settings>;
  /** how its reports are read; absent: only with a mapping file of one's own */
  readonly report?: ReportMapping;
  readonly open: (settings: Settings, policy: Policy, currencies: Currencies) => OpenDialect;
  /** `currencies`: an aggregator that counts in subunits must know how many digits they have */
  readonly mirror: (settings: Settings, currencies: Currencies) => Mirror;
}
