/** How sources are read: paths into JSON, times, the daily file, and what is asked of whom. */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSources, wordOfFile } from '../../src/fx/sources/ask.ts';
import { ECB_MAX_BYTES, readEcbFile } from '../../src/fx/sources/ecb-file.ts';
import { fillIn, readTime } from '../../src/fx/sources/errands.ts';
import { parsePath, textOf, valueAt } from '../../src/fx/sources/path.ts';
import { isProblem } from '../../src/money/index.ts';
import { manualClock } from '../../src/platform/index.ts';
import { readJson } from '../../src/wire/index.ts';
import { jsonSource, pairOf, priceServer } from './quotes.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const BTC_USD = pairOf('BTC/USD');

function at(path: string, json: string): string | undefined {
  const value = readJson(Buffer.from(json));
  const steps = parsePath(path);
  if (steps === null || isProblem(value)) throw new Error(`${path} in ${json}`);
  return textOf(valueAt(value, steps));
}

describe('paths', () => {
  it.each([
    ['price', '{"price":"64123.45"}', '64123.45'],
    ['price', '{"price":64123.4500}', '64123.4500'],
    ['data.amount', '{"data":{"amount":"1.0"}}', '1.0'],
    ['result.XXBTZUSD.c[0]', '{"result":{"XXBTZUSD":{"c":["64000.1","0.01"]}}}', '64000.1'],
    ['[1].last', '[{"last":1},{"last":2}]', '2'],
    ['["odd name"]["a.b"]', '{"odd name":{"a.b":"7"}}', '7'],
    ['[symbol=BTC-USD].price', '[{"symbol":"ETH-USD","price":"1"},{"symbol":"BTC-USD","price":"2"}]', '2'],
    ['tickers[id=7].p', '{"tickers":[{"id":7,"p":"3"}]}', '3'],
  ])('%s of %s is %s', (path, json, value) => {
    expect(at(path, json)).toBe(value);
  });

  it.each([
    ['price', '{"Price":"1"}'],
    ['price', '[]'],
    ['price', '{"price":null}'],
    ['price', '{"price":{"a":1}}'],
    ['[2]', '[1,2]'],
    ['[a=1].p', '[{"a":1,"p":"1"},{"a":1,"p":"2"}]'],
    ['a.b.c', '{"a":{"b":"x"}}'],
  ])('%s of %s is nothing', (path, json) => {
    expect(at(path, json)).toBeUndefined();
  });

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'a[',
    'a[x]',
    'a[-1]',
    'a b',
    '$[?(@.x)]',
    'a[0',
    'a.[0]',
    `a${'.a'.repeat(20)}`,
  ])('%j is no path', (path) => {
    expect(parsePath(path)).toBeNull();
  });
});

describe('times', () => {
  it.each([
    ['1767614400', NOW],
    ['1767614400.25', NOW],
    ['1767614400000', NOW],
    ['1767614400000123', NOW],
    ['1767614400000123456', NOW],
    ['2026-01-05T12:00:00Z', NOW],
    ['2026-01-05T13:00:00.000+01:00', NOW],
    ['2026-01-05 12:00Z', NOW],
  ])('%s is noon of that day', (text, ms) => {
    expect(readTime(text)).toBe(ms);
  });

  it.each(['', '12', '2026-01-05', '2026-01-05T12:00:00', 'today', '-1767614400'])('%j is none', (text) => {
    expect(readTime(text)).toBeNull();
  });
});

it('templates are filled with what the server calls a currency, and escaped in addresses', () => {
  const symbols = { BTC: 'XBT/A' };
  expect(fillIn('{wallet}-{game}.{wallet_lower}{game_lower}', BTC_USD, symbols)).toBe('XBT/A-USD.xbt/ausd');
  expect(fillIn('https://x.example/{wallet}', BTC_USD, symbols, encodeURIComponent)).toBe('https://x.example/XBT%2FA');
  expect(fillIn('{wallet}', pairOf('constructor/USD'), symbols)).toBe('constructor');
});

const FILE = `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
  <Cube>
    <Cube time='2026-01-05'>
      <Cube currency='USD' rate='1.0850'/>
      <Cube currency="JPY" rate="163.93" />
      <!-- <Cube currency='GBP' rate='9'/> -->
    </Cube>
  </Cube>
</gesmes:Envelope>`;

