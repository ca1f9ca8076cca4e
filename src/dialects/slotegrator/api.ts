/** What our own requests to Slotegrator's API have in common: how they are signed, and what their statuses mean. */
import { isProblem } from '../../money/index.ts';
import { errandProblem, isJsonObject, readJson } from '../../wire/index.ts';
import type {
  ErrandProblem,
  ErrandRequest,
  ErrandResponse,
  JsonLimits,
  JsonObject,
  SigningKey,
} from '../../wire/index.ts';
import type { Parameter } from './sign.ts';
import { phpQuery, signedHeaders } from './sign.ts';

/** Who we are to them. */
export interface Merchant {
  readonly id: string;
  readonly key: SigningKey;
}

/** A signed request: parameters in the query of a GET, in the form of a POST. */
export function signedRequest(
  merchant: Merchant,
  request: { readonly method: 'GET' | 'POST'; readonly url: string; readonly parameters: readonly Parameter[] },
  stamp: { readonly seconds: number; readonly nonce: string },
): ErrandRequest {
  const { method, url, parameters } = request;
  const text = phpQuery(parameters);
  const stamped = { merchantId: merchant.id, timestamp: String(stamp.seconds), nonce: stamp.nonce };
  const headers = { accept: 'application/json', ...signedHeaders(merchant.key.key, parameters, stamped) };
  return method === 'GET'
    ? { method, url: `${url}?${text}`, headers }
    : { method, url, headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: text };
}

/** The JSON object of an answer, or what its status says. Nothing of a refusal's text is repeated. */
export function objectOf(
  what: string,
  { status, body }: ErrandResponse,
  limits: Partial<JsonLimits> = {},
): JsonObject | ErrandProblem {
  if (status === 401 || status === 403)
    return errandProblem(
      'refused',
      `${what}: Slotegrator refuses the merchant key, this address, or the time we say`,
      status,
    );
  if (status !== 200 && status !== 201)
    return errandProblem(
      status >= 500 || status === 429 ? 'unavailable' : 'refused',
      `${what}: Slotegrator answered ${status}`,
      status,
    );
  const json = readJson(body, limits);
  return isProblem(json) || !isJsonObject(json)
    ? errandProblem('unreadable', `${what}: the answer is no JSON object`, status)
    : json;
}
