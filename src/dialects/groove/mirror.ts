/**
 * Groove's half: what it would ask, and how it would read our answer. It names player and session, never the currency or the bet of a
 * win, so those are left out; what it has no words for is a RangeError. It signs with the first of the current keys, if there are any.
 */
import { formatDecimal, isProblem } from '../../money/index.ts';
import type { Bet, Call, MoneyCall, Operation, Rollback, Win } from '../../wallet/call.ts';
import {
  canonicalQuery,
  isJsonNumber,
  isJsonObject,
  MAX_ID_LENGTH,
  pairsAsWritten,
  readJson,
  signingKey,
} from '../../wire/index.ts';
import type { JsonObject, SigningKey } from '../../wire/index.ts';
import type { Mirror, Signing, Understood } from '../dialect.ts';
import { writeGameFile } from '../game-file.ts';
import { DUPLICATE, meaningsOf } from './codes.ts';
import { readLaunch } from './launch.ts';
import type { GrooveSettings } from './settings.ts';
import { signatureOf } from './sign.ts';
import { API_VERSION, sessionText, SPELLED, undoingId } from './words.ts';
import type { GrooveRequest } from './words.ts';

type Said = Readonly<Record<string, string | undefined>>;

const HEADER = 'x-groove-signature';

export function grooveMirror({ launch, callbacks }: GrooveSettings): Mirror {
  const [first] = callbacks.security_keys;
  const signing = first === undefined ? null : signingBy(signingKey('mirror', first));
  return {
    say: (call, nowMs) => {
      const asked = { path: `?${canonicalQuery(queryOf(call, launch.operator_id))}`, body: new Uint8Array(0) };
      return { method: 'GET', headers: signing?.headersOf(asked, nowMs) ?? {}, ...asked };
    },
    ...(signing === null ? {} : { signing }),
    // no address of theirs: the file that they would hand out
    api: [{ method: 'GET', path: '/games.jsonl', what: 'games' }],
    understand,
    readLaunch: (rawQuery, nowMs) => readLaunch(launch, rawQuery, nowMs),
    serveGames: (_request, games) => ({
      status: 200,
      headers: { 'content-type': 'application/jsonl' },
      body: writeGameFile(games),
    }),
    sayWebhook: () => {
      throw new RangeError('Groove sends no webhooks');
    },
  };
}

function signingBy(key: SigningKey): Signing {
  return {
    header: HEADER,
    signsTime: false,
    headersOf: ({ path }) => {
      const pairs = pairsAsWritten(path.slice(path.indexOf('?') + 1));
      return {
        [HEADER]: signatureOf(
          key.key,
          pairs.map(({ name, value }) => [name.toLowerCase(), value]),
        ),
      };
    },
  };
}

function queryOf(call: Call, operator: string): Said {
  if (call.player.kind !== 'id') throw new RangeError('Groove names its player by id');
  if (call.session === null) throw new RangeError('Groove names a session in every request');
  const session = sessionText(operator, call.session);
  if (session.length > MAX_ID_LENGTH) throw new RangeError('Groove sends no sessions as long as that');
  const [request, said] = saidOf(call);
  const isQuestion = request === 'getbalance';
  return {
    request: SPELLED[request],
    accountid: call.player.player,
    apiversion: API_VERSION,
    device: 'desktop',
    gamesessionid: session,
    ...(call.game === null || request === 'getaccount' ? {} : { [isQuestion ? 'nogsgameid' : 'gameid']: call.game }),
    ...said,
  };
}

function saidOf(call: Call): readonly [GrooveRequest, Said] {
  if (call.kind === 'profile') return ['getaccount', {}];
  if (call.kind === 'balance') return ['getbalance', {}];
  const [first, second, ...more] = call.operations;
  if (second === undefined) return operationOf(first);
  if (more.length > 0 || first.kind !== 'bet' || second.kind !== 'win') throw together();
  return wagerAndResult(call, first, second);
}

const together = (): RangeError => new RangeError('Groove says a wager and its result together, and nothing else');

function wagerAndResult({ game }: MoneyCall, bet: Bet, win: Win): readonly [GrooveRequest, Said] {
  const isFree = bet.flavour === 'free';
  const isOne = bet.id === win.id && bet.round === win.round && win.bet === bet.id && bet.combined && win.combined;
  if (game === null || !isOne || bet.closesRound || win.flavour !== (isFree ? 'free_round' : 'win')) throw together();
  return ['wagerandresult', { ...wagerOf(bet), result: formatDecimal(win.amount), gamestatus: statusOf(win) }];
}

