/**
 * A genuine body to a call. `BetWin` holds bets and wins that happen together or not at all, `Rollback` undoes them by their ids,
 * `Finish` closes a round, and that of the free spins pays what an issue came to. Amounts are texts of the vendor's own pattern.
 */
import { decimalOf, isProblem, parseDecimal } from '../../money/index.ts';
import type { Currencies, Decimal } from '../../money/index.ts';
import { fieldMessage, fields, isJsonObject, readJson } from '../../wire/index.ts';
import type { Fields, JsonObject } from '../../wire/index.ts';
import type { Bet, Call, Operations, PlayerReference, Rollback, Win } from '../../wallet/call.ts';
import { externalId, gameCode, playerId, roundId } from '../../wallet/ids.ts';
import type { RoundId } from '../../wallet/ids.ts';
import type { RawRequest } from '../dialect.ts';
import { tooPrecise } from '../precision.ts';

export type Reading =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'bad_request'; readonly message: string };

export const PATHS = {
  balance: '/v2/a8r_casino.Player/Balance',
  betWin: '/v2/a8r_casino.Round/BetWin',
  rollback: '/v2/a8r_casino.Round/Rollback',
  finish: '/v2/a8r_casino.Round/Finish',
  freespins: '/v2/a8r_casino.Freespins/Finish',
} as const;
type Method = keyof typeof PATHS;

const METHODS: ReadonlyMap<string, Method> = new Map([
  [PATHS.balance, 'balance'],
  [PATHS.betWin, 'betWin'],
  [PATHS.rollback, 'rollback'],
  [PATHS.finish, 'finish'],
  [PATHS.freespins, 'freespins'],
]);

const TRANSACTIONS_MAX = 100;
const AMOUNT = /^\d{1,18}(?:\.\d{1,12})?$/;
const CURRENCY = /^[A-Z0-9]{2,15}$/;

export function decodeA8r(request: Pick<RawRequest, 'subpath' | 'body'>, currencies: Currencies): Reading {
  const method = METHODS.get(request.subpath);
  if (method === undefined) return bad('path: not served');
  const json = readJson(request.body);
  if (isProblem(json)) return bad(`body: ${json.reason}`);
  if (!isJsonObject(json)) return bad('body: not_an_object');
  const call = method === 'freespins' ? freespinsOf(json) : callOf(json, method, currencies);
  return typeof call === 'string' ? bad(call) : { kind: 'call', call };
}

const bad = (message: string): Reading => ({ kind: 'bad_request', message });

/** Their payload of a session is not ours to read. */
const NAMELESS = { session: null, requestId: null } as const;

function callOf(json: JsonObject, method: Exclude<Method, 'freespins'>, currencies: Currencies): Call | string {
  const f = fields(json);
  const player: PlayerReference = { kind: 'id', player: playerId(f.id('player_id')) };
  const currency = f.id('currency');
  if (f.problem === null && !CURRENCY.test(currency)) f.refuse('currency', 'syntax');
  const game = f.optional('game_id', f.id);
  const provider = f.optional('provider', f.id);
  const operations = method === 'balance' ? null : operationsOf(f, method);
  if (f.problem !== null) return fieldMessage(f.problem);
  const context = { player, ...NAMELESS, currency, game: game === null ? null : gameCode(game), provider };
  if (operations === null) return { kind: 'balance', ...context };
  return precisionProblem(operations, currency, currencies) ?? { kind: 'money', ...context, operations };
}

function operationsOf(f: Fields, method: Exclude<Method, 'balance' | 'freespins'>): Operations | null {
  const round = roundId(f.id('round_id'));
  if (method === 'finish') {
    // The address is not signed, so the body of another method must not close a round.
    if (f.has('transactions')) f.refuse('transactions', 'unknown_value');
    return [{ kind: 'close', round }];
  }
  const finished = f.optional('finished', f.boolean) ?? false;
  const read = (item: Fields): Transaction => (method === 'betWin' ? playOf(item, round) : undoOf(item, round));
  const list = f.list('transactions', read, TRANSACTIONS_MAX);
  refuseTwins(f, list);
  const [first, ...more] = list.map((each, index) =>
    finished && index === list.length - 1 ? { ...each, closesRound: true } : each,
  );
  if (first === undefined && f.problem === null) f.refuse('transactions', 'empty');
  return first === undefined ? null : [first, ...more];
}

type Transaction = Bet | Win | Rollback;

function playOf(f: Fields, round: RoundId): Bet | Win {
  const kind = f.oneOf('type', ['bet', 'win']);
  const common = {
    id: externalId(f.id('id')),
    round,
    amount: amountOf(f, 'amount'),
    combined: false,
    closesRound: false,
  };
  if (kind === 'bet') return { kind, ...common, flavour: 'cash' };
  const bet = f.optional('bet_id', f.id);
  return { kind, ...common, bet: bet === null ? null : externalId(bet), flavour: 'win' };
}

function undoOf(f: Fields, round: RoundId): Rollback {
  const target = { kind: 'any', id: externalId(f.id('original_id')) } as const;
  return { kind: 'rollback', id: externalId(f.id('id')), target, round, amount: null, closesRound: false };
}

/** An id twice in one request, its own or the one it undoes, is a mistake of the sender (their testing checklist). */
function refuseTwins(f: Fields, list: readonly Transaction[]): void {
  const targets = list.flatMap((each) => (each.kind === 'rollback' && 'id' in each.target ? [each.target.id] : []));
  for (const ids of [list.map(({ id }) => id), targets])
    if (f.problem === null && new Set(ids).size !== ids.length) f.refuse('transactions', 'unknown_value');
}

function amountOf(f: Fields, name: string): Decimal {
  const text = f.text(name, 31);
  if (AMOUNT.test(text)) {
    // their pattern allows zeros in front, which mean nothing
    const amount = parseDecimal(text.replace(/^0+(?=\d)/, ''));
    if (!isProblem(amount)) return amount;
  }
  if (f.problem === null) f.refuse(name, text.startsWith('-') ? 'negative' : 'syntax');
  return decimalOf(0n, 0);
}

/** What the free rounds of an issue came to is one win of it, paid to whom the issue was granted. */
function freespinsOf(json: JsonObject): Call | string {
  const f = fields(json);
  const issue = f.id('issue_id');
  const amount = amountOf(f, 'amount');
  if (f.problem !== null) return fieldMessage(f.problem);
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
  const player: PlayerReference = { kind: 'grant', issue, subunits: null };
  return { kind: 'money', player, ...NAMELESS, currency: null, game: null, provider: null, operations: [win] };
}

/** More digits than the currency has are refused, never rounded (BET-06). An unknown currency is the wallet's to refuse. */
function precisionProblem(operations: Operations, code: string, currencies: Currencies): string | null {
  const fine = tooPrecise(operations, currencies.get(code));
  return fine === null ? null : `transactions[${operations.indexOf(fine.operation)}].amount: ${fine.reason}`;
}
