/**
 * A genuine body, and the path it came by, to a call. The signature covers the body alone, so the fields must say what the path
 * says: a bet that names another transaction, or a rollback with an amount, is a body that was meant for another path and is
 * refused. Strict about what money depends on, forgiving about fields it does not know. Never throws.
 */
import { compareDecimals, isProblem, isZero } from '../../money/index.ts';
import type { Currencies, Decimal } from '../../money/index.ts';
import { fieldMessage, fields, isJsonObject, readId, readJson } from '../../wire/index.ts';
import type { Fields, JsonObject } from '../../wire/index.ts';
import type { Bet, Call, Operation, PlayerReference, Rollback, Win, WinFlavour } from '../../wallet/call.ts';
import { externalId, gameCode, playerId, roundId, sessionId } from '../../wallet/ids.ts';
import type { RoundId } from '../../wallet/ids.ts';
import { tooPrecise } from '../precision.ts';
import { FAMILY_SCALE, WRONG_SYNTAX, WRONG_TYPES } from './family.ts';
import type { Family, Movement, Subject } from './family.ts';

/** What of a request its answer repeats. */
export interface Asked {
  readonly subject: Subject | null;
  readonly requestId: string | null;
  readonly user: string | null;
}
export const NOTHING_ASKED: Asked = { subject: null, requestId: null, user: null };

export type Reading =
  | { readonly kind: 'call'; readonly call: Call; readonly asked: Asked }
  | {
      readonly kind: 'bad_request';
      readonly message: string;
      readonly status: typeof WRONG_SYNTAX | typeof WRONG_TYPES;
      readonly asked: Asked;
    };

export interface DecodeOptions {
  readonly family: Pick<Family, 'subjects' | 'player'>;
  readonly gamesBy: 'game_code' | 'game_id';
  readonly currencies: Currencies;
}

export function decodeFamily(options: DecodeOptions, subpath: string, body: Uint8Array): Reading {
  const subject = options.family.subjects.get(subpath) ?? null;
  const json = readJson(body);
  if (isProblem(json) || !isJsonObject(json)) {
    const message = `body: ${isProblem(json) ? json.reason : 'not_an_object'}`;
    return { kind: 'bad_request', message, status: WRONG_SYNTAX, asked: { ...NOTHING_ASKED, subject } };
  }
  const asked = askedIn(json, subject);
  if (subject === null) return { kind: 'bad_request', message: 'path: unknown_value', status: WRONG_SYNTAX, asked };
  const f = fields(json);
  const call = callOf(f, subject, options);
  if (f.problem !== null) {
    const status = f.problem.reason === 'missing' ? WRONG_SYNTAX : WRONG_TYPES;
    return { kind: 'bad_request', message: fieldMessage(f.problem), status, asked };
  }
  const problem = precisionProblem(call, options.currencies);
  if (problem !== null) return { kind: 'bad_request', message: problem, status: WRONG_TYPES, asked };
  return { kind: 'call', call, asked };
}

/** The ids that answers repeat, where they can be read at all. */
function askedIn(json: JsonObject, subject: Subject | null): Asked {
  const text = (name: string): string | null => {
    const id = readId(json.get(name));
    return isProblem(id) ? null : id;
  };
  return { subject, requestId: text('request_uuid'), user: text('user') };
}

function callOf(f: Fields, subject: Subject, { family, gamesBy }: DecodeOptions): Call {
  const isOwed = subject === 'win' || subject === 'rollback';
  const user = family.player === 'user' || (subject === 'rollback' && f.has('user')) ? f.optional('user', f.id) : null;
  if (family.player === 'user' && user === null) f.refuse('user', 'missing');
  // An owed movement never fails for its session; who is known by nothing else must be named by it all the same.
  const needsToken = subject !== 'info' && (user === null || !isOwed);
  const token = needsToken ? f.id('token') : tokenIfAny(f, subject);
  const needsGame = subject === 'bet';
  const game = needsGame ? f.id(gamesBy) : subject === 'check' || subject === 'info' ? null : f.optional(gamesBy, f.id);
  const requestId = subject === 'check' ? null : f.id('request_uuid');
  const player: PlayerReference = user === null ? { kind: 'session' } : { kind: 'id', player: playerId(user) };
  const context = {
    player,
    session: token === null ? null : sessionId(token),
    currency: subject === 'bet' || subject === 'win' ? f.id('currency') : null,
    game: game === null ? null : gameCode(game),
    provider: null,
    requestId,
  } as const;
  switch (subject) {
    case 'info':
    case 'check':
      return { kind: 'profile', ...context };
    case 'balance':
      return { kind: 'balance', ...context };
    case 'bet':
    case 'win':
    case 'rollback':
      return { kind: 'money', ...context, operations: [operationOf(f, subject)] };
  }
}

