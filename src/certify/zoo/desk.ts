/**
 * The operator's own desk: the two read-only questions of the kit's lookup (lookup.ts), and what it may arrange (backstage.ts).
 * Open to whoever reaches the address, for the zoo lives on 127.0.0.1 and nowhere else.
 */
import { isProblem } from '../../money/index.ts';
import { isJsonObject, readJson } from '../../wire/index.ts';
import type { JsonValue } from '../../wire/index.ts';
import type { Row, Wallet } from './book.ts';
import type { Database } from './database.ts';
import { CORRECT } from './habits.ts';
import type { Answer } from './habits.ts';
import { decimalText, error } from './words.ts';
import { scaleOf } from './world.ts';
import type { ZooCast } from './world.ts';

export interface DeskQuestion {
  readonly method: string;
  /** below `/v1` */
  readonly path: string;
  readonly query: string;
  readonly body: Uint8Array;
  readonly nowMs: number;
}

export function answerDesk(database: Database, cast: ZooCast, question: DeskQuestion): Answer {
  const [, place, player = '', more] = question.path.split('/');
  const named = decodeURIComponent(player);
  if (question.method === 'GET' && question.path === '/transactions') {
    const id = new URLSearchParams(question.query).get('external_id') ?? '';
    return { status: 200, body: { items: database.rowsOf(id).map(itemOf) } };
  }
  if (question.method === 'GET' && place === 'players' && more === 'balances') {
    const { currency, scale } = named === cast.exchanged.id ? cast.exchanged.wallet : cast;
    const units = database.balanceAt(named, currency, question.nowMs);
    const balance = { currency, balance: decimalText(units ?? 0n, scale) };
    return { status: 200, body: units === null ? [] : [balance] };
  }
  if (question.method === 'PATCH' && place === 'players' && more === undefined)
    return arrange(database, cast, named, question.body);
  return error(404, 'not_found', 'There is nothing here.');
}

function itemOf(row: Row): Readonly<Record<string, string | null>> {
  const { player, currency, amount, round, bet } = row.facts;
  // an amount in a currency that is not known was read with all digits an amount may have
  const scale = scaleOf(currency) ?? 60;
  return {
    kind: row.kind,
    external_id: row.id,
    player_id: player,
    state: row.state,
    currency,
    amount: amount === null ? null : decimalText(amount, scale),
    reversed_amount: decimalText(row.returned, scale),
    round_id: round,
    reference: bet,
  };
}

function arrange(database: Database, cast: ZooCast, player: string, body: Uint8Array): Answer {
  const json = readJson(body);
  if (isProblem(json) || !isJsonObject(json)) return error(400, 'bad_request', 'body: not one JSON object');
  const change = changeOf(cast, json.get('status'), json.get('limits'));
  if (change === null) return error(400, 'bad_request', 'Say status or limits.');
  return database.changeWallet(player, cast.currency, change) === null
    ? error(404, 'not_found', 'There is no such player.')
    : { status: 200, body: { id: player } };
}

function changeOf(
  cast: ZooCast,
  status: JsonValue | undefined,
  limits: JsonValue | undefined,
): Partial<Pick<Wallet, 'status' | 'maxStake'>> | null {
  if (status === 'active' || status === 'blocked' || status === 'self_excluded') return { status };
  const ofCurrency = limits !== undefined && isJsonObject(limits) ? limits.get(cast.currency) : undefined;
  const maxStake = ofCurrency !== undefined && isJsonObject(ofCurrency) ? ofCurrency.get('max_stake') : undefined;
  if (maxStake === null) return { maxStake };
  const units = typeof maxStake === 'string' ? CORRECT.unitsOf(maxStake, cast.scale) : null;
  return typeof units === 'bigint' ? { maxStake: units } : null;
}
