import { describe, expect, it } from 'vitest';
import { createThrottle } from '../../src/console/throttle.ts';
import { manualClock } from '../../src/platform/index.ts';

describe('the throttle of sign-ins', () => {
  it('allows so many tries a minute for each key, and no fewer afterwards', () => {
    const clock = manualClock(0);
    const throttle = createThrottle(clock, 3);
    expect([1, 2, 3, 4].map(() => throttle.allow('10.0.0.1'))).toEqual([true, true, true, false]);
    expect(throttle.allow('10.0.0.2')).toBe(true);
    clock.advance(59_999);
    expect(throttle.allow('10.0.0.1')).toBe(false);
    clock.advance(1);
    expect(throttle.allow('10.0.0.1')).toBe(true);
  });

  it('stays bounded however many keys come, and does not forget the one that keeps coming', () => {
    const throttle = createThrottle(manualClock(0), 5);
    for (let index = 0; index < 30_000; index += 1) {
      throttle.allow(`address-${index}`);
      if (index % 1_000 === 0) throttle.allow('stubborn');
    }
    expect(throttle.allow('stubborn')).toBe(false);
  });
});
