/** What playing needs around it, and what is written down of every message and its answer. Types only. */
import type { Understood } from '../dialects/index.ts';
import type { Clock } from '../platform/index.ts';
import type { Aggregator } from './aggregator.ts';
import type { Backstage } from './backstage.ts';
import type { Finding } from './judge.ts';
import type { Cast, CastPlayer, Lookup } from './lookup.ts';
import type { Message } from './message.ts';
import type { Scenario } from './scenario.ts';
import type { Oddity } from './shown.ts';
import type { HttpReply, Silence } from './socket.ts';
import type { Transport } from './transport.ts';

/** Crashes the operator and starts it again; both resolve when their command has ended. */
export interface Faults {
  readonly kill: () => Promise<void>;
  readonly restart: () => Promise<void>;
}

/** Moves the operator's exchange rate of the exchanged player; resolves when its command has ended, which may be before it counts. */
export interface Rates {
  readonly set: (which: 'usual' | 'moved') => Promise<void>;
}

export interface World {
  readonly aggregator: Aggregator;
  readonly transport: Transport;
  readonly cast: Cast;
  /** where callbacks go; a second address is another instance of the same operator */
  readonly urls: readonly [string, ...string[]];
  /** where webhooks go, without the topic; null: the operator takes none */
  readonly webhookUrl: string | null;
  readonly lookup: Lookup | null;
  readonly backstage: Backstage | null;
  readonly faults: Faults | null;
  readonly rates: Rates | null;
  readonly clock: Clock;
  /** goes before every id of this run */
  readonly run: string;
  /** how long one answer is waited for */
  readonly timeoutMs: number;
  /** how long one thing is asked again before the kit gives up on it */
  readonly patienceMs: number;
}

/** One message and what became of it. */
export interface Exchange {
  /** since the scenario began */
  readonly atMs: number;
  readonly tookMs: number;
  readonly wire: number;
  /** what it was, e.g. `bet b 1.00` */
  readonly label: string;
  /** all of one burst have its number; null: sent alone */
  readonly burst: number | null;
  readonly message: Message;
  readonly reply: HttpReply | null;
  readonly silence: Silence | null;
  readonly reading: Understood;
  /** what is odd about its balance, whatever was asked; null: nothing */
  readonly oddity: Oddity | null;
  /** it is what a finding is about */
  readonly isWrong: boolean;
}

export interface Played {
  readonly scenario: Scenario;
  readonly outcome: 'clean' | 'players' | 'money' | 'undecided' | 'not run';
  readonly findings: readonly Finding[];
  /** why it was not run, or could not be decided */
  readonly why: string | null;
  readonly exchanges: readonly Exchange[];
  /** of its bursts, in microseconds */
  readonly spreadsUs: readonly number[];
  readonly tookMs: number;
  readonly player: CastPlayer | null;
}
