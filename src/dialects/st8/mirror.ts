/**
 * The aggregator's half: what it would send us, and how it would read our answer. It signs with the key that the configuration has for
 * a sandbox alone. Its credits name no debit; what the protocol has no other words for is a RangeError.
 */
import { Buffer } from 'node:buffer';
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { formatDecimal, isNegative, isProblem, negateDecimal } from '../../money/index.ts';
import type { Adjust, Bet, Call, MoneyCall, Rollback, Win } from '../../wallet/call.ts';
import { fields, isJsonObject, readJson, writeJson } from '../../wire/index.ts';
import type { Writable } from '../../wire/index.ts';
import type { Mirror, OutboundRequest, Signing, Understood } from '../dialect.ts';
import { meaningsOf } from './codes.ts';
import { serveGames } from './games.ts';
import { API, serveLaunch } from './launch.ts';
import type { St8Settings } from './settings.ts';
import { HEADER, st8Sign } from './signature.ts';
import { LIST_PATH, serveSt8List } from './transactions.ts';

type Body = Readonly<Record<string, Writable>>;
interface Saying {
  readonly path: string;
  readonly content: Body;
}

export function st8Mirror(settings: St8Settings): Mirror {
  const { launch, sandbox } = settings;
  const operator = [{ id: 'operator', key: createPublicKey(launch.private_key) }];
  return {
    say: (call) => {
      if (sandbox === undefined)
        throw new Error('a sandbox of st8 signs with sandbox.private_key, and the configuration has none');
      const { path, content } = sayingOf(call);
      const body = Buffer.from(writeJson({ ...contextOf(call, launch.site), ...content }), 'utf8');
      const headers = { 'content-type': 'application/json', ...st8Sign(sandbox.private_key, body) };
      return { method: 'POST', path, headers, body } satisfies OutboundRequest;
    },
    ...(sandbox === undefined ? {} : { signing: signingBy(sandbox.private_key) }),
    api: [
      { method: 'GET', path: `${API}/games`, what: 'games' },
      { method: 'POST', path: `${API}/launch`, what: 'launch' },
      { method: 'GET', path: LIST_PATH, what: 'transactions' },
    ],
    understand: (status, _headers, bytes) => understand(status, bytes),
    readLaunch: () => ({ kind: 'refused', reason: 'malformed', message: `Games are opened by POST ${API}/launch.` }),
    serveLaunch: (request, _nowMs, open) => serveLaunch(operator, request, open),
    serveGames: (request, games) => serveGames(operator, request, games),
    serveTransactions: (request, of) => serveSt8List(operator, settings, request, of),
    sayWebhook: () => {
      throw new RangeError('the protocol has no webhooks');
    },
  };
}

const signingBy = (key: KeyObject): Signing => ({
  header: HEADER,
  signsTime: false,
  headersOf: ({ body }) => st8Sign(key, body),
});

function contextOf(call: Call, site: string): Body {
  if (call.player.kind !== 'id') throw new RangeError('the protocol names its player by id');
  return {
    player: call.player.player,
    site,
    ...(call.currency === null ? {} : { currency: call.currency }),
    ...(call.session === null ? {} : { token: call.session }),
    ...(call.game === null ? {} : { game_code: call.game }),
    ...(call.provider === null ? {} : { developer_code: call.provider }),
  };
}

function sayingOf(call: Call): Saying {
  if (call.kind === 'profile') return { path: '/player_profile', content: {} };
  if (call.kind === 'balance') return { path: '/balance', content: {} };
  return operationOf(call);
}

function operationOf({ operations }: MoneyCall): Saying {
  const [operation, ...more] = operations;
  if (more.length > 0) throw new RangeError('the protocol says one thing at a time');
  switch (operation.kind) {
    case 'bet':
      return betOf(operation);
    case 'win':
      return winOf(operation);
    case 'adjust':
      return adjustOf(operation);
    case 'rollback':
      return cancelOf(operation);
    case 'close':
    case 'deposit':
    case 'withdrawal':
      throw new RangeError(`the protocol has no ${operation.kind}`);
  }
}

