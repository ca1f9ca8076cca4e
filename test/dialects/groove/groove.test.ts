import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { codeOf, meaningsOf, STATUSES } from '../../../src/dialects/groove/codes.ts';
import { REQUESTS } from '../../../src/dialects/groove/words.ts';
import { openNamedDialect } from '../../../src/dialects/index.ts';
import type { Answer, Decoded, GenuineRequest, LaunchOrder, RawRequest } from '../../../src/dialects/index.ts';
import { currencies, formatDecimal } from '../../../src/money/index.ts';
import { REFUSALS } from '../../../src/wallet/index.ts';
import type { Operation } from '../../../src/wallet/index.ts';

const KEY = 'groove-key-of-the-tests';
const LAUNCH = {
  url: 'https://groove.test/game/',
  operator_id: '11',
  license: 'Curacao',
  history_url: 'https://casino.test/history',
};

function openedWith(callbacks: object = { security_keys: [KEY] }, launch: object = {}) {
  const settings = { launch: { ...LAUNCH, ...launch }, callbacks: { allow_ips: ['192.0.2.1'], ...callbacks } };
  const opened = openNamedDialect('groove', settings, {}, currencies({ USD: { scale: 2 } }));
  if (opened.kind === 'problem') throw new Error(opened.message);
  return opened;
}
const { open, mirror } = openedWith();

const asked = (rawQuery: string, signature?: string): RawRequest => ({
  method: 'GET',
  path: '/callbacks/acme',
  subpath: '',
  rawQuery,
  headers: signature === undefined ? {} : { 'x-groove-signature': signature },
  body: new Uint8Array(0),
  arrivedAtMs: 0,
});
const decode = (query: Readonly<Record<string, string>>): Decoded =>
  open.decode(asked(new URLSearchParams(query).toString()) as GenuineRequest);
const operationsOf = (query: Readonly<Record<string, string>>): readonly Operation[] => {
  const decoded = decode(query);
  if (decoded.kind !== 'call' || decoded.call.kind !== 'money')
    throw new Error(decoded.kind === 'bad_request' ? decoded.message : 'no money');
  return decoded.call.operations;
};
const problemOf = (query: Readonly<Record<string, string>>): string => {
  const decoded = decode(query);
  return decoded.kind === 'bad_request' ? decoded.message : 'understood';
};

const WAGER = {
  request: 'wager',
  accountid: 'pl1',
  apiversion: '1.2',
  device: 'desktop',
  gameid: 'g-1',
  gamesessionid: '11_s1',
  roundid: 'r-1',
  transactionid: 't-1',
  betamount: '2.5',
};
const RESULT = { ...WAGER, request: 'result', result: '7.25', gamestatus: 'completed' };

describe('the signature', () => {
  const hmac = (text: string) => createHmac('sha256', KEY).update(text).digest('hex');
  const query = new URLSearchParams({ ...WAGER, roundid: 'r 1+&' }).toString();
  const values = 'pl11.22.5desktopg-111_s1r 1+&t-1';

  it('covers the values as they mean, in the order of their names, without `request` and with it [SIG-01]', () => {
    expect(open.verify(asked(query, hmac(values)), 0).kind).toBe('genuine');
    // `request` comes before `roundid`
    expect(open.verify(asked(query, hmac('pl11.22.5desktopg-111_s1wagerr 1+&t-1')), 0).kind).toBe('genuine');
    expect(open.verify(asked(query, hmac(`wager${values}`)), 0)).toMatchObject({ reason: 'mismatch' });
  });

  it('is needed as soon as there is a key, and not looked at where there is none', () => {
    expect(open.verify(asked(query), 0)).toMatchObject({ kind: 'distrust', reason: 'missing' });
    const unsigned = openedWith({}).open;
    expect(unsigned.verify(asked(query), 0)).toMatchObject({ kind: 'genuine', keyId: 'unsigned' });
  });

  it('covers neither names nor bounds, so the start needs their addresses even with a key [SIG-28]', () => {
    // two stakes, one signature
    const moved = new URLSearchParams({ ...WAGER, apiversion: '1.', betamount: '22.5' }).toString();
    expect(open.verify(asked(moved, hmac('pl11.22.5desktopg-111_s1r-1t-1')), 0).kind).toBe('genuine');
    const load = (callbacks: object) =>
      loadConfig(
        {},
        {},
        {
          currencies: { USD: { scale: 2 } },
          aggregators: [{ name: 'g', dialect: 'groove', launch: LAUNCH, callbacks }],
        },
      );
    expect(() => load({ security_keys: [KEY] })).toThrow('callbacks.allow_ips');
    expect(load({ allow_ips: ['192.0.2.1'] }).aggregators[0]?.weakSignature).toBe(true);
  });

  it('believes no parameter that is there twice, in whatever case [SIG-35]', () => {
    for (const more of ['&betamount=2.5', '&BetAmount=2.5', '&%62etamount=2.5'])
      expect(open.verify(asked(query + more, hmac(values)), 0), more).toMatchObject({ reason: 'malformed' });
  });
});

