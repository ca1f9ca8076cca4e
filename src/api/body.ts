/**
 * The API's JSON, read as strictly as an aggregator's: a repeated key or a broken character is refused, because two readers
 * could take it for two different amounts. Amounts never pass through here as numbers: schemas take them as text only.
 */
import { isProblem } from '../money/index.ts';
import { isJsonArray, isJsonNumber, isJsonObject, readJson } from '../wire/index.ts';
import type { JsonValue } from '../wire/index.ts';
import { ApiProblem } from './problem.ts';

/** The body as plain data for the schemas, or a 400 that names the reason and place. */
export function readBody(bytes: Uint8Array): unknown {
  const value = readJson(bytes);
  if (isProblem(value)) {
    const detail = `The body is not valid JSON: ${value.reason.replaceAll('_', ' ')} at ${value.position}.`;
    throw new ApiProblem({ status: 400, code: 'bad_request', detail });
  }
  return plain(value);
}

function plain(value: JsonValue): unknown {
  if (isJsonNumber(value)) return Number(value.text);
  if (isJsonObject(value)) return Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]));
  return isJsonArray(value) ? value.map(plain) : value;
}

/** Text that is the same for equal data, whatever the order of its keys: what an Idempotency-Key is tied to. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`);
  return `{${members.join(',')}}`;
}
