/**
 * The language of scenarios: what an aggregator says (lines, in local names), what is done to the message on its way
 * (tamperings), and what must come back. A scenario is data: the runner plays it, the report prints it, and neither the dialect
 * nor HTTP appears in it.
 */
import type { Policy } from '../wallet/policy.ts';
import type { Refusal } from '../wallet/outcome.ts';

/** What the kit needs to judge a scenario: balance callbacks only, a lookup, fault hooks, or control over the operator's state. */
export type Level = 'B' | 'L' | 'F' | 'C';

/**
 * Who speaks. `player` and `rival` are two players of the cast that nobody else plays with meanwhile; `stranger` is known to
 * nobody.
 */
export type Who = 'player' | 'rival' | 'blocked' | 'poor' | 'stranger';

/** An amount in stakes, as decimal text, or a share of what the player had when the scenario began. */
export type Amount = string | Share;
export interface Share {
  /** the balance at the beginning divided by this, rounded down */
  readonly parts: number;
  /** and so many of the currency's smallest units more */
  readonly plusUnits: bigint;
}

/** Which session a line names: its player's own, another's, one that has run out, a demo's, or a word nobody issued. */
export type SessionChoice = 'own' | 'expired' | 'rival' | 'demo' | 'nonsense';

/** One thing an aggregator says (`bet_win`: a bet and its win under one id; `bet_and_win`: in one call, each under its own), in names of the scenario; the runner makes them unique for the run. */
export interface Line {
  readonly what: 'balance' | 'bet' | 'win' | 'refund' | 'bet_win' | 'bet_and_win' | 'close' | 'correction';
  /** the transaction's id; '' where it has none */
  readonly id: string;
  readonly who: Who;
  readonly round: string | null;
  /** stake, win, correction with its sign, or the part of a bet that is refunded; null where none is said */
  readonly amount: Amount | null;
  /** the win of a bet_win or bet_and_win */
  readonly win: Amount | null;
  /** the bet a win belongs to, or a refund undoes; of a bet_and_win, the id its win has */
  readonly bet: string | null;
  /** what kind of thing a refund undoes */
  readonly undoes: 'bet' | 'win' | 'round' | 'rollback' | 'any';
  readonly flavour: 'cash' | 'free' | 'tip' | 'win' | 'jackpot' | 'promo' | 'free_round';
  readonly closes: boolean;
  readonly session: SessionChoice;
  readonly game: 'own' | 'other' | 'unknown';
  readonly currency: 'own' | 'other' | 'lower_case';
  /** a request id, where it matters; else every request has one of its own */
  readonly request: string | null;
}

/**
 * Something done to what is said. Unless said otherwise the result is signed as it is sent, so only its meaning is wrong. How it is
 * written in JSON, in a form or in a query is each notation's affair (notation.ts).
 */
export type BodyChange =
  | 'spaces'
  | 'line_end'
  | 'reordered'
  | 'escaped_slashes'
  | 'escaped_letters'
  | 'unknown_fields'
  | 'byte_order_mark'
  | 'invalid_utf8'
  | 'lone_surrogate'
  | 'nul_in_id'
  | 'newline_in_id'
  | 'empty_id'
  | 'long_id'
  | 'id_of_255'
  | 'numeric_id'
  | 'twice_amount'
  | 'twice_id'
  | 'deeply_nested'
  | 'a_million_keys'
  | 'prototype_keys'
  | 'truncated'
  | 'empty'
  | 'gibberish'
  | 'json_array'
  | 'json_null'
  | 'two_documents'
  | 'comments'
  | 'single_quotes'
  | 'trailing_comma'
  | 'oversize'
  | 'without_amount'
  | 'without_id'
  | 'without_player'
  | 'unknown_type'
  | 'amount_list'
  | 'twice_amount_escaped'
  | 'nested_name'
  | 'bad_escape'
  | 'semicolons'
  | 'plus_for_blank'
  | 'lower_escapes';

