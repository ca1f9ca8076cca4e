/** The strict JSON reader: what it keeps, what it refuses, and that nothing makes it throw or wait. */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProblem } from '../../src/money/index.ts';
import { isJsonArray, isJsonNumber, isJsonObject, jsonNumber, readJson, writeJson } from '../../src/wire/index.ts';
import type { JsonLimits, JsonProblem, JsonValue } from '../../src/wire/index.ts';
import { processorMs } from '../support/effort.ts';

const read = (text: string, limits?: Partial<JsonLimits>) => readJson(Buffer.from(text, 'utf8'), limits);
const reasonOf = (result: JsonValue | JsonProblem) => (isProblem(result) ? result.reason : null);

/** The same value as JSON.parse would give it: only for comparing structure. */
function plain(value: JsonValue): unknown {
  if (isJsonNumber(value)) return Number(value.text);
  if (isJsonArray(value)) return value.map(plain);
  if (isJsonObject(value)) return Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]));
  return value;
}

describe('readJson keeps', () => {
  it('the exact text of numbers [SIG-07] [BET-08] [BET-33]', () => {
    const numbers = [
      '1.00',
      '0',
      '-0',
      '-0.50',
      '1e400',
      '1E-7',
      '12345678901234567890',
      '90071992547409.93',
      '1.0000000000000000000000000001',
    ];
    for (const text of numbers) expect(read(text)).toEqual(jsonNumber(text));
    expect(read('{"amount":1.00}')).toEqual(new Map([['amount', jsonNumber('1.00')]]));
  });

  it('strings with every escape, and ids as they are [SIG-04] [SIG-05] [SIG-06]', () => {
    expect(read('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00eb\\uD83D\\uDE00"')).toBe('"\\/\b\f\n\r\të😀');
    expect(read('"Zoë"')).toBe(read('"Zo\\u00eb"'));
    expect(read('"Zoe\u0308"')).not.toBe(read('"Zoë"'));
    expect(read('"https:\\/\\/x.test\\/a"')).toBe('https://x.test/a');
    expect(read('"\u007f\u0085\u2028\ufeff\uffff😀"')).toBe('\u007f\u0085\u2028\ufeff\uffff😀');
  });

  it('members in the order sent, and the empty name', () => {
    const value = read(' { "b" : 1 ,\r\n\t"a" : [ ] , "" : { } , "10" : null } ');
    expect(isJsonObject(value) && [...value.keys()]).toEqual(['b', 'a', '', '10']);
  });

  it('what JSON.parse reads, for any JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (json, indent) => {
        const parsed: unknown = JSON.parse(json);
        const value = read(JSON.stringify(parsed, null, indent));
        if (isProblem(value)) {
          expect(['forbidden_key', 'nul', 'lone_surrogate']).toContain(reasonOf(value));
          return;
        }
        expect(plain(value)).toEqual(JSON.parse(JSON.stringify(parsed)));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('readJson refuses', () => {
  it.each([
    '{"amount":"1.00","amount":"1000.00"}',
    '{"amount":"1.00","amount":"1.00"}',
    '{"amount":1,"\\u0061mount":1}',
    '{"a":{"b":[{"c":1,"d":2,"c":1}]}}',
    '{"":1,"":1}',
  ])('a repeated key in %s, at every level, after unescaping, even with the same value [SIG-09]', (text) => {
    expect(reasonOf(read(text))).toBe('duplicate_key');
  });

  it('a byte order mark, also alone [SIG-10]', () => {
    expect(reasonOf(read('\ufeff{}'))).toBe('bom');
    expect(reasonOf(read('\ufeff'))).toBe('bom');
    expect(reasonOf(readJson(Buffer.from('{}', 'utf16le')))).toBe('syntax');
    expect(reasonOf(readJson(Buffer.from([0xff, 0xfe, 0x7b, 0x00])))).toBe('not_utf8');
  });

  it('invalid UTF-8 of every kind [SIG-11]', () => {
    const bad = [[0xff], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80], [0xe2, 0x82]];
    for (const bytes of bad) {
      expect(reasonOf(readJson(Buffer.concat([Buffer.from('{"id":"'), Buffer.from(bytes), Buffer.from('"}')])))).toBe(
        'not_utf8',
      );
    }
  });

  it.each([
    '"\\ud800"',
    '"\\udc00"',
    '"\\ud800x"',
    '"\\ud800\\n"',
    '"\\ud800\\ud800"',
    '"\\udc00\\ud800"',
    '"\\udc00\\udc00"',
    '"\\ud83d\\ue000"',
    '"\\ud83d\\u0041"',
    '{"\\ud800":1}',
  ])('the lone surrogate in %s [SIG-11]', (text) => {
    expect(reasonOf(read(text))).toBe('lone_surrogate');
  });

  it('NUL and raw control characters in strings [SIG-11]', () => {
    expect(reasonOf(read('{"id":"a\\u0000b"}'))).toBe('nul');
    expect(reasonOf(read('"\u0000"'))).toBe('nul');
    for (let code = 1; code < 0x20; code += 1) expect(reasonOf(read(`"${String.fromCharCode(code)}"`))).toBe('syntax');
  });

  it.each(['{"__proto__":{"admin":true}}', '{"constructor":1}', '{"a":[{"prototype":1}]}', '{"\\u005f_proto__":1}'])(
    'the key of %s, and no prototype changes [SIG-41]',
    (text) => {
      expect(reasonOf(read(text))).toBe('forbidden_key');
      expect('admin' in {}).toBe(false);
    },
  );

  it.each([
    '{',
    '}',
    '[',
    ']',
    '"',
    '"\\',
    '"\\u12',
    '"\\u12g4"',
    '"\\x"',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,}',
    '[1,]',
    '[,1]',
    '[1 2]',
    '{"a":1 "b":2}',
    '{a:1}',
    "{'a':1}",
    'tru',
    'nul',
    'True',
    'NaN',
    'Infinity',
    '-Infinity',
    'undefined',
    '-',
    '+1',
    '.5',
    '/**/1',
    '{"a":01}',
    '[1.]',
    '[1e]',
    '[0x10]',
    '[1_000]',
    '[--1]',
    ',',
    ':',
    '\u00a01',
  ])('the broken %j', (text) => {
    expect(reasonOf(read(text))).toBe('syntax');
  });

  it.each(['{} {}', '{}x', '1 1', '01', '1.', '1e', 'nullnull', '"a""b"', '[]]', '{}\u0000', '1\u00a0'])(
    'what follows the value in %j',
    (text) => {
      expect(reasonOf(read(text))).toBe('trailing');
    },
  );

  it.each(['', ' ', '\r\n\t '])('nothing: %j', (text) => {
    expect(reasonOf(read(text))).toBe('empty');
  });
});

describe('readJson is bounded [SIG-41]', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

  it('by depth', () => {
    expect(isProblem(read(nested(32)))).toBe(false);
    expect(reasonOf(read(nested(33)))).toBe('too_deep');
    expect(reasonOf(read('{"a":'.repeat(33) + '1' + '}'.repeat(33)))).toBe('too_deep');
    expect(isProblem(read(`[${Array.from({ length: 50 }, () => nested(20)).join(',')}]`))).toBe(false);
  });

  it('by a ceiling that no caller can lift', () => {
    expect(isProblem(read(nested(256), { maxDepth: 1_000_000 }))).toBe(false);
    expect(reasonOf(read(nested(257), { maxDepth: 1_000_000 }))).toBe('too_deep');
  });

  it('by keys and items of the whole document', () => {
    const object = (count: number) => `{${Array.from({ length: count }, (_, n) => `"k${n}":1`).join(',')}}`;
    expect(isProblem(read(object(2_000)))).toBe(false);
    expect(reasonOf(read(object(2_001)))).toBe('too_many_keys');
    expect(reasonOf(read(`[${object(1_500)},${object(501)}]`))).toBe('too_many_keys');
    expect(isProblem(read(object(2_001), { maxKeys: 5_000 }))).toBe(false);
    expect(reasonOf(read(`[${'1,'.repeat(10_000)}1]`))).toBe('too_many_items');
  });

  it('in time: 100,000 levels, a million keys, 8 MB of blanks, digits or text', () => {
    const million = `{${Array.from({ length: 1_000_000 }, (_, n) => `"k${n}":1`).join(',')}}`;
    const bodies = [
      nested(100_000),
      '['.repeat(100_000),
      '{"a":'.repeat(100_000),
      million,
      ' '.repeat(8e6),
      '1'.repeat(8e6),
      `"${'a'.repeat(8e6)}"`,
      `"${'\\n'.repeat(4e6)}"`,
      '"'.repeat(8e6),
    ];
    for (const body of bodies) {
      const bytes = Buffer.from(body);
      // What is not linear would take minutes.
      expect(processorMs(() => readJson(bytes))).toBeLessThan(5_000);
    }
  });

  it('and never throws, on random bytes and on damaged JSON', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readJson(bytes)),
      { numRuns: 2_000 },
    );
    const body = Buffer.from(
      '{"transaction_id":"tx-1","type":"bet","amount":1.00,"a":[true,null,{"\\ud83d\\ude00":"ë"}]}',
    );
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(body.length), (at, byte, end) => {
        const damaged = Buffer.from(body);
        damaged[at] = byte;
        readJson(damaged);
        readJson(damaged.subarray(0, end));
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads a view into a larger buffer, not the buffer', () => {
    const pool = Buffer.from('xx{"a":1}yy');
    expect(read('{"a":1}')).toEqual(readJson(pool.subarray(2, 9)));
    expect(readJson(new Uint8Array(pool.buffer, pool.byteOffset + 2, 7))).toEqual(read('{"a":1}'));
  });
});

