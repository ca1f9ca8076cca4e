/**
 * A message of the generic dialect, read as docs/dialects/generic.md says. Shares the strict JSON reader with the gateway, because
 * that is a tool and no opinion; what the fields mean is read here a second time.
 */
import { Buffer } from 'node:buffer';
import { isProblem } from '../../money/index.ts';
import { isJsonNumber, isJsonObject, readJson } from '../../wire/index.ts';
import type { JsonObject, JsonValue } from '../../wire/index.ts';
import type { Call, Facts, Kind, Leg } from './book.ts';
import type { Habits } from './habits.ts';

/** A message that cannot be understood; nothing is booked. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

export interface ReadingOptions {
  readonly unitsOf: Habits['unitsOf'];
  /** decimals of a currency; null for one the operator does not know */
  readonly scaleOf: (currency: string) => number | null;
}

const NEEDS_SESSION = new Set(['balance', 'bet', 'win', 'bet_win']);
const MAX_DIGITS = 60;

/** Throws `Unreadable` where the message breaks the protocol. */
export function readCall(body: Uint8Array, options: ReadingOptions): Call {
  const json = readJson(body);
  if (isProblem(json) || !isJsonObject(json)) throw new Unreadable('body: not one JSON object');
  const type = idOf(json, 'type');
  const named = NEEDS_SESSION.has(type) ? idOf : optionalId;
  const asker = {
    player: idOf(json, 'player_id'),
    currency: idOf(json, 'currency'),
    session: named(json, 'session_id'),
    game: named(json, 'game_code'),
  };
  const scale = options.scaleOf(asker.currency) ?? MAX_DIGITS;
  const amountOf = (name: string): bigint => {
    const units = options.unitsOf(amountText(json, name), scale);
    if (typeof units === 'string') throw new Unreadable(`${name}: ${units}`);
    return units;
  };
  const factsOf = (more: Pick<Facts, 'round' | 'bet' | 'amount' | 'flavour' | 'combined'>): Facts => {
    const { player, currency, game } = asker;
    return { player, currency, game, bytes: Buffer.from(body).toString('utf8'), ...more };
  };
  const leg = (kind: Kind, facts: Facts, closesRound = flag(json, 'round_closed')): Leg => ({
    kind,
    id: idOf(json, 'transaction_id'),
    facts,
    closesRound,
  });
  switch (type) {
    case 'balance':
      return { type, ...asker };
    case 'close':
      return { type, ...asker, round: idOf(json, 'round_id') };
    case 'bet': {
      const more = { round: idOf(json, 'round_id'), bet: null, amount: amountOf('amount'), combined: false };
      return { type: 'money', ...asker, legs: [leg('bet', factsOf({ ...more, flavour: stakeFlavour(json) }))] };
    }
    case 'win': {
      const flavour = winFlavour(json);
      const round = flavour === 'win' ? idOf(json, 'round_id') : optionalId(json, 'round_id');
      const more = { round, bet: optionalId(json, 'bet_transaction_id'), amount: amountOf('amount'), combined: false };
      return { type: 'money', ...asker, legs: [leg('win', factsOf({ ...more, flavour }))] };
    }
    case 'bet_win': {
      const round = idOf(json, 'round_id');
      const bet = { round, bet: null, amount: amountOf('bet_amount'), flavour: stakeFlavour(json), combined: true };
      const id = idOf(json, 'transaction_id');
      const win = { round, bet: id, amount: amountOf('win_amount'), flavour: 'win', combined: true };
      return { type: 'money', ...asker, legs: [leg('bet', factsOf(bet), false), leg('win', factsOf(win))] };
    }
    case 'refund': {
      const amount = isAbsent(json, 'amount') ? null : amountOf('amount');
      if (amount === 0n) throw new Unreadable('amount: nothing to refund');
      const bet = idOf(json, 'bet_transaction_id');
      const more = { round: optionalId(json, 'round_id'), bet, amount, flavour: '', combined: false };
      return { type: 'money', ...asker, legs: [leg('rollback', factsOf(more))] };
    }
    default:
      throw new Unreadable('type: not one of this dialect');
  }
}

const isAbsent = (json: JsonObject, name: string): boolean => (json.get(name) ?? null) === null;

/** 1 to 255 characters without control characters; a JSON number of digits only is taken by its digits. */
function idOf(json: JsonObject, name: string): string {
  const value: JsonValue | undefined = json.get(name);
  const text = isJsonNumber(value) && /^[0-9]+$/.test(value.text) ? value.text : value;
  if (typeof text !== 'string' || text === '' || text.length > 255 || /\p{Cc}/u.test(text))
    throw new Unreadable(`${name}: not an id`);
  return text;
}

const optionalId = (json: JsonObject, name: string): string | null => (isAbsent(json, name) ? null : idOf(json, name));

function amountText(json: JsonObject, name: string): string {
  const value = json.get(name);
  if (typeof value === 'string') return value;
  if (isJsonNumber(value)) return value.text;
  throw new Unreadable(`${name}: not an amount`);
}

function flag(json: JsonObject, name: string): boolean {
  if (isAbsent(json, name)) return false;
  const value = json.get(name);
  if (typeof value !== 'boolean') throw new Unreadable(`${name}: not true or false`);
  return value;
}

const stakeFlavour = (json: JsonObject): string => (flag(json, 'free') ? 'free' : 'cash');

function winFlavour(json: JsonObject): string {
  if (isAbsent(json, 'kind')) return 'win';
  const kind = json.get('kind');
  if (kind === 'win' || kind === 'jackpot' || kind === 'promo' || kind === 'free_round') return kind;
  throw new Unreadable('kind: not one of this dialect');
}