describe('what is asked', () => {
  it('is read in any case of its names, and an empty value is none', () => {
    const spelled = {
      REQUEST: 'WagerAndResult',
      ...Object.fromEntries(Object.entries(RESULT).filter(([n]) => n !== 'request')),
    };
    expect(operationsOf(spelled)).toMatchObject([{ kind: 'bet' }, { kind: 'win' }]);
    expect(operationsOf({ ...WAGER, frbid: '' })).toMatchObject([{ flavour: 'cash' }]);
    expect(operationsOf({ ...WAGER, frbId: 'x' })).toMatchObject([{ flavour: 'free' }]);
    expect(problemOf({ ...WAGER, roundid: '' })).toBe('roundid: missing');
  });

  it('names one id, of which each undoing makes one that no other has [RB-09]', () => {
    const ids = (['wager', 'result', 'jackpot', 'rollback', 'reversewin', 'rollbackrollback'] as const).map(
      (request) => {
        const [operation] = operationsOf({ ...RESULT, request, amount: '1' });
        return operation !== undefined && 'id' in operation ? `${operation.kind} ${operation.id}` : '';
      },
    );
    expect(ids).toEqual([
      'bet t-1',
      'win t-1',
      'win t-1',
      'rollback t-1',
      'rollback t-1:reversewin',
      'rollback t-1:rollbackrollback',
    ]);
    expect(problemOf({ ...WAGER, request: 'rollbackrollback', transactionid: 't'.repeat(250) })).toBe(
      'transactionid: too_long',
    );
  });

  it('keeps every digit of an amount, and takes none that could be read in two ways [BET-05] [BET-10]', () => {
    const [wager] = operationsOf({ ...WAGER, betamount: '0.1234567891' });
    expect(wager?.kind === 'bet' && formatDecimal(wager.amount)).toBe('0.1234567891');
    for (const betamount of ['-1', '1e2', '1,2', '0x1', '1.', '.5', '01', 'NaN', 'null'])
      expect(problemOf({ ...WAGER, betamount }), betamount).toMatch(/^betamount: /);
  });

  it('closes a round by its result, and knows two statuses of a game', () => {
    expect(operationsOf(RESULT)).toMatchObject([{ closesRound: true }]);
    expect(operationsOf({ ...RESULT, gamestatus: 'pending' })).toMatchObject([{ closesRound: false }]);
    expect(problemOf({ ...RESULT, gamestatus: 'done' })).toBe('gamestatus: unknown_value');
  });

  it('carries our session behind the operator\u2019s id, and another text as it is', () => {
    const sessionOf = (gamesessionid: string) => {
      const decoded = decode({ ...WAGER, gamesessionid });
      return decoded.kind === 'call' ? decoded.call.session : null;
    };
    expect([sessionOf('11_s1'), sessionOf('12_s1'), sessionOf('11_'), sessionOf('s1')]).toEqual([
      's1',
      '12_s1',
      '11_',
      's1',
    ]);
  });
});

