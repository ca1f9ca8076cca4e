/**
 * The time window of a signed timestamp, on both sides (SIG-30). A timestamp in the other unit is named as such instead of
 * being reported as a skew of 56,000 years (SIG-31). Says where the time lies; whether an old message of a known transaction
 * may still be answered (SIG-33) is for the dialect.
 */

export type TimestampCheck =
  | { readonly kind: 'in_window'; readonly skewMs: number }
  /** older than the window; a resent message looks like this */
  | { readonly kind: 'expired'; readonly skewMs: number }
  /** further ahead than the window: no resend explains it */
  | { readonly kind: 'future'; readonly skewMs: number }
  | { readonly kind: 'distrust'; readonly reason: 'missing' | 'malformed' | 'timestamp_unit' };

const WHOLE = /^(?:0|[1-9][0-9]{0,15})$/;
const TEN_YEARS_MS = 10 * 365 * 86_400_000;

/**
 * `skewMs` is ours minus theirs: positive when the message is old or our clock is fast. Whole seconds are compared, so a
 * message is in the window up to and including the last second of it.
 */
export function checkTimestamp(check: {
  readonly text: string | undefined;
  readonly nowMs: number;
  readonly windowSeconds: number;
  readonly unit?: 'seconds' | 'milliseconds';
}): TimestampCheck {
  const { text, nowMs, windowSeconds, unit = 'seconds' } = check;
  if (text === undefined || text === '') return { kind: 'distrust', reason: 'missing' };
  if (!WHOLE.test(text)) return { kind: 'distrust', reason: 'malformed' };
  const given = Number.parseInt(text, 10);
  const sentMs = unit === 'seconds' ? given * 1_000 : given;
  const sentMsInOtherUnit = unit === 'seconds' ? given : given * 1_000;
  if (!isPlausible(sentMs, nowMs) && isPlausible(sentMsInOtherUnit, nowMs))
    return { kind: 'distrust', reason: 'timestamp_unit' };
  const skewMs = nowMs - sentMs;
  const ageSeconds = Math.floor(nowMs / 1_000) - Math.floor(sentMs / 1_000);
  if (ageSeconds > windowSeconds) return { kind: 'expired', skewMs };
  return ageSeconds < -windowSeconds ? { kind: 'future', skewMs } : { kind: 'in_window', skewMs };
}

function isPlausible(sentMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - sentMs) < TEN_YEARS_MS;
}
