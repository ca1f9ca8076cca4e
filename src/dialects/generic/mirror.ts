/**
 * The aggregator's half of the generic dialect: what it would send us, and how it would read our answer. What the dialect has
 * no words for is a RangeError, never a message that says something else. It signs with the first of the current secrets.
 */
import { Buffer } from 'node:buffer';
import { formatDecimal, isProblem } from '../../money/index.ts';
import type { Bet, Call, MoneyCall, Operation } from '../../wallet/call.ts';
import { fields, hmacHex, isJsonObject, readJson, signingKey, writeJson } from '../../wire/index.ts';
import type { SigningKey, Writable } from '../../wire/index.ts';
import type { Mirror, OutboundRequest, Signing, Understood } from '../dialect.ts';
import { meaningsOf } from './codes.ts';
import { serveGames } from './games.ts';
import { readLaunch } from './launch.ts';
import type { GenericSettings } from './settings.ts';
import { serveTransactions } from './transactions.ts';
import { webhookBody } from './webhooks.ts';

type Body = Readonly<Record<string, string | boolean>>;

export function genericMirror(settings: GenericSettings): Mirror {
  const [first = ''] = settings.callbacks.signing_secrets;
  const key = signingKey('mirror', first);
  const launchKey = signingKey('launch', settings.launch.secret);
  const signing = signingBy(key, settings.callbacks.timestamped);
  return {
    say: (call, nowMs) => signed(signing, '', bodyOf(call), nowMs),
    signing,
    api: [
      { method: 'GET', path: '/games', what: 'games' },
      { method: 'GET', path: '/transactions', what: 'transactions' },
    ],
    understand,
    readLaunch: (rawQuery, nowMs, skewSeconds) => readLaunch(rawQuery, launchKey, nowMs, skewSeconds),
    serveGames: (request, games) => serveGames(settings.catalogue.api_key, request, games),
    serveTransactions: (request, of) => serveTransactions(settings.catalogue.api_key, request, of),
    sayWebhook: (event, nowMs) => {
      const { topic, body } = webhookBody(event);
      return signed(signing, `/${topic}`, body, nowMs);
    },
  };
}

function signingBy(key: SigningKey, timestamped: boolean): Signing {
  return {
    header: 'x-signature',
    signsTime: timestamped,
    headersOf: ({ body }, nowMs) => {
      const timestamp = String(Math.floor(nowMs / 1000));
      const bytes = timestamped ? Buffer.concat([Buffer.from(`${timestamp}.`, 'utf8'), body]) : body;
      return {
        'x-signature': hmacHex('sha256', key.key, bytes),
        ...(timestamped ? { 'x-timestamp': timestamp } : {}),
      };
    },
  };
}

function signed(
  signing: Signing,
  path: string,
  content: Readonly<Record<string, Writable>>,
  nowMs: number,
): OutboundRequest {
  const body = Buffer.from(writeJson(content), 'utf8');
  const headers = { 'content-type': 'application/json', ...signing.headersOf({ path, body }, nowMs) };
  return { method: 'POST', path, headers, body };
}

function bodyOf(call: Call): Body {
  if (call.kind === 'profile') throw new RangeError('the generic dialect has no question about a player');
  if (call.player.kind !== 'id') throw new RangeError('the generic dialect names its player by id');
  const context = {
    player_id: call.player.player,
    ...(call.currency === null ? {} : { currency: call.currency }),
    ...(call.session === null ? {} : { session_id: call.session }),
    ...(call.game === null ? {} : { game_code: call.game }),
    ...(call.requestId === null ? {} : { request_id: call.requestId }),
  };
  return call.kind === 'balance' ? { type: 'balance', ...context } : { ...moneyBody(call), ...context };
}

function moneyBody(call: MoneyCall): Body {
  const [first, second, ...more] = call.operations;
  if (second === undefined) return operationBody(first);
  const isBetWin = first.kind === 'bet' && second.kind === 'win' && second.id === first.id && second.flavour === 'win';
  if (!isBetWin || first.closesRound || more.length > 0)
    throw new RangeError('the generic dialect says bet and win together, and nothing else');
  return {
    ...betBody(first),
    type: 'bet_win',
    bet_amount: formatDecimal(first.amount),
    win_amount: formatDecimal(second.amount),
    ...closed(second),
  };
}

function betBody(bet: Bet): Body {
  if (bet.flavour === 'tip') throw new RangeError('the generic dialect has no tip');
  return { transaction_id: bet.id, ...round(bet), ...(bet.flavour === 'free' ? { free: true } : {}), ...closed(bet) };
}

function operationBody(operation: Operation): Body {
  switch (operation.kind) {
    case 'bet':
      return { type: 'bet', ...betBody(operation), amount: formatDecimal(operation.amount) };
    case 'win':
      return {
        type: 'win',
        transaction_id: operation.id,
        ...round(operation),
        amount: formatDecimal(operation.amount),
        ...(operation.flavour === 'win' ? {} : { kind: operation.flavour }),
        ...(operation.bet === null ? {} : { bet_transaction_id: operation.bet }),
        ...closed(operation),
      };
    case 'rollback':
      if (operation.target.kind !== 'bet') throw new RangeError('the generic dialect rolls back bets only');
      return {
        type: 'refund',
        transaction_id: operation.id,
        bet_transaction_id: operation.target.id,
        ...round(operation),
        ...(operation.amount === null ? {} : { amount: formatDecimal(operation.amount) }),
        ...closed(operation),
      };
    case 'close':
      return { type: 'close', round_id: operation.round };
    case 'adjust':
    case 'deposit':
    case 'withdrawal':
      throw new RangeError(`the generic dialect has no ${operation.kind}`);
  }
}

const round = (operation: { readonly round: string | null }): Body =>
  operation.round === null ? {} : { round_id: operation.round };
const closed = (operation: { readonly closesRound: boolean }): Body =>
  operation.closesRound ? { round_closed: true } : {};

/** Only an explicit "ok" is applied and only an explicit refusal is a refusal; everything else is asked again. */
function understand(status: number, _headers: Readonly<Record<string, string>>, bytes: Uint8Array): Understood {
  if (status >= 500) return { kind: 'uncertain', reason: `the operator answered ${status}` };
  const json = readJson(bytes);
  if (isProblem(json) || !isJsonObject(json))
    return nonsense(`the operator answered ${status} with a body that is no JSON object`);
  const f = fields(json);
  const word = f.optional('status', f.text);
  if (status === 200 && word === 'ok') {
    const applied = {
      duplicate: f.optional('duplicate', f.boolean) ?? false,
      balance: f.text('balance'),
      currency: f.text('currency'),
      operatorTransactionId: f.optional('operator_transaction_id', f.text),
    };
    return f.problem === null
      ? { kind: 'applied', ...applied }
      : nonsense(`the answer's ${f.problem.field} cannot be read`);
  }
  if (status < 400 || (word !== 'rejected' && word !== 'error'))
    return nonsense(`the operator answered ${status} without a known status`);
  const refused = { code: f.text('code'), balance: f.optional('balance', f.text) };
  if (f.problem !== null) return nonsense(`the refusal's ${f.problem.field} cannot be read`);
  return refused.code === 'uncertain'
    ? { kind: 'uncertain', reason: 'the operator does not know' }
    : { kind: 'rejected', ...refused, meanings: meaningsOf(refused.code) };
}

const nonsense = (reason: string): Understood => ({ kind: 'nonsense', reason });
