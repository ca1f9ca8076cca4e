/**
 * The places where operators go wrong, each as one small function, and how a correct operator does it. A broken operator of the
 * zoo is the correct one with exactly one of them replaced.
 */
import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Call, Code, Facts, Leg, MoneyCall, Outcome, Round, Row, Session, Wallet } from './book.ts';
import { pair } from './database.ts';
import type { Database, Draft } from './database.ts';
import { halfEven } from './exchange.ts';
import type { Rate, Till } from './exchange.ts';

/** A message before anybody has looked into it. */
export interface Message {
  readonly body: Uint8Array;
  readonly signature: string | undefined;
  /** what stands before the body in the signed bytes: the time and a point, or nothing */
  readonly prefix: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What is to be done with a win or a refund. */
export type Verdict =
  | { readonly kind: 'pay'; readonly units: bigint }
  /** nothing is owed (any more), and that is no refusal */
  | { readonly kind: 'nothing'; readonly duplicate: boolean }
  | { readonly kind: 'wait' }
  | { readonly kind: 'refuse'; readonly code: Code };

export type Decide = (draft: Draft) => Outcome;

export interface Habits {
  /** Was it the aggregator who wrote this? */
  readonly isGenuine: (message: Message, secrets: readonly string[]) => boolean;
  /** An amount's digits in the currency's smallest units, or what is wrong with them. */
  readonly unitsOf: (text: string, scale: number) => bigint | string;
  /** The name under which a transaction is remembered. */
  readonly nameOf: (leg: Pick<Leg, 'kind' | 'id'>) => string;
  /** The transaction of that name, if it was seen before. */
  readonly recall: (draft: Draft, name: string, nowMs: number) => Row | null;
  /** Is the repeat the transaction that was seen before? */
  readonly isSame: (seen: Facts, asked: Facts) => boolean;
  /** Reads the book, decides and writes, so that no other call comes between. */
  readonly transact: (database: Database, call: MoneyCall, decide: Decide) => Promise<Outcome>;
  /** Does what one message asks: `transact` makes one decision over all legs it is given. */
  readonly perform: (call: MoneyCall, transact: (legs: MoneyCall['legs']) => Promise<Outcome>) => Promise<Outcome>;
  /** What the wallet must cover for this stake. */
  readonly neededFor: (stake: bigint, legs: MoneyCall['legs']) => bigint;
  /** The round's name in the book. */
  readonly roundKey: (player: string, round: string) => string;
  /** What a session says against a bet or a win. */
  readonly sessionRefusal: (kind: 'bet' | 'win', session: Session | null, call: Call) => Code | null;
  /** What is owed for a win, by what became of its bet. `bet` null: it was never seen. */
  readonly judgeWin: (win: Facts, bet: Row | null, wallet: Wallet) => Verdict;
  /** What is owed for a refund of a bet that is in the book. */
  readonly judgeRefund: (refund: Facts, bet: Row, round: Round | null) => Verdict;
  /** How much of the wallet's money goes back with so many units of a bet. `till` null: the game is played in the wallet's currency. */
  readonly moneyBack: (bet: Row, units: bigint, till: Till | null) => bigint;
  /** The rate a win is paid by. */
  readonly winRate: (ofRound: Rate, spot: Rate) => Rate;
  /** What is remembered of a refund whose bet was never seen. */
  readonly tombstone: (bet: Row) => Row | null;
  /** The balance that a balance callback tells. */
  readonly shownBalance: (database: Database, wallet: Wallet, nowMs: number) => bigint;
  /** The answer when nobody knows what happened. */
  readonly whenUnsure: (balance: Readonly<Record<string, string>>) => Answer;
}

export const CORRECT: Habits = {
  isGenuine: ({ body, signature, prefix }, secrets) => {
    if (signature === undefined || !/^[0-9a-f]{64}$/.test(signature)) return false;
    const given = Buffer.from(signature, 'hex');
    return secrets.some((secret) => timingSafeEqual(digest(secret, prefix, body), given));
  },

  unitsOf: (text, scale) => {
    const [, whole = '', fraction = ''] = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/.exec(text) ?? [];
    if (whole === '') return text.startsWith('-') ? 'negative' : 'syntax';
    if (whole.length + fraction.length > 60) return 'too_long';
    if (/[^0]/.test(fraction.slice(scale))) return 'excess_precision';
    return BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  },

  nameOf: ({ kind, id }) => pair(kind, id),

  recall: (draft, name) => draft.row(name),

  isSame: (seen, asked) =>
    seen.player === asked.player &&
    seen.currency === asked.currency &&
    seen.game === asked.game &&
    seen.round === asked.round &&
    seen.bet === asked.bet &&
    seen.amount === asked.amount &&
    seen.flavour === asked.flavour &&
    seen.combined === asked.combined,

  transact: async (database, call, decide) =>
    database.locked(locksOf(call), async () => {
      const draft = await database.read();
      const outcome = decide(draft);
      await database.commit(draft);
      return outcome;
    }),

  perform: async (call, transact) => transact(call.legs),

  neededFor: (stake) => stake,

  roundKey: (player, round) => pair(player, round),

  sessionRefusal: (kind, session, call) => {
    if (call.session === null) return null;
    // The game was played when its win comes: only a demo has nothing to do with the wallet.
    if (kind === 'win') return session?.standing === 'demo' ? 'session_invalid' : null;
    if (session === null || session.standing === 'demo' || session.player !== call.player) return 'session_invalid';
    if (session.standing === 'expired') return 'session_expired';
    return session.currency === call.currency ? null : 'wrong_currency';
  },

  judgeWin: (win, bet) => {
    if (bet === null) return { kind: 'wait' };
    if (bet.facts.player !== win.player) return { kind: 'refuse', code: 'conflict' };
    switch (bet.state) {
      case 'tombstone':
      case 'reversed':
        return { kind: 'refuse', code: 'reversed' };
      case 'rejected':
      case 'parked':
        return { kind: 'refuse', code: 'not_found' };
      case 'applied':
      case 'part_reversed':
        return { kind: 'pay', units: win.amount ?? 0n };
    }
  },

  judgeRefund: (refund, bet, round) => {
    const stake = bet.facts.amount ?? 0n;
    const rest = stake - bet.returned;
    if (bet.state === 'rejected') return { kind: 'nothing', duplicate: false };
    if (bet.state === 'reversed') {
      const whole = refund.amount === null || refund.amount === stake;
      return whole ? { kind: 'nothing', duplicate: true } : { kind: 'refuse', code: 'already_settled' };
    }
    if (isSettled(bet, round)) return { kind: 'refuse', code: 'already_settled' };
    if (refund.amount !== null && refund.amount > rest) return { kind: 'refuse', code: 'already_settled' };
    return { kind: 'pay', units: refund.amount ?? rest };
  },

  // of what was taken, by the part that is given back so far, so that parts sum to the whole
  moneyBack: ({ money, returned, returnedMoney, facts }, units) =>
    facts.amount === null || facts.amount === 0n
      ? 0n
      : halfEven(money * (returned + units), facts.amount) - returnedMoney,

  winRate: (ofRound) => ofRound,

  tombstone: (bet) => bet,

  shownBalance: (_database, wallet) => wallet.balance,

  whenUnsure: () => ({
    status: 503,
    body: { status: 'error', code: 'uncertain', message: 'Not known yet; send the same request again.' },
  }),
};

export function digest(secret: string, prefix: string, body: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(prefix).update(body).digest();
}

export const playerLock = (player: string): string => pair('player', player);

/** A call touches one player's money and the transactions it names. */
export function locksOf(call: MoneyCall): readonly string[] {
  const ids = call.legs.flatMap(({ id, facts }) => (facts.bet === null ? [id] : [id, facts.bet]));
  return [...new Set([playerLock(call.player), ...ids.map((id) => pair('transaction', id))])];
}

/** A win stands on the bet: one that names it, or one of its round that names none and came after it. */
export function isSettled(bet: Row, round: Round | null): boolean {
  return bet.wins > 0 || (round !== null && round.looseWins > bet.looseBefore);
}
