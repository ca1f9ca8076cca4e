import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGameFile, writeGameFile } from '../../src/dialects/game-file.ts';
import type { GameFileForm } from '../../src/dialects/game-file.ts';
import type { GamesPage } from '../../src/dialects/index.ts';

const FORM: GameFileForm = { columns: {}, separator: ',' };
const read = (text: string, form = FORM): GamesPage => {
  const page = readGameFile(Buffer.from(text), form);
  if ('kind' in page) throw new Error(page.reason);
  return page;
};

describe('a file of games', () => {
  it('as CSV: quotes, line ends in fields, lists, and words for yes and no', () => {
    const { games, malformed } = read(
      [
        'code,name,provider,category,tags,rtp,volatility,lines,demo,platforms,blocked_countries,enabled',
        '"80102","Fruits, ""hot""",Acme,Video Slots,new|hot,96.50 %,Medium-High,20,yes,Desktop;Mobile,US;FR,1',
        '80103,"Two',
        'lines",Acme,Teufelei,,,,,,,,no',
      ].join('\r\n'),
    );
    expect(malformed).toEqual([]);
    expect(games).toMatchObject([
      {
        code: '80102',
        name: 'Fruits, "hot"',
        provider: { code: 'Acme', name: 'Acme' },
        category: 'slots',
        tags: ['new', 'hot'],
        rtp: '96.50',
        volatility: 'high',
        lines: 20,
        demo: true,
        platforms: ['desktop', 'mobile'],
        blockedCountries: ['US', 'FR'],
        enabled: true,
      },
      { name: 'Two\nlines', category: 'other', tags: ['Teufelei'], demo: false, enabled: false, rtp: null },
    ]);
  });

  it('with their names of columns and their separator', () => {
    const form = { columns: { code: 'Game ID', name: 'Title', provider: 'Vendor' }, separator: ';' } as const;
    expect(read('Vendor;Game ID;Title;Else\nAcme;1;One;x', form).games).toMatchObject([
      { code: '1', name: 'One', provider: { name: 'Acme' } },
    ]);
  });

  it('as JSON lines, where a code may be a number of any length', () => {
    const { games, malformed } = read(
      '{"code":12345678901234567890,"name":"One","provider":"A","tags":["x","y"],"demo":true}\n\n[1]\n{"name":"No code","provider":"A"}\n',
    );
    expect(games).toMatchObject([{ code: '12345678901234567890', tags: ['x', 'y'], demo: true }]);
    expect(malformed).toEqual(['line 3: not a JSON object', 'line 4: lacks its code']);
  });

  it('an entry that cannot be used is named and skipped [CAT-15]', () => {
    const { games, malformed, total } = read(
      [
        'code,name,provider,demo',
        '1,One,A,',
        '2,Two,A',
        ',Three,A,',
        '4,,A,',
        '5,Five,,',
        '6,Six,A,maybe',
        '7,"Se"ven,A,',
      ].join('\n'),
    );
    expect(games.map(({ code }) => code)).toEqual(['1']);
    expect(total).toBe(7);
    expect(malformed).toEqual([
      'line 3: 3 fields where the header has 4',
      'line 4: lacks its code',
      'line 5: lacks its name',
      'line 6: names no provider',
      'line 7: says neither yes nor no',
      'line 8: a quote stands in a place that means nothing',
    ]);
  });

  it('is no list at all without its columns, its text or its bytes', () => {
    const reasonOf = (bytes: Uint8Array) => {
      const page = readGameFile(bytes, FORM);
      return 'kind' in page ? page.reason : 'read';
    };
    expect(reasonOf(Buffer.from(''))).toBe('empty');
    expect(reasonOf(Buffer.from(' \n'))).toBe('empty');
    expect(reasonOf(Buffer.from([0xff, 0xfe]))).toBe('not_utf8');
    expect(reasonOf(Buffer.from('id,name\n1,One'))).toBe('lacks_code');
    expect(reasonOf(Buffer.from('code,title\n1,One'))).toBe('lacks_name');
    expect(reasonOf(Buffer.from('"code,name\n1,One'))).toBe('no_header');
    expect(reasonOf(Buffer.from('\ufeffcode,name,provider\n1,One,A'))).toBe('read');
  });

  it('what is written is read again', () => {
    const { games } = read('code,name,provider,tags,demo,rtp\n1,"O, ne",A,x|y,1,96.5\n2,Two,B,,,');
    expect(read(writeGameFile(games)).games).toEqual(games);
  });

  it('never throws on any bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(`code,name\n${text}`)),
      fc.string({ maxLength: 200 }).map((text) => Buffer.from(`{"code":1}\n${text}`)),
    );
    fc.assert(
      fc.property(bytes, (each) => {
        const page = readGameFile(each, FORM);
        if (!('kind' in page)) expect(page.games.every(({ code, name }) => code !== '' && name !== '')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
