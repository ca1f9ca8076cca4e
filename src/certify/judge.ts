/**
 * What an answer is worth against what was expected of it. Pure, and careful: only a definite answer that is wrong, or a wallet
 * that is wrong, is a finding. That an operator is slow, or away, is none; what could not be seen is said to be undecided.
 */
import type { Understood } from '../dialects/index.ts';
import type { Silence } from './socket.ts';
import type { Line, Word } from './scenario.ts';

/** `money`: somebody's money is wrong or will be. `players`: nobody loses money, but play stops or people are told wrong things. */
export type Severity = 'money' | 'players';

export interface Finding {
  readonly severity: Severity;
  /** what was sent, what was expected, what came */
  readonly message: string;
  /** how wrong the wallet is, signed decimal text with its currency; null where it is not about the wallet */
  readonly wrongBy: string | null;
}

/** How asking ended. */
export interface Ending {
  readonly reading: Understood;
  /** null when nobody answered */
  readonly status: number | null;
  readonly silence: Silence | null;
  /** how often it was sent */
  readonly tries: number;
  /** after giving up, something else was asked and answered definitely: the operator is there */
  readonly isAlive: boolean;
}

export type Judgement =
  | { readonly kind: 'fine' }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'undecided'; readonly why: string };

/** So often "ask again" about one thing, with everything else answered between, is no overload. */
export const TRIES_TO_BELIEVE = 6;

const FINE: Judgement = { kind: 'fine' };

export interface Expectation {
  readonly words: readonly Word[];
  readonly line: Line | null;
  /** what was sent, for the person who reads the finding */
  readonly label: string;
  readonly isWord: (word: Word) => boolean;
  /** the dialect says of an answer whether it is about something applied before */
  readonly flagsDuplicates: boolean;
}

export function judge(expected: Expectation, ending: Ending): Judgement {
  const { words } = expected;
  const { reading } = ending;
  if (words.includes('closed') && ending.silence !== null && ending.silence !== 'refused') return FINE;
  switch (reading.kind) {
    case 'applied':
      return judgeApplied(expected, ending, reading.duplicate);
    case 'rejected':
      return judgeRejected(expected, ending, reading.code);
    case 'uncertain':
    case 'nonsense':
      // a plain HTTP no is one, also where the dialect has no words for it
      return words.includes('uncertain') || words.some(expected.isWord)
        ? FINE
        : judgeUncertain(expected, ending, reading.reason);
  }
}

const money = (message: string): Judgement => ({
  kind: 'finding',
  finding: { severity: 'money', message, wrongBy: null },
});
const players = (message: string): Judgement => ({
  kind: 'finding',
  finding: { severity: 'players', message, wrongBy: null },
});

function judgeApplied(
  { words, label, flagsDuplicates, isWord }: Expectation,
  { tries }: Ending,
  isDuplicate: boolean,
): Judgement {
  const allows = words.includes('ok') || words.includes('ok_dup');
  // some dialects say a refusal in the words of success, and the wallet tells whether it was one
  if (!allows && words.some(isWord)) return FINE;
  if (!allows) return money(`${label}: answered as applied; expected ${worded(words)}`);
  if (!flagsDuplicates || tries > 1) return FINE;
  if (isDuplicate && !words.includes('ok_dup'))
    return players(`${label}: answered as applied before, though it was sent for the first time`);
  if (!isDuplicate && !words.includes('ok'))
    return players(`${label}: answered as applied just now, though it had been applied before`);
  return FINE;
}

function judgeRejected({ words, label, line, isWord }: Expectation, { status }: Ending, code: string): Judgement {
  if (words.includes('refused') || words.some(isWord)) return FINE;
  const got = `refused with ${code} (${status ?? 'no status'})`;
  const allowsApplied = words.includes('ok') || words.includes('ok_dup');
  if (!allowsApplied) return players(`${label}: ${got}; expected ${worded(words)}`);
  // What was booked and is then called refused, and what a player is owed and does not get, is money.
  const isOwed = line !== null && (line.what === 'win' || line.what === 'refund' || line.what.startsWith('bet_'));
  const wasBooked = !words.includes('ok');
  if (wasBooked) return money(`${label}: ${got}, though it is booked; expected ${worded(words)}`);
  return isOwed
    ? money(`${label}: ${got}, so the player does not get it; expected ${worded(words)}`)
    : players(`${label}: ${got}; expected ${worded(words)}`);
}

function judgeUncertain({ words, label }: Expectation, ending: Ending, reason: string): Judgement {
  const said = ending.status === null ? `no answer (${reason})` : `${ending.status}, ${reason}`;
  const tries = `${ending.tries} ${ending.tries === 1 ? 'try' : 'tries'}`;
  // Overload says so in words of its own, and an operator that is away says nothing: neither proves anything, unless everything
  // else is answered all the while.
  const isOverload = ending.status === 503 || ending.status === 429;
  const isDefinite = ending.status !== null && (!isOverload || ending.tries >= TRIES_TO_BELIEVE);
  if (ending.isAlive && (isDefinite || ending.silence === 'closed' || ending.silence === 'garbled'))
    return players(
      `${label}: never a definite answer in ${tries} (${said}), so an aggregator would ask for hours; expected ${worded(words)}`,
    );
  return { kind: 'undecided', why: `${label}: no definite answer in ${tries} (${said})` };
}

/** Words for people. */
export function worded(words: readonly Word[]): string {
  const names: Partial<Record<Word, string>> = {
    ok: 'applied',
    ok_dup: 'applied before',
    refused: 'a refusal',
    bad_request: 'bad request (400)',
    unauth: 'unauthenticated (401)',
    too_large: 'too large (413)',
    unsupported: 'unsupported (415)',
    uncertain: '"ask again"',
    closed: 'a closed connection',
  };
  return words.map((word) => names[word] ?? word).join(' or ');
}
