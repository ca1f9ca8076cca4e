/**
 * A genuine form to a call, and what of it the answer needs. Strict about what money depends on; an empty field is an absent one,
 * because PHP forms have both. Never throws; whatever cannot be understood is a bad request and books nothing.
 */
import { isProblem, isZero } from '../../money/index.ts';
import type { Currencies } from '../../money/index.ts';
import { fieldMessage, fields, MAX_ID_LENGTH, readForm } from '../../wire/index.ts';
import type { Fields } from '../../wire/index.ts';
import type { Bet, Call, Operations, Rollback, Win } from '../../wallet/call.ts';
import { externalId, gameCode, playerId, roundId, sessionId } from '../../wallet/ids.ts';
import type { ExternalId, RoundId } from '../../wallet/ids.ts';
import { tooPrecise } from '../precision.ts';
import { FORM } from './verify.ts';
import { ACTIONS, BET_FLAVOURS, BET_TYPES, MOST_LISTED, targetKind, UNDONE, undoingId, WIN_FLAVOURS } from './words.ts';
import type { Action, Undone } from './words.ts';

/** What an answer repeats of its request. */
export interface Asked {
  readonly action: Action;
  /** of a rollback: the transactions as they were listed, and which operation of the call undoes each */
  readonly listed: readonly { readonly id: string; readonly operation: number }[];
}

export type Reading =
  | { readonly kind: 'call'; readonly call: Call; readonly asked: Asked }
  | { readonly kind: 'bad_request'; readonly message: string };

export interface DecodeOptions {
  readonly currencies: Currencies;
  readonly promoTypes: readonly string[];
}

const bad = (message: string): Reading => ({ kind: 'bad_request', message });

export function decodeSlotegrator(body: Uint8Array, options: DecodeOptions): Reading {
  const form = readForm(body, FORM);
  if (isProblem(form)) return bad(`body: ${form.reason}`);
  const values = new Map([...form.values].filter(([, value]) => value !== ''));
  const f = fields(values);
  const action = f.oneOf('action', ACTIONS);
  if (f.problem !== null) return bad(fieldMessage(f.problem));
  const listed = action === 'rollback' ? listedOf(values) : [];
  if (typeof listed === 'string') return bad(listed);
  return readCall(f, action, listed, options);
}

function readCall(f: Fields, action: Action, listed: readonly Listed[], options: DecodeOptions): Reading {
  const isBet = action === 'bet';
  const player = f.id('player_id');
  const currency = f.id('currency');
  const session = isBet ? f.id('session_id') : f.optional('session_id', f.id);
  const game = isBet ? f.id('game_uuid') : f.optional('game_uuid', f.id);
  const operations = action === 'balance' ? null : operationsOf(f, action, listed, options);
  if (f.problem !== null) return bad(fieldMessage(f.problem));
  if (typeof operations === 'string') return bad(operations);
  const context = {
    player: { kind: 'id', player: playerId(player) },
    session: session === null ? null : sessionId(session),
    currency,
    game: game === null ? null : gameCode(game),
    provider: null,
    // several undoings share the id of their rollback, which none of them has as its own
    requestId: action === 'rollback' && listed.length > 1 ? f.id('transaction_id') : null,
  } as const;
  if (operations === null)
    return { kind: 'call', call: { kind: 'balance', ...context }, asked: { action, listed: [] } };
  const fine = tooPrecise(operations, options.currencies.get(currency));
  if (fine !== null) return bad(`amount: ${fine.reason}`);
  const at = (id: ExternalId): number => operations.findIndex((each) => 'id' in each && each.id === id);
  return {
    kind: 'call',
    call: { kind: 'money', ...context, operations },
    asked: { action, listed: listed.map((each) => ({ id: each.id, operation: at(undoing(f, each, listed)) })) },
  };
}

function operationsOf(
  f: Fields,
  action: Exclude<Action, 'balance'>,
  listed: readonly Listed[],
  options: DecodeOptions,
): Operations | string {
  switch (action) {
    case 'bet':
      return [betOf(f)];
    case 'win':
      return [winOf(f, options.promoTypes)];
    case 'refund':
      return [refundOf(f)];
    case 'rollback':
      f.oneOf('type', ['rollback']);
      return undoingsOf(f, listed);
  }
}

const idOf = (f: Fields): ExternalId => externalId(f.id('transaction_id'));

function roundOf(f: Fields): RoundId | null {
  const round = f.optional('round_id', f.id);
  return round === null ? null : roundId(round);
}

