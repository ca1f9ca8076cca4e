/**
 * The one canonical spelling of a launch's parameters (scenarios A.9): sorted by the bytes of their names, RFC 3986 escaping
 * with upper-case hex, blank as `%20`, absent ones left out. Both sides sign this text, so a front end that reorders
 * parameters or respells escapes does no harm (LCH-06, LCH-09), and any changed value does (LCH-10).
 */
import { Buffer } from 'node:buffer';
import type { Form, FormOptions, FormProblem } from './form.ts';
import { readPairs } from './form.ts';

type Parameters = Readonly<Record<string, string | undefined>> | ReadonlyMap<string, string>;

/** The canonical query of the parameters that are present. A lone surrogate in a value throws: it has no UTF-8. */
export function canonicalQuery(parameters: Parameters): string {
  const present: { readonly name: string; readonly bytes: Buffer; readonly value: string }[] = [];
  const entries: Iterable<[string, string | undefined]> = isMap(parameters) ? parameters : Object.entries(parameters);
  for (const [name, value] of entries) {
    if (value !== undefined) present.push({ name, bytes: Buffer.from(name, 'utf8'), value });
  }
  present.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  return present.map(({ name, value }) => `${percentEncode(name)}=${percentEncode(value)}`).join('&');
}

/** RFC 3986: everything but `A-Z a-z 0-9 - . _ ~` is escaped, byte by byte of its UTF-8. */
export function percentEncode(text: string): string {
  // encodeURIComponent leaves these five alone, RFC 3986 reserves them
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Reads a query as RFC 3986 means it (a bare `+` is a plus); repeated parameters and bad escapes are problems (LCH-11). */
export function parseQueryStrict(raw: string, options: FormOptions = { plus: 'literal' }): Form | FormProblem {
  return readPairs(raw, options);
}

function isMap(parameters: Parameters): parameters is ReadonlyMap<string, string> {
  return parameters instanceof Map;
}
