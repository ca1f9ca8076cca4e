/**
 * A genuine body to a call. Strict about everything money depends on (amounts, ids, types), forgiving about fields it does
 * not know. Never throws; whatever cannot be understood is a bad request and books nothing.
 */
import { isProblem, isZero } from '../../money/index.ts';
import type { Currencies, Currency } from '../../money/index.ts';
import { fieldMessage, fields, isJsonObject, readId, readJson } from '../../wire/index.ts';
import type { Fields, JsonObject } from '../../wire/index.ts';
import type { Bet, Call, Operations, Rollback, Win } from '../../wallet/call.ts';
import { externalId, gameCode, playerId, roundId, sessionId } from '../../wallet/ids.ts';
import type { ExternalId, RoundId } from '../../wallet/ids.ts';
import { tooPrecise } from '../precision.ts';

export type Reading =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'bad_request'; readonly message: string };

const TYPES = ['balance', 'bet', 'win', 'bet_win', 'refund', 'close'] as const;
type Type = (typeof TYPES)[number];

export function decodeGeneric(body: Uint8Array, currencies: Currencies): Reading {
  const json = readJson(body);
  if (isProblem(json)) return bad(`body: ${json.reason}`);
  if (!isJsonObject(json)) return bad('body: not_an_object');
  const f = fields(json);
  const type = f.oneOf('type', TYPES);
  if (f.problem !== null) return bad(fieldMessage(f.problem));
  const call = callOf(json, type, currencies);
  return typeof call === 'string' ? bad(call) : { kind: 'call', call };
}

const bad = (message: string): Reading => ({ kind: 'bad_request', message });

function callOf(json: JsonObject, type: Type, currencies: Currencies): Call | string {
  const f = fields(json);
  const optional = type === 'refund' || type === 'close';
  const session = optional ? f.optional('session_id', f.id) : f.id('session_id');
  const game = optional ? f.optional('game_code', f.id) : f.id('game_code');
  const currency = f.id('currency');
  const player = f.id('player_id');
  const operations = type === 'balance' ? null : operationsOf(f, type);
  if (f.problem !== null) return fieldMessage(f.problem);
  // only logged, and no promised field: a strange one is no reason to refuse money
  const requestId = readId(json.get('request_id'));
  const context = {
    player: { kind: 'id', player: playerId(player) },
    session: session === null ? null : sessionId(session),
    currency,
    game: game === null ? null : gameCode(game),
    provider: null,
    requestId: isProblem(requestId) ? null : requestId,
  } as const;
  if (operations === null) return { kind: 'balance', ...context };
  return precisionProblem(operations, type, currencies.get(currency)) ?? { kind: 'money', ...context, operations };
}

function operationsOf(f: Fields, type: Exclude<Type, 'balance'>): Operations {
  switch (type) {
    case 'bet':
      return [betOf(f, { id: idOf(f), amount: f.amount('amount'), combined: false, closesRound: closesRound(f) })];
    case 'win':
      return [winOf(f)];
    case 'bet_win': {
      const id = idOf(f);
      const bet = betOf(f, { id, amount: f.amount('bet_amount'), combined: true, closesRound: false });
      return [
        bet,
        {
          kind: 'win',
          id,
          round: bet.round,
          bet: id,
          amount: f.amount('win_amount'),
          flavour: 'win',
          combined: true,
          closesRound: closesRound(f),
        },
      ];
    }
    case 'refund':
      return [refundOf(f)];
    case 'close':
      return [{ kind: 'close', round: roundOf(f) }];
  }
}

const idOf = (f: Fields): ExternalId => externalId(f.id('transaction_id'));
const roundOf = (f: Fields): RoundId => roundId(f.id('round_id'));
const closesRound = (f: Fields): boolean => f.optional('round_closed', f.boolean) ?? false;

function betOf(f: Fields, bet: Pick<Bet, 'id' | 'amount' | 'combined' | 'closesRound'>): Bet {
  const free = f.optional('free', f.boolean) ?? false;
  return { kind: 'bet', round: roundOf(f), flavour: free ? 'free' : 'cash', ...bet };
}

function winOf(f: Fields): Win {
  const flavour = f.optional('kind', (name) => f.oneOf(name, ['win', 'jackpot', 'promo', 'free_round'])) ?? 'win';
  // A jackpot or promotion may belong to no round (WIN-13).
  const round = flavour === 'win' ? roundOf(f) : optionalRound(f);
  const bet = f.optional('bet_transaction_id', f.id);
  return {
    kind: 'win',
    id: idOf(f),
    round,
    bet: bet === null ? null : externalId(bet),
    amount: f.amount('amount'),
    flavour,
    combined: false,
    closesRound: closesRound(f),
  };
}

function refundOf(f: Fields): Rollback {
  const amount = f.optional('amount', f.amount);
  if (amount !== null && isZero(amount)) f.refuse('amount', 'out_of_range');
  const target = { kind: 'bet', id: externalId(f.id('bet_transaction_id')) } as const;
  return { kind: 'rollback', id: idOf(f), target, round: optionalRound(f), amount, closesRound: closesRound(f) };
}

function optionalRound(f: Fields): RoundId | null {
  const round = f.optional('round_id', f.id);
  return round === null ? null : roundId(round);
}

/** More digits than the currency has are refused, never rounded (BET-06). An unknown currency is the wallet's to refuse. */
function precisionProblem(operations: Operations, type: Type, currency: Currency | undefined): string | null {
  const fine = tooPrecise(operations, currency);
  if (fine === null) return null;
  return `${type === 'bet_win' ? `${fine.operation.kind}_amount` : 'amount'}: ${fine.reason}`;
}