describe('the daily file', () => {
  const read = (text: string) => readEcbFile(Buffer.from(text));

  it('is one day and a rate a currency, digit by digit', () => {
    const file = read(FILE);
    expect(file?.fixedOnMs).toBe(Date.UTC(2026, 0, 5));
    expect([...(file?.rates ?? [])]).toEqual([
      ['USD', '1.0850'],
      ['JPY', '163.93'],
    ]);
  });

  it.each([
    ['another document', '<html><body>503</body></html>'],
    ['no day', FILE.replace(" time='2026-01-05'", '')],
    ['a day that is none', FILE.replace('2026-01-05', '2026-13-45')],
    ['two days', FILE.replace("<Cube currency='USD'", "<Cube time='2026-01-04'/><Cube currency='USD'")],
    ['no rates', FILE.replaceAll(/<Cube currency=[^>]*>/g, '')],
    ['a currency twice', FILE.replace('"JPY"', '"USD"')],
    ['a currency without a rate', FILE.replace(' rate="163.93"', '')],
    ['an attribute twice', FILE.replace("rate='1.0850'", "rate='1.0850' rate='2'")],
    ['an entity', FILE.replace('1.0850', '&rate;')],
    ['a document type', FILE.replace('<gesmes:Envelope', '<!DOCTYPE x [<!ENTITY rate "1">]><gesmes:Envelope')],
    ['a section of characters', FILE.replace('Reference rates', '<![CDATA[<Cube/>]]>')],
    ['too many bytes', FILE + ' '.repeat(ECB_MAX_BYTES)],
    ['nothing', ''],
  ])('with %s is refused', (_, text) => {
    expect(read(text)).toBeNull();
  });

  it('cut off anywhere is refused, and whatever is put into it never throws', () => {
    for (let cut = 0; cut < FILE.length; cut += 1) expect(read(FILE.slice(0, cut))).toBeNull();
    fc.assert(
      fc.property(fc.nat(FILE.length), fc.string({ maxLength: 9 }), (at, junk) => {
        const file = read(FILE.slice(0, at) + junk + FILE.slice(at));
        expect(file === null || file.rates.size > 0).toBe(true);
      }),
    );
  });

  it('says pairs with the euro only, one way as it stands and the other as one over it', () => {
    const file = read(FILE);
    if (file === null) throw new Error('unreadable');
    expect(wordOfFile('ecb', file, pairOf('EUR/USD'), NOW)).toMatchObject({ value: '1.0850', isInverse: false });
    expect(wordOfFile('ecb', file, pairOf('JPY/EUR'), NOW)).toMatchObject({ value: '163.93', isInverse: true });
    for (const text of ['USD/JPY', 'EUR/GBP', 'BTC/EUR'])
      expect(wordOfFile('ecb', file, pairOf(text), NOW)).toMatchObject({ kind: 'failed', reason: 'wrong_pair' });
  });
});

describe('asking', () => {
  it('takes the price, the time and the check from the answer, and sends the key', async () => {
    await using server = await priceServer('{"symbol":"XBTUSD","p":"64123.45","t":1767614395}');
    const source = jsonSource('one', `${server.url}/{wallet}/{game_lower}`, {
      path: 'p',
      timePath: 't',
      check: { path: 'symbol', equals: '{wallet}{game}' },
      symbols: { BTC: 'XBT' },
      headers: { 'x-key': 'secret' },
    });
    const sources = createSources([source], { clock: manualClock(NOW) });
    expect(await sources.ask('one', BTC_USD)).toMatchObject({ value: '64123.45', observedAtMs: NOW - 5_000 });
    expect(server.asked).toEqual(['/XBT/usd secret']);
    server.body = '{"symbol":"ETHUSD","p":"3456.78","t":1767614395}';
    expect(await sources.ask('one', BTC_USD)).toMatchObject({ kind: 'failed', reason: 'wrong_pair' });
  });

  it('tells what went wrong, without the address or the key', async () => {
    await using server = await priceServer('<html>maintenance</html>');
    const source = jsonSource('one', `${server.url}/hidden`, { headers: { 'x-key': 'secret' } });
    const sources = createSources([source], { clock: manualClock(NOW), pause: async () => undefined });
    const reasonOf = async (body: string, status = 200) => {
      [server.body, server.status] = [body, status];
      const answer = await sources.ask('one', BTC_USD);
      expect(JSON.stringify(answer)).not.toMatch(/hidden|secret/);
      return answer.kind === 'failed' ? answer.reason : 'said';
    };
    expect(await reasonOf('<html>maintenance</html>')).toBe('unreadable');
    expect(await reasonOf('{"error":"no such pair"}')).toBe('unreadable');
    expect(await reasonOf('{"price":null}')).toBe('unreadable');
    expect(await reasonOf('{"price":"1"}', 503)).toBe('unavailable');
    expect(await reasonOf('{"price":"1"}', 404)).toBe('unavailable');
    expect(await reasonOf('{"price":"1"}')).toBe('said');
    await server[Symbol.asyncDispose]();
    expect(await reasonOf('')).toBe('unavailable');
  });

  it('asks again only after the time that was set, and a daily file once for all pairs', async () => {
    await using prices = await priceServer('{"price":"1"}');
    await using files = await priceServer(FILE);
    const clock = manualClock(NOW);
    const sources = createSources(
      [
        jsonSource('one', prices.url, { everyMs: 30_000 }),
        { kind: 'ecb', name: 'ecb', url: files.url, timeoutMs: 30_000, everyMs: 3_600_000 },
      ],
      { clock },
    );
    for (let n = 0; n < 3; n += 1) await sources.ask('one', BTC_USD);
    await Promise.all(['EUR/USD', 'JPY/EUR', 'EUR/JPY'].map(async (text) => sources.ask('ecb', pairOf(text))));
    expect([prices.asked.length, files.asked.length]).toEqual([1, 1]);
    clock.advance(30_000);
    await sources.ask('one', BTC_USD);
    expect(await sources.ask('ecb', pairOf('EUR/USD'))).toMatchObject({ observedAtMs: NOW });
    expect([prices.asked.length, files.asked.length]).toEqual([2, 1]);
    clock.advance(3_600_000);
    expect(await sources.ask('ecb', pairOf('EUR/USD'))).toMatchObject({ observedAtMs: NOW + 3_630_000 });
    expect(files.asked).toHaveLength(2);
  });
});
