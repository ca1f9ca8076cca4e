/**
 * `GET /games/lobby`, both ends: the tables of a live game. A launch of such a game names one of them by its `lobbyData`. The list, and
 * the limits of a table, may come as one object where there is one; an entry that cannot be read is left out, as no table to choose.
 */
import { decimalOf, formatDecimal, isProblem } from '../../money/index.ts';
import type { Decimal } from '../../money/index.ts';
import {
  errandProblem,
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  readAmount,
  readId,
  readText,
  writeJson,
} from '../../wire/index.ts';
import type { Errand, ErrandProblem, ErrandResponse, JsonObject, JsonValue, Writable } from '../../wire/index.ts';
import type { ListedGame, ListedTable, RawResponse, Stamp, TableLimit, TablesAsked } from '../dialect.ts';
import { objectOf, signedRequest } from './api.ts';
import type { Merchant } from './api.ts';
import { refuse } from './launch.ts';

export const LOBBY_PATH = '/games/lobby';
const LIMITS = { maxDepth: 8, maxKeys: 50_000, maxItems: 50_000 };
const MOST_TABLES = 500;
const MOST_LIMITS = 50;
const LONGEST_DATA = 2_000;

export function lobbyErrand(
  merchant: Merchant,
  url: string,
  asked: TablesAsked,
  stamp: Stamp,
): Errand<readonly ListedTable[]> {
  const parameters = [
    { name: 'game_uuid', value: asked.game },
    { name: 'currency', value: asked.currency },
  ];
  const at = { seconds: Math.floor(stamp.nowMs / 1_000), nonce: stamp.nonce };
  return {
    kind: 'tables',
    request: signedRequest(merchant, { method: 'GET', url: `${url}${LOBBY_PATH}`, parameters }, at),
    timeoutMs: 8_000,
    retries: 1,
    read: readTables,
  };
}

/** One or several of what the document shows as either. */
const listOf = (value: JsonValue | undefined): readonly JsonValue[] =>
  isJsonArray(value) ? value : value === undefined || value === null ? [] : [value];

function readTables(response: ErrandResponse): readonly ListedTable[] | ErrandProblem {
  const json = objectOf('tables', response, LIMITS);
  if ('kind' in json) return json;
  const entries = json.get('lobby');
  if (!isJsonArray(entries) && !isJsonObject(entries))
    return errandProblem('unreadable', 'tables: the answer has no lobby', response.status);
  return listOf(entries).slice(0, MOST_TABLES).flatMap(readTable);
}

function readTable(entry: JsonValue): readonly ListedTable[] {
  if (!isJsonObject(entry)) return [];
  const table = dataOf(entry.get('lobbyData'));
  if (table === null) return [];
  const text = (name: string): string | null => {
    const value = readText(entry.get(name), 255);
    return isProblem(value) || value === '' ? null : value;
  };
  const isOpen = entry.get('isOpen') ?? null;
  // without a word on it a table is as open as any game; flags of theirs are also 0 and 1
  const open = isOpen === null || isOpen === true || (isJsonNumber(isOpen) && isOpen.text === '1');
  const limits = listOf(entry.get('limits')).slice(0, MOST_LIMITS).flatMap(readLimit);
  const told = { opens: text('openTime'), closes: text('closeTime'), dealer: text('dealerName') };
  return [{ table, name: text('name') ?? table, open, ...told, limits }];
}

/** Opaque, and longer than an id may be: passed back as it is. */
function dataOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value === '' || value.length > LONGEST_DATA ? null : value;
  const id = readId(value);
  return isProblem(id) ? null : id;
}

function readLimit(entry: JsonValue): readonly TableLimit[] {
  if (!isJsonObject(entry)) return [];
  const currency = readId(entry.get('currency'));
  return isProblem(currency) ? [] : [{ currency, min: amountIn(entry, 'min'), max: amountIn(entry, 'max') }];
}

function amountIn(entry: JsonObject, name: string): Decimal | null {
  const amount = readAmount(entry.get(name));
  return isProblem(amount) ? null : amount;
}

const TABLES = ['Salon', 'Club', 'Terrace'] as const;

/** Three tables of every game with a lobby, one of them closed, to whoever signed for them. */
export function serveLobby(asked: ReadonlyMap<string, string>, find: (code: string) => ListedGame | null): RawResponse {
  const [game, currency] = [find(asked.get('game_uuid') ?? ''), asked.get('currency') ?? ''];
  if (currency === '') return refuse(422, 'Unprocessable entity', 'A parameter is missing or wrong.');
  if (game === null || !game.features.includes('lobby')) return refuse(404, 'Not Found', 'There is no such lobby.');
  const lobby = TABLES.map((name, index): Writable => {
    const limits = [{ currency, min: decimalOf(1n, 0), max: decimalOf(BigInt(100 * (index + 1)), 0) }];
    return {
      lobbyData: dataFor(game.code, index),
      name: `${game.name} ${name}`,
      isOpen: index < TABLES.length - 1,
      openTime: '10:00',
      closeTime: '04:00',
      dealerName: null,
      technology: 'HTML5',
      limits: limits.map(({ min, max }) => ({ currency, min: formatDecimal(min), max: formatDecimal(max) })),
      tableId: String(index + 1),
    };
  });
  return { status: 200, headers: { 'content-type': 'application/json' }, body: writeJson({ lobby }) };
}

const dataFor = (game: string, index: number): string => `${game}/table-${index + 1}`;

/** True where a launch names a table that stands in that game's list and is open. */
export function isTableOf(game: string, data: string): boolean {
  return TABLES.slice(0, -1).some((_name, index) => dataFor(game, index) === data);
}
