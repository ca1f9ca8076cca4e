/**
 * Reading the fields of a parsed body in a straight line: each reader returns a value of its type, the first misfit is kept,
 * and the dialect asks once at the end. After a misfit the values are placeholders that must not be used, hence:
 *
 *   const f = fields(body);
 *   const player = f.id('player_id');
 *   const amount = f.amount('amount');
 *   const round = f.optional('round_id', f.id);
 *   if (f.problem) return badRequest(f.problem);
 *
 * Nothing is trimmed, folded or normalised (BET-32), and a problem never repeats what was sent.
 */
import type { Decimal, Problem } from '../money/index.ts';
import { decimalOf, isNegative, isProblem, parseDecimal, ZERO_DECIMAL } from '../money/index.ts';
import type { JsonValue } from './json.ts';
import { isJsonArray, isJsonNumber, isJsonObject } from './json.ts';

export type FieldReason =
  | 'missing'
  | 'wrong_type'
  | 'empty'
  | 'too_long'
  | 'control_character'
  | 'syntax'
  | 'exponent'
  | 'negative'
  | 'not_whole'
  | 'out_of_range'
  | 'unknown_value'
  | 'not_an_object'
  | 'too_many';

export interface FieldProblem {
  /** path of the field, e.g. `amount`, `totals.bet`, `transactions[2].kind`; `body` for the whole */
  readonly field: string;
  readonly reason: FieldReason;
}

/** A single value that does not fit. */
export type Misfit = Problem<FieldReason>;

export type AmountForm = 'string' | 'number' | 'either';

export const MAX_ID_LENGTH = 255;

// C0, DEL and C1: invisible, and NUL is more than PostgreSQL takes
const CONTROL = /\p{Cc}/u;
const DIGITS = /^[0-9]+$/;
const WHOLE = /^-?(?:0|[1-9][0-9]*)$/;

const misfit = (reason: FieldReason): Misfit => ({ kind: 'problem', reason });

/**
 * An opaque id of 1 to 255 characters, counted in UTF-16 units, without control characters. A JSON number made only of digits
 * is taken by its exact text, so 12345678901234567890 stays what it is (BET-33).
 */
export function readId(value: JsonValue | undefined): string | Misfit {
  if (value === undefined) return misfit('missing');
  let text: string;
  if (typeof value === 'string') text = value;
  else if (isJsonNumber(value) && DIGITS.test(value.text)) text = value.text;
  else return misfit('wrong_type');
  if (text === '') return misfit('empty');
  if (text.length > MAX_ID_LENGTH) return misfit('too_long');
  return CONTROL.test(text) ? misfit('control_character') : text;
}

/** A decimal, read digit by digit from a string or a JSON number; may be negative. Exponents are refused (BET-10). */
export function readSignedAmount(value: JsonValue | undefined, form: AmountForm = 'either'): Decimal | Misfit {
  if (value === undefined) return misfit('missing');
  const text = amountText(value, form);
  if (text === null) return misfit('wrong_type');
  return parseDecimal(text);
}

/** As `readSignedAmount`, but never below zero: a negative stake must not become a credit (BET-05). */
export function readAmount(value: JsonValue | undefined, form: AmountForm = 'either'): Decimal | Misfit {
  const amount = readSignedAmount(value, form);
  return !isProblem(amount) && isNegative(amount) ? misfit('negative') : amount;
}

/** A whole number of the dialect's own units of 10^-scale: 100 at scale 2 is 1.00, 100000 at scale 5 is 1.00 (BET-14). */
export function readMinorAmount(
  value: JsonValue | undefined,
  scale: number,
  form: AmountForm = 'either',
): Decimal | Misfit {
  if (value === undefined) return misfit('missing');
  const text = amountText(value, form);
  if (text === null) return misfit('wrong_type');
  const whole = parseDecimal(text);
  if (isProblem(whole)) return whole;
  // by its text: 1.0 is not the spelling of a count
  if (!WHOLE.test(text)) return misfit('not_whole');
  return isNegative(whole) ? misfit('negative') : decimalOf(whole.unscaled, scale);
}

export function readBoolean(value: JsonValue | undefined): boolean | Misfit {
  if (value === undefined) return misfit('missing');
  return typeof value === 'boolean' ? value : misfit('wrong_type');
}

/** Text of 0 to `maxLength` characters; line breaks are fine, other control characters are not. */
export function readText(value: JsonValue | undefined, maxLength = 1_000): string | Misfit {
  if (value === undefined) return misfit('missing');
  if (typeof value !== 'string') return misfit('wrong_type');
  if (value.length > maxLength) return misfit('too_long');
  return CONTROL.test(value.replaceAll(/[\t\r\n]/g, '')) ? misfit('control_character') : value;
}

/** One of the given words, exactly as spelled. */
export function readOneOf<const Word extends string>(
  value: JsonValue | undefined,
  words: readonly Word[],
): Word | Misfit {
  if (value === undefined) return misfit('missing');
  if (typeof value !== 'string') return misfit('wrong_type');
  return words.find((word) => word === value) ?? misfit('unknown_value');
}

