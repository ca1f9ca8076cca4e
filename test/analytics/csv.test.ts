import { describe, expect, it } from 'vitest';
import { csvOf } from '../../src/analytics/csv.ts';

describe('a CSV', () => {
  it('quotes what needs it and ends its lines as the standard says', () => {
    expect(
      csvOf(
        ['a', 'b'],
        [
          ['x, y', 'say "no"'],
          [null, 'two\nlines'],
        ],
      ),
    ).toBe('a,b\r\n"x, y","say ""no"""\r\n,"two\nlines"\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =HYPERLINK("x")', '\n=1'])(
    'keeps the spreadsheet from taking %j for a formula',
    (text) => {
      const [, cell = ''] = csvOf(['name'], [[text]]).split('name\r\n');
      expect(cell.replace(/^"/, '')).toMatch(/^'/);
    },
  );

  it('leaves numbers alone, also those below zero', () => {
    expect(csvOf(['ggr'], [[{ number: '-460.00' }], [{ number: '0' }]])).toBe('ggr\r\n-460.00\r\n0\r\n');
  });
});
