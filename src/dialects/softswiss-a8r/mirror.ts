/**
 * The aggregator's half: what it would send us, and how it would read our answer. It names players, never our sessions; what it has
 * no other words for is a RangeError. It signs with the first of the current secrets.
 */
import { Buffer } from 'node:buffer';
import { formatDecimal, isProblem } from '../../money/index.ts';
import type { Call, MoneyCall, Operation } from '../../wallet/call.ts';
import { fields, isJsonObject, readJson, signingKey, writeJson } from '../../wire/index.ts';
import type { Fields, Writable } from '../../wire/index.ts';
import type { Mirror, OutboundRequest, Understood } from '../dialect.ts';
import { requestSigning, signedHeaders } from '../request-sign.ts';
import { API } from './api.ts';
import { meaningsOf, UNKNOWN } from './codes.ts';
import { PATHS } from './decode.ts';
import { serveGames } from './games.ts';
import { serveLaunch } from './launch.ts';
import { ownSecretOf } from './settings.ts';
import type { A8rSettings } from './settings.ts';

type Body = Readonly<Record<string, Writable>>;
interface Saying {
  readonly path: string;
  readonly content: Body;
}

export function a8rMirror(settings: A8rSettings): Mirror {
  const [first = ''] = settings.callbacks.signing_secrets;
  const key = signingKey('mirror', first);
  const ownKey = signingKey('operator', ownSecretOf(settings));
  return {
    say: (call) => {
      const { path, content } = sayingOf(call);
      const body = Buffer.from(writeJson(content), 'utf8');
      return { method: 'POST', path, headers: signedHeaders(key, body), body } satisfies OutboundRequest;
    },
    signing: requestSigning(key),
    api: [
      { method: 'POST', path: API.games, what: 'games' },
      { method: 'POST', path: API.real, what: 'launch' },
      { method: 'POST', path: API.demo, what: 'launch' },
    ],
    understand: (status, _headers, bytes) => understand(status, bytes),
    readLaunch: () => ({ kind: 'refused', reason: 'malformed', message: `Games are opened by POST ${API.real}.` }),
    serveLaunch: (request, _nowMs, open) => serveLaunch(ownKey, request, open),
    serveGames: (request, games) => serveGames(ownKey, request, games),
    sayWebhook: () => {
      throw new RangeError('the protocol has no webhooks');
    },
  };
}

function sayingOf(call: Call): Saying {
  if (call.kind === 'profile') throw new RangeError('the protocol has no question about a player');
  if (call.player.kind === 'grant') return { path: PATHS.freespins, content: freespins(call, call.player.issue) };
  if (call.player.kind !== 'id' || call.currency === null)
    throw new RangeError('the protocol names player and currency');
  const context = {
    player_id: call.player.player,
    currency: call.currency,
    ...(call.provider === null ? {} : { provider: call.provider }),
    ...(call.game === null ? {} : { game_id: call.game }),
  };
  if (call.kind === 'balance') return { path: PATHS.balance, content: context };
  const { path, content } = roundOf(call);
  return { path, content: { ...context, ...content } };
}

function roundOf({ operations }: MoneyCall): Saying {
  const rounds = new Set(operations.map((each) => ('round' in each ? each.round : null)));
  const [round = null, ...others] = rounds;
  if (round === null || others.length > 0) throw new RangeError('all transactions of a call belong to one round');
  const kinds = new Set(operations.map(({ kind }) => kind));
  if (kinds.has('close')) {
    if (operations.length > 1) throw new RangeError('a round is finished by itself');
    return { path: PATHS.finish, content: { round_id: round } };
  }
  if (new Set(operations.map((each) => ('id' in each ? each.id : ''))).size < operations.length)
    throw new RangeError('each transaction of a call has an id of its own');
  const isUndoing = kinds.has('rollback');
  if (isUndoing && kinds.size > 1) throw new RangeError('rollbacks go by themselves');
  const closing = operations.map((each) => 'closesRound' in each && each.closesRound);
  if (closing.slice(0, -1).includes(true)) throw new RangeError('only the last transaction can end its round');
  const finished = closing.at(-1) === true ? { finished: true } : {};
  const content = { round_id: round, ...finished, transactions: operations.map(transaction) };
  return { path: isUndoing ? PATHS.rollback : PATHS.betWin, content };
}

