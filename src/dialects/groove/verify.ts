/**
 * Whether a request is Groove's. With keys it must be signed by one of them, in either form; without, the address it came from is all
 * there is. There is no time and no nonce: a repeated request is answered like the first, because money moves once per id (SIG-29).
 */
import { isProblem } from '../../money/index.ts';
import { verifyHmacHex } from '../../wire/index.ts';
import type { SigningKey } from '../../wire/index.ts';
import type { GenuineRequest, RawRequest, Verification } from '../dialect.ts';
import { readParameters, signedBytes } from './sign.ts';

export interface VerifyOptions {
  /** empty: requests are not signed */
  readonly keys: readonly SigningKey[];
  readonly hexCase: 'lower' | 'any';
}

export function verifyGroove({ keys, hexCase }: VerifyOptions, request: RawRequest): Verification {
  if (keys.length === 0) return { kind: 'genuine', request: genuine(request), keyId: 'unsigned', late: false };
  const signature = request.headers['x-groove-signature'];
  if (signature === undefined || signature === '') return { kind: 'distrust', reason: 'missing', skewMs: null };
  const parameters = readParameters(request.rawQuery);
  if (isProblem(parameters)) return { kind: 'distrust', reason: 'malformed', skewMs: null };
  // Both are always computed: how long it takes tells nobody which one it was.
  const [without, including] = [false, true].map((withRequest) =>
    verifyHmacHex({ alg: 'sha256', keys, bytes: signedBytes(parameters, withRequest), signature, hexCase }),
  );
  const check = including?.kind === 'genuine' ? including : without;
  if (check === undefined || check.kind === 'distrust')
    return { kind: 'distrust', reason: check?.reason ?? 'mismatch', skewMs: null };
  return { kind: 'genuine', request: genuine(request), keyId: check.keyId, late: false };
}

/** The one place that vouches for a request. */
function genuine(request: RawRequest): GenuineRequest {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- branding after what there is was checked
  return request as GenuineRequest;
}
