/**
 * How a dialect writes its messages: as JSON, as a form, or in the query. A scenario says once what is wrong with a message ("the
 * amount twice"), and each notation says how that is written. What a notation has no words for is null.
 */
import type { Buffer } from 'node:buffer';
import type { Message } from './message.ts';
import type { Place } from './members.ts';
import type { BodyChange } from './scenario.ts';

/** Where in the message the transaction id, the amount, the player and the word for a bet are; null: nowhere. */
export interface Places {
  readonly id: Place | null;
  readonly amount: Place | null;
  readonly player: Place | null;
  readonly kind: Place | null;
}

/** From the text of a message to its spoiled bytes. NotPlayable where this message has not what is to be spoiled. */
export type Change = (text: string, places: Places) => Buffer;
export type Spoilings = Readonly<Record<BodyChange, Change | null>>;

/** What of a message is written: what an aggregator would send, or what the kit is about to. */
export interface Written {
  /** a path or a whole address; what follows its `?` is the query */
  readonly url: string;
  readonly body: Uint8Array;
}

export interface Notation {
  readonly read: (written: Written) => string;
  readonly write: (message: Message, bytes: Buffer) => Message;
  /** false: the text has no members that could be changed one by one */
  readonly isReadable: (text: string) => boolean;
  /** the first member that has another value in the other text */
  readonly differing: (one: string, other: string) => Place | null;
  /** where a bet is called one; `win`: the same said of a win */
  readonly kindIn: (bet: string, win: string | null) => Place | null;
  readonly changes: Spoilings;
  /** what leaves nothing to check a signature over, where that covers what was read: "not believed" says the same as "not understood" */
  readonly hidesItsSender: ReadonlySet<BodyChange>;
  /** the amount written as the token says (scenario.ts); null: ten times as much. Null when it is not there */
  readonly withAmount: (text: string, place: Place, token: string | null) => string | null;
}
