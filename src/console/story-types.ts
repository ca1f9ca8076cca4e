/** What a round's story is made of, and what it is made from. Types only. */
import type { IdentifiedRound } from '../ledger/index.ts';
import type { Session } from '../sessions/index.ts';
import type { Discrepancy, Resolution } from '../settlement/index.ts';
import type { Posting, Transaction } from '../wallet/index.ts';
import type { ShownBytes } from './replay.ts';
import type { HeardMessage, StoryClaim, StoryEvent, StoryLaunch } from './story-store.ts';

export type Lane = 'aggregator' | 'gateway' | 'ledger';
export type Tone = 'good' | 'bad' | 'warn' | 'plain';
export type ItemKind =
  | 'launch'
  | 'session'
  | 'rate'
  | 'message'
  | 'decision'
  | 'answer'
  | 'assertion'
  | 'discrepancy'
  | 'resolution';

export interface Move {
  readonly debit: string;
  readonly credit: string;
  readonly amount: string;
  readonly currency: string;
  readonly before: string;
  readonly after: string;
}

export interface StoryItem {
  /** stable within the story, e.g. `message-17` */
  readonly id: string;
  readonly at: string;
  readonly kind: ItemKind;
  readonly lane: Lane;
  /** where an arrow goes; null: it happens within its lane */
  readonly to: Lane | null;
  readonly title: string;
  readonly detail: string;
  readonly tone: Tone;
  /** the transaction it is about, as the aggregator names it */
  readonly reference: string | null;
  readonly facts: readonly (readonly [string, string])[];
  readonly moves: readonly Move[];
  readonly raw: ShownBytes | null;
  readonly replay: string | null;
}

export interface StoryParts {
  readonly round: IdentifiedRound;
  readonly transactions: readonly Transaction[];
  readonly postings: readonly Posting[];
  readonly session: Session | null;
  readonly launches: readonly StoryLaunch[];
  readonly messages: readonly HeardMessage[];
  readonly events: readonly StoryEvent[];
  readonly claims: readonly StoryClaim[];
  readonly discrepancies: readonly { readonly discrepancy: Discrepancy; readonly resolutions: readonly Resolution[] }[];
}
