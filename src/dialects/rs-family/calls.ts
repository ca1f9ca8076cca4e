/** Calls of the family's API, both ends: a signed JSON body goes out, and is believed there as callbacks are believed here. */
import { Buffer } from 'node:buffer';
import { createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isProblem } from '../../money/index.ts';
import {
  errandProblem,
  fields,
  isJsonObject,
  jsonNumber,
  readJson,
  signBase64,
  verifyBase64,
  writeJson,
} from '../../wire/index.ts';
import type { ErrandProblem, ErrandRequest, ErrandResponse, Fields, Writable } from '../../wire/index.ts';
import type { RawRequest, RawResponse } from '../dialect.ts';

type Body = Readonly<Record<string, Writable | undefined>>;

/** A signed request of ours. */
export function signedRequest(url: string, header: string, key: KeyObject, content: Body): ErrandRequest {
  const body = writeJson(content);
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      [header]: signBase64(key, Buffer.from(body, 'utf8')),
    },
    body,
  };
}

/** Why an answer that is no 200 is of no use; their own words are not repeated. */
export function refusedBy(what: string, { status }: ErrandResponse): ErrandProblem {
  if (status === 401) return errandProblem('refused', `${what}: the aggregator does not believe our signature`, status);
  const isBusy = status >= 500 || status === 429;
  const told = status === 429 ? `${what}: asked too often` : `${what}: the aggregator answered ${status}`;
  return errandProblem(isBusy ? 'unavailable' : 'refused', told, status);
}

/** The aggregator's side: the fields of a request that is signed with the operator's key, or the refusal of any other. */
export function believed(
  request: RawRequest,
  header: string,
  operatorKey: KeyObject,
): { readonly kind: 'body'; readonly fields: Fields } | { readonly kind: 'refused'; readonly response: RawResponse } {
  const keys = [{ id: 'operator', key: createPublicKey(operatorKey) }];
  const check = verifyBase64({ keys, bytes: request.body, signature: request.headers[header] });
  if (check.kind === 'distrust') return { kind: 'refused', response: refuse(401, 'Invalid signature') };
  const json = readJson(request.body);
  return isProblem(json) || !isJsonObject(json)
    ? { kind: 'refused', response: refuse(400, 'Invalid JSON') }
    : { kind: 'body', fields: fields(json) };
}

export const refuse = (status: number, error: string): RawResponse => respond(status, { error });

export function respond(status: number, body: Writable): RawResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: writeJson(body) };
}

/** The UUID that stands for a text: the same text, the same id. */
export function uuidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

const DIGITS = /^(?:0|[1-9][0-9]{0,17})$/;

/** How games are named on the wire: by their code, or by the number of older integrations, as which any code is text. */
export function gameNamed(by: 'game_code' | 'game_id', code: string): Body {
  return { [by]: by === 'game_id' && DIGITS.test(code) ? jsonNumber(code) : code };
}
