/** The canonical launch query: its vectors, and that it survives what front ends do to URLs. */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProblem } from '../../src/money/index.ts';
import { canonicalQuery, hmacHex, parseQueryStrict, percentEncode } from '../../src/wire/index.ts';

const KEY = Buffer.from('launch_signing_secret_test_0001');
const sign = (text: string) => hmacHex('sha256', KEY, Buffer.from(text));
const LAUNCH = { player: 'Zoë +1', game: 'a/b', mode: 'real', nonce: 'n1', exp: '1767226500' };
const CANONICAL = 'exp=1767226500&game=a%2Fb&mode=real&nonce=n1&player=Zo%C3%AB%20%2B1';
const UNSORTED = 'player=Zo%C3%AB%20%2B1&game=a%2Fb&mode=real&exp=1767226500&nonce=n1';

function respell(raw: string): string | null {
  const form = parseQueryStrict(raw);
  return isProblem(form) ? form.reason : canonicalQuery(form.values);
}

describe('canonicalQuery', () => {
  it('writes the vector [LCH-06] [LCH-07] [LCH-08]', () => {
    expect(canonicalQuery(LAUNCH)).toBe(CANONICAL);
    expect(sign(CANONICAL)).toBe('490bd44fe1f6e929eefa91c487da848f598100265dcf81fd163396bd19a34ecd');
  });

  it.each([
    [
      'a plus for the blank [LCH-07]',
      CANONICAL.replace('%20', '+'),
      'b05308531b8409f0b03820ba85409665d2b7f081443447c9301b78d7b743e274',
    ],
    [
      'lower-case escapes [LCH-09]',
      CANONICAL.replace('a%2Fb', 'a%2fb').replace('Zo%C3%AB%20%2B1', 'Zo%c3%ab%20%2b1'),
      '37a3dc0d4fdf17c9420ccbafef4df385d7e97fb75a82ee9c6cb06f00eeb5125c',
    ],
    [
      'another mode [LCH-14]',
      CANONICAL.replace('real', 'demo'),
      '6fd62f812dceb9a46b2f5e74ba840a53218d00adf1403be632e572527e5e83d9',
    ],
    [
      'its parameters in the order given [LCH-06]',
      UNSORTED,
      '26c0f72d11cb678f35ce838f4009f2e8f82e1c8da580c879c27ca7818b9c8c81',
    ],
  ])('differs in its digest from %s', (_, text, digest) => {
    expect(sign(text)).toBe(digest);
    expect(digest).not.toBe(sign(CANONICAL));
  });

  it('brings reordered and respelled queries back to the signed text [LCH-06] [LCH-09]', () => {
    expect(respell(UNSORTED)).toBe(CANONICAL);
    expect(respell('player=Zo%c3%ab%20%2b1&nonce=%6e1&mode=real&game=a/b&exp=1767226500')).toBe(CANONICAL);
  });

  it('does not take a plus for a blank: the changed text is another text [LCH-10]', () => {
    expect(respell('player=Zo%C3%AB+%2B1')).toBe('player=Zo%C3%AB%2B%2B1');
    const asForm = parseQueryStrict('player=Zo%C3%AB+%2B1', { plus: 'space' });
    expect(isProblem(asForm) ? null : asForm.values.get('player')).toBe('Zoë +1');
  });

  it('leaves absent parameters out and keeps empty ones [LCH-15]', () => {
    expect(canonicalQuery({ mode: 'demo', player: undefined, lang: '' })).toBe('lang=&mode=demo');
    expect(canonicalQuery({})).toBe('');
  });

  it('sorts by the bytes of the names', () => {
    expect(canonicalQuery({ b: '1', a1: '2', a: '3', B: '4', ä: '5', 'a-b': '6', '10': '7', '9': '8' })).toBe(
      '10=7&9=8&B=4&a=3&a-b=6&a1=2&b=1&%C3%A4=5',
    );
    // UTF-16 order would put the emoji first
    expect(canonicalQuery({ '\u{1f3b0}': '1', '\uffee': '2' })).toBe('%EF%BF%AE=2&%F0%9F%8E%B0=1');
  });

  it('escapes everything but the unreserved characters [LCH-07]', () => {
    const unreserved = 'ABCXYZabcxyz019-._~';
    expect(percentEncode(unreserved)).toBe(unreserved);
    expect(percentEncode(' !"#$%&\'()*+,/:;<=>?@[\\]^`{|}')).toBe(
      '%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D',
    );
    expect(percentEncode('\n\u0000é🎰')).toBe('%0A%00%C3%A9%F0%9F%8E%B0');
  });

  it('has no spelling for a lone surrogate', () => {
    expect(() => canonicalQuery({ player: '\ud800' })).toThrow(URIError);
  });

  it('round-trips any parameters, in any order [LCH-07] [LCH-08]', () => {
    const anyText = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\u0000'));
    const anyParameters = fc.uniqueArray(
      fc.tuple(
        anyText.filter((name) => name !== ''),
        anyText,
      ),
      { selector: ([name]) => name, maxLength: 8 },
    );
    fc.assert(
      fc.property(anyParameters, (pairs) => {
        const query = canonicalQuery(new Map(pairs));
        expect(query).toMatch(/^[A-Za-z0-9\-._~%=&]*$/);
        const form = parseQueryStrict(query);
        if (isProblem(form)) throw new Error(form.reason);
        expect(new Map(form.values)).toEqual(new Map(pairs));
        expect(canonicalQuery(new Map(pairs.toReversed()))).toBe(query);
        // an independent decoder agrees
        expect(new Map(new URLSearchParams(query))).toEqual(new Map(pairs));
      }),
    );
  });
});

describe('parseQueryStrict', () => {
  it.each([
    ['exp=1&exp=2', 'repeated'],
    ['exp=1&%65xp=1', 'repeated'],
    ['a=%', 'bad_escape'],
    ['a=%4', 'bad_escape'],
    ['a=%zz', 'bad_escape'],
    ['%=a', 'bad_escape'],
    ['a=%ff', 'not_utf8'],
    ['a=%C3', 'not_utf8'],
    ['a=%ed%a0%80', 'not_utf8'],
    ['a=%00', 'nul'],
    ['=a', 'empty_name'],
    ['a=1&&b=2', 'empty_name'],
    ['a=1&', 'empty_name'],
    ['a=é', 'not_ascii'],
    ['a=b c', 'not_ascii'],
    ['a=\n', 'not_ascii'],
  ])('refuses %j: %s [LCH-11] [SIG-35]', (raw, reason) => {
    expect(parseQueryStrict(raw)).toEqual({ kind: 'problem', reason });
  });
});
