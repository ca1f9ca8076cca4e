/**
 * What is done to a message on its way. Everything here works on bytes; where a field of the body must be found, it is found by
 * saying the same thing twice with one difference, so that no dialect's field names are known here. Pure.
 */
import { Buffer } from 'node:buffer';
import type { OutboundRequest } from '../dialects/index.ts';
import type { Call, Operations } from '../wallet/index.ts';
import { externalId, playerId } from '../wallet/index.ts';
import type { Aggregator } from './aggregator.ts';
import { bodyChanges } from './body-changes.ts';
import { headerOf, withHeader } from './message.ts';
import type { Message } from './message.ts';
import { changeAt, firstDifference, membersOf, placeOfValue } from './members.ts';
import type { Place } from './members.ts';
import type { SignatureChange, Tamper } from './scenario.ts';
import { NotPlayable } from './speak.ts';

export interface Occasion {
  readonly aggregator: Aggregator;
  readonly call: Call;
  readonly url: string;
  readonly nowMs: number;
}

/** The message an aggregator would send, with everything done to it that the scenario asks for. */
export function messageOf(occasion: Occasion, tampers: readonly Tamper[]): Message {
  const clock = tampers.find((each) => each.on === 'clock');
  const saidAtMs = clock === undefined ? occasion.nowMs : occasion.nowMs + clock.offsetMs;
  let message = plain(occasion.aggregator.say(occasion.call, saidAtMs), occasion.url);
  const resigned = (changed: Message): Message => signerOf(occasion).sign(changed, saidAtMs);
  for (const tamper of tampers) {
    if (tamper.on === 'body') message = resigned({ ...message, body: changed(message, tamper.how, occasion) });
    if (tamper.on === 'amount') message = resigned({ ...message, body: withAmount(message, tamper.token, occasion) });
  }
  for (const tamper of tampers) message = later(message, tamper, { ...occasion, nowMs: saidAtMs });
  return message;
}

export function plain(said: OutboundRequest, url: string): Message {
  return {
    method: said.method,
    url: `${url}${said.path}`,
    headers: Object.entries(said.headers),
    body: said.body,
    transport: null,
  };
}

/** What is done after the message was signed. */
function later(message: Message, tamper: Tamper, occasion: Occasion): Message {
  switch (tamper.on) {
    case 'body':
    case 'amount':
      return message;
    case 'clock':
      return tamper.unit === 's' ? message : inMilliseconds(message, occasion);
    case 'signed_body':
      return changedAfterSigning(message, tamper.how, occasion);
    case 'signature':
      return withSignature(message, tamper.how, occasion);
    case 'signature_name':
      return renamed(message, nameOfSignature(occasion), tamper.how);
    case 'header':
      return withHeader(message, tamper.name, tamper.value);
    case 'transport':
      return { ...message, transport: tamper.how };
  }
}

function inMilliseconds(message: Message, { nowMs, aggregator }: Occasion): Message {
  // a signer that reads its milliseconds as seconds writes a number a thousand times as large
  return (aggregator.signer ?? fail('the kit cannot sign a time of its own')).sign(message, nowMs * 1000);
}

function signerOf({ aggregator }: Occasion) {
  return aggregator.signer ?? fail('the kit cannot sign altered bytes in this dialect');
}

function fail(why: string): never {
  throw new NotPlayable(why);
}

function nameOfSignature({ aggregator }: Occasion): string {
  return aggregator.signatureHeader ?? fail('the signature of this dialect is in no header');
}

function renamed(message: Message, name: string, how: 'upper' | 'lower' | 'mixed'): Message {
  const value = headerOf(message, name);
  const spelled = {
    upper: name.toUpperCase(),
    lower: name.toLowerCase(),
    mixed: name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
  }[how];
  return withHeader(withHeader(message, name, null), spelled, value);
}

function withSignature(message: Message, how: SignatureChange, occasion: Occasion): Message {
  const name = nameOfSignature(occasion);
  const right = headerOf(message, name) ?? '';
  const set = (value: string | null) => withHeader(message, name, value);
  switch (how.kind) {
    case 'absent':
      return set(null);
    case 'text':
      return set(how.text);
    case 'one_digit':
      return set(`${right.slice(0, -1)}${right.endsWith('0') ? '1' : '0'}`);
    case 'upper_case':
      return set(right.toUpperCase());
    case 'prefixed':
      return set(`${how.prefix}${right}`);
    case 'cut':
      return set(right.slice(0, Math.min(how.length, right.length - 1)));
    case 'longer':
      return set(right.padEnd(Math.max(how.length, right.length + 1), '0'));
    case 'twice':
      return { ...message, headers: [...message.headers, [name, right]] };
    case 'list':
      return set(`v1=${'0'.repeat(right.length)},v1=${right}`);
    case 'made_with':
      return signerOf(occasion).sign(message, occasion.nowMs, how.with);
  }
}

function textOf(message: Message): string {
  return Buffer.from(message.body).toString('utf8');
}

