/**
 * What is done to a message on its way. Everything here works on bytes; where a field of the body must be found, it is found by
 * saying the same thing twice with one difference, so that no dialect's field names are known here. Pure.
 */
import { Buffer } from 'node:buffer';
import type { OutboundRequest } from '../dialects/index.ts';
import type { Call, MoneyCall, Operations } from '../wallet/index.ts';
import { externalId, playerId } from '../wallet/index.ts';
import type { Aggregator } from './aggregator.ts';
import { headerOf, withHeader } from './message.ts';
import type { Message } from './message.ts';
import type { Place } from './members.ts';
import type { Notation, Places } from './notation.ts';
import type { BodyChange, SignatureChange, Tamper } from './scenario.ts';
import { NotPlayable } from './speak.ts';
import { FORM_NOTATION, QUERY_NOTATION } from './spoil-form.ts';
import { JSON_NOTATION } from './spoil-json.ts';

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
    if (tamper.on === 'body') message = resigned(spoiled(message, tamper.how, occasion));
    if (tamper.on === 'amount') message = resigned(withAmount(message, tamper.token, occasion));
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
      return withAmount(message, null, occasion);
    case 'line_end':
      return { ...message, body: Buffer.concat([message.body, Buffer.from('\n')]) };
    case 'spaces':
    case 'gibberish':
      return spoiled(message, how, occasion);
  }
}

const REQUEST_ID = '00000000-0000-4000-8000-000000000000';

const NOTATIONS: Readonly<Record<Aggregator['body'], Notation>> = {
  json: JSON_NOTATION,
  form: FORM_NOTATION,
  none: QUERY_NOTATION,
};

const notationOf = ({ aggregator }: Pick<Occasion, 'aggregator'>): Notation => NOTATIONS[aggregator.body];

/** Whether what is done to a message leaves nothing that its signature could be checked over. */
export function hidesItsSender(aggregator: Aggregator, tampers: readonly Tamper[]): boolean {
  const hiding = notationOf({ aggregator }).hidesItsSender;
  return tampers.some((each) => each.on === 'body' && hiding.has(each.how));
}

function spoiled(message: Message, how: BodyChange, occasion: Occasion): Message {
  const notation = notationOf(occasion);
  const change = notation.changes[how];
  if (change === null) return fail(`there is no such thing in a ${NAMES[occasion.aggregator.body]}`);
  const text = notation.read(message);
  return notation.write(message, change(text, placesOf(occasion, text)));
}

const NAMES = { json: 'JSON body', form: 'form', none: 'query' } as const;

/** The amount written as the token says; null: ten times as much. */
function withAmount(message: Message, token: string | null, occasion: Occasion): Message {
  const notation = notationOf(occasion);
  const text = notation.read(message);
  const { amount } = placesOf(occasion, text);
  const changed = amount === null ? null : notation.withAmount(text, amount, token);
  return notation.write(message, Buffer.from(changed ?? fail('this message has no amount of its own'), 'utf8'));
}

function placesOf(occasion: Occasion, text: string): Places {
  const { aggregator, call, nowMs } = occasion;
  const notation = notationOf(occasion);
  if (!notation.isReadable(text)) return fail('the body is no JSON object');
  // a request id that is made of what is said would be the first to differ
  const said = (asked: Call): string => {
    const { path, body } = aggregator.say({ ...asked, requestId: call.requestId ?? REQUEST_ID }, nowMs);
    return notation.read({ url: path, body });
  };
  const differing = (asked: Call): Place | null => notation.differing(said(call), said(asked));
  const player = differing({ ...call, player: other(call) });
  if (call.kind !== 'money') return { id: null, amount: null, player, kind: notation.kindIn(said(call), null) };
  return {
    kind: notation.kindIn(said(call), asWin(call, said)),
    id: differing({ ...call, operations: mapped(call.operations, 'id') }),
    amount: differing({ ...call, operations: mapped(call.operations, 'amount') }),
    player,
  };
}

/** The same bet said as a win; null where it is none, or where that cannot be said. */
function asWin(call: MoneyCall, said: (asked: Call) => string): string | null {
  const [bet, ...more] = call.operations;
  if (bet.kind !== 'bet' || more.length > 0) return null;
  const { id, round, amount, combined, closesRound } = bet;
  try {
    return said({
      ...call,
      operations: [{ kind: 'win', id, round, amount, combined, closesRound, bet: null, flavour: 'win' }],
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
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
