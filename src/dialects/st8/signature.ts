/**
 * `x-st8-sign`: ECDSA on P-256 with SHA-256, DER in Base64, over the exact body of a POST and the exact query of a GET. Each side
 * signs with a key of its own.
 */
import { Buffer } from 'node:buffer';
import type { KeyObject } from 'node:crypto';
import { signBase64, verifyBase64 } from '../../wire/index.ts';
import type { VerifyingKey } from '../../wire/index.ts';
import type { GenuineRequest, RawRequest, Verification } from '../dialect.ts';

export const HEADER = 'x-st8-sign';

export function verifySt8(keys: readonly VerifyingKey[], request: RawRequest): Verification {
  const bytes = request.method === 'GET' ? Buffer.from(request.rawQuery, 'utf8') : request.body;
  const check = verifyBase64({ keys, bytes, signature: request.headers[HEADER] });
  if (check.kind === 'distrust') return { kind: 'distrust', reason: check.reason, skewMs: null };
  return { kind: 'genuine', request: genuine(request), keyId: check.keyId, late: false };
}

/** The one place that vouches for a request. */
function genuine(request: RawRequest): GenuineRequest {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- branding after the signature was checked
  return request as GenuineRequest;
}

/** The header that signs a body or a query. */
export const st8Sign = (key: KeyObject, signed: string | Uint8Array): Readonly<Record<string, string>> => ({
  [HEADER]: signBase64(key, typeof signed === 'string' ? Buffer.from(signed, 'utf8') : signed),
});