export type SignatureChange =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'one_digit' }
  | { readonly kind: 'upper_case' }
  | { readonly kind: 'prefixed'; readonly prefix: string }
  | { readonly kind: 'cut'; readonly length: number }
  | { readonly kind: 'longer'; readonly length: number }
  | { readonly kind: 'twice' }
  | { readonly kind: 'list' }
  | { readonly kind: 'made_with'; readonly with: SignatureRecipe };

/** Ways to sign that must not be believed. */
export type SignatureRecipe =
  | 'another_key'
  | 'the_second_key'
  | 'the_api_key'
  | 'an_empty_key'
  | 'no_key'
  | 'sha1'
  | 'sha512'
  | 'md5'
  | 'base64'
  | 'another_body'
  | 'body_then_key';

export type Tamper =
  | { readonly on: 'body'; readonly how: BodyChange }
  /** the bytes are changed after they were signed */
  | { readonly on: 'signed_body'; readonly how: 'one_byte' | 'amount' | 'line_end' | 'spaces' | 'gibberish' }
  /** the amount's token as JSON would have it; `$` is the amount as the dialect wrote it, `$n` without quotes */
  | { readonly on: 'amount'; readonly token: string }
  | { readonly on: 'signature'; readonly how: SignatureChange }
  | { readonly on: 'signature_name'; readonly how: 'upper' | 'lower' | 'mixed' }
  | { readonly on: 'header'; readonly name: string; readonly value: string | null }
  | {
      readonly on: 'transport';
      readonly how:
        | 'chunked'
        | 'byte_by_byte'
        | 'gzip'
        | 'gzip_bomb'
        | 'both_lengths'
        | 'length_too_long'
        | 'length_too_short'
        | 'two_lengths'
        | 'stalls';
    }
  /** the clock of the signature, where the dialect signs a time */
  | { readonly on: 'clock'; readonly offsetMs: number; readonly unit: 's' | 'ms' };

/** What may come back; `refused` is any clean no, `closed` a connection closed without an answer. */
export type Word =
  | 'ok'
  | 'ok_dup'
  | 'refused'
  | 'bad_request'
  | 'unauth'
  | 'too_large'
  | 'unsupported'
  | 'uncertain'
  | 'closed'
  | Refusal;

/** A change of a wallet since the scenario began: amounts added up, `-` taken. */
export type Delta = readonly { readonly amount: Amount; readonly times: number }[];

/** What the dialect's policy decides: which words, or which steps, by the value of a knob. */
export interface ByKnob<T> {
  readonly knob: keyof Policy;
  readonly when: Readonly<Record<string, T>>;
  readonly otherwise: T;
}

export type Expected = readonly Word[] | ByKnob<readonly Word[]>;

