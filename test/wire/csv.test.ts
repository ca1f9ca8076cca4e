import { describe, expect, it } from 'vitest';
import { csvFields, csvRecords } from '../../src/wire/index.ts';
import { processorMs } from '../support/effort.ts';

describe('CSV', () => {
  it('has fields in quotes with separators, quotes and line ends in them', () => {
    expect(csvRecords('a,b\r\n"1, ""one""","x\ny"\n\n2,3', ',')).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['1, "one"', 'x\ny'] },
      { line: 5, fields: ['2', '3'] },
    ]);
  });

  it('has any separator, also one of several characters', () => {
    expect(csvRecords('a||"b||c"||', '||')).toEqual([{ line: 1, fields: ['a', 'b||c', ''] }]);
    expect(csvFields('a;;"b;c";', ';')).toEqual(['a', '', 'b;c', '']);
  });

  it('is none where a quote could be read in two ways, or is never closed', () => {
    expect(csvFields('a"b', ',')).toBeNull();
    expect(csvRecords('"a"b"",c\nd', ',')).toEqual([
      { line: 1, fields: null },
      { line: 2, fields: ['d'] },
    ]);
    expect(csvRecords('a\n"b\nc', ',')).toEqual([
      { line: 1, fields: ['a'] },
      { line: 2, fields: null },
    ]);
  });

  it('reads a long text with a quote that is never closed in no time', () => {
    const text = `"${'x\n'.repeat(300_000)}`;
    expect(processorMs(() => expect(csvRecords(text, ',')).toHaveLength(1))).toBeLessThan(5_000);
  });
});
