/** The aggregator's own API as both ends of it see it: `POST <base>/v2/<Service>/<Method>`, signed, with Twirp's errors. */
import { isProblem } from '../../money/index.ts';
import { errandProblem, fields, isJsonObject, readJson, writeJson } from '../../wire/index.ts';
import type {
  ErrandProblem,
  ErrandRequest,
  ErrandResponse,
  JsonObject,
  SigningKey,
  Writable,
} from '../../wire/index.ts';
import type { RawRequest, RawResponse } from '../dialect.ts';
import { signedHeaders, verifyRequestSign } from '../request-sign.ts';
import { BAD_REQUEST, FORBIDDEN } from './codes.ts';

export const API = {
  games: '/v2/casino_a8r.Game/List',
  real: '/v2/casino_a8r.Launcher/Real',
  demo: '/v2/casino_a8r.Launcher/Demo',
} as const;

export type Body = Readonly<Record<string, Writable | undefined>>;

export function asked(base: string, path: string, key: SigningKey, content: Body): ErrandRequest {
  const body = writeJson(content);
  return {
    method: 'POST',
    url: `${base}${path}`,
    headers: { ...signedHeaders(key, body), accept: 'application/json' },
    body,
  };
}

/** The object of a good answer, or what is wrong: with the vendor's number, which says more than the status. */
export function answered(what: string, response: ErrandResponse, limits: object = {}): JsonObject | ErrandProblem {
  const { status } = response;
  const json = readJson(response.body, limits);
  const object = isProblem(json) || !isJsonObject(json) ? null : json;
  if (status !== 200) {
    const code = object === null ? null : apiCodeOf(object);
    const said = code === null ? String(status) : `${status}, code ${code}`;
    const reason = status >= 500 || status === 429 ? 'unavailable' : 'refused';
    return errandProblem(reason, `${what}: the aggregator answered ${said}`, status);
  }
  return object ?? errandProblem('unreadable', `${what}: the answer is no JSON object`, status);
}

function apiCodeOf(json: JsonObject): string | null {
  const meta = fields(json).optional('meta', (name) => fields(json).object(name));
  const code = meta?.optional('api_code', meta.id) ?? null;
  return code !== null && /^\d{1,4}$/.test(code) ? code : null;
}

/** What the aggregator was asked, or its refusal. */
export function genuineBody(key: SigningKey, request: RawRequest): JsonObject | RawResponse {
  if (verifyRequestSign([key], 'lower', request).kind !== 'genuine') return refused(FORBIDDEN, 'Forbidden');
  const json = readJson(request.body);
  return isProblem(json) || !isJsonObject(json) ? refused(BAD_REQUEST, 'Bad request') : json;
}

export function refused(code: number, message: string): RawResponse {
  const meta = { api_code: String(code), api_message: message };
  return respond(code === FORBIDDEN ? 403 : 400, { code: 'invalid_argument', msg: message, meta });
}

export function respond(status: number, body: Body): RawResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: writeJson(body) };
}
