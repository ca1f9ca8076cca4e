/**
 * Whether a request is Slotegrator's: the signature covers every parameter, so the form has to be read before it can be checked;
 * a form that could be read in two ways is believed by nobody. The signature is judged before the time (SIG-33), and a nonce may
 * come twice: what moves money is idempotent, so a request repeated byte for byte books nothing new (SIG-29).
 */
import { checkTimestamp, parseQueryStrict, readForm, verifyHmacHex } from '../../wire/index.ts';
import type { SigningKey } from '../../wire/index.ts';
import { isProblem } from '../../money/index.ts';
import type { GenuineRequest, RawRequest, Verification } from '../dialect.ts';
import { isHeaderName, signedBytes } from './sign.ts';

export interface VerifyOptions {
  readonly merchantId: string;
  readonly keys: readonly SigningKey[];
  readonly hexCase: 'lower' | 'any';
}

/** Both directions: a request is of now, or within this of it. */
export const WINDOW_SECONDS = 30;
/** A rollback of the longest list, and room to spare. */
export const FORM = { plus: 'space', maxPairs: 1_000 } as const;

export function verifySlotegrator(options: VerifyOptions, request: RawRequest, nowMs: number): Verification {
  const { headers } = request;
  const signature = headers['x-sign'];
  if (signature === undefined || signature === '') return { kind: 'distrust', reason: 'missing', skewMs: null };
  const form = request.method === 'GET' ? parseQueryStrict(request.rawQuery, FORM) : readForm(request.body, FORM);
  if (isProblem(form) || form.pairs.some(({ name }) => isHeaderName(name)))
    return { kind: 'distrust', reason: 'malformed', skewMs: null };
  const merchantId = headers['x-merchant-id'] ?? '';
  const timestamp = headers['x-timestamp'];
  const nonce = headers['x-nonce'] ?? '';
  const bytes = signedBytes(form.pairs, { merchantId, timestamp: timestamp ?? '', nonce });
  const { keys, hexCase } = options;
  const check = verifyHmacHex({ alg: 'sha1', keys, bytes, signature, hexCase });
  if (check.kind === 'distrust') return { kind: 'distrust', reason: check.reason, skewMs: null };
  // Another merchant's request, signed with a key that both were given.
  if (merchantId !== options.merchantId) return { kind: 'distrust', reason: 'mismatch', skewMs: null };
  const time = checkTimestamp({ text: timestamp, nowMs, windowSeconds: WINDOW_SECONDS });
  switch (time.kind) {
    case 'in_window':
      return { kind: 'genuine', request: genuine(request), keyId: check.keyId, late: false };
    case 'expired':
      return { kind: 'genuine', request: genuine(request), keyId: check.keyId, late: true };
    case 'future':
      return { kind: 'distrust', reason: 'expired', skewMs: time.skewMs };
    case 'distrust':
      return { kind: 'distrust', reason: time.reason, skewMs: null };
  }
}

/** The one place that vouches for a request. */
function genuine(request: RawRequest): GenuineRequest {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- branding after the signature was checked
  return request as GenuineRequest;
}
