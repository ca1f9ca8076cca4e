/**
 * The aggregator's half: what it would send us, and how it would read our answer. It names players, never our sessions, and its
 * wins name no bet; what it has no other words for is a RangeError. It signs with the first of the current secrets.
 */
import { Buffer } from 'node:buffer';
import { formatUnits, isProblem, toUnits } from '../../money/index.ts';
import type { Currencies, Decimal } from '../../money/index.ts';
import type { Call, MoneyCall, Operation } from '../../wallet/call.ts';
import { fields, isJsonObject, readJson, signingKey, writeJson } from '../../wire/index.ts';
import type { Fields, Writable } from '../../wire/index.ts';
import type { Mirror, OutboundRequest, Understood } from '../dialect.ts';
import { requestSigning, signedHeaders } from '../request-sign.ts';
import { meaningsOf, UNCERTAIN_CODES } from './codes.ts';
import { gamesFile, GAMES_FILE } from './games.ts';
import { LAUNCH_PATHS, serveLaunch } from './launch.ts';
import { launchSecretOf } from './settings.ts';
import type { GcpSettings } from './settings.ts';
import { digitsOf, subunitsOf } from './subunits.ts';
import type { Subunits } from './subunits.ts';

type Body = Readonly<Record<string, Writable>>;

export function gcpMirror(settings: GcpSettings, currencies: Currencies): Mirror {
  const [first = ''] = settings.callbacks.signing_secrets;
  const key = signingKey('mirror', first);
  const launchKey = signingKey('launch', launchSecretOf(settings));
  const subunits = subunitsOf(currencies, settings.callbacks.subunits);
  const [paid = ''] = settings.callbacks.freespins.paid_statuses;
  return {
    say: (call) => {
      const { path, content } = sayingOf(call, subunits, paid);
      const body = Buffer.from(writeJson(content), 'utf8');
      return { method: 'POST', path, headers: signedHeaders(key, body), body } satisfies OutboundRequest;
    },
    signing: requestSigning(key),
    api: [
      { method: 'POST', path: LAUNCH_PATHS.real, what: 'launch' },
      { method: 'POST', path: LAUNCH_PATHS.demo, what: 'launch' },
      { method: 'GET', path: GAMES_FILE, what: 'games' },
    ],
    understand: (status, _headers, bytes, asked) => understand(status, bytes, asked, subunits),
    readLaunch: () => ({ kind: 'refused', reason: 'malformed', message: 'Games are opened by POST /sessions.' }),
    serveLaunch: (request, _nowMs, open) => serveLaunch(launchKey, request, open),
    serveGames: (_request, games) => gamesFile(games),
    sayWebhook: () => {
      throw new RangeError('the protocol has no webhooks');
    },
  };
}

function sayingOf(call: Call, subunits: Subunits, paid: string): { readonly path: string; readonly content: Body } {
  if (call.kind === 'profile') throw new RangeError('the protocol has no question about a player');
  if (call.player.kind === 'grant') return { path: '/freespins', content: freespins(call, call.player.issue, paid) };
  if (call.player.kind !== 'id' || call.currency === null)
    throw new RangeError('the protocol names player and currency');
  const context = {
    user_id: call.player.player,
    currency: call.currency,
    ...(call.game === null ? {} : { game: call.game }),
  };
  if (call.kind === 'balance') return { path: '/play', content: context };
  const digits = digitsOf(subunits, call.currency);
  const path = call.operations.every(({ kind }) => kind === 'rollback') ? '/rollback' : '/play';
  return { path, content: { ...context, ...play(call, digits) } };
}

function play({ operations }: MoneyCall, digits: number): Body {
  const rounds = new Set(operations.map((each) => ('round' in each ? each.round : null)));
  const [round = null, ...others] = rounds;
  if (others.length > 0) throw new RangeError('all actions of a call belong to one round');
  const game = round === null ? {} : { game_id: round };
  if (operations.every(({ kind }) => kind === 'close')) {
    if (operations.length > 1) throw new RangeError('a round is closed once');
    return { ...game, finished: true };
  }
  const closing = operations.map((each) => 'closesRound' in each && each.closesRound);
  if (closing.slice(0, -1).includes(true)) throw new RangeError('only the last action can end its round');
  const finished = closing.at(-1) === true ? { finished: true } : {};
  return { ...game, ...finished, actions: operations.map((operation) => action(operation, digits)) };
}

