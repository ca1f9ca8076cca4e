/** The members of a JSON object as they are written, so that one can be changed without touching a byte of the others. Pure. */

/** Name and value as raw text, the name with its quotes. */
export type Member = readonly [name: string, value: string];

/** Null when the text is no flat enough JSON object. */
export function membersOf(text: string): readonly Member[] | null {
  const inside = /^\s*\{([\s\S]*)\}\s*$/.exec(text)?.[1];
  if (inside === undefined) return null;
  if (inside.trim() === '') return [];
  const members: Member[] = [];
  for (const piece of splitAt(inside, ',')) {
    const [name, ...value] = splitAt(piece, ':');
    if (name === undefined || value.length === 0) return null;
    members.push([name.trim(), value.join(':').trim()]);
  }
  return members;
}

/** The elements of a JSON array, as they are written; null when it is none. */
export function elementsOf(text: string): readonly string[] | null {
  const inside = /^\s*\[([\s\S]*)\]\s*$/.exec(text)?.[1];
  return inside === undefined ? null : splitAt(inside, ',');
}

/** Which member, and of which member the first element that is an object, and so on inwards. */
export type Place = readonly [number, ...number[]];

/** The members in which a place is, changed. */
export function changeAt(
  text: string,
  [at, ...inner]: Place,
  change: (members: readonly Member[], at: number) => readonly Member[],
): string | null {
  const found = membersOf(text);
  if (found === null) return null;
  const [next, ...rest] = inner;
  if (next === undefined) return joinMembers(change(found, at));
  const [name = '', value = ''] = found[at] ?? [];
  const [first, ...others] = elementsOf(value) ?? [];
  const changed = first === undefined ? null : changeAt(first, [next, ...rest], change);
  return changed === null ? null : joinMembers(found.with(at, [name, `[${[changed, ...others].join(',')}]`]));
}

/** Where two texts with the same members have another value first; null when nowhere. */
export function firstDifference(one: string, other: string): Place | null {
  const [here, there] = [membersOf(one) ?? [], membersOf(other) ?? []];
  const at = here.findIndex(([name, value], index) => there[index]?.[0] === name && there[index][1] !== value);
  const [mine, theirs] = [here[at]?.[1] ?? '', there[at]?.[1] ?? ''];
  if (at < 0) return null;
  const [first, second] = [elementsOf(mine)?.[0], elementsOf(theirs)?.[0]];
  const inner = first === undefined || second === undefined ? null : firstDifference(first, second);
  return inner === null ? [at] : [at, ...inner];
}

/** Where a member has this very value; null when nowhere. */
export function placeOfValue(text: string, value: string): Place | null {
  const found = membersOf(text) ?? [];
  for (const [at, [, each]] of found.entries()) {
    if (each === value) return [at];
    const first = elementsOf(each)?.[0];
    const inner = first === undefined ? null : placeOfValue(first, value);
    if (inner !== null) return [at, ...inner];
  }
  return null;
}

export const joinMembers = (members: readonly Member[], colon = ':', comma = ','): string =>
  `{${members.map(([name, value]) => `${name}${colon}${value}`).join(comma)}}`;

/** Splits at a sign that is in no string and no bracket. */
function splitAt(text: string, sign: string): readonly string[] {
  const pieces: string[] = [];
  let depth = 0;
  let isInString = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const each = text.charAt(at);
    if (isInString) {
      if (each === '\\') at += 1;
      else if (each === '"') isInString = false;
    } else if (each === '"') isInString = true;
    else if (each === '{' || each === '[') depth += 1;
    else if (each === '}' || each === ']') depth -= 1;
    else if (each === sign && depth === 0) {
      pieces.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...pieces, text.slice(from)];
}
