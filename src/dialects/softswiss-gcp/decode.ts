/**
 * A genuine body to a call. `/play` is a question, a close, or several actions that happen together or not at all; `/rollback`
 * undoes; `/freespins` tells what granted free rounds came to. Strict about what money depends on, forgiving about all else.
 */
import { isProblem, toUnits } from '../../money/index.ts';
import type { Currencies } from '../../money/index.ts';
import { fieldMessage, fields, isJsonObject, readJson } from '../../wire/index.ts';
import type { Fields, JsonObject } from '../../wire/index.ts';
import type { Bet, Call, Close, Operations, PlayerReference, Rollback, Win } from '../../wallet/call.ts';
import { externalId, gameCode, playerId, roundId } from '../../wallet/ids.ts';
import type { RoundId } from '../../wallet/ids.ts';
import type { RawRequest } from '../dialect.ts';
import type { GcpSettings } from './settings.ts';
import { digitsOf } from './subunits.ts';
import type { Subunits } from './subunits.ts';

export type Reading =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'bad_request'; readonly message: string };

export interface Reader {
  readonly currencies: Currencies;
  readonly subunits: Subunits;
  readonly freespins: GcpSettings['callbacks']['freespins'];
}

export const CALLBACK_PATHS = ['/play', '/rollback', '/freespins'] as const;
const ACTIONS_MAX = 100;

export function decodeGcp(request: Pick<RawRequest, 'subpath' | 'body'>, reader: Reader): Reading {
  const path = CALLBACK_PATHS.find((each) => each === request.subpath);
  if (path === undefined) return bad(`path: not served; there are ${CALLBACK_PATHS.join(', ')}`);
  const json = readJson(request.body);
  if (isProblem(json)) return bad(`body: ${json.reason}`);
  if (!isJsonObject(json)) return bad('body: not_an_object');
  const call = path === '/freespins' ? freespinsOf(json, reader) : playOf(json, path, reader);
  return typeof call === 'string' ? bad(call) : { kind: 'call', call };
}

const bad = (message: string): Reading => ({ kind: 'bad_request', message });

function playOf(json: JsonObject, path: '/play' | '/rollback', reader: Reader): Call | string {
  const f = fields(json);
  const currency = f.id('currency');
  const player: PlayerReference = { kind: 'id', player: playerId(f.id('user_id')) };
  const game = f.optional('game', f.id);
  const finished = f.optional('finished', f.boolean) ?? false;
  const given = f.optional('game_id', f.id);
  const round = given === null ? null : roundId(given);
  const digits = digitsOf(reader.subunits, currency);
  const actions =
    f.optional('actions', (name) => f.list(name, (item) => actionOf(item, path, round, digits), ACTIONS_MAX)) ?? [];
  const operations = operationsOf(f, actions, { path, round, finished });
  if (f.problem !== null) return fieldMessage(f.problem);
  const context = { player, ...NAMELESS, currency, game: game === null ? null : gameCode(game) };
  if (operations === null) return { kind: 'balance', ...context };
  return precisionProblem(operations, currency, reader) ?? { kind: 'money', ...context, operations };
}

/** Their session is one of their own, and the studio stands in the game's code. */
const NAMELESS = { session: null, provider: null, requestId: null } as const;

type Action = Bet | Win | Rollback;

function actionOf(f: Fields, path: '/play' | '/rollback', round: RoundId | null, digits: number): Action {
  const kind = path === '/play' ? f.oneOf('action', ['bet', 'win', 'rollback']) : f.oneOf('action', ['rollback']);
  const id = externalId(f.id('action_id'));
  if (kind === 'rollback') {
    const target = { kind: 'any', id: externalId(f.id('original_action_id')) } as const;
    return { kind, id, target, round, amount: null, closesRound: false };
  }
  const amount = f.minorAmount('amount', digits, 'number');
  const common = { id, round, amount, combined: false, closesRound: false };
  return kind === 'bet' ? { kind, ...common, flavour: 'cash' } : { kind, ...common, bet: null, flavour: 'win' };
}

/** Null for a question. The last action ends a finished round; without actions the round is closed by itself. */
function operationsOf(
  f: Fields,
  actions: readonly Action[],
  about: { readonly path: string; readonly round: RoundId | null; readonly finished: boolean },
): Operations | null {
  const { path, round, finished } = about;
  const [first, ...more] = actions.map((action, index): Action | Close =>
    finished && index === actions.length - 1 ? { ...action, closesRound: true } : action,
  );
  if (first !== undefined) return [first, ...more];
  if (path === '/rollback') f.refuse('actions', f.has('actions') ? 'empty' : 'missing');
  if (!finished) return null;
  if (round === null) f.refuse('game_id', 'missing');
  return round === null ? null : [{ kind: 'close', round }];
}

/** What the free rounds came to is a win of their issue, once; before they are over it is a question about their player. */
function freespinsOf(json: JsonObject, { subunits, freespins }: Reader): Call | string {
  const f = fields(json);
  const issue = f.id('issue_id');
  const status = f.text('status', 64);
  const amount = f.minorAmount('total_amount', 0, 'number');
  const paid = freespins.paid_statuses.includes(status);
  // Money under a word nobody explained: neither paid nor forgotten, but shown to both sides as not understood.
  if (!paid && amount.unscaled > 0n && !freespins.unpaid_statuses.includes(status)) f.refuse('status', 'unknown_value');
  if (f.problem !== null) return fieldMessage(f.problem);
  const player: PlayerReference = { kind: 'grant', issue, subunits: Object.fromEntries(subunits) };
  const context = { player, ...NAMELESS, currency: null, game: null };
  if (!paid) return { kind: 'balance', ...context };
  const win: Win = {
    kind: 'win',
    id: externalId(issue),
    round: null,
    bet: null,
    amount,
    flavour: 'free_round',
    combined: false,
    closesRound: false,
  };
  return { kind: 'money', ...context, operations: [win] };
}

/** A subunit finer than the currency itself cannot be held: refused, never rounded. An unknown currency is the wallet's to refuse. */
function precisionProblem(operations: Operations, code: string, { currencies }: Reader): string | null {
  const currency = currencies.get(code);
  if (currency === undefined) return null;
  for (const [index, operation] of operations.entries()) {
    const units = 'amount' in operation && operation.amount !== null ? toUnits(operation.amount, currency.scale) : 0n;
    if (isProblem(units)) return `actions[${index}].amount: ${units.reason}`;
  }
  return null;
}
