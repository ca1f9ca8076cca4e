/**
 * The reference wallet's memory: a plain list of everything that ever happened, and the questions one can ask it. Every
 * answer is found by walking the whole list; there is no counter, no cache and no row that is ever changed. Slow on purpose:
 * what cannot drift apart needs no proof.
 */
import type { Decimal } from '../money/index.ts';
import { addDecimals, subtractDecimals, ZERO_DECIMAL } from '../money/index.ts';
import type { PlayerStatus, TransactionKind } from '../wallet/book.ts';
import type { Refusal } from '../wallet/outcome.ts';
import type { Lock } from './model-fx.ts';

/** What makes an external id unique. */
export interface Name {
  readonly aggregator: string;
  readonly idScope: string;
  readonly kind: TransactionKind;
  readonly id: string;
}

/** Everything a repeat of the id is compared with. */
export interface Facts {
  readonly player: string;
  readonly flavour: string;
  readonly combined: boolean;
  readonly amount: Decimal | null;
  readonly currency: string;
  readonly round: string | null;
  readonly reference: string | null;
  readonly game: string | null;
}

export type Fate =
  | {
      readonly kind: 'applied';
      readonly units: bigint;
      readonly lock: Lock | null;
      readonly balanceAfter: bigint | null;
      readonly atMs: number;
    }
  | { readonly kind: 'rejected'; readonly refusal: Refusal }
  | { readonly kind: 'tombstone' }
  | {
      readonly kind: 'parked';
      readonly deadlineMs: number;
      readonly closesRound: boolean;
      /** what it would be paid by if neither its bet nor its round ever says otherwise */
      readonly lock: Lock | null;
    };

export type Happening =
  | { readonly what: 'wallet'; readonly player: string; readonly currency: string; readonly scale: number }
  | { readonly what: 'status'; readonly player: string; readonly status: PlayerStatus }
  | {
      readonly what: 'limits';
      readonly player: string;
      readonly currency: string;
      readonly maxStake: bigint | null;
      readonly dailyLossLimit: bigint | null;
    }
  /** the id was heard of for the first time, or what was parked found its end */
  | { readonly what: 'fate'; readonly name: Name; readonly facts: Facts; readonly fate: Fate }
  /** some of what was taken or paid went back; `whole`: nothing of it stands any more */
  | {
      readonly what: 'returned';
      readonly name: Name;
      readonly units: bigint;
      readonly amount: Decimal;
      readonly whole: boolean;
      readonly by: Name;
    }
  /** the return made by that rollback was itself undone */
  | { readonly what: 'retaken'; readonly name: Name; readonly by: Name }
  /** a player's balance moved; `loss` is what it adds to the day's loss */
  | {
      readonly what: 'money';
      readonly player: string;
      readonly currency: string;
      readonly units: bigint;
      readonly loss: bigint;
      readonly atMs: number;
    }
  | { readonly what: 'round'; readonly round: RoundName; readonly turned: 'closed' | 'reopened' }
  /** the round was undone while nobody knew a bet of it */
  | { readonly what: 'undone'; readonly round: RoundName; readonly currency: string; readonly lock: Lock | null };

export interface RoundName {
  readonly aggregator: string;
  readonly idScope: string;
  readonly player: string;
  readonly round: string;
}

export type History = readonly Happening[];

/** One transaction as it stands now. */
export interface Known {
  readonly name: Name;
  readonly facts: Facts;
  readonly fate: Fate;
  readonly state: 'applied' | 'rejected' | 'tombstone' | 'parked' | 'part_reversed' | 'reversed';
  readonly units: bigint;
  readonly returnedUnits: bigint;
  readonly returnedAmount: Decimal;
  /** where in the history its fate was decided */
  readonly place: number;
}

export function sameName(a: Name, b: Name): boolean {
  return a.kind === b.kind && a.id === b.id && a.aggregator === b.aggregator && a.idScope === b.idScope;
}

/** The transaction of that name as it stands after everything that happened, or null when nobody ever named it. */
export function look(history: History, name: Name): Known | null {
  let facts: Facts | null = null;
  let fate: Fate | null = null;
  let place = -1;
  for (const [index, happening] of history.entries()) {
    if (happening.what !== 'fate' || !sameName(happening.name, name)) continue;
    facts = happening.facts;
    fate = happening.fate;
    place = index;
  }
  if (facts === null || fate === null) return null;
  const { units: returnedUnits, amount: returnedAmount, whole, any } = returns(history, name);
  const units = fate.kind === 'applied' ? fate.units : 0n;
  const standing = any ? ('part_reversed' as const) : ('applied' as const);
  const state = whole ? 'reversed' : fate.kind === 'applied' ? standing : fate.kind;
  return { name, facts, fate, state, units, returnedUnits, returnedAmount, place };
}