function betOf(bet: Bet): Saying {
  if (bet.combined) throw new RangeError('the protocol has no bet and win in one');
  const common = { transaction_id: bet.id, amount: formatDecimal(bet.amount), bonus: null };
  const isTip = bet.flavour === 'tip';
  if (isTip !== (bet.round === null) || (isTip && bet.closesRound))
    throw new RangeError('a debit belongs to a round, and a buy-in to none');
  if (isTip) return { path: '/buyin', content: { ...common, provider_kind: 'debit' } };
  const kind = bet.flavour === 'free' ? 'free_debit' : 'debit';
  return {
    path: '/debit',
    content: { ...common, round: bet.round, round_closed: bet.closesRound, provider_kind: kind },
  };
}

const KINDS = { win: 'credit', jackpot: 'jackpot_credit', promo: 'promo_credit', free_round: 'free_credit' } as const;

function winOf(win: Win): Saying {
  if (win.combined) throw new RangeError('the protocol has no bet and win in one');
  const content = {
    transaction_id: win.id,
    amount: formatDecimal(win.amount),
    provider_kind: KINDS[win.flavour],
    bonus: null,
  };
  if (win.round !== null)
    return { path: '/credit', content: { ...content, round: win.round, round_closed: win.closesRound } };
  if (win.flavour === 'win' || win.closesRound) throw new RangeError('a plain win belongs to a round');
  return { path: '/payout', content };
}

function adjustOf({ id, round, reference, amount }: Adjust): Saying {
  if (reference !== null) throw new RangeError('a correction names nothing it corrects');
  const takes = isNegative(amount);
  const content = {
    transaction_id: id,
    amount: formatDecimal(takes ? negateDecimal(amount) : amount),
    provider_kind: takes ? 'correction_debit' : 'correction_credit',
    ...(round === null ? {} : { round, round_closed: false }),
  };
  const [inRound, outside] = takes ? ['/debit', '/buyin'] : ['/credit', '/payout'];
  return { path: (round === null ? outside : inRound) ?? '', content };
}

function cancelOf({ id, target, round, amount, closesRound }: Rollback): Saying {
  if (target.kind === 'round' || target.kind === 'rollback' || closesRound)
    throw new RangeError('a cancel undoes one transaction, and closes nothing');
  return {
    path: '/cancel',
    content: {
      cancel_id: id,
      transaction_id: target.id,
      ...(amount === null ? {} : { amount: formatDecimal(amount) }),
      ...(round === null ? {} : { round }),
    },
  };
}

/** Only "ok" is applied, and only a known word below 500 a refusal; everything else is asked again. */
function understand(status: number, bytes: Uint8Array): Understood {
  if (status >= 500) return { kind: 'uncertain', reason: `the operator answered ${status}` };
  const json = readJson(bytes);
  if (isProblem(json) || !isJsonObject(json))
    return nonsense(`the operator answered ${status} with a body that is no JSON object`);
  const f = fields(json);
  const word = f.text('status');
  if (word === '') return nonsense(`the operator answered ${status} without a status`);
  if (word !== 'ok') return { kind: 'rejected', code: word, balance: null, meanings: meaningsOf(word) };
  if (status !== 200) return nonsense(`the operator answered ${status} with ok`);
  // who the player is comes without a balance
  const isProfile = f.has('default_currency');
  const applied = {
    balance: isProfile ? '' : f.text('balance'),
    currency: isProfile ? f.text('default_currency') : f.text('currency'),
  };
  return f.problem === null
    ? { kind: 'applied', duplicate: false, operatorTransactionId: null, ...applied }
    : nonsense(`the answer's ${f.problem.field} cannot be read`);
}

const nonsense = (reason: string): Understood => ({ kind: 'nonsense', reason });
