/**
 * The strict JSON reader of the money paths (SIG-09..11, SIG-41). Bytes in, value or problem out; it never throws.
 *
 * Why not a library: the built-in parser turns digits into doubles and takes the last of two equal keys. lossless-json keeps digits, but
 * takes a repeated key whose value is the same, takes lone surrogates, NUL and `__proto__`, and recurses without a bound, so
 * that deep nesting overflows the stack. Here a parser's freedom is a hole: two parsers that disagree about one body mean two
 * different amounts, so whatever could be read in two ways is refused.
 */
import { Buffer, isUtf8 } from 'node:buffer';
import type { Problem } from '../money/index.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { trustedNumber } from './json-value.ts';

export type { JsonArray, JsonNumber, JsonObject, JsonValue, Writable } from './json-value.ts';
export { isJsonArray, isJsonNumber, isJsonObject, jsonNumber, writeJson } from './json-value.ts';

export type JsonReason =
  | 'empty'
  | 'bom'
  | 'not_utf8'
  | 'syntax'
  | 'trailing'
  | 'duplicate_key'
  | 'forbidden_key'
  | 'nul'
  | 'lone_surrogate'
  | 'too_deep'
  | 'too_many_keys'
  | 'too_many_items';

export interface JsonProblem extends Problem<JsonReason> {
  /** offset in the decoded text, 0 for problems of the bytes as a whole */
  readonly position: number;
}

export interface JsonLimits {
  /** objects and arrays inside each other; at most 256 */
  readonly maxDepth: number;
  /** keys of all objects together */
  readonly maxKeys: number;
  /** items of all arrays together */
  readonly maxItems: number;
}

/** Enough for any callback; readers of catalogue pages and reports name their own. */
export const CALLBACK_LIMITS: JsonLimits = Object.freeze({ maxDepth: 32, maxKeys: 2_000, maxItems: 10_000 });

/** The reader recurses once a level, so the depth has a ceiling whatever a caller asks for. */
const DEPTH_CEILING = 256;

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Where the reader stands. Local to one `readJson`. */
interface Cursor {
  readonly text: string;
  readonly limits: JsonLimits;
  at: number;
  depth: number;
  keys: number;
  items: number;
  problem: JsonProblem | null;
}

/** Reads exactly one JSON value. Positions and reasons are safe to log; the body's text is never repeated in a problem. */
export function readJson(bytes: Uint8Array, limits: Partial<JsonLimits> = {}): JsonValue | JsonProblem {
  if (bytes.length === 0) return { kind: 'problem', reason: 'empty', position: 0 };
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return { kind: 'problem', reason: 'bom', position: 0 };
  if (!isUtf8(bytes)) return { kind: 'problem', reason: 'not_utf8', position: 0 };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return readJsonText(text, limits);
}

function readJsonText(text: string, given: Partial<JsonLimits>): JsonValue | JsonProblem {
  const limits = { ...CALLBACK_LIMITS, ...given };
  const cursor: Cursor = { text, limits, at: 0, depth: 0, keys: 0, items: 0, problem: null };
  const value = readValue(cursor);
  if (value !== undefined && cursor.at < text.length) fail(cursor, 'trailing');
  if (cursor.problem !== null) return cursor.problem;
  return value ?? null;
}

/** The value here, blanks around it skipped; undefined once there is a problem. */
function readValue(c: Cursor): JsonValue | undefined {
  skipBlanks(c);
  const value = readBareValue(c);
  skipBlanks(c);
  return value;
}

function readBareValue(c: Cursor): JsonValue | undefined {
  switch (c.text[c.at]) {
    case '{':
      return readNested(c, readObject);
    case '[':
      return readNested(c, readArray);
    case '"':
      return readString(c);
    case 't':
      return readWord(c, 'true', true);
    case 'f':
      return readWord(c, 'false', false);
    case 'n':
      return readWord(c, 'null', null);
    case undefined:
      return fail(c, c.at === 0 || c.text.trim() === '' ? 'empty' : 'syntax');
    default:
      return readNumber(c);
  }
}

function readNested(c: Cursor, read: (c: Cursor) => JsonValue | undefined): JsonValue | undefined {
  c.depth += 1;
  if (c.depth > Math.min(c.limits.maxDepth, DEPTH_CEILING)) return fail(c, 'too_deep');
  c.at += 1;
  const value = read(c);
  c.depth -= 1;
  return value;
}

