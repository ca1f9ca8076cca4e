/**
 * Where a value stands in somebody's JSON: `data.amount`, `result.XXBTZUSD.c[0]`, `[0].price`, `["odd name"]`, and
 * `[symbol=BTCUSD]` for the one item of a list whose member reads so. Nothing is computed, nothing is searched for deeper than
 * the path says, and two items that match are none.
 */
import type { JsonValue } from '../../wire/index.ts';
import { isJsonArray, isJsonNumber, isJsonObject } from '../../wire/index.ts';

type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'item'; readonly index: number }
  | { readonly kind: 'where'; readonly name: string; readonly equals: string };

export type JsonPath = readonly Step[];

const MAX_STEPS = 16;
const STEP = /(?:(?<=.)\.|(?<![^]))([\w:$-]+)|\[(\d{1,5})\]|\["([^"\]]+)"\]|\[([\w:$-]+)=([^\]"]+)\]/y;

/** Null for text that is no path. */
export function parsePath(text: string): JsonPath | null {
  const steps: Step[] = [];
  const pattern = new RegExp(STEP);
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null || steps.length >= MAX_STEPS) return null;
    const [whole, member, index, quoted, name, equals] = match;
    if (index !== undefined) steps.push({ kind: 'item', index: Number.parseInt(index, 10) });
    else if (name !== undefined && equals !== undefined) steps.push({ kind: 'where', name, equals });
    else steps.push({ kind: 'member', name: member ?? quoted ?? '' });
    at += whole.length;
  }
  return steps.length === 0 ? null : steps;
}

/** The value there; undefined when there is none. */
export function valueAt(value: JsonValue, path: JsonPath): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const step of path) found = found === undefined ? undefined : take(found, step);
  return found;
}

/** The text of a string, or a number's digits exactly as written; undefined for anything else. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return isJsonNumber(value) ? value.text : undefined;
}

function take(value: JsonValue, step: Step): JsonValue | undefined {
  switch (step.kind) {
    case 'member':
      return isJsonObject(value) ? value.get(step.name) : undefined;
    case 'item':
      return isJsonArray(value) ? value[step.index] : undefined;
    case 'where': {
      if (!isJsonArray(value)) return undefined;
      const matching = value.filter((each) => isJsonObject(each) && textOf(each.get(step.name)) === step.equals);
      return matching.length === 1 ? matching[0] : undefined;
    }
  }
}
