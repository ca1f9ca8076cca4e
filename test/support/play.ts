/**
 * Plays a story against the reference wallet and `decide` over a book in memory, and compares after every call: class,
 * refusal, the fact a conflict names, whether it had been said before, and every balance. A disagreement is cut down to the
 * few calls that matter before it is shown.
 */
import { createModel } from '../../src/certify/model.ts';
import type { Model, ModelAnswer } from '../../src/certify/model.ts';
import { formatDecimal, formatRate, pairText } from '../../src/money/index.ts';
import type { RateLock } from '../../src/money/index.ts';
import { decide, playerId, SAFE_POLICY } from '../../src/wallet/index.ts';
import type { Money, Operation, Outcome, Policy, Transaction } from '../../src/wallet/index.ts';
import { countingIds, WALLETS } from './histories.ts';
import type { Act, Asked } from './histories.ts';
import { memoryBook } from './memory-book.ts';
import type { MemoryBook } from './memory-book.ts';

/** What an outcome comes to, in the reference wallet's words. */
export function asAnswer(outcome: Outcome, asked: Asked): ModelAnswer {
  const nothing = { duplicate: false, refusal: null, field: null, balance: null };
  switch (outcome.kind) {
    case 'applied':
      return {
        ...nothing,
        class: 'applied',
        duplicate: outcome.duplicate,
        balance: inCurrency(outcome.balance, asked),
      };
    case 'rejected': {
      const { refusal, field, duplicate, balance } = outcome;
      return { class: 'rejected', refusal, field, duplicate, balance: inCurrency(balance, asked) };
    }
    case 'parked':
      return { ...nothing, class: 'parked' };
    case 'stale':
      return { ...nothing, class: 'stale' };
    case 'unpriced':
      return { ...nothing, class: 'unpriced' };
  }
}

/** Without a wallet in the asked currency the answer may show another one, in its own currency: that is no claim about this one. */
function inCurrency(balance: Money | null, asked: Asked): bigint | null {
  return balance === null || balance.currency !== asked.currency ? null : balance.units;
}

/** What differs between the answers, as text; null when nothing does. */
export function difference(expected: ModelAnswer, actual: ModelAnswer): string | null {
  const parts: string[] = [];
  for (const key of ['class', 'refusal', 'field', 'duplicate', 'balance'] as const) {
    // which fact differed is a courtesy of the first refusal and is not kept with the row
    if (key === 'field' && (expected.duplicate || actual.duplicate)) continue;
    // an id that was undone has one answer only; whether it counts as given before is left open
    if (key === 'duplicate' && expected.refusal === 'reversed' && actual.refusal === 'reversed') continue;
    if (expected[key] !== actual[key])
      parts.push(`${key}: expected ${String(expected[key])}, got ${String(actual[key])}`);
  }
  return parts.length === 0 ? null : parts.join('; ');
}

/** The cell of the table of operations and outcomes that an answer falls into. */
export function cellOf(asked: Asked, answer: ModelAnswer): string {
  const [first] = asked.operations;
  const combined = first.kind === 'bet' && first.combined;
  const single = first.kind === 'rollback' ? `rollback ${first.target.kind}` : first.kind;
  const shape = asked.operations.length === 1 ? single : combined ? 'bet_win' : 'several';
  return `${shape} · ${answer.refusal ?? answer.class} · ${answer.duplicate ? 'again' : 'first'}`;
}

/** Tells the model; null for what is no call and has no answer. */
export function tellModel(model: Model, act: Act): ModelAnswer | null {
  switch (act.kind) {
    case 'status':
      model.setStatus(act.player, act.status);
      return null;
    case 'limits':
      model.setLimits(act.player, act.currency, act.limits);
      return null;
    case 'call':
      return model.answer({ ...act.asked, nowMs: act.nowMs });
  }
}

export function tableFor(policy: Policy, prefix = ''): Model {
  const model = createModel(policy);
  for (const { player, currency, scale } of WALLETS) model.openWallet(prefix + player, currency, scale);
  return model;
}

