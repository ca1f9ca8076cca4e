/**
 * `X-REQUEST-SIGN`: the lower-case hex HMAC-SHA256 of the raw body under a secret both sides hold, both ways. The protocols of
 * SOFTSWISS share it. Nothing signs the address, so each body must say by itself what it is: a body of one call is not one of another.
 */
import { hmacHex, signingKey, verifyHmacHex } from '../wire/index.ts';
import type { SigningKey } from '../wire/index.ts';
import type { GenuineRequest, RawRequest, Signing, Verification } from './dialect.ts';

const HEADER = 'x-request-sign';

export function verifyRequestSign(
  keys: readonly SigningKey[],
  hexCase: 'lower' | 'any',
  request: RawRequest,
): Verification {
  const check = verifyHmacHex({
    alg: 'sha256',
    keys,
    bytes: request.body,
    signature: request.headers[HEADER],
    hexCase,
  });
  if (check.kind === 'distrust') return { kind: 'distrust', reason: check.reason, skewMs: null };
  return { kind: 'genuine', request: genuine(request), keyId: check.keyId, late: false };
}

/** The one place that vouches for a request. */
function genuine(request: RawRequest): GenuineRequest {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- branding after the signature was checked
  return request as GenuineRequest;
}

/** The headers of a signed body. */
export function signedHeaders(key: SigningKey, body: string | Uint8Array): Readonly<Record<string, string>> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { 'content-type': 'application/json', [HEADER]: hmacHex('sha256', key.key, bytes) };
}

/** How the aggregator's half signs. */
export const requestSigning = (key: SigningKey): Signing => ({
  header: HEADER,
  signsTime: false,
  headersOf: ({ body }) => ({ [HEADER]: hmacHex('sha256', key.key, body) }),
});

/** The current secrets of an aggregator's configuration, named by their place: `signing-1`, `signing-2`. */
export function signingKeys(secrets: readonly string[]): readonly SigningKey[] {
  return secrets.map((secret, index) => signingKey(`signing-${index + 1}`, secret));
}
