/**
 * A genuine body to a call. Path and `provider_kind` say together whether money goes or comes and what for: kinds nobody knows are plain
 * stakes and wins. Corrections are adjustments, which may overdraw; buy-ins belong to no round, like tips. What is said under `provider` is
 * the studio's own view of the same money and decides nothing.
 */
import { isProblem, negateDecimal } from '../../money/index.ts';
import type { Currencies } from '../../money/index.ts';
import { fieldMessage, fields, isJsonObject, readJson } from '../../wire/index.ts';
import type { Fields, JsonObject } from '../../wire/index.ts';
import type { Adjust, Bet, Call, Operation, Rollback, Win, WinFlavour } from '../../wallet/call.ts';
import { externalId, gameCode, playerId, roundId, sessionId } from '../../wallet/ids.ts';
import type { RoundId } from '../../wallet/ids.ts';
import type { RawRequest } from '../dialect.ts';
import { tooPrecise } from '../precision.ts';

export type Reading =
  | { readonly kind: 'call'; readonly call: Call }
  /** `foreign`: the call is for another site than ours */
  | { readonly kind: 'bad_request'; readonly message: string; readonly foreign: boolean };

export interface Reader {
  readonly currencies: Currencies;
  readonly site: string;
}

export const CALLBACK_PATHS = [
  '/player_profile',
  '/balance',
  '/debit',
  '/credit',
  '/cancel',
  '/buyin',
  '/payout',
] as const;
type Path = (typeof CALLBACK_PATHS)[number];

export function decodeSt8(request: Pick<RawRequest, 'subpath' | 'body'>, { currencies, site }: Reader): Reading {
  const path = CALLBACK_PATHS.find((each) => each === request.subpath);
  if (path === undefined) return bad(`path: not served; there are ${CALLBACK_PATHS.join(', ')}`);
  const json = readJson(request.body);
  if (isProblem(json)) return bad(`body: ${json.reason}`);
  if (!isJsonObject(json)) return bad('body: not_an_object');
  const f = fields(json);
  const named = f.optional('site', f.id);
  if (f.problem === null && named !== null && named !== site) return { ...bad('site: unknown_value'), foreign: true };
  const call = callOf(json, path, currencies);
  return typeof call === 'string' ? bad(call) : { kind: 'call', call };
}

const bad = (message: string) => ({ kind: 'bad_request', message, foreign: false }) as const;

function callOf(json: JsonObject, path: Path, currencies: Currencies): Call | string {
  const f = fields(json);
  const player = playerId(f.id('player'));
  const currency = path === '/player_profile' ? f.optional('currency', f.id) : f.id('currency');
  // A stake needs the session it is played in; what is owed is owed without one.
  const token = path === '/debit' ? f.id('token') : f.optional('token', f.id);
  const game = path === '/debit' ? f.id('game_code') : f.optional('game_code', f.id);
  const provider = f.optional('developer_code', f.id);
  const operation = path === '/player_profile' || path === '/balance' ? null : operationOf(f, path);
  if (f.problem !== null) return fieldMessage(f.problem);
  const context = {
    player: { kind: 'id', player },
    session: token === null ? null : sessionId(token),
    currency,
    game: game === null ? null : gameCode(game),
    provider,
    requestId: null,
  } as const;
  if (operation === null) return { kind: path === '/balance' ? 'balance' : 'profile', ...context };
  return precisionProblem(operation, currency, currencies) ?? { kind: 'money', ...context, operations: [operation] };
}

type MoneyPath = Exclude<Path, '/player_profile' | '/balance'>;

function operationOf(f: Fields, path: MoneyPath): Operation {
  switch (path) {
    case '/debit':
      return outgoing(f, roundOf(f), f.optional('round_closed', f.boolean) ?? false);
    case '/buyin':
      return outgoing(f, null, false);
    case '/credit':
      return incoming(f, roundOf(f), f.optional('round_closed', f.boolean) ?? false);
    case '/payout':
      return incoming(f, null, false);
    case '/cancel':
      return cancelOf(f);
  }
}

const roundOf = (f: Fields): RoundId => roundId(f.id('round'));

function outgoing(f: Fields, round: RoundId | null, closesRound: boolean): Bet | Adjust {
  const kind = kindOf(f, 'debit');
  const id = externalId(f.id('transaction_id'));
  const amount = f.amount('amount');
  if (kind === 'correction_debit') return { kind: 'adjust', id, round, reference: null, amount: negateDecimal(amount) };
  const flavour = round === null ? 'tip' : kind === 'free_debit' ? 'free' : 'cash';
  return { kind: 'bet', id, round, amount, flavour, combined: false, closesRound };
}

/** The address is not signed, so the body itself must say which way its money goes: a stake sent to where wins go is no win. */
function kindOf(f: Fields, direction: 'debit' | 'credit'): string {
  const kind = f.id('provider_kind');
  if (kind !== direction && !kind.endsWith(`_${direction}`)) f.refuse('provider_kind', 'unknown_value');
  return kind;
}

/** `provider_kind` → what kind of win; anything else is a plain one in a round, and a present outside of one. */
const FLAVOURS: ReadonlyMap<string, WinFlavour> = new Map([
  ['jackpot_credit', 'jackpot'],
  ['promo_credit', 'promo'],
  ['free_credit', 'free_round'],
]);

function incoming(f: Fields, round: RoundId | null, closesRound: boolean): Win | Adjust {
  const kind = kindOf(f, 'credit');
  const id = externalId(f.id('transaction_id'));
  const amount = f.amount('amount');
  if (kind === 'correction_credit') return { kind: 'adjust', id, round, reference: null, amount };
  const flavour = FLAVOURS.get(kind) ?? (round === null ? 'promo' : 'win');
  return { kind: 'win', id, round, bet: null, amount, flavour, combined: false, closesRound };
}

function cancelOf(f: Fields): Rollback {
  const round = f.optional('round', f.id);
  return {
    kind: 'rollback',
    id: externalId(f.id('cancel_id')),
    target: { kind: 'any', id: externalId(f.id('transaction_id')) },
    round: round === null ? null : roundId(round),
    amount: f.optional('amount', f.amount),
    closesRound: false,
  };
}

/** More digits than the currency has are refused, never rounded (BET-06). An unknown currency is the wallet's to refuse. */
function precisionProblem(operation: Operation, code: string | null, currencies: Currencies): string | null {
  const fine = tooPrecise([operation], code === null ? undefined : currencies.get(code));
  return fine === null ? null : `amount: ${fine.reason}`;
}