function action(operation: Operation, digits: number): Body {
  switch (operation.kind) {
    case 'bet':
      if (operation.flavour !== 'cash') throw new RangeError(`the protocol has no ${operation.flavour} bet`);
      return { action: 'bet', action_id: operation.id, amount: counted(operation.amount, digits) };
    case 'win':
      if (operation.flavour !== 'win') throw new RangeError(`the protocol has no ${operation.flavour} among its wins`);
      return { action: 'win', action_id: operation.id, amount: counted(operation.amount, digits) };
    case 'rollback': {
      const { target } = operation;
      if (target.kind === 'round' || target.kind === 'rollback' || operation.amount !== null)
        throw new RangeError('a rollback undoes one bet or win, and all of it');
      return { action: 'rollback', action_id: operation.id, original_action_id: target.id };
    }
    case 'close':
    case 'adjust':
    case 'deposit':
    case 'withdrawal':
      throw new RangeError(`the protocol has no ${operation.kind} among its actions`);
  }
}

function counted(amount: Decimal, digits: number): bigint {
  const units = toUnits(amount, digits);
  if (isProblem(units)) throw new RangeError('the amount is finer than the subunit');
  return units;
}

function freespins(call: Extract<Call, { kind: 'balance' | 'money' }>, issue: string, paid: string): Body {
  if (call.kind === 'balance') return { issue_id: issue, status: 'active', total_amount: 0 };
  const [win, ...more] = call.operations;
  const isIssue = win.kind === 'win' && win.flavour === 'free_round' && win.id === issue && win.round === null;
  if (!isIssue || win.closesRound || more.length > 0) throw new RangeError('an issue of free rounds has one sum');
  return { issue_id: issue, status: paid, total_amount: counted(win.amount, 0) };
}

/** Only a 200 with a balance is applied and only a number below 500 is a refusal; everything else is asked again. */
function understand(status: number, bytes: Uint8Array, asked: Call | undefined, subunits: Subunits): Understood {
  if (status >= 500) return { kind: 'uncertain', reason: `the operator answered ${status}` };
  const json = readJson(bytes);
  if (isProblem(json) || !isJsonObject(json))
    return nonsense(`the operator answered ${status} with a body that is no JSON object`);
  const f = fields(json);
  const balance = (name: string): string => {
    const units = f.minorAmount(name, 0, 'number').unscaled;
    const currency = asked?.currency ?? null;
    return currency === null ? '' : formatUnits(units, digitsOf(subunits, currency));
  };
  if (status === 200) {
    const applied = { balance: balance('balance'), operatorTransactionId: firstId(f) };
    return f.problem === null
      ? { kind: 'applied', duplicate: false, currency: null, ...applied }
      : nonsense(`the answer's ${f.problem.field} cannot be read`);
  }
  if (status < 400) return nonsense(`the operator answered ${status}`);
  const code = f.integer('code');
  const left = f.optional('balance', balance);
  if (f.problem !== null) return nonsense(`the refusal's ${f.problem.field} cannot be read`);
  if (UNCERTAIN_CODES.has(code)) return { kind: 'uncertain', reason: `the operator answered code ${code}` };
  return { kind: 'rejected', code: String(code), balance: left === '' ? null : left, meanings: meaningsOf(code) };
}

/** Our id of the first action; an empty one says that nothing was changed. */
function firstId(f: Fields): string | null {
  const ids = f.optional('transactions', (name) => f.list(name, (item) => item.text('tx_id', 255)));
  const [first = ''] = ids ?? [];
  return first === '' ? null : first;
}

const nonsense = (reason: string): Understood => ({ kind: 'nonsense', reason });