/** A token that is empty is none: wins and rollbacks do not need one. */
function tokenIfAny(f: Fields, subject: Subject): string | null {
  if (subject === 'info') return null;
  return f.optional('token', (name) => (f.text(name) === '' ? null : f.id(name)));
}

function operationOf(f: Fields, subject: Movement): Operation {
  switch (subject) {
    case 'bet':
      return betOf(f);
    case 'win':
      return winOf(f);
    case 'rollback':
      return rollbackOf(f);
  }
}

const amountOf = (f: Fields, name = 'amount'): Decimal => f.minorAmount(name, FAMILY_SCALE, 'number');
const closesRound = (f: Fields): boolean => f.optional('round_closed', f.boolean) ?? false;
const flag = (f: Fields, name: string): boolean => f.optional(name, f.boolean) ?? false;

function roundOf(f: Fields): RoundId | null {
  const round = f.optional('round', f.id);
  return round === null ? null : roundId(round);
}

/** A field of another subject's body, which must not be taken for this one. */
function mustLack(f: Fields, name: string): void {
  if (f.optional(name, () => true) !== null) f.refuse(name, 'unknown_value');
}

function betOf(f: Fields): Bet {
  mustLack(f, 'reference_transaction_uuid');
  return {
    kind: 'bet',
    id: externalId(f.id('transaction_uuid')),
    round: roundOf(f),
    amount: amountOf(f),
    flavour: flag(f, 'is_free') ? 'free' : 'cash',
    combined: false,
    closesRound: closesRound(f),
  };
}

function winOf(f: Fields): Win {
  const amount = amountOf(f);
  return {
    kind: 'win',
    id: externalId(f.id('transaction_uuid')),
    round: roundOf(f),
    bet: externalId(f.id('reference_transaction_uuid')),
    amount,
    flavour: flavourOf(f, amount),
    combined: false,
    closesRound: closesRound(f),
  };
}

/** Which account pays. A win of which a jackpot is only a part is an ordinary one: one transaction has one payer. */
function flavourOf(f: Fields, amount: Decimal): WinFlavour {
  const jackpot = f.optional('jackpot_win', (name) => amountOf(f, name));
  const isFree = flag(f, 'is_free');
  const isPromo = flag(f, 'is_supplier_promo');
  if (jackpot !== null && !isZero(jackpot)) {
    const compared = compareDecimals(jackpot, amount);
    if (compared > 0) f.refuse('jackpot_win', 'out_of_range');
    if (compared === 0) return 'jackpot';
  }
  if (isFree) return 'free_round';
  return isPromo ? 'promo' : 'win';
}

function rollbackOf(f: Fields): Rollback {
  mustLack(f, 'amount');
  return {
    kind: 'rollback',
    id: externalId(f.id('transaction_uuid')),
    target: { kind: 'any', id: externalId(f.id('reference_transaction_uuid')) },
    round: roundOf(f),
    amount: null,
    closesRound: closesRound(f),
  };
}

/** More digits than the currency has are refused, never rounded (BET-06). */
function precisionProblem(call: Call, currencies: Currencies): string | null {
  if (call.kind !== 'money' || call.currency === null) return null;
  const problem = tooPrecise(call.operations, currencies.get(call.currency));
  return problem === null ? null : `amount: ${problem.reason}`;
}
