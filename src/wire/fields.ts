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
  if (isJsonObject(value)) return new Reading(value, '', notes);
  notes.push({ field: 'body', reason: 'not_an_object' });
  return new Reading(NO_FIELDS, '', notes);
}

/** One plain sentence for an answer or a log line. */
export function fieldMessage(problem: FieldProblem): string {
  return `${problem.field}: ${problem.reason}`;
}

/**
 * A class for the sake of its getter: in an object literal, one makes V8 describe every object anew, in descriptions that outlive the
 * message and keep all of it in memory. Its functions are properties, so that they can be handed on by themselves.
 */
class Reading implements Fields {
  readonly #members: ReadonlyMap<string, JsonValue>;
  readonly #path: string;
  readonly #notes: FieldProblem[];

  constructor(members: ReadonlyMap<string, JsonValue>, path: string, notes: FieldProblem[]) {
    this.#members = members;
    this.#path = path;
    this.#notes = notes;
  }

  get problem(): FieldProblem | null {
    return this.#notes[0] ?? null;
  }

  readonly has: Fields['has'] = (name) => this.#members.has(name);
  readonly id: Fields['id'] = (name) => this.#settle(name, readId(this.#members.get(name)), '');
  readonly amount: Fields['amount'] = (name, form) =>
    this.#settle(name, readAmount(this.#members.get(name), form), ZERO_DECIMAL);
  readonly signedAmount: Fields['signedAmount'] = (name, form) =>
    this.#settle(name, readSignedAmount(this.#members.get(name), form), ZERO_DECIMAL);
  readonly minorAmount: Fields['minorAmount'] = (name, scale, form) =>
    this.#settle(name, readMinorAmount(this.#members.get(name), scale, form), ZERO_DECIMAL);
  readonly boolean: Fields['boolean'] = (name) => this.#settle(name, readBoolean(this.#members.get(name)), false);
  readonly text: Fields['text'] = (name, maxLength) =>
    this.#settle(name, readText(this.#members.get(name), maxLength), '');
  readonly integer: Fields['integer'] = (name) => this.#settle(name, readInteger(this.#members.get(name)), 0);
  readonly oneOf: Fields['oneOf'] = (name, words) =>
    this.#settle(name, readOneOf(this.#members.get(name), words), words[0]);
  readonly object: Fields['object'] = (name) => this.#nested(name, this.#members.get(name));
  readonly list: Fields['list'] = (name, read, maxItems = 1_000) =>
    this.#items(name, maxItems, (item, at) => read(this.#nested(at, item)));
  readonly ids: Fields['ids'] = (name, maxItems = 1_000) =>
    this.#items(name, maxItems, (item, at) => this.#settle(at, readId(item), ''));
  readonly optional: Fields['optional'] = (name, read) =>
    (this.#members.get(name) ?? null) === null ? null : read(name);
  readonly refuse: Fields['refuse'] = (name, reason) => void this.#notes.push({ field: this.#path + name, reason });

  #settle<T>(name: string, result: T | Misfit, placeholder: T): T {
    if (!isMisfit(result)) return result;
    this.refuse(name, result.reason);
    return placeholder;
  }

  #items<T>(name: string, maxItems: number, read: (item: JsonValue, at: string) => T): readonly T[] {
    const value = this.#members.get(name);
    if (value === undefined) return this.#settle(name, misfit('missing'), []);
    if (!isJsonArray(value)) return this.#settle(name, misfit('wrong_type'), []);
    if (value.length > maxItems) return this.#settle(name, misfit('too_many'), []);
    return value.map((item, index) => read(item, `${name}[${index}]`));
  }

  #nested(name: string, value: JsonValue | undefined): Fields {
    const path = `${this.#path}${name}.`;
    if (isJsonObject(value)) return new Reading(value, path, this.#notes);
    this.refuse(name, value === undefined ? 'missing' : 'not_an_object');
    return new Reading(NO_FIELDS, path, this.#notes);
  }
}