describe('writeJson', () => {
  it('writes amounts as strings or digit by digit, in the order given', () => {
    const value = {
      status: 'ok',
      balance: jsonNumber('99.00'),
      big: 12_345_678_901_234_567_890n,
      page: 1,
      none: undefined,
      list: [true, null, 'a"\u2028'],
    };
    expect(writeJson(value)).toBe(
      '{"status":"ok","balance":99.00,"big":12345678901234567890,"page":1,"list":[true,null,"a\\"\u2028"]}',
    );
    expect(writeJson(-0)).toBe('0');
  });

  it('refuses a JavaScript number that is no count', () => {
    for (const value of [0.1, 1e300, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => writeJson({ value })).toThrow(TypeError);
  });

  it('does not take look-alike data for a number', () => {
    expect(writeJson({ kind: 'number', text: '1,"admin":true' })).toBe('{"kind":"number","text":"1,\\"admin\\":true"}');
    expect(writeJson(read('{"kind":"number","text":"x"}') as JsonValue)).toBe('{"kind":"number","text":"x"}');
    for (const text of ['1,2', '01', '', 'NaN', '1.', '+1', '1\n']) expect(() => jsonNumber(text)).toThrow(TypeError);
  });

  it('gives back compact JSON byte for byte, and reads what it wrote', () => {
    const compact = '{"transaction_id":"tx-1","type":"bet","amount":1.00,"n":[1e2,-0,{"z":[],"a":{}}]}';
    const value = read(compact);
    expect(isProblem(value)).toBe(false);
    if (!isProblem(value)) expect(writeJson(value)).toBe(compact);
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (json) => {
        const once = read(json);
        if (isProblem(once)) return;
        expect(read(writeJson(once))).toEqual(once);
      }),
    );
  });
});
