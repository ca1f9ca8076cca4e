/**
 * Whether a request of the family is genuine: RSA-SHA256 over the raw body, Base64, in the member's header. Path and time are not
 * signed; what a body may be taken for, it says by its fields (decode.ts), and a repeat is met by its transaction id. An answer to
 * a request that is not believed repeats its `request_uuid`, which is looked for in the bytes; nothing else of them is read.
 */
import { Buffer } from 'node:buffer';
import { verifyBase64 } from '../../wire/index.ts';
import type { VerifyingKey } from '../../wire/index.ts';
import type { Encode, GenuineRequest, RawRequest, Verification } from '../dialect.ts';

/** An id of letters, digits and dashes: nothing that could mean more when it is repeated. */
const REQUEST_UUID = /"request_uuid"\s*:\s*"([0-9A-Za-z-]{1,64})"/;
/** It stands somewhere in a callback, and callbacks are small. */
const LOOKED_AT_BYTES = 8_192;

export function verifyFamily(
  header: string,
  keys: readonly VerifyingKey[],
  request: RawRequest,
  encodeFor: (requestId: string | null) => Encode,
): Verification {
  const check = verifyBase64({ keys, bytes: request.body, signature: request.headers[header] });
  if (check.kind === 'genuine') return { kind: 'genuine', request: genuine(request), keyId: check.keyId, late: false };
  return { kind: 'distrust', reason: check.reason, skewMs: null, encode: encodeFor(requestIdIn(request.body)) };
}

function requestIdIn(body: Uint8Array): string | null {
  const head = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, LOOKED_AT_BYTES));
  return REQUEST_UUID.exec(head.toString('latin1'))?.[1] ?? null;
}

/** The one place of the family that vouches for a request. */
function genuine(request: RawRequest): GenuineRequest {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- branding after the signature was checked
  return request as GenuineRequest;
}
