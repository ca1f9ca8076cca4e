/**
 * `X-Sign` of both directions: HMAC-SHA1 over the parameters and three headers, sorted by their top-level names and written as
 * PHP's `http_build_query` writes them. Nested parameters stay in the order in which they came, because PHP sorts only the outer
 * array. Values are signed as the text that was received: nothing is parsed and printed again.
 */
import { Buffer } from 'node:buffer';
import { hmacHex, percentEncode } from '../../wire/index.ts';

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

/** What of the headers is signed along. */
export interface Stamped {
  readonly merchantId: string;
  /** unix seconds, as text */
  readonly timestamp: string;
  readonly nonce: string;
}

const HEADER_NAMES: ReadonlySet<string> = new Set(['X-Merchant-Id', 'X-Timestamp', 'X-Nonce']);

/** Whether a parameter has a name that is a header's, so that nobody can tell which of them was signed. */
export const isHeaderName = (name: string): boolean => HEADER_NAMES.has(topLevel(name));

/** The bytes that are signed. */
export function signedBytes(parameters: readonly Parameter[], { merchantId, timestamp, nonce }: Stamped): Buffer {
  const all = [
    { name: 'X-Merchant-Id', value: merchantId },
    { name: 'X-Timestamp', value: timestamp },
    { name: 'X-Nonce', value: nonce },
    ...parameters,
  ];
  const keyed = all.map((parameter) => ({ parameter, key: Buffer.from(topLevel(parameter.name), 'utf8') }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.from(phpQuery(keyed.map(({ parameter }) => parameter)), 'utf8');
}

/** `name=value` joined as PHP does (RFC 1738): a blank is `+`, `~` and `*` are escaped, `-_.` are not. */
export function phpQuery(parameters: readonly Parameter[]): string {
  return parameters.map(({ name, value }) => `${phpEncode(name)}=${phpEncode(value)}`).join('&');
}

const phpEncode = (text: string): string => percentEncode(text).replaceAll('%20', '+').replaceAll('~', '%7E');

function topLevel(name: string): string {
  const bracket = name.indexOf('[');
  return bracket < 1 ? name : name.slice(0, bracket);
}

/** The headers of a request of either side. */
export function signedHeaders(
  key: Uint8Array,
  parameters: readonly Parameter[],
  stamped: Stamped,
): Readonly<Record<string, string>> {
  return {
    'X-Merchant-Id': stamped.merchantId,
    'X-Timestamp': stamped.timestamp,
    'X-Nonce': stamped.nonce,
    'X-Sign': hmacHex('sha1', key, signedBytes(parameters, stamped)),
  };
}