export type Ending =
  | { readonly kind: 'agreed'; readonly calls: number }
  | { readonly kind: 'failed'; readonly calls: number; readonly at: number; readonly what: string };

export interface Ears {
  readonly heard?: (asked: Asked, answer: ModelAnswer) => void;
  readonly transcript?: string[];
}

/** Plays to the end or to the first disagreement. */
export function playInMemory(policy: Policy, acts: readonly Act[], ears: Ears = {}): Ending {
  const model = tableFor(policy);
  const book = memoryBook();
  for (const { player, currency, scale } of WALLETS) book.openWallet(playerId(player), currency, scale);
  const nextId = countingIds(0);
  let calls = 0;
  for (const [at, act] of acts.entries()) {
    if (act.kind !== 'call') {
      tellModel(model, act);
      if (act.kind === 'status') book.setStatus(playerId(act.player), act.status);
      else book.setLimits(playerId(act.player), act.currency, act.limits);
      ears.transcript?.push(lineOf(act));
      continue;
    }
    const expected = model.answer({ ...act.asked, nowMs: act.nowMs });
    let what: string | null;
    try {
      const decision = decide(book, { ...act.asked, sessionId: null, nowMs: act.nowMs, nextId }, policy);
      const before = balances(book);
      book.apply(decision.changes);
      const actual = asAnswer(decision.outcome, act.asked);
      ears.transcript?.push(`${lineOf(act)}\n    expected ${wordsOf(expected)}\n    answered ${wordsOf(actual)}`);
      what = difference(expected, actual) ?? brokenPromise(model, book, act.asked, before);
    } catch (error) {
      what = `threw ${error instanceof Error ? `${error.message} ${error.stack ?? ''}` : String(error)}`;
    }
    if (what !== null) return { kind: 'failed', calls, at, what: `${cellOf(act.asked, expected)}: ${what}` };
    calls += 1;
    ears.heard?.(act.asked, expected);
  }
  return { kind: 'agreed', calls };
}

function balances(book: MemoryBook): ReadonlyMap<string, bigint> {
  return new Map(book.allWallets().map((wallet) => [`${wallet.player} ${wallet.currency}`, wallet.balance]));
}

/** The invariants that hold after every call; those of single rows and postings are the memory book's own. */
function brokenPromise(
  model: Model,
  book: MemoryBook,
  asked: Asked,
  before: ReadonlyMap<string, bigint>,
): string | null {
  const onlyBets = asked.operations.every((operation) => operation.kind === 'bet');
  for (const wallet of book.allWallets()) {
    const where = `${wallet.player} ${wallet.currency}`;
    const told = model.balance(wallet.player, wallet.currency);
    if (told !== wallet.balance) return `wallet ${where}: expected ${told}, has ${wallet.balance}`;
    const own = book.postings().filter((one) => one.player === wallet.player && one.currency === wallet.currency);
    const sum = own.reduce((total, one) => total + signed(one), 0n);
    if (sum !== wallet.balance) return `I1: postings of ${where} sum to ${sum}, the wallet has ${wallet.balance}`;
    if (wallet.seq !== BigInt(own.length)) return `${where} counts ${wallet.seq} postings of ${own.length}`;
    if (own.length > 0 && own.at(-1)?.balanceAfter !== wallet.balance)
      return `the last posting of ${where} ends elsewhere`;
    if (onlyBets && wallet.balance < 0n && wallet.balance < (before.get(where) ?? 0n))
      return `I2: a bet overdrew ${where}`;
  }
  for (const round of book.allRounds()) {
    if (round.betsStanding < 0 || round.betsStanding > round.betsEver || round.looseWins < 0)
      return 'a round miscounts';
    if (round.returned < 0n || round.returned > round.staked) return 'a round returned more than was staked';
    const stray = book
      .roundTransactions(round, round.player, round.round)
      .find((row) => isPlay(row) && pairOfRow(row) !== pairOfRow({ currency: round.currency, fx: round }));
    if (stray !== undefined) return `${stray.kind} ${stray.externalId} was played in another currency than its round`;
  }
  return null;
}

