/**
 * Whether a generic request is genuine: HMAC-SHA256 of the raw body, hex, in `X-Signature`; timestamped, the signed bytes
 * are `<X-Timestamp>.<raw body>`. Nothing is parsed here. The signature is judged before the time, so that a stranger learns
 * nothing about our clock and a resent genuine message is told apart from a forged one (SIG-33).
 */
import { Buffer } from 'node:buffer';
import { checkTimestamp, verifyHmacHex } from '../../wire/index.ts';
import type { SigningKey } from '../../wire/index.ts';
import type { GenuineRequest, RawRequest, Verification } from '../dialect.ts';

export interface VerifyOptions {
  readonly keys: readonly SigningKey[];
  readonly timestamped: boolean;
  readonly hexCase: 'lower' | 'any';
}

const WINDOW_SECONDS = 300;

export function verifyGeneric(options: VerifyOptions, request: RawRequest, nowMs: number): Verification {
  const timestamp = request.headers['x-timestamp'];
  const signature = request.headers['x-signature'];
  const bytes = options.timestamped
    ? Buffer.concat([Buffer.from(`${timestamp ?? ''}.`, 'utf8'), request.body])
    : request.body;
  const check = verifyHmacHex({ alg: 'sha256', keys: options.keys, bytes, signature, hexCase: options.hexCase });
  if (check.kind === 'distrust') return { kind: 'distrust', reason: check.reason, skewMs: null };
  if (!options.timestamped) return { kind: 'genuine', request: genuine(request), keyId: check.keyId, late: false };
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