function transaction(operation: Operation): Body {
  switch (operation.kind) {
    case 'bet':
      if (operation.flavour !== 'cash') throw new RangeError(`the protocol has no ${operation.flavour} bet`);
      return { id: operation.id, type: 'bet', amount: plainAmount(operation.amount) };
    case 'win':
      if (operation.flavour !== 'win') throw new RangeError(`the protocol has no ${operation.flavour} among its wins`);
      return {
        id: operation.id,
        type: 'win',
        amount: plainAmount(operation.amount),
        ...(operation.bet === null ? {} : { bet_id: operation.bet }),
      };
    case 'rollback': {
      const { target } = operation;
      if (target.kind === 'round' || target.kind === 'rollback' || operation.amount !== null)
        throw new RangeError('a rollback undoes one bet or win, and all of it');
      return { id: operation.id, original_id: target.id };
    }
    case 'close':
    case 'adjust':
    case 'deposit':
    case 'withdrawal':
      throw new RangeError(`the protocol has no ${operation.kind} among its transactions`);
  }
}

const AMOUNT = /^\d{1,18}(?:\.\d{1,12})?$/;

function plainAmount(amount: Parameters<typeof formatDecimal>[0]): string {
  const text = formatDecimal(amount);
  if (!AMOUNT.test(text)) throw new RangeError('the amount has more digits than the protocol');
  return text;
}

function freespins(call: Extract<Call, { kind: 'balance' | 'money' }>, issue: string): Body {
  if (call.kind === 'balance') throw new RangeError('an issue of free rounds is told when it is over');
  const [win, ...more] = call.operations;
  const isIssue = win.kind === 'win' && win.flavour === 'free_round' && win.id === issue && win.round === null;
  if (!isIssue || win.closesRound || more.length > 0) throw new RangeError('an issue of free rounds has one sum');
  return { issue_id: issue, amount: plainAmount(win.amount) };
}

/** Only a 200 with a balance is applied, only a number of theirs below 500 a refusal; everything else is asked again. */
function understand(status: number, bytes: Uint8Array): Understood {
  if (status >= 500) return { kind: 'uncertain', reason: `the operator answered ${status}` };
  const json = readJson(bytes);
  if (isProblem(json) || !isJsonObject(json))
    return nonsense(`the operator answered ${status} with a body that is no JSON object`);
  const f = fields(json);
  if (status === 200 && !f.has('code')) {
    const applied = { balance: f.text('balance'), operatorTransactionId: firstId(f) };
    return f.problem === null
      ? { kind: 'applied', duplicate: false, currency: null, ...applied }
      : nonsense(`the answer's ${f.problem.field} cannot be read`);
  }
  if (status < 400) return nonsense(`the operator answered ${status}`);
  const meta = f.object('meta');
  const code = meta.id('api_code');
  const balance = meta.optional('balance', meta.text);
  if (f.problem !== null) return nonsense(`the refusal's ${f.problem.field} cannot be read`);
  if (code === String(UNKNOWN)) return { kind: 'uncertain', reason: 'the operator answered code 500' };
  return { kind: 'rejected', code, balance, meanings: meaningsOf(code) };
}

function firstId(f: Fields): string | null {
  const ids = f.optional('transactions', (name) => f.list(name, (item) => item.text('id_casino', 255)));
  const [first = ''] = ids ?? [];
  return first === '' ? null : first;
}

const nonsense = (reason: string): Understood => ({ kind: 'nonsense', reason });