describe('what is answered', () => {
  const encodeOf = (query: Readonly<Record<string, string>>) => (answer: Answer) => {
    const { status, body } = decode(query).encode(answer);
    return { status, ...(JSON.parse(body) as Record<string, unknown>) };
  };
  const rejected = (refusal: (typeof REFUSALS)[number]): Answer => ({
    kind: 'outcome',
    outcome: { kind: 'rejected', refusal, field: null, message: 'Why.', duplicate: false, id: null, balance: null },
  });

  it('every code of the table is told by something, and HTTP is always 200', () => {
    const told = new Set<number>();
    const say = (query: Readonly<Record<string, string>>, answer: Answer) => {
      const said = decode(query).encode(answer);
      expect(said.status).toBe(200);
      told.add((JSON.parse(said.body) as { code: number }).code);
    };
    for (const refusal of REFUSALS) say(WAGER, rejected(refusal));
    for (const kind of ['unauthenticated', 'forbidden', 'too_large', 'unsupported_media'] as const)
      say(WAGER, { kind });
    say(WAGER, { kind: 'uncertain', retryAfterSeconds: 1 });
    say(WAGER, { kind: 'bad_request', message: 'betamount: missing' });
    say(WAGER, { kind: 'balance', balance: { units: 1n, scale: 2, currency: 'USD' } });
    expect([...told].toSorted((a, b) => a - b)).toEqual(
      Object.keys(STATUSES)
        .map(Number)
        .toSorted((a, b) => a - b),
    );
  });

  it('a session that is over is told only to who needs one [RB-11] [WIN-08]', () => {
    const codes = Object.fromEntries(REQUESTS.map((request) => [request, codeOf('session_expired', request)]));
    expect(codes).toEqual({
      getaccount: 1000,
      getbalance: 1000,
      wager: 1000,
      wagerandresult: 1000,
      result: 110,
      jackpot: 110,
      rollback: 400,
      reversewin: 400,
      rollbackrollback: 400,
    });
  });

  it('a rollback ends with what is final for it: not found, or not allowed [RB-03] [RB-06] [RB-07] [RB-12]', () => {
    const query = { ...WAGER, request: 'rollback' };
    for (const [refusal, code] of [
      ['not_found', 102],
      ['parent_failed', 102],
      ['already_settled', 110],
      ['conflict', 110],
      ['reversed', 110],
      ['unknown_player', 110],
    ] as const)
      expect(encodeOf(query)(rejected(refusal)), refusal).toMatchObject({ code });
  });

  it('every code says what it can mean, and code 1 nothing', () => {
    for (const code of Object.keys(STATUSES).filter((each) => each !== '200' && each !== '1'))
      expect(meaningsOf(code), code).not.toEqual([]);
    expect(meaningsOf('1')).toEqual([]);
  });

  it('a balance below zero is cut downwards, too', () => {
    const body = open.encode({ kind: 'balance', balance: { units: -15n, scale: 11, currency: 'ETH' } }).body;
    expect(body).toContain('"balance":-0.0000000002,');
  });
});

describe('the launch', () => {
  const order: LaunchOrder = {
    session: 's1',
    game: 'g-1',
    mode: 'real',
    player: 'pl1',
    currency: 'USD',
    lang: 'sv',
    country: 'SE',
    ip: null,
    platform: 'desktop',
    jurisdiction: null,
    region: null,
    returnUrl: null,
    nonce: 'n',
    issuedAt: 1,
    expiresAt: 2,
  };
  const queryOf = (more: Partial<LaunchOrder>, launch: object = {}) => {
    const launched = openedWith(undefined, launch).open.launch({ ...order, ...more });
    if (launched.kind !== 'url') throw new Error(launched.kind === 'problem' ? launched.message : 'no address');
    return new URL(launched.url).searchParams;
  };

  it('tells the game where the reality check is shown, where there is such a place [CMP-05]', () => {
    const reality_check_url = 'https://casino.test/reality-check';
    expect(queryOf({}, { reality_check_url }).get('rc_url')).toBe(reality_check_url);
    expect(queryOf({}).has('rc_url')).toBe(false);
  });

  it('says in plain words which players and sessions Groove does not take', () => {
    for (const player of ['pl-1', 'a b', 'Zoë', 'x'.repeat(61), ''])
      expect(() => queryOf({ player }), player).toThrow('letters and digits only');
    expect(() => queryOf({ session: 's'.repeat(62) })).toThrow('64 characters');
    expect(queryOf({ session: 's'.repeat(61) }).get('sessionid')).toHaveLength(64);
    // of a demo nobody is named, so nobody is in the way
    expect(queryOf({ mode: 'demo', player: null, session: 's'.repeat(99) }).get('accountid')).toBe('0');
  });

  it.each([
    ['sv', 'sv_SE'],
    ['en', 'en_US'],
    ['en-GB', 'en_GB'],
    ['pt_BR', 'pt_BR'],
    [null, 'en_US'],
    ['?', 'en_US'],
  ])('speaks %s as %s', (lang, nogslang) => {
    expect(queryOf({ lang }).get('nogslang')).toBe(nogslang);
  });

  it('is read back by the aggregator, and by no other operator\u2019s', () => {
    const { search } = new URL(`https://x.test/?${queryOf({}).toString()}`);
    expect(mirror.readLaunch(search.slice(1), 5_000)).toMatchObject({
      kind: 'opened',
      order: { session: 's1', player: 'pl1' },
    });
    const other = openedWith(undefined, { operator_id: '12' }).mirror;
    expect(other.readLaunch(search.slice(1), 5_000)).toMatchObject({ kind: 'refused', reason: 'malformed' });
    for (const bad of ['', 'a=%', 'nogsoperatorid=11&nogsmode=real&nogsgameid=g&accountid=a-b&sessionid=11_s'])
      expect(mirror.readLaunch(bad, 0)).toMatchObject({ kind: 'refused' });
  });
});