function readObject(c: Cursor): JsonObject | undefined {
  const members = new Map<string, JsonValue>();
  skipBlanks(c);
  if (take(c, '}')) return members;
  for (;;) {
    skipBlanks(c);
    if (c.text[c.at] !== '"') return fail(c, 'syntax');
    const name = readString(c);
    if (name === undefined) return undefined;
    // after unescaping, so "\u0061mount" is "amount"
    if (members.has(name)) return fail(c, 'duplicate_key');
    if (FORBIDDEN_KEYS.has(name)) return fail(c, 'forbidden_key');
    c.keys += 1;
    if (c.keys > c.limits.maxKeys) return fail(c, 'too_many_keys');
    skipBlanks(c);
    if (!take(c, ':')) return fail(c, 'syntax');
    const value = readValue(c);
    if (value === undefined) return undefined;
    members.set(name, value);
    if (take(c, '}')) return members;
    if (!take(c, ',')) return fail(c, 'syntax');
  }
}

function readArray(c: Cursor): readonly JsonValue[] | undefined {
  const items: JsonValue[] = [];
  skipBlanks(c);
  if (take(c, ']')) return items;
  for (;;) {
    c.items += 1;
    if (c.items > c.limits.maxItems) return fail(c, 'too_many_items');
    const value = readValue(c);
    if (value === undefined) return undefined;
    items.push(value);
    if (take(c, ']')) return items;
    if (!take(c, ',')) return fail(c, 'syntax');
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

function readNumber(c: Cursor): JsonValue | undefined {
  NUMBER.lastIndex = c.at;
  const match = NUMBER.exec(c.text);
  if (match === null) return fail(c, 'syntax');
  c.at += match[0].length;
  // `01`, `1.`, `1_000`: what follows a number is a blank or punctuation, which the caller checks
  return trustedNumber(match[0]);
}

function readWord<T extends boolean | null>(c: Cursor, word: string, value: T): T | undefined {
  if (!c.text.startsWith(word, c.at)) return fail(c, 'syntax');
  c.at += word.length;
  return value;
}

function readString(c: Cursor): string | undefined {
  let result = '';
  c.at += 1;
  // everything since here stands for itself and is copied in one piece
  let plainFrom = c.at;
  for (;;) {
    const code = c.text.charCodeAt(c.at);
    if (code === QUOTE) {
      result += c.text.slice(plainFrom, c.at);
      c.at += 1;
      return result;
    }
    if (code === BACKSLASH) {
      result += c.text.slice(plainFrom, c.at);
      const unescaped = readEscape(c);
      if (unescaped === undefined) return undefined;
      result += unescaped;
      plainFrom = c.at;
    } else if (code >= 0x20) {
      c.at += 1;
    } else {
      // a raw control character, or NaN at the end of the text
      return fail(c, code === 0 ? 'nul' : 'syntax');
    }
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function readEscape(c: Cursor): string | undefined {
  const short = SHORT_ESCAPES.get(c.text[c.at + 1] ?? '');
  if (short !== undefined) {
    c.at += 2;
    return short;
  }
  const first = readUnicodeEscape(c);
  if (first === undefined) return undefined;
  if (first === 0) return fail(c, 'nul');
  if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first);
  // half of a pair: only a high one, directly followed by a low one, is a character
  if (first > 0xdbff || c.text[c.at] !== '\\' || c.text[c.at + 1] !== 'u') return fail(c, 'lone_surrogate');
  const second = readUnicodeEscape(c);
  if (second === undefined) return undefined;
  if (second < 0xdc00 || second > 0xdfff) return fail(c, 'lone_surrogate');
  return String.fromCharCode(first, second);
}

const UNICODE_ESCAPE = /\\u([0-9a-fA-F]{4})/y;

function readUnicodeEscape(c: Cursor): number | undefined {
  UNICODE_ESCAPE.lastIndex = c.at;
  const digits = UNICODE_ESCAPE.exec(c.text)?.[1];
  if (digits === undefined) return fail(c, 'syntax');
  c.at += 6;
  return Number.parseInt(digits, 16);
}

function skipBlanks(c: Cursor): void {
  for (;;) {
    const code = c.text.charCodeAt(c.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    c.at += 1;
  }
}

function take(c: Cursor, character: string): boolean {
  if (c.text[c.at] !== character) return false;
  c.at += 1;
  return true;
}

/** Notes the first problem; everything above returns undefined on the way out. */
function fail(c: Cursor, reason: JsonReason): undefined {
  c.problem ??= { kind: 'problem', reason, position: c.at };
  return undefined;
}
