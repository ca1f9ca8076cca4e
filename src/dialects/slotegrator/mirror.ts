/**
 * Slotegrator's half: what it would send, how it would read our answer, and its API. What it has no words for is a RangeError,
 * never a message that says something else; which bet a win belongs to it never says, so that is left out where the round says it.
 * It signs with the first of the current keys.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { formatDecimal, isProblem } from '../../money/index.ts';
import type { Bet, Call, MoneyCall, Operation, Rollback, Win } from '../../wallet/call.ts';
import {
  isJsonNumber,
  isJsonObject,
  MAX_ID_LENGTH,
  pairsAsWritten,
  parseQueryStrict,
  readForm,
  readJson,
  signingKey,
} from '../../wire/index.ts';
import type { SigningKey } from '../../wire/index.ts';
import type { Mirror, OutboundRequest, RawRequest, Signing, Understood } from '../dialect.ts';
import { meaningsOf } from './codes.ts';
import { REFUND } from './encode.ts';
import { serveGames } from './games.ts';
import { orderOf, refuse, serveLaunch } from './launch.ts';
import { isTableOf, LOBBY_PATH, serveLobby } from './lobby.ts';
import type { SlotegratorSettings } from './settings.ts';
import { phpQuery, signedHeaders } from './sign.ts';
import type { Parameter } from './sign.ts';
import { FORM, verifySlotegrator } from './verify.ts';
import { MOST_LISTED, TYPE_OF_BET, TYPE_OF_WIN, undoingId, undoneOf } from './words.ts';

export function slotegratorMirror({ callbacks }: SlotegratorSettings): Mirror {
  const [first = ''] = callbacks.merchant_keys;
  const key = signingKey('mirror', first);
  const merchantId = callbacks.merchant_id;
  const signing = signingBy(key, merchantId);
  /** Anyone's parameters, once they are believed; null otherwise. */
  const believed = (request: RawRequest, nowMs: number): ReadonlyMap<string, string> | null => {
    const verifying = { merchantId, keys: [key], hexCase: 'lower' } as const;
    const verification = verifySlotegrator(verifying, request, nowMs);
    if (verification.kind === 'distrust' || verification.late) return null;
    const form = request.method === 'GET' ? parseQueryStrict(request.rawQuery, FORM) : readForm(request.body, FORM);
    return isProblem(form) ? null : form.values;
  };
  const distrust = () => refuse(403, 'Forbidden', 'The signature or the time of the request is wrong.');
  return {
    say: (call, nowMs) => signed(signing, parametersOf(call), nowMs),
    signing,
    api: [
      { method: 'GET', path: '/games', what: 'games' },
      { method: 'POST', path: '/games/init', what: 'launch' },
      { method: 'POST', path: '/games/init-demo', what: 'launch' },
      { method: 'GET', path: LOBBY_PATH, what: 'tables' },
    ],
    understand,
    readLaunch: () => ({ kind: 'refused', reason: 'malformed', message: 'Slotegrator opens games by a call.' }),
    serveLaunch: (request, nowMs, open) => {
      const asked = believed(request, nowMs);
      if (asked === null) return distrust();
      const stamped = {
        seconds: Number.parseInt(request.headers['x-timestamp'] ?? '0', 10),
        nonce: request.headers['x-nonce'] ?? '',
      };
      const order = orderOf(request.path, asked, stamped);
      const table = order?.table ?? null;
      if (order !== null && table !== null && !isTableOf(order.game, table))
        return refuse(422, 'Unprocessable entity', 'There is no such table, or it is closed.');
      return serveLaunch(order, open);
    },
    serveTables: (request, find) => {
      const asked = believed(request, request.arrivedAtMs);
      return asked === null ? distrust() : serveLobby(asked, find);
    },
    serveGames: (request, games) => {
      const asked = believed(request, request.arrivedAtMs);
      return asked === null ? distrust() : serveGames(asked, games);
    },
    sayWebhook: () => {
      throw new RangeError('Slotegrator sends no webhooks');
    },
  };
}

function signingBy(key: SigningKey, merchantId: string): Signing {
  return {
    header: 'x-sign',
    signsTime: true,
    headersOf: ({ body }, nowMs) => {
      const timestamp = String(Math.floor(nowMs / 1_000));
      // looks drawn, and is the same for the same message in the same second
      const nonce = createHash('md5').update(`${timestamp}:`).update(body).digest('hex');
      const headers = signedHeaders(key.key, pairsAsWritten(Buffer.from(body).toString('latin1')), {
        merchantId,
        timestamp,
        nonce,
      });
      return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    },
  };
}

function signed(signing: Signing, parameters: readonly Parameter[], nowMs: number): OutboundRequest {
  const body = Buffer.from(phpQuery(parameters), 'utf8');
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', path: '', headers: { ...type, ...signing.headersOf({ path: '', body }, nowMs) }, body };
}

type Said = readonly (readonly [string, string | null])[];

function parametersOf(call: Call): readonly Parameter[] {
  if (call.kind === 'profile') throw new RangeError('Slotegrator has no question about a player');
  if (call.player.kind !== 'id') throw new RangeError('Slotegrator names its player by id');
  const said: Said = [
    ...(call.kind === 'balance' ? ([['action', 'balance']] as const) : moneyOf(call)),
    ['currency', call.currency],
    ['game_uuid', call.game],
    ['player_id', call.player.player],
    ['session_id', call.session],
  ];
  return said.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}

