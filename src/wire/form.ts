/**
 * Strict reader of `application/x-www-form-urlencoded` bodies and of raw queries. Pairs keep their order and their raw spelling,
 * because some dialects sign exactly that (SIG-35). A repeated parameter is refused: two readers would take different ones.
 * Never throws.
 */
import { Buffer } from 'node:buffer';
import type { Problem } from '../money/index.ts';

export interface FormPair {
  readonly rawName: string;
  readonly rawValue: string;
  readonly name: string;
  readonly value: string;
}

export interface Form {
  readonly kind: 'form';
  readonly pairs: readonly FormPair[];
  /** decoded, by name; goes into `fields()` as it is */
  readonly values: ReadonlyMap<string, string>;
}

export type FormReason = 'not_ascii' | 'bad_escape' | 'not_utf8' | 'nul' | 'empty_name' | 'repeated' | 'too_many';
export type FormProblem = Problem<FormReason>;

export interface FormOptions {
  /** what a bare `+` means: a blank in forms, itself in RFC 3986 queries */
  readonly plus: 'space' | 'literal';
  readonly maxPairs?: number;
}

const ESCAPE_OR_PLAIN = /^(?:[^%]|%[0-9a-fA-F]{2})*$/;
const VISIBLE_ASCII = /^[\x21-\x7e]*$/;

/** Reads the bytes of a form body. */
export function readForm(bytes: Uint8Array, options: FormOptions = { plus: 'space' }): Form | FormProblem {
  // one byte, one character: what is not visible ASCII is refused below
  return readPairs(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'), options);
}

/** Reads name=value pairs joined with `&`; everything outside visible ASCII must have been escaped by the sender. */
export function readPairs(raw: string, options: FormOptions): Form | FormProblem {
  const values = new Map<string, string>();
  const pairs: FormPair[] = [];
  if (!VISIBLE_ASCII.test(raw)) return { kind: 'problem', reason: 'not_ascii' };
  // one more than allowed is enough to know
  const maxPairs = options.maxPairs ?? 200;
  const pieces = raw === '' ? [] : raw.split('&', maxPairs + 1);
  if (pieces.length > maxPairs) return { kind: 'problem', reason: 'too_many' };
  for (const piece of pieces) {
    const equals = piece.indexOf('=');
    const rawName = equals < 0 ? piece : piece.slice(0, equals);
    const rawValue = equals < 0 ? '' : piece.slice(equals + 1);
    const name = unescapePercent(rawName, options.plus);
    if (typeof name !== 'string') return name;
    const value = unescapePercent(rawValue, options.plus);
    if (typeof value !== 'string') return value;
    if (name === '') return { kind: 'problem', reason: 'empty_name' };
    // after unescaping, so `%61mount` is `amount`
    if (values.has(name)) return { kind: 'problem', reason: 'repeated' };
    values.set(name, value);
    pairs.push({ rawName, rawValue, name, value });
  }
  return { kind: 'form', pairs, values };
}

function unescapePercent(raw: string, plus: FormOptions['plus']): string | FormProblem {
  const text = plus === 'space' ? raw.split('+').join(' ') : raw;
  if (!text.includes('%')) return text;
  if (!ESCAPE_OR_PLAIN.test(text)) return { kind: 'problem', reason: 'bad_escape' };
  try {
    const plain = decodeURIComponent(text);
    return plain.includes('\0') ? { kind: 'problem', reason: 'nul' } : plain;
  } catch {
    // The escapes are well formed, so it can only be what they spell.
    return { kind: 'problem', reason: 'not_utf8' };
  }
}