function changedAfterSigning(
  message: Message,
  how: Extract<Tamper, { on: 'signed_body' }>['how'],
  occasion: Occasion,
): Message {
  switch (how) {
    case 'one_byte': {
      if (message.body.byteLength === 0)
        return { ...message, url: message.url.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x')) };
      const bytes = Buffer.from(message.body);
      const last = bytes.byteLength - 2;
      bytes.writeUInt8((bytes.at(last) ?? 0) ^ 1, last);
      return { ...message, body: bytes };
    }
    case 'amount':
      return withLargerAmount(message, occasion);
    case 'line_end':
      return { ...message, body: Buffer.concat([message.body, Buffer.from('\n')]) };
    case 'spaces':
      return { ...message, body: changed(message, 'spaces', occasion) };
    case 'not_json':
      return { ...message, body: Buffer.from('this is not JSON at all') };
  }
}

/** Ten times the amount, in JSON, in a form, or in the query. */
function withLargerAmount(message: Message, occasion: Occasion): Message {
  const { body, url } = message;
  if (occasion.aggregator.body === 'json') return { ...message, body: withAmount(message, null, occasion) };
  const { aggregator, call, nowMs } = occasion;
  if (call.kind !== 'money') return fail('this message has no amount');
  const isQuery = body.byteLength === 0;
  const pairsOf = (said: Pick<OutboundRequest, 'path' | 'body'>): readonly string[] =>
    (isQuery ? said.path.slice(said.path.indexOf('?') + 1) : Buffer.from(said.body).toString('utf8')).split('&');
  const there = pairsOf(aggregator.say({ ...call, operations: mapped(call.operations, 'amount') }, nowMs));
  const pairs = pairsOf({ path: url, body }).map((pair, at) =>
    pair === there[at] ? pair : pair.replace(/=(\d+)/, '=$10'),
  );
  const text = pairs.join('&');
  if (isQuery) return { ...message, url: `${url.slice(0, url.indexOf('?'))}?${text}` };
  return { ...message, body: Buffer.from(text, 'utf8') };
}

const REQUEST_ID = '00000000-0000-4000-8000-000000000000';

/** Where in the body the transaction id, the amount, the player and the word for a bet are; null: nowhere. */
export interface Places {
  readonly id: Place | null;
  readonly amount: Place | null;
  readonly player: Place | null;
  readonly kind: Place | null;
}

function changed(message: Message, how: Extract<Tamper, { on: 'body' }>['how'], occasion: Occasion): Uint8Array {
  const { signer } = occasion.aggregator;
  if (signer === null) return fail('the kit cannot sign altered bytes in this dialect');
  return bodyChanges[how](textOf(message), placesOf(occasion, textOf(message)));
}

/** The amount's token replaced; null: by ten times as much. */
function withAmount(message: Message, token: string | null, occasion: Occasion): Uint8Array {
  const text = textOf(message);
  const { amount } = placesOf(occasion, text);
  const valued = (value: string) => (token === null ? value.replace(/(\d+)/, '$10') : written(token, value));
  const changed =
    amount === null
      ? null
      : changeAt(text, amount, (members, at) =>
          members.with(at, [members[at]?.[0] ?? '', valued(members[at]?.[1] ?? '')]),
        );
  return Buffer.from(changed ?? fail('this message has no amount of its own'), 'utf8');
}

/** The token with the amount in its place: `$n` is the amount as a number, `$` its digits. */
function written(token: string, value: string): string {
  const digits = value.replaceAll('"', '');
  const result = token.replace('$n', () => digits).replace('$', () => digits);
  // an amount that counts units has no zeros to write behind it
  if (token.includes('$') && !value.startsWith('"')) return fail('the dialect writes amounts as numbers anyway');
  const isOdd = token.startsWith('$n') && !/^-?\d+(\.\d+)?$/.test(result);
  return isOdd ? fail(`the amount ${digits} cannot be written as ${token}`) : result;
}

function placesOf(occasion: Occasion, text: string): Places {
  const { call } = occasion;
  if (membersOf(text) === null) return fail('the body is no JSON object');
  // a request id that is made of what is said would be the first to differ
  const said = (asked: Call): string => {
    const request = { ...asked, requestId: call.requestId ?? REQUEST_ID };
    return Buffer.from(occasion.aggregator.say(request, occasion.nowMs).body).toString('utf8');
  };
  const differing = (asked: Call): Place | null => firstDifference(said(call), said(asked));
  const kind = placeOfValue(said(call), '"bet"');
  if (call.kind !== 'money')
    return { id: null, amount: null, player: differing({ ...call, player: other(call) }), kind };
  return {
    kind,
    id: differing({ ...call, operations: mapped(call.operations, 'id') }),
    amount: differing({ ...call, operations: mapped(call.operations, 'amount') }),
    player: differing({ ...call, player: other(call) }),
  };
}

function other(call: Call): Call['player'] {
  return call.player.kind === 'id' ? { kind: 'id', player: playerId(`${call.player.player}-other`) } : call.player;
}

/** The same operations with another id, or another amount. */
function mapped(operations: Operations, what: 'id' | 'amount'): Operations {
  const [first, ...rest] = operations;
  const changedOne = (each: Operations[number], at: number): Operations[number] => {
    if (each.kind === 'close') return each;
    if (what === 'id') return { ...each, id: externalId(`${each.id}-other`) };
    if (at > 0 || each.amount === null) return each;
    return {
      ...each,
      amount: { unscaled: each.amount.unscaled + 10n ** BigInt(each.amount.scale), scale: each.amount.scale },
    };
  };
  return [changedOne(first, 0), ...rest.map((each, at) => changedOne(each, at + 1))];
}