function operationOf(operation: Operation): readonly [GrooveRequest, Said] {
  switch (operation.kind) {
    case 'bet':
      if (operation.combined || operation.closesRound) throw new RangeError('Groove closes a round by its result');
      return ['wager', wagerOf(operation)];
    case 'win':
      return resultOf(operation);
    case 'rollback':
      return undoingOf(operation);
    case 'close':
    case 'adjust':
    case 'deposit':
    case 'withdrawal':
      throw new RangeError(`Groove has no ${operation.kind}`);
  }
}

/** What Groove calls a free round is not the house's affair; that there is one is. */
const FREE = 'frb-1';

function wagerOf(bet: Bet): Said {
  if (bet.round === null || bet.flavour === 'tip') throw new RangeError('Groove has no wager without a round');
  return {
    roundid: bet.round,
    transactionid: bet.id,
    betamount: formatDecimal(bet.amount),
    frbid: bet.flavour === 'free' ? FREE : undefined,
  };
}

const statusOf = (win: Win): string => (win.closesRound ? 'completed' : 'pending');

function resultOf(win: Win): readonly [GrooveRequest, Said] {
  if (win.round === null || win.combined || win.flavour === 'promo')
    throw new RangeError('Groove pays results and jackpots of a round');
  const said = { roundid: win.round, transactionid: win.id, gamestatus: statusOf(win) };
  const amount = formatDecimal(win.amount);
  if (win.flavour === 'jackpot') return ['jackpot', { ...said, amount }];
  return ['result', { ...said, result: amount, frbid: win.flavour === 'free_round' ? FREE : undefined }];
}

function undoingOf({ id, target, round, amount, closesRound }: Rollback): readonly [GrooveRequest, Said] {
  if (closesRound) throw new RangeError('Groove closes a round by its result');
  const said = { transactionid: 'id' in target ? target.id : undefined, roundid: round ?? undefined };
  /** One id is all that is said: what is undone has it, and the undoing has it or one made of it. */
  const isNamed = (request: 'reversewin' | 'rollbackrollback'): boolean =>
    'id' in target && (id === target.id || id === undoingId(request, target.id)) && id.length <= MAX_ID_LENGTH;
  switch (target.kind) {
    case 'bet':
      if (id !== target.id || amount !== null) break;
      return ['rollback', said];
    case 'win':
      if (!isNamed('reversewin') || amount === null) break;
      return ['reversewin', { ...said, amount: formatDecimal(amount) }];
    case 'rollback':
      if (!isNamed('rollbackrollback') || amount !== null) break;
      return ['rollbackrollback', said];
    case 'any':
    case 'round':
      break;
  }
  throw new RangeError('Groove undoes a whole wager, result or rollback under its id');
}

/** Only code 200 is done, and code 1 says nothing; every other code is a refusal. */
function understand(status: number, _headers: Readonly<Record<string, string>>, bytes: Uint8Array): Understood {
  if (status >= 500) return { kind: 'uncertain', reason: `the operator answered ${status}` };
  const json = readJson(bytes);
  if (isProblem(json) || !isJsonObject(json))
    return nonsense(`the operator answered ${status} with a body that is no JSON object`);
  const code = json.get('code');
  if (status !== 200 || !isJsonNumber(code)) return nonsense(`the operator answered ${status} without a code`);
  const balance = textOf(json, 'balance') ?? textOf(json, 'real_balance');
  if (code.text === '1') return { kind: 'uncertain', reason: 'the operator met a technical error' };
  if (code.text !== '200') return { kind: 'rejected', code: code.text, balance, meanings: meaningsOf(code.text) };
  if (balance === null) return nonsense('the answer has no balance that is a number');
  const currency = json.get('currency');
  const id = json.get('accounttransactionid') ?? json.get('walletTx');
  return {
    kind: 'applied',
    duplicate: json.get('status') === DUPLICATE,
    balance,
    currency: typeof currency === 'string' ? currency : null,
    operatorTransactionId: typeof id === 'string' ? id : null,
  };
}

function textOf(json: JsonObject, name: string): string | null {
  const value = json.get(name);
  return isJsonNumber(value) ? value.text : null;
}

const nonsense = (reason: string): Understood => ({ kind: 'nonsense', reason });
