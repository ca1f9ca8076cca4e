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
