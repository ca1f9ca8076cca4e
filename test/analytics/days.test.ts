import { describe, expect, it } from 'vitest';
import { daysBetween, daysFrom, daysOf, isDay, isTimeZone } from '../../src/analytics/days.ts';

describe('a day', () => {
  it('is that of its time zone, over summer time and on the other side of the date line [SES-14]', () => {
    const at = Date.UTC(2026, 2, 29, 0, 59, 59, 999);
    expect(daysOf('UTC')(at)).toBe('2026-03-29');
    const malta = daysOf('Europe/Malta');
    // Midnight in Malta is 23:00 UTC in winter and 22:00 UTC from that Sunday on.
    expect([malta(Date.UTC(2026, 2, 28, 22, 59)), malta(Date.UTC(2026, 2, 28, 23))]).toEqual([
      '2026-03-28',
      '2026-03-29',
    ]);
    expect([malta(Date.UTC(2026, 2, 29, 21, 59)), malta(Date.UTC(2026, 2, 29, 22))]).toEqual([
      '2026-03-29',
      '2026-03-30',
    ]);
    expect(daysOf('Pacific/Kiritimati')(Date.UTC(2026, 0, 1, 10))).toBe('2026-01-02');
    expect(daysOf('Asia/Kathmandu')(Date.UTC(2026, 0, 1, 18, 15))).toBe('2026-01-02');
    expect(daysOf('Asia/Kathmandu')(Date.UTC(2026, 0, 1, 18, 14))).toBe('2026-01-01');
  });

  it('of the calendar is told from other text', () => {
    expect(['2026-02-28', '2024-02-29', '0001-01-01'].map(isDay)).toEqual([true, true, true]);
    expect(['2026-02-29', '2026-2-1', '2026-13-01', '20260101', '', '2026-01-01T00:00'].map(isDay)).toEqual(
      Array.from({ length: 6 }, () => false),
    );
  });

  it('is counted from and to, both included', () => {
    expect(daysBetween('2026-01-01', '2026-01-01')).toBe(1);
    expect(daysBetween('2026-03-28', '2026-03-30')).toBe(3);
    expect(daysBetween('2026-01-02', '2026-01-01')).toBe(0);
    expect(daysFrom('2026-02-27', '2026-03-01')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(daysFrom('2026-02-27', '2026-02-26')).toEqual([]);
  });

  it('is counted in zones this machine knows only', () => {
    expect(['UTC', 'Europe/Malta'].map(isTimeZone)).toEqual([true, true]);
    expect(['', 'Mars/Olympus', 'UTC+25'].map(isTimeZone)).toEqual([false, false, false]);
  });
});