/** Everything of that transaction that went back and was not taken again. */
function returns(history: History, name: Name) {
  let standing: Extract<Happening, { what: 'returned' }>[] = [];
  for (const happening of history) {
    if (happening.what === 'returned' && sameName(happening.name, name)) standing.push(happening);
    if (happening.what === 'retaken' && sameName(happening.name, name))
      standing = standing.filter((one) => !sameName(one.by, happening.by));
  }
  return {
    units: standing.reduce((sum, one) => sum + one.units, 0n),
    amount: standing.reduce((sum, one) => addDecimals(sum, one.amount), ZERO_DECIMAL),
    whole: standing.some((one) => one.whole),
    any: standing.length > 0,
  };
}

/** What one rollback gave back, per transaction it touched, unless that was undone since. */
export function returnedBy(history: History, rollback: Name): Extract<Happening, { what: 'returned' }>[] {
  let found: Extract<Happening, { what: 'returned' }>[] = [];
  for (const happening of history) {
    if (happening.what === 'returned' && sameName(happening.by, rollback)) found.push(happening);
    if (happening.what === 'retaken' && sameName(happening.by, rollback))
      found = found.filter((one) => !sameName(one.name, happening.name));
  }
  return found;
}

/** Names of all transactions whose facts pass, oldest first, each once. */
export function namesWhere(history: History, wanted: (facts: Facts, name: Name) => boolean): Name[] {
  const names: Name[] = [];
  for (const happening of history) {
    if (happening.what !== 'fate' || !wanted(happening.facts, happening.name)) continue;
    if (!names.some((name) => sameName(name, happening.name))) names.push(happening.name);
  }
  return names;
}

export function allWhere(history: History, wanted: (facts: Facts, name: Name) => boolean): Known[] {
  return namesWhere(history, wanted).flatMap((name) => look(history, name) ?? []);
}

export function isStanding(known: Known): boolean {
  return known.state === 'applied' || known.state === 'part_reversed';
}

/** By which rate it was converted; null: it was not. */
export function lockOf(known: Known): Lock | null {
  return known.fate.kind === 'applied' || known.fate.kind === 'parked' ? known.fate.lock : null;
}

/** The currency of the wallet it moved. */
export function walletOf(known: Known): string {
  return lockOf(known)?.wallet ?? known.facts.currency;
}

export function wasApplied(known: Known): boolean {
  return known.fate.kind === 'applied';
}

/** What of the transaction's amount did not go back yet. */
export function amountLeft(known: Known): Decimal {
  return subtractDecimals(known.facts.amount ?? ZERO_DECIMAL, known.returnedAmount);
}

export function currenciesOf(history: History, player: string): string[] {
  return history.flatMap((one) => (one.what === 'wallet' && one.player === player ? [one.currency] : []));
}

export function scaleOf(history: History, player: string, currency: string): number | null {
  for (const one of history) {
    if (one.what === 'wallet' && one.player === player && one.currency === currency) return one.scale;
  }
  return null;
}

export function statusOf(history: History, player: string): PlayerStatus {
  let status: PlayerStatus = 'active';
  for (const one of history) if (one.what === 'status' && one.player === player) status = one.status;
  return status;
}

export function limitsOf(history: History, player: string, currency: string) {
  let limits: { maxStake: bigint | null; dailyLossLimit: bigint | null } = { maxStake: null, dailyLossLimit: null };
  for (const one of history)
    if (one.what === 'limits' && one.player === player && one.currency === currency) limits = one;
  return limits;
}

/** The balance is the sum of everything that moved it, and nothing else. */
export function balanceOf(history: History, player: string, currency: string): bigint {
  let sum = 0n;
  for (const one of history)
    if (one.what === 'money' && one.player === player && one.currency === currency) sum += one.units;
  return sum;
}

const DAY_MS = 86_400_000;

/** What the player lost on the UTC day of `nowMs`; negative when they won. */
export function lossOfDay(history: History, player: string, currency: string, nowMs: number): bigint {
  const today = Math.floor(nowMs / DAY_MS);
  let sum = 0n;
  for (const one of history) {
    if (one.what !== 'money' || one.player !== player || one.currency !== currency) continue;
    if (Math.floor(one.atMs / DAY_MS) === today) sum += one.loss;
  }
  return sum;
}

/** True when it was applied on the UTC day of `nowMs`: only then does undoing it change what was lost that day. */
export function isOfToday(known: Known, nowMs: number): boolean {
  return known.fate.kind === 'applied' && Math.floor(known.fate.atMs / DAY_MS) === Math.floor(nowMs / DAY_MS);
}

export function inRound(facts: Facts, name: Name, round: RoundName): boolean {
  return (
    facts.round === round.round &&
    facts.player === round.player &&
    name.aggregator === round.aggregator &&
    name.idScope === round.idScope
  );
}
