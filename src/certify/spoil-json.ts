/** How each spoiling of a message is said in JSON: a table, one line a change. Each takes the text and gives the bytes. Pure. */
import { Buffer } from 'node:buffer';
import { changeAt, firstDifference, joinMembers, membersOf, placeOfValue } from './members.ts';
import type { Member } from './members.ts';
import type { Change, Notation, Places, Spoilings } from './notation.ts';
import { NotPlayable } from './speak.ts';

const DEPTH = 100_000;
const KEYS = 200_000;
/** Beyond what any callback needs; the operator's own limit may be lower. */
const OVERSIZE_BYTES = 2 * 1024 * 1024;
const LONG_ID = 256;

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

/** A change of the whole text. */
const whole =
  (change: (text: string) => string): Change =>
  (text) =>
    bytes(change(text));

/** A change of the members, written as plainly as before. */
const members =
  (change: (members: readonly Member[], places: Places) => readonly Member[]): Change =>
  (text, places) => {
    const found = membersOf(text);
    if (found === null) throw new NotPlayable('the body is no JSON object');
    return bytes(joinMembers(change(found, places)));
  };

const added = (...more: readonly Member[]): Change => members((found) => [...found, ...more]);
/** Something put at the end of the transaction id, as it is written between the quotes. */
const inId = (text: string): Change => valueAt('id', (value) => `${value.slice(0, -1)}${text}"`);

function valueAt(place: keyof Places, change: (value: string) => string): Change {
  return placed(place, (found, at) => found.with(at, [found[at]?.[0] ?? '', change(found[at]?.[1] ?? '')]));
}

/** A change of the members among which a place is. */
function placed(place: keyof Places, change: (members: readonly Member[], at: number) => readonly Member[]): Change {
  return (text, places) => {
    const at = places[place];
    const changed = at === null ? null : changeAt(text, at, change);
    if (changed === null) throw new NotPlayable(`this message has no ${place} of its own`);
    return bytes(changed);
  };
}

const without = (place: keyof Places): Change => placed(place, (found, at) => found.toSpliced(at, 1));

const twice = (place: keyof Places, value: string): Change =>
  placed(place, (found, at) => [...found, [found[at]?.[0] ?? '', value]]);

/** Null: JSON has no such thing. */
const changes: Spoilings = {
  spaces: (text) => bytes(`{ ${joinMembers(membersOf(text) ?? [], ': ', ', ').slice(1, -1)} }`),
  line_end: whole((text) => `${text}\n`),
  reordered: members((found) => found.toReversed()),
  escaped_slashes: added(['"note"', String.raw`"https:\/\/x.test\/a"`]),
  escaped_letters: valueAt('player', (value) => {
    const code = value.charCodeAt(1).toString(16).padStart(4, '0');
    return String.raw`"\u${code}${value.slice(2)}`;
  }),
  unknown_fields: added(['"jackpot_contribution"', '"0.01"'], ['"channel"', '"desktop"']),
  byte_order_mark: (text) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes(text)]),
  invalid_utf8: (text) =>
    Buffer.concat([bytes(`${text.slice(0, -1)},"note":"`), Buffer.from([0xff, 0xfe]), bytes('"}')]),
  lone_surrogate: inId(String.raw`\ud800`),
  nul_in_id: inId(String.raw`\u0000`),
  newline_in_id: inId('\n'),
  empty_id: valueAt('id', () => '""'),
  long_id: valueAt('id', (value) => `${value.slice(0, -1).padEnd(LONG_ID + 1, 'x')}"`),
  id_of_255: valueAt('id', (value) => `"${value.slice(1, -2).padEnd(254, 'x')}${value.slice(-2)}`),
  numeric_id: valueAt('id', () => 'true'),
  twice_amount: twice('amount', '"1000.00"'),
  twice_id: twice('id', '"another-id"'),
  deeply_nested: (text) => bytes(`${text.slice(0, -1)},"note":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}`),
  a_million_keys: (text) =>
    bytes(`${text.slice(0, -1)},${Array.from({ length: KEYS }, (_none, at) => `"k${at}":0`).join(',')}}`),
  prototype_keys: (text) => bytes(`${text.slice(0, -1)},"__proto__":{"amount":"1000.00","type":"win"}}`),
  truncated: (text) => bytes(text.slice(0, -2)),
  empty: () => bytes(''),
  gibberish: () => bytes('this is not JSON at all'),
  json_array: whole((text) => `[${text}]`),
  json_null: () => bytes('null'),
  two_documents: whole((text) => `${text}${text}`),
  comments: whole((text) => `/* a bet */${text}`),
  single_quotes: whole((text) => text.replaceAll('"', "'")),
  trailing_comma: whole((text) => `${text.slice(0, -1)},}`),
  oversize: (text) => bytes(`${text.slice(0, -1)},"note":"${'x'.repeat(OVERSIZE_BYTES)}"}`),
  without_amount: without('amount'),
  without_id: without('id'),
  without_player: without('player'),
  unknown_type: valueAt('kind', () => '"jackpot_spin"'),
  amount_list: null,
  twice_amount_escaped: null,
  nested_name: null,
  bad_escape: null,
  semicolons: null,
  plus_for_blank: null,
  lower_escapes: null,
};

/** The amount's token as it is written in JSON. */
function written(token: string, value: string): string {
  const digits = value.replaceAll('"', '');
  const result = token.replace('$n', () => digits).replace('$', () => digits);
  // an amount that counts units has no zeros to write behind it
  if (token.includes('$') && !value.startsWith('"'))
    throw new NotPlayable('the dialect writes amounts as numbers anyway');
  const isOdd = token.startsWith('$n') && !/^-?\d+(\.\d+)?$/.test(result);
  if (isOdd) throw new NotPlayable(`the amount ${digits} cannot be written as ${token}`);
  return result;
}

export const JSON_NOTATION: Notation = {
  read: ({ body }) => Buffer.from(body).toString('utf8'),
  write: (message, body) => ({ ...message, body }),
  isReadable: (text) => membersOf(text) !== null,
  differing: firstDifference,
  kindIn: (bet) => placeOfValue(bet, '"bet"'),
  changes,
  // a body that cannot be read is no reason to doubt who wrote it
  hidesItsSender: new Set(),
  withAmount: (text, place, token) =>
    changeAt(text, place, (found, at) =>
      found.with(at, [
        found[at]?.[0] ?? '',
        token === null ? (found[at]?.[1] ?? '').replace(/(\d+)/, '$10') : written(token, found[at]?.[1] ?? ''),
      ]),
    ),
};
