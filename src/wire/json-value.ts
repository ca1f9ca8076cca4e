/**
 * JSON as this house keeps it: a number is its exact text, an object is a Map. Nothing here can be confused with a plain
 * JavaScript object, so no key of a stranger ever reaches a prototype, and no digit of an amount passes through a double.
 */

const numberMark: unique symbol = Symbol('json number');

/** A JSON number as it stood on the wire. Only `jsonNumber` makes one, so data cannot pretend to be one. */
export interface JsonNumber {
  readonly kind: 'number';
  /** exactly as written, e.g. `1.00`, `1e2` */
  readonly text: string;
  readonly [numberMark]: true;
}

export type JsonObject = ReadonlyMap<string, JsonValue>;
export type JsonArray = readonly JsonValue[];
export type JsonValue = null | boolean | string | JsonNumber | JsonObject | JsonArray;

/** What `writeJson` accepts besides what `readJson` returns. Absent (`undefined`) members are left out. */
export type Writable =
  | null
  | boolean
  | string
  | bigint
  | number
  | JsonNumber
  | readonly Writable[]
  | ReadonlyMap<string, Writable>
  | { readonly [name: string]: Writable | undefined };

const NUMBER_GRAMMAR = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** A JSON number of exactly this text, e.g. an amount of a dialect that wants numbers. Text that is no JSON number is a defect. */
export function jsonNumber(text: string): JsonNumber {
  if (!NUMBER_GRAMMAR.test(text)) throw new TypeError('not the text of a JSON number');
  return trustedNumber(text);
}

/** For the reader, which has checked the grammar already. */
export function trustedNumber(text: string): JsonNumber {
  return { kind: 'number', text, [numberMark]: true };
}

export function isJsonNumber(value: unknown): value is JsonNumber {
  return typeof value === 'object' && value !== null && numberMark in value;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return value instanceof Map;
}

export function isJsonArray(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

/**
 * Compact JSON text; the same value always gives the same bytes (members in the order given). A `JsonNumber` is written
 * verbatim, a bigint as its digits. A JavaScript number must be a safe integer: counts and times, never money.
 */
export function writeJson(value: Writable): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw new TypeError('only whole numbers are written as numbers; amounts are strings or JsonNumber');
    return Object.is(value, -0) ? '0' : value.toString();
  }
  if (isJsonNumber(value)) return value.text;
  if (isList(value)) return `[${value.map(writeJson).join(',')}]`;
  const members: string[] = [];
  const entries = isMap(value) ? value.entries() : Object.entries(value);
  for (const [name, member] of entries) {
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${writeJson(member)}`);
  }
  return `{${members.join(',')}}`;
}

function isList(value: Writable): value is readonly Writable[] {
  return Array.isArray(value);
}

function isMap(value: Writable): value is ReadonlyMap<string, Writable> {
  return value instanceof Map;
}