/** PHP writes booleans as 1 and 0. */
function finished(f: Fields): boolean {
  const word = f.optional('finished', (name) => f.oneOf(name, ['0', '1', 'false', 'true']));
  return word === '1' || word === 'true';
}

function betOf(f: Fields): Bet {
  const type = f.optional('type', (name) => f.oneOf(name, BET_TYPES)) ?? 'bet';
  return {
    kind: 'bet',
    id: idOf(f),
    round: roundOf(f),
    amount: f.amount('amount'),
    flavour: BET_FLAVOURS[type],
    combined: false,
    closesRound: finished(f),
  };
}

function winOf(f: Fields, promoTypes: readonly string[]): Win {
  const type = f.optional('type', (name) => f.text(name, 100)) ?? 'win';
  const known = Object.hasOwn(WIN_FLAVOURS, type) ? WIN_FLAVOURS[type] : undefined;
  const flavour = known ?? (promoTypes.includes(type) ? 'promo' : undefined);
  if (flavour === undefined) f.refuse('type', 'unknown_value');
  return {
    kind: 'win',
    id: idOf(f),
    round: roundOf(f),
    bet: null,
    amount: f.amount('amount'),
    flavour: flavour ?? 'win',
    combined: false,
    closesRound: finished(f),
  };
}

function refundOf(f: Fields): Rollback {
  const amount = f.optional('amount', f.amount);
  return {
    kind: 'rollback',
    id: idOf(f),
    target: { kind: 'bet', id: externalId(f.id('bet_transaction_id')) },
    round: roundOf(f),
    amount,
    closesRound: finished(f),
  };
}

/** One transaction of a rollback's list. */
interface Listed {
  readonly undone: Undone;
  readonly id: string;
  readonly amount: Rollback['amount'];
}

const LISTED_NAME = /^rollback_transactions\[(0|[1-9][0-9]{0,4})\]\[([^\][]+)\]/;

/** The list as it came; what is named like a part of it and is none makes the whole unreadable: nothing of a list is left out. */
function listedOf(values: ReadonlyMap<string, string>): readonly Listed[] | string {
  const items = new Map<string, Map<string, string>>();
  for (const [name, value] of values) {
    if (!name.startsWith('rollback_transactions')) continue;
    const [match, index, field] = LISTED_NAME.exec(name) ?? [];
    if (index === undefined || field === undefined) return 'rollback_transactions: syntax';
    const item = items.get(index) ?? new Map<string, string>();
    items.set(index, item);
    // deeper parts are fields of their own that nobody reads
    item.set(match === name ? field : name, value);
  }
  if (items.size === 0) return 'rollback_transactions: missing';
  if (items.size > MOST_LISTED) return 'rollback_transactions: too_many';
  const listed: Listed[] = [];
  for (const [index, item] of items) {
    const f = fields(item);
    const read = {
      undone: f.oneOf('action', UNDONE),
      id: f.id('transaction_id'),
      amount: f.optional('amount', f.amount),
    };
    if (f.problem !== null) return `rollback_transactions[${index}].${fieldMessage(f.problem)}`;
    listed.push(read);
  }
  return listed;
}

const undoing = (f: Fields, { undone, id }: Listed, { length }: readonly Listed[]): ExternalId =>
  externalId(undoingId(f.id('transaction_id'), undone, id, length));

/** Later things are undone first: refunds, then wins, then the bets, so that no bet is found settled by a win of the same list. */
const ORDER: readonly Undone[] = ['refund', 'win', 'bet'];

function undoingsOf(f: Fields, listed: readonly Listed[]): Operations | string {
  const round = roundOf(f);
  const closesRound = listed.length === 1 && finished(f);
  const [first, ...rest] = listed
    .toSorted((a, b) => ORDER.indexOf(a.undone) - ORDER.indexOf(b.undone))
    .map((each): Rollback => ({
      kind: 'rollback',
      id: undoing(f, each, listed),
      target: { kind: targetKind(each.undone), id: externalId(each.id) },
      round,
      // nothing was moved, so nothing has to match
      amount: each.amount !== null && isZero(each.amount) ? null : each.amount,
      closesRound,
    }));
  if (first === undefined) return 'rollback_transactions: missing';
  if ([first, ...rest].some(({ id }) => id.length > MAX_ID_LENGTH)) return 'rollback_transactions: too_long';
  return [first, ...rest];
}
