/**
 * How each spoiling of a message is said in a form or a query: `name=value` pairs joined with `&`. Every value is a text there, so
 * what JSON tells from one another by its types is one and the same, and is said once. Pure.
 */
import { Buffer } from 'node:buffer';
import { percentEncode } from '../wire/index.ts';
import type { Message } from './message.ts';
import type { Place } from './members.ts';
import type { Change, Notation, Places, Spoilings, Written } from './notation.ts';
import type { BodyChange } from './scenario.ts';
import { NotPlayable } from './speak.ts';

type Pair = readonly [name: string, value: string];

const KEYS = 200_000;
const DEPTH = 100_000;
const OVERSIZE_BYTES = 2 * 1024 * 1024;
const LONG_ID = 256;

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

/** Raw, as they are written. */
function pairsOf(text: string): readonly Pair[] {
  return text === ''
    ? []
    : text.split('&').map((piece) => {
        const at = piece.indexOf('=');
        return at < 0 ? [piece, ''] : [piece.slice(0, at), piece.slice(at + 1)];
      });
}

const joined = (pairs: readonly Pair[]): string => pairs.map(([name, value]) => `${name}=${value}`).join('&');

const whole =
  (change: (text: string) => string): Change =>
  (text) =>
    bytes(change(text));

const added = (...more: readonly Pair[]): Change => whole((text) => joined([...pairsOf(text), ...more]));

/** A change of the pairs among which a place is. */
const placed =
  (place: keyof Places, change: (pairs: readonly Pair[], at: number) => readonly Pair[]): Change =>
  (text, places) => {
    const at = places[place]?.[0];
    if (at === undefined) throw new NotPlayable(`this message has no ${place} of its own`);
    return bytes(joined(change(pairsOf(text), at)));
  };

const nameAt = (pairs: readonly Pair[], at: number): string => pairs[at]?.[0] ?? '';
const valueAt = (place: keyof Places, change: (value: string) => string): Change =>
  placed(place, (pairs, at) => pairs.with(at, [nameAt(pairs, at), change(pairs[at]?.[1] ?? '')]));
const again = (place: keyof Places, value: string, spelled: (name: string) => string = (name) => name): Change =>
  placed(place, (pairs, at) => [...pairs, [spelled(nameAt(pairs, at)), value]]);
const without = (place: keyof Places): Change => placed(place, (pairs, at) => pairs.toSpliced(at, 1));

