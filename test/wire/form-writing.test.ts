/** A form as it is written: whatever a strict reader understands is the same here, and what it refuses is pairs all the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProblem } from '../../src/money/index.ts';
import { pairsAsWritten, readPairs } from '../../src/wire/index.ts';

describe('a form as it is written', () => {
  it('has the pairs that a strict reader finds', () => {
    const raw = fc
      .array(fc.tuple(fc.constantFrom('a', 'b', '%63', 'd%5B0%5D'), fc.constantFrom('', '1', 'x+y', '%C3%A9', 'a%3Db')))
      .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
    fc.assert(
      fc.property(raw, (text) => {
        const read = readPairs(text, { plus: 'space' });
        if (isProblem(read)) return;
        expect(pairsAsWritten(text)).toEqual(read.pairs.map(({ name, value }) => ({ name, value })));
      }),
    );
  });

  it.each([
    ['', []],
    [
      'a=1&a=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['a', [['a', '']]],
    ['=x', [['', 'x']]],
    [
      'a=%zz&b=%4',
      [
        ['a', '%zz'],
        ['b', '%4'],
      ],
    ],
    ['a=%FF', [['a', '\uFFFD']]],
    ['a;b=1', [['a;b', '1']]],
  ])('writes down %s as it stands', (text, pairs) => {
    expect(pairsAsWritten(text).map(({ name, value }) => [name, value])).toEqual(pairs);
  });
});
