/**
 * `X-Groove-Signature`: HMAC-SHA256 over the values of the query, in the order of their names, with nothing between them. Their text
 * leaves `request` out and two of their own examples put it in, so both are taken. Names and bounds are not covered: `2.5` and `0`
 * signs like `2` and `.50`, which is why the dialect counts as weak.
 */
import { Buffer } from 'node:buffer';
import { isProblem } from '../../money/index.ts';
import { hmacHex, readPairs } from '../../wire/index.ts';
import type { FormProblem } from '../../wire/index.ts';

export type Parameters = ReadonlyMap<string, string>;

/** The query's values by their names in small letters: Groove spells `frbid` and `frbId`. A name twice makes it unreadable. */
export function readParameters(rawQuery: string): Parameters | FormProblem {
  const form = readPairs(rawQuery, { plus: 'space' });
  if (isProblem(form)) return form;
  const parameters = new Map<string, string>();
  for (const { name, value } of form.pairs) {
    const plain = name.toLowerCase();
    if (parameters.has(plain)) return { kind: 'problem', reason: 'repeated' };
    parameters.set(plain, value);
  }
  return parameters;
}

/** `parameters` may have a name twice only where it is written: `readParameters` reads none like that. */
export function signedBytes(
  parameters: Iterable<readonly [name: string, value: string]>,
  withRequest: boolean,
): Buffer {
  const placed = [...parameters].filter(([name]) => withRequest || name !== 'request');
  placed.sort(([a], [b]) => (placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0));
  return Buffer.from(placed.map(([, value]) => value).join(''), 'utf8');
}

/** Their examples have `nogsgameid` where `gameid` would be. */
const placeOf = (name: string): string => (name === 'nogsgameid' ? 'gameid' : name);

export const signatureOf = (key: Uint8Array, parameters: Iterable<readonly [string, string]>): string =>
  hmacHex('sha256', key, signedBytes(parameters, false));