/** Every letter and digit that is no escape itself written as one, though it need not be. */
const escaped = (text: string): string =>
  text.replaceAll(/%[0-9a-fA-F]{2}|[a-zA-Z0-9]/g, (each) =>
    each.startsWith('%') ? each : `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
const firstEscaped = (name: string): string => `${escaped(name.slice(0, 1))}${name.slice(1)}`;

const changes: Spoilings = {
  spaces: whole((text) => joined(pairsOf(text).map(([name, value]) => [name, escaped(value)]))),
  line_end: null,
  reordered: whole((text) => joined(pairsOf(text).toReversed())),
  escaped_slashes: null,
  escaped_letters: valueAt('player', firstEscaped),
  unknown_fields: added(['jackpot_contribution', '0.01'], ['channel', 'desktop']),
  byte_order_mark: whole((text) => `%EF%BB%BF${text}`),
  invalid_utf8: added(['note', '%FF%FE']),
  lone_surrogate: valueAt('id', (value) => `${value}%ED%A0%80`),
  nul_in_id: valueAt('id', (value) => `${value}%00`),
  newline_in_id: valueAt('id', (value) => `${value}%0A`),
  empty_id: valueAt('id', () => ''),
  long_id: valueAt('id', (value) => value.padEnd(LONG_ID, 'x')),
  id_of_255: valueAt('id', (value) => `${value.slice(0, -1).padEnd(254, 'x')}${value.slice(-1)}`),
  // "true" is an id like any other
  numeric_id: null,
  twice_amount: again('amount', '1000.00'),
  twice_id: again('id', 'another-id'),
  deeply_nested: null,
  a_million_keys: whole((text) => `${text}&${Array.from({ length: KEYS }, (_none, at) => `k${at}=0`).join('&')}`),
  prototype_keys: added(['__proto__[amount]', '1000.00'], ['__proto__[type]', 'win'], ['constructor', 'x']),
  truncated: whole((text) => `${text.slice(0, -1)}%4`),
  empty: () => bytes(''),
  gibberish: () => bytes('this%20is%20no%20message%20at%20all'),
  json_array: null,
  json_null: null,
  two_documents: whole((text) => `${text}&${text}`),
  comments: null,
  single_quotes: null,
  trailing_comma: null,
  oversize: whole((text) => `${text}&note=${'x'.repeat(OVERSIZE_BYTES)}`),
  without_amount: without('amount'),
  without_id: without('id'),
  without_player: without('player'),
  unknown_type: valueAt('kind', () => 'jackpot_spin'),
  amount_list: again('amount', '1000.00', (name) => `${name}[]`),
  twice_amount_escaped: again('amount', '1000.00', firstEscaped),
  nested_name: whole((text) => `${text}&note${'[a]'.repeat(DEPTH)}=x`),
  bad_escape: added(['note', '%zz']),
  semicolons: whole((text) => text.replaceAll('&', ';')),
  plus_for_blank: added(['note', 'one+two%20three']),
  lower_escapes: added(['note', 'caf%c3%a9%2f']),
};

const hidesItsSender: ReadonlySet<BodyChange> = new Set([
  'byte_order_mark',
  'invalid_utf8',
  'lone_surrogate',
  'nul_in_id',
  'newline_in_id',
  'twice_amount',
  'twice_id',
  'a_million_keys',
  'truncated',
  'empty',
  'gibberish',
  'two_documents',
  'amount_list',
  'twice_amount_escaped',
  'nested_name',
  'bad_escape',
  'semicolons',
]);

/** Numbers of JSON whose text is another scenario. */
const SAID_AS_TEXT = /^(-?\d+(\.\d+)?|NaN)$/;

/** How the token of an amount is written where there are only texts; a list and an object are names with brackets. */
function written(name: string, token: string, value: string): Pair {
  if (token.includes('$n') || SAID_AS_TEXT.test(token)) throw new NotPlayable('a form has no numbers, only texts');
  const quoted = /^"(.*)"$/s.exec(token)?.[1];
  if (quoted !== undefined) return [name, percentEncode(quoted.replace('$', () => value))];
  if (token === '[]') return [`${name}[]`, ''];
  if (token === '{}') return [`${name}[x]`, ''];
  const listed = /^\["(.*)"\]$/.exec(token)?.[1];
  return listed === undefined ? [name, percentEncode(token)] : [`${name}[]`, percentEncode(listed)];
}

function withAmount(text: string, [at]: Place, token: string | null): string | null {
  const pairs = pairsOf(text);
  const [name = '', value] = pairs[at] ?? [];
  if (value === undefined) return null;
  return joined(pairs.with(at, token === null ? [name, value.replace(/(\d+)/, '$10')] : written(name, token, value)));
}

function differing(one: string, other: string): Place | null {
  const [here, there] = [pairsOf(one), pairsOf(other)];
  const at = here.findIndex(([name, value], index) => there[index]?.[0] === name && there[index][1] !== value);
  return at < 0 ? null : [at];
}

const COMMON = {
  isReadable: (text: string) => text.includes('='),
  differing,
  kindIn: (bet: string, win: string | null): Place | null => {
    const others = new Map(win === null ? [] : pairsOf(win));
    const isAmount = (value: string) => /^[0-9.]*$/.test(value);
    const at = pairsOf(bet).findIndex(
      ([name, value]) => others.has(name) && others.get(name) !== value && !isAmount(value),
    );
    return at < 0 ? null : [at];
  },
  changes,
  hidesItsSender,
  withAmount,
} as const;

export const FORM_NOTATION: Notation = {
  ...COMMON,
  read: ({ body }) => Buffer.from(body).toString('utf8'),
  write: (message, body) => ({ ...message, body }),
};

const beforeQuery = (url: string): string => url.split('?', 1)[0] ?? '';

export const QUERY_NOTATION: Notation = {
  ...COMMON,
  read: ({ url }: Written) => url.slice(beforeQuery(url).length + 1),
  write: (message: Message, text) => ({ ...message, url: `${beforeQuery(message.url)}?${text.toString('utf8')}` }),
};
