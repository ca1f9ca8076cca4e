import { describe, expect, it } from 'vitest';
import { base32, codeAt, otpauthOf, stepAt, stepOfCode } from '../../src/console/totp.ts';

const RFC = base32(Buffer.from('12345678901234567890'));

describe('one-time codes', () => {
  it('are those of RFC 6238, appendix B (its last six digits)', () => {
    expect(RFC).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    const expected: readonly (readonly [number, string])[] = [
      [59, '287082'],
      [1_111_111_109, '081804'],
      [1_111_111_111, '050471'],
      [1_234_567_890, '005924'],
      [2_000_000_000, '279037'],
      [20_000_000_000, '353130'],
    ];
    for (const [seconds, code] of expected) expect(codeAt(RFC, stepAt(seconds * 1_000))).toBe(code);
  });

  it('are taken one step early or late, and never twice', () => {
    const nowMs = 1_234_567_890_000;
    const step = stepAt(nowMs);
    const about = { secret: RFC, nowMs, lastStep: null };
    for (const drift of [-1, 0, 1])
      expect(stepOfCode({ ...about, code: codeAt(RFC, step + drift) })).toBe(step + drift);
    for (const drift of [-2, 2]) expect(stepOfCode({ ...about, code: codeAt(RFC, step + drift) })).toBeNull();
    expect(stepOfCode({ ...about, code: codeAt(RFC, step), lastStep: step })).toBeNull();
    expect(stepOfCode({ ...about, code: codeAt(RFC, step), lastStep: step - 1 })).toBe(step);
  });

  it.each(['', '1', '28708', '2870822', 'abcdef', '28 70'])('nothing else is a code: "%s"', (code) => {
    expect(stepOfCode({ secret: RFC, code, nowMs: 59_000, lastStep: null })).toBeNull();
  });

  it('are given to an authenticator with everything it must know', () => {
    expect(otpauthOf('eve', 'ABC')).toBe(
      'otpauth://totp/Croupier%3Aeve?secret=ABC&issuer=Croupier&algorithm=SHA1&digits=6&period=30',
    );
  });
});