function moneyOf(call: MoneyCall): Said {
  const [first, ...rest] = call.operations;
  return rest.length === 0 && !isListed(first) ? operationOf(first) : rollbackOf(call);
}

/** A bet alone is refunded; everything else is undone by a list. */
const isListed = (operation: Operation): boolean => operation.kind === 'rollback' && operation.target.kind !== 'bet';

function operationOf(operation: Operation): Said {
  switch (operation.kind) {
    case 'bet':
      return betOf(operation);
    case 'win':
      return winOf(operation);
    case 'rollback':
      return refundOf(operation);
    case 'close':
    case 'adjust':
    case 'deposit':
    case 'withdrawal':
      throw new RangeError(`Slotegrator has no ${operation.kind}`);
  }
}

const closed = (operation: { readonly closesRound: boolean }): string => (operation.closesRound ? '1' : '0');

function betOf(bet: Bet): Said {
  if (bet.combined) throw new RangeError('Slotegrator says bet and win each by itself');
  return [
    ['action', 'bet'],
    ['amount', formatDecimal(bet.amount)],
    ['transaction_id', bet.id],
    ['type', TYPE_OF_BET[bet.flavour]],
    ['round_id', bet.round],
    ['finished', closed(bet)],
  ];
}

function winOf(win: Win): Said {
  if (win.combined) throw new RangeError('Slotegrator says bet and win each by itself');
  if (win.bet !== null && win.round === null) throw new RangeError('Slotegrator names no bet of a win, only its round');
  return [
    ['action', 'win'],
    ['amount', formatDecimal(win.amount)],
    ['transaction_id', win.id],
    ['type', TYPE_OF_WIN[win.flavour]],
    ['round_id', win.round],
    ['finished', closed(win)],
  ];
}

function refundOf(refund: Rollback): Said {
  if (refund.target.kind !== 'bet') throw new RangeError('Slotegrator refunds bets');
  return [
    ['action', 'refund'],
    ['amount', refund.amount === null ? null : formatDecimal(refund.amount)],
    ['bet_transaction_id', refund.target.id],
    ['transaction_id', refund.id],
    ['round_id', refund.round],
    ['finished', closed(refund)],
  ];
}

function rollbackOf(call: MoneyCall): Said {
  const { operations, requestId } = call;
  if (operations.length > MOST_LISTED) throw new RangeError('Slotegrator rolls back no more than it can list');
  const [first] = operations;
  const id = operations.length === 1 && 'id' in first ? first.id : requestId;
  if (id === null) throw new RangeError('a rollback of several transactions needs an id of its own');
  const items = operations.map((operation) => itemOf(operation, id, operations.length));
  const round = items.find((item) => item.rollback.round !== items[0]?.rollback.round);
  const isClosing = items.some((item) => item.rollback.closesRound);
  if (round !== undefined || (isClosing && items.length > 1))
    throw new RangeError('Slotegrator rolls back within one round, and closes none with a list');
  return [
    ['action', 'rollback'],
    ['transaction_id', id],
    ['type', 'rollback'],
    ['round_id', items[0]?.rollback.round ?? null],
    ...(isClosing ? ([['finished', '1']] as const) : []),
    ...items.flatMap(({ rollback, undone, target }, index): Said => {
      const at = `rollback_transactions[${index}]`;
      return [
        [`${at}[action]`, undone],
        [`${at}[amount]`, rollback.amount === null ? null : formatDecimal(rollback.amount)],
        [`${at}[transaction_id]`, target],
        [`${at}[type]`, undone],
      ];
    }),
  ];
}

function itemOf(operation: Operation, id: string, listed: number) {
  const undone = operation.kind === 'rollback' ? undoneOf(operation.target) : null;
  if (operation.kind !== 'rollback' || undone === null || operation.target.kind === 'round')
    throw new RangeError('Slotegrator lists bets, wins and refunds to be undone');
  const target = operation.target.id;
  if (operation.id.length > MAX_ID_LENGTH) throw new RangeError('Slotegrator makes no ids as long as that');
  if (operation.id !== undoingId(id, undone, target, listed))
    throw new RangeError('Slotegrator gives what it undoes together no ids of their own');
  return { rollback: operation, undone, target };
}

/** Only JSON with a 200 is an answer; an error code is a refusal, everything else is asked again. */
function understand(status: number, _headers: Readonly<Record<string, string>>, bytes: Uint8Array): Understood {
  if (status >= 500) return { kind: 'uncertain', reason: `the operator answered ${status}` };
  const json = readJson(bytes);
  if (isProblem(json) || !isJsonObject(json))
    return nonsense(`the operator answered ${status} with a body that is no JSON object`);
  const code = json.get('error_code');
  if (typeof code === 'string' && code !== '')
    return { kind: 'rejected', code, balance: null, meanings: meaningsOf(code) };
  if (status !== 200) return nonsense(`the operator answered ${status} without an error_code`);
  const balance = json.get('balance');
  if (!isJsonNumber(balance)) return nonsense('the answer has no balance that is a number');
  const id = json.get('transaction_id') ?? null;
  if (id !== null && typeof id !== 'string') return nonsense("the answer's transaction_id is no text");
  return {
    kind: 'applied',
    duplicate: false,
    balance: balance.text,
    currency: null,
    // a refund is answered by its bet's name
    operatorTransactionId: id?.startsWith(REFUND) === true ? null : id,
  };
}

const nonsense = (reason: string): Understood => ({ kind: 'nonsense', reason });
