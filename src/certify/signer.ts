/**
 * Signs what no aggregator would send: bytes that were altered, and signatures that must not be believed. How the dialect signs is
 * its mirror's; wrong signatures are made by a stranger's keys, over other bytes, or, where it is an HMAC of the body, by hand.
 */
import { Buffer } from 'node:buffer';
import { createHash, createHmac } from 'node:crypto';
import type { Signing } from '../dialects/index.ts';
import { newToken } from '../platform/index.ts';
import { headerOf, withHeader } from './message.ts';
import type { Message } from './message.ts';
import type { SignatureRecipe } from './scenario.ts';

/** Signs any bytes as the aggregator would, or wrongly on purpose. */
export interface Signer {
  readonly header: string;
  readonly signsTime: boolean;
  /** the operator knows a second key, for changing from one to the other */
  readonly hasSecond: boolean;
  /** the signature of these bytes; a recipe makes one that must not be believed. RangeError for what cannot be signed, or not so */
  readonly sign: (message: Message, nowMs: number, recipe?: SignatureRecipe) => Message;
}

/** `strangers`: of the same dialect with other keys. Null where nothing is signed. */
export function signerOf(
  signing: Signing | undefined,
  strangers: Signing | undefined,
  settings: Readonly<Record<string, unknown>>,
): Signer | null {
  if (signing === undefined) return null;
  const { header, signsTime } = signing;
  const secrets: unknown = at(settings['callbacks'], 'signing_secrets');
  const [secret, second]: readonly unknown[] = Array.isArray(secrets) ? secrets : [];
  const word = (value: unknown) => (typeof value === 'string' ? value : newToken());
  const keys = { secret: word(secret), second: word(second), apiKey: word(at(settings['catalogue'], 'api_key')) };
  const signed = (by: Signing, message: Message, nowMs: number): Message =>
    Object.entries(by.headersOf({ path: pathOf(message), body: message.body }, nowMs)).reduce(
      (sofar, [name, value]) => withHeader(sofar, name, value),
      message,
    );
  return {
    header,
    signsTime,
    hasSecond: typeof second === 'string',
    sign: (message, nowMs, recipe) => {
      const right = signed(signing, message, nowMs);
      if (recipe === undefined) return right;
      if (recipe === 'another_body')
        return withHeader(right, header, headerOf(signed(signing, lengthened(message), nowMs), header));
      if (recipe === 'another_key') return signed(strangers ?? fail('the kit has no other key'), message, nowMs);
      const body = Buffer.from(message.body);
      const timestamp = String(Math.floor(nowMs / 1000));
      const bytes = signsTime ? Buffer.concat([Buffer.from(`${timestamp}.`), body]) : body;
      if (createHmac('sha256', keys.secret).update(bytes).digest('hex') !== headerOf(right, header))
        return fail('the signature of this dialect is no HMAC-SHA256 of the body');
      return withHeader(right, header, digest(bytes, keys, recipe));
    },
  };
}

function fail(why: string): never {
  throw new RangeError(why);
}

const at = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

function pathOf({ url }: Message): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

/** Another message, where the body says it or else the query. */
const lengthened = (message: Message): Message =>
  message.body.byteLength === 0
    ? { ...message, url: `${message.url}x` }
    : { ...message, body: Buffer.concat([message.body, Buffer.from('x')]) };

interface Keys {
  readonly secret: string;
  readonly second: string;
  readonly apiKey: string;
}

function digest(bytes: Buffer, key: Keys, recipe: Exclude<SignatureRecipe, 'another_key' | 'another_body'>): string {
  const hmac = (alg: string, secret: string, encoding: 'hex' | 'base64' = 'hex') =>
    createHmac(alg, secret).update(bytes).digest(encoding);
  switch (recipe) {
    case 'the_second_key':
      return hmac('sha256', key.second);
    case 'the_api_key':
      return hmac('sha256', key.apiKey);
    case 'an_empty_key':
      return hmac('sha256', '');
    case 'no_key':
      return createHash('sha256').update(bytes).digest('hex');
    case 'sha1':
    case 'sha512':
    case 'md5':
      return hmac(recipe, key.secret);
    case 'base64':
      return hmac('sha256', key.secret, 'base64');
    case 'body_then_key':
      return createHash('sha256').update(bytes).update(key.secret).digest('hex');
  }
}