export type Step =
  /** said until the answer is definite, one after another */
  | {
      readonly do: 'send';
      readonly line: Line;
      readonly tamper: readonly Tamper[];
      readonly times: number;
      readonly expect: Expected;
      /** what the answer must say the wallet has, as a change since the beginning; null: not judged */
      readonly shows: Delta | null;
      /** once only: "ask again" is an answer as well */
      readonly once: boolean;
    }
  /** all at the same moment, over connections opened before */
  | {
      readonly do: 'burst';
      readonly lines: readonly Line[];
      /** how often each of these words must come back; null: any mixture of `expect` */
      readonly counts: Readonly<Partial<Record<Word, number>>> | null;
      readonly expect: Expected;
    }
  /** the same bytes of the last sending of that line again */
  | { readonly do: 'replay'; readonly line: Line; readonly expect: Expected }
  /** the request is sent and the connection closed before the answer */
  | { readonly do: 'cut'; readonly line: Line; readonly at: 'half_sent' | 'sent' }
  /** the same transaction again and again, with these pauses between */
  | { readonly do: 'retries'; readonly line: Line; readonly pausesMs: readonly number[]; readonly expect: Expected }
  | { readonly do: 'pause'; readonly ms: number }
  /** the wallet has changed by exactly this since the beginning. `soon`: something is still on its way */
  | { readonly do: 'wallet'; readonly who: Who; readonly is: Delta; readonly soon: boolean }
  /** the book has so many rows of this kind and id that moved money (only where there is a lookup) */
  | { readonly do: 'booked'; readonly kind: 'bet' | 'win' | 'rollback'; readonly id: string; readonly rows: number }
  /** what follows is judged from here on */
  | { readonly do: 'mark' }
  | { readonly do: 'status'; readonly who: Who; readonly status: 'active' | 'self_excluded' | 'blocked' }
  | { readonly do: 'max_stake'; readonly who: Who; readonly stakes: string | null }
  | { readonly do: 'crash'; readonly line: Line; readonly at: 'after_sending' | 'before_sending' }
  | {
      readonly do: 'settlement';
      readonly say: SettlementLine;
      readonly tamper: readonly Tamper[];
      readonly times: number;
      readonly expect: Expected;
    }
  | {
      readonly do: 'session_event';
      readonly type: 'started' | 'ended' | 'heartbeat';
      readonly mode: 'real' | 'demo' | null;
      readonly event: string;
      readonly expect: Expected;
    }
  | { readonly do: 'when'; readonly steps: ByKnob<readonly Step[]> }
  /** a bet of all the balance that is shown, asked again where a rate moved between the two */
  | { readonly do: 'stake_all'; readonly id: string }
  /** what the book has in the wallet's own currency, remembered under a name (only where there is a lookup) */
  | { readonly do: 'weigh'; readonly as: string }
  /** the changes between these weighings come to nothing, up to so many units; a span turned round counts the other way */
  | { readonly do: 'even'; readonly spans: readonly (readonly [from: string, to: string])[]; readonly within: number };

/** A round's summary in the scenario's names. */
export interface SettlementLine {
  readonly event: string;
  readonly round: string;
  readonly version: number | null;
  readonly complete: boolean;
  readonly final: boolean;
  readonly mode: 'real' | 'demo';
  readonly bet: string;
  readonly win: string;
  readonly refund: string;
  readonly transactions:
    | readonly {
        readonly kind: 'bet' | 'win' | 'rollback';
        readonly id: string;
        readonly amount: string;
        readonly status: 'ok' | 'rolled_back';
      }[]
    | null;
}

/** What must be there before a scenario can be played; the report says which of it is missing. */
export type Need =
  | 'rival'
  | 'expired session'
  | 'blocked player'
  | 'poor player'
  | 'demo session'
  | 'other game'
  | 'other currency'
  | 'lookup'
  | 'backstage'
  | 'webhooks'
  | 'crash commands'
  | 'signs any bytes'
  | 'signature header'
  | 'json body'
  | 'form body'
  | 'form or query'
  | 'body'
  | 'wins that name their bet'
  | 'one message for bet and win'
  | 'signs a time'
  | 'signs no time'
  | 'fractions'
  | 'two addresses'
  | 'second secret'
  | 'exchanged player'
  | 'balances that name their session'
  | 'rates';

export interface Scenario {
  /** of the catalogue, with a suffix where one entry is several scenarios: `SIG-14.63` */
  readonly id: string;
  readonly title: string;
  /** one sentence: what money is at risk */
  readonly why: string;
  readonly level: Level;
  readonly needs: readonly Need[];
  readonly steps: readonly Step[];
  /** played when everything else has been played */
  readonly later: readonly Step[];
  /** played after the operator's exchange rate has moved */
  readonly moved: readonly Step[];
}

/** The group a scenario is judged in: the letters of its id. */
export const groupOf = (id: string): string => id.split('-')[0] ?? id;
/** The entry of the catalogue it belongs to: `SIG-14` of `SIG-14.63`. */
export const entryOf = (id: string): string => id.split('.')[0] ?? id;