const isPlay = ({ kind, flavour, state, balanceAfter }: Transaction): boolean =>
  ['applied', 'part_reversed', 'reversed'].includes(state) &&
  // what was undone while it waited never was in the round
  balanceAfter !== null &&
  (kind === 'win' || (kind === 'bet' && flavour !== 'tip'));

function pairOfRow({
  currency,
  fx,
}: {
  currency: string | null;
  fx: { readonly lock: RateLock | null } | null;
}): string {
  return fx === null || fx.lock === null ? String(currency) : pairText(fx.lock.pair);
}

function signed({ debit, credit, units }: { debit: string; credit: string; units: bigint }): bigint {
  // the wallet's own side: money leaves it by debit and comes by credit
  return debit === 'player' ? -units : credit === 'player' ? units : 0n;
}

/** The shortest part of the story that still goes wrong in the same way, under the plainest policy that does, as text. */
export function explain(policy: Policy, acts: readonly Act[], what: string): string {
  const same = (by: Policy, some: readonly Act[]): boolean => {
    const ending = playInMemory(by, some);
    return ending.kind === 'failed' && ending.at === some.length - 1 && plain(ending.what) === plain(what);
  };
  let kept = acts;
  for (let shorter = true; shorter;) {
    shorter = false;
    for (let index = kept.length - 2; index >= 0; index -= 1) {
      const less = kept.toSpliced(index, 1);
      if (!same(policy, less)) continue;
      kept = less;
      shorter = true;
    }
  }
  const transcript: string[] = [];
  playInMemory(policy, kept, { transcript });
  return [what, policyLine(policy), ...transcript].join('\n');
}

const plain = (what: string): string => what.replaceAll(/-?\d+/g, 'N');

/** The knobs that are not at their safe value. */
export function policyLine(policy: Policy): string {
  const safe = new Map<string, unknown>(Object.entries(SAFE_POLICY));
  const own = Object.entries(policy).filter(
    ([knob, value]) => JSON.stringify(safe.get(knob)) !== JSON.stringify(value),
  );
  return JSON.stringify(Object.fromEntries(own));
}

function wordsOf(answer: ModelAnswer): string {
  const { refusal, field, duplicate, balance } = answer;
  return [
    answer.refusal ?? answer.class,
    field,
    duplicate ? 'again' : null,
    refusal === 'unknown_player' ? null : String(balance),
  ]
    .filter((word) => word !== null)
    .join(' ');
}

/** An act as one line of text. */
export function lineOf(act: Act): string {
  if (act.kind === 'status') return `${act.player} becomes ${act.status}`;
  if (act.kind === 'limits')
    return `${act.player} ${act.currency} may stake ${String(act.limits.maxStake)}, lose ${String(act.limits.dailyLossLimit)}`;
  const { aggregator, idScope, player, currency, exchange, session, operations, onlyKnown } = act.asked;
  const scope = idScope === '' ? aggregator : `${aggregator}/${idScope}`;
  return `${act.nowMs} ${scope} ${player} ${currency}${wordsOfExchange(exchange)} ${session.kind}${onlyKnown ? ' only known' : ''}: ${operations.map(wordsOfOperation).join(' + ')}`;
}

function wordsOfExchange(exchange: Asked['exchange']): string {
  if (exchange === null) return '';
  if (exchange.kind !== 'quoted') return ` (${exchange.kind})`;
  const { current, shown, freshness, terms } = exchange;
  const seen = shown === null ? '' : `, shown ${formatRate(shown.quote.rate)}${shown.hasEnded ? ' ended' : ''}`;
  return ` (${freshness} ${formatRate(current.rate)}${seen}, ${Object.values(terms).join(' ')})`;
}

function wordsOfOperation(operation: Operation): string {
  const words: string[] = [operation.kind];
  for (const [key, value] of Object.entries(operation)) {
    if (key === 'kind' || value === null || value === false) continue;
    if (key === 'amount') words.push(formatDecimal(value));
    else if (key === 'target') words.push(`of ${value.kind} ${value.id ?? value.round}`);
    else words.push(key === 'id' ? value : value === true ? key : `${key} ${value}`);
  }
  return words.join(' ');
}
