/**
 * A query to a call, and what of it the answer needs. Names are read in whatever case they come; an empty value is an absent one.
 * No call names a currency: it is the session's. Never throws; whatever cannot be understood is a bad request and books nothing.
 */
import { isProblem, ZERO_DECIMAL } from '../../money/index.ts';
import type { Decimal } from '../../money/index.ts';
import { fieldMessage, fields, MAX_ID_LENGTH } from '../../wire/index.ts';
import type { Fields } from '../../wire/index.ts';
import type { Bet, Call, Operations, Rollback, Win } from '../../wallet/call.ts';
import { externalId, gameCode, playerId, roundId, sessionId } from '../../wallet/ids.ts';
import type { RoundId } from '../../wallet/ids.ts';
import { readParameters } from './sign.ts';
import { ourSession, REQUESTS, undoingId } from './words.ts';
import type { GrooveRequest } from './words.ts';

/** What an answer repeats of its request. */
export interface Asked {
  readonly request: GrooveRequest;
  readonly session: string;
  readonly stake: Decimal | null;
  readonly win: Decimal | null;
}

export type Reading =
  | { readonly kind: 'call'; readonly call: Call; readonly asked: Asked }
  | { readonly kind: 'bad_request'; readonly message: string };

const bad = (message: string): Reading => ({ kind: 'bad_request', message });

export function decodeGroove(rawQuery: string, operator: string): Reading {
  const parameters = readParameters(rawQuery);
  if (isProblem(parameters)) return bad(`query: ${parameters.reason}`);
  const values = new Map([...parameters].filter(([, value]) => value !== ''));
  const word = values.get('request')?.toLowerCase();
  if (word !== undefined) values.set('request', word);
  const f = fields(values);
  const request = f.oneOf('request', REQUESTS);
  if (f.problem !== null) return bad(fieldMessage(f.problem));
  const player = f.id('accountid');
  const session = f.id('gamesessionid');
  const game = gameOf(f, request);
  const operations = request === 'getaccount' || request === 'getbalance' ? null : operationsOf(f, request);
  if (f.problem !== null) return bad(fieldMessage(f.problem));
  const context = {
    player: { kind: 'id', player: playerId(player) },
    session: sessionId(ourSession(operator, session)),
    currency: null,
    game: game === null ? null : gameCode(game),
    provider: null,
    requestId: null,
  } as const;
  const asked = { request, session, stake: null, win: null };
  if (operations === null) {
    const kind = request === 'getaccount' ? 'profile' : 'balance';
    return { kind: 'call', call: { kind, ...context }, asked };
  }
  for (const operation of operations)
    if ('id' in operation && operation.id.length > MAX_ID_LENGTH) return bad('transactionid: too_long');
  const amountOf = (kind: 'bet' | 'win'): Decimal | null => {
    const operation = operations.find((each): each is Bet | Win => each.kind === kind);
    return operation?.flavour === 'free' ? ZERO_DECIMAL : (operation?.amount ?? null);
  };
  return {
    kind: 'call',
    call: { kind: 'money', ...context, operations },
    asked: { request, session, stake: amountOf('bet'), win: amountOf('win') },
  };
}

/** `getbalance` calls it by another name; `getaccount` is about no game, and what is undone need not name it. */
function gameOf(f: Fields, request: GrooveRequest): string | null {
  switch (request) {
    case 'getaccount':
      return null;
    case 'getbalance':
      return f.optional('nogsgameid', f.id);
    case 'wager':
    case 'wagerandresult':
      return f.id('gameid');
    case 'result':
    case 'jackpot':
    case 'rollback':
    case 'reversewin':
    case 'rollbackrollback':
      return f.optional('gameid', f.id);
  }
}

function operationsOf(f: Fields, request: Exclude<GrooveRequest, 'getaccount' | 'getbalance'>): Operations {
  switch (request) {
    case 'wager':
      return [betOf(f, false)];
    case 'result':
      return [winOf(f, { amount: 'result', combined: false, flavour: isFree(f) ? 'free_round' : 'win' })];
    case 'jackpot':
      return [winOf(f, { amount: 'amount', combined: false, flavour: 'jackpot' })];
    case 'wagerandresult': {
      const win = winOf(f, { amount: 'result', combined: true, flavour: isFree(f) ? 'free_round' : 'win' });
      return [betOf(f, true), { ...win, bet: win.id }];
    }
    case 'rollback': {
      // An amount is optional and need not be compared: it is the whole wager that goes back.
      const id = externalId(f.id('transactionid'));
      return [undoOf(f, { id, target: { kind: 'bet', id }, amount: null })];
    }
    case 'reversewin': {
      const id = externalId(f.id('transactionid'));
      const own = externalId(undoingId(request, id));
      return [undoOf(f, { id: own, target: { kind: 'win', id }, amount: f.amount('amount') })];
    }
    case 'rollbackrollback': {
      const id = externalId(f.id('transactionid'));
      return [undoOf(f, { id: externalId(undoingId(request, id)), target: { kind: 'rollback', id }, amount: null })];
    }
  }
}

const isFree = (f: Fields): boolean => f.has('frbid');

function betOf(f: Fields, combined: boolean): Bet {
  return {
    kind: 'bet',
    id: externalId(f.id('transactionid')),
    round: roundId(f.id('roundid')),
    amount: f.amount('betamount'),
    flavour: isFree(f) ? 'free' : 'cash',
    combined,
    closesRound: false,
  };
}

function winOf(
  f: Fields,
  of: { readonly amount: string; readonly combined: boolean; readonly flavour: Win['flavour'] },
): Win {
  return {
    kind: 'win',
    id: externalId(f.id('transactionid')),
    round: roundId(f.id('roundid')),
    bet: null,
    amount: f.amount(of.amount),
    flavour: of.flavour,
    combined: of.combined,
    closesRound: f.oneOf('gamestatus', ['completed', 'pending']) === 'completed',
  };
}

/** `roundid` is not always sent with what is undone. */
function undoOf(f: Fields, of: Pick<Rollback, 'id' | 'target' | 'amount'>): Rollback {
  const round: RoundId | null = f.has('roundid') ? roundId(f.id('roundid')) : null;
  return { kind: 'rollback', ...of, round, closesRound: false };
}