/** A JSON number that is a whole number of at most 15 digits: counts, versions and times, never money. */
export function readInteger(value: JsonValue | undefined): number | Misfit {
  if (value === undefined) return misfit('missing');
  if (!isJsonNumber(value)) return misfit('wrong_type');
  if (!WHOLE.test(value.text)) return misfit('not_whole');
  if (value.text.length > 15) return misfit('out_of_range');
  return value.text === '-0' ? 0 : Number.parseInt(value.text, 10);
}

function isMisfit(result: unknown): result is Misfit {
  return isProblem(result);
}

function amountText(value: JsonValue, form: AmountForm): string | null {
  if (typeof value === 'string') return form === 'number' ? null : value;
  if (isJsonNumber(value)) return form === 'string' ? null : value.text;
  return null;
}

export interface Fields {
  /** the first misfit, if any; ask before using any value */
  readonly problem: FieldProblem | null;
  readonly has: (name: string) => boolean;
  readonly id: (name: string) => string;
  readonly amount: (name: string, form?: AmountForm) => Decimal;
  readonly signedAmount: (name: string, form?: AmountForm) => Decimal;
  readonly minorAmount: (name: string, scale: number, form?: AmountForm) => Decimal;
  readonly boolean: (name: string) => boolean;
  readonly text: (name: string, maxLength?: number) => string;
  readonly integer: (name: string) => number;
  readonly oneOf: <const Word extends string>(name: string, words: readonly [Word, ...Word[]]) => Word;
  /** the nested object's fields; their problems are this one's problems */
  readonly object: (name: string) => Fields;
  /** each item of a list of objects, at most `maxItems` */
  readonly list: <T>(name: string, read: (item: Fields) => T, maxItems?: number) => readonly T[];
  /** a list of ids or words, at most `maxItems` */
  readonly ids: (name: string, maxItems?: number) => readonly string[];
  /** null when the field is absent or JSON null, else what `read` makes of it */
  readonly optional: <T>(name: string, read: (name: string) => T) => T | null;
  /** a misfit the dialect found itself, e.g. two fields that do not go together */
  readonly refuse: (name: string, reason: FieldReason) => void;
}

const NO_FIELDS: ReadonlyMap<string, JsonValue> = new Map();

/** The fields of a parsed body or of a form's values. Anything but an object is a problem of `body`. */
export function fields(value: JsonValue): Fields {
  const notes: FieldProblem[] = [];
  if (isJsonObject(value)) return fieldsOf(value, '', notes);
  notes.push({ field: 'body', reason: 'not_an_object' });
  return fieldsOf(NO_FIELDS, '', notes);
}

/** One plain sentence for an answer or a log line. */
export function fieldMessage(problem: FieldProblem): string {
  return `${problem.field}: ${problem.reason}`;
}

function fieldsOf(members: ReadonlyMap<string, JsonValue>, path: string, notes: FieldProblem[]): Fields {
  const refuse = (name: string, reason: FieldReason): void => void notes.push({ field: path + name, reason });

  function settle<T>(name: string, result: T | Misfit, placeholder: T): T {
    if (!isMisfit(result)) return result;
    refuse(name, result.reason);
    return placeholder;
  }

  function items<T>(name: string, maxItems: number, read: (item: JsonValue, at: string) => T): readonly T[] {
    const value = members.get(name);
    if (value === undefined) return settle(name, misfit('missing'), []);
    if (!isJsonArray(value)) return settle(name, misfit('wrong_type'), []);
    if (value.length > maxItems) return settle(name, misfit('too_many'), []);
    return value.map((item, index) => read(item, `${name}[${index}]`));
  }

  function nested(name: string, value: JsonValue | undefined): Fields {
    if (isJsonObject(value)) return fieldsOf(value, `${path}${name}.`, notes);
    refuse(name, value === undefined ? 'missing' : 'not_an_object');
    return fieldsOf(NO_FIELDS, `${path}${name}.`, notes);
  }

  return {
    get problem() {
      return notes[0] ?? null;
    },
    has: (name) => members.has(name),
    id: (name) => settle(name, readId(members.get(name)), ''),
    amount: (name, form) => settle(name, readAmount(members.get(name), form), ZERO_DECIMAL),
    signedAmount: (name, form) => settle(name, readSignedAmount(members.get(name), form), ZERO_DECIMAL),
    minorAmount: (name, scale, form) => settle(name, readMinorAmount(members.get(name), scale, form), ZERO_DECIMAL),
    boolean: (name) => settle(name, readBoolean(members.get(name)), false),
    text: (name, maxLength) => settle(name, readText(members.get(name), maxLength), ''),
    integer: (name) => settle(name, readInteger(members.get(name)), 0),
    oneOf: (name, words) => settle(name, readOneOf(members.get(name), words), words[0]),
    object: (name) => nested(name, members.get(name)),
    list: (name, read, maxItems = 1_000) => items(name, maxItems, (item, at) => read(nested(at, item))),
    ids: (name, maxItems = 1_000) => items(name, maxItems, (item, at) => settle(at, readId(item), '')),
    optional: (name, read) => ((members.get(name) ?? null) === null ? null : read(name)),
    refuse,
  };
}
