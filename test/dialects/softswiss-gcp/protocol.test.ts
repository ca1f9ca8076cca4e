/** What is this protocol's own: subunits, its numbers for refusals, its list of games in a file, and what its configuration may say. */
import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openNamedDialect } from '../../../src/dialects/index.ts';
import type { Answer, OpenedAggregator, PolicyOverrides } from '../../../src/dialects/index.ts';
import { currencies, formatDecimal } from '../../../src/money/index.ts';
import type { Refusal } from '../../../src/wallet/index.ts';

const SECRET = 'demo-auth-token';
const CURRENCIES = currencies({ EUR: { scale: 2 }, ETH: { scale: 18 }, BTC: { scale: 8 }, JPY: { scale: 0 } });
const LAUNCH = { url: 'https://gcp.acme.test', casino_id: 'croupier' };

function opened(callbacks: object = {}, policy: PolicyOverrides = {}, launch: object = {}): OpenedAggregator {
  const settings = { launch: { ...LAUNCH, ...launch }, callbacks: { signing_secrets: [SECRET], ...callbacks } };
  const opening = openNamedDialect('softswiss-gcp', settings, policy, CURRENCIES);
  if (opening.kind === 'problem') throw new Error(opening.message);
  return opening;
}

function decoded(aggregator: OpenedAggregator, subpath: string, body: string) {
  const verification = aggregator.open.verify(
    {
      method: 'POST',
      path: `/callbacks/acme${subpath}`,
      subpath,
      rawQuery: '',
      headers: { 'x-request-sign': createHmac('sha256', SECRET).update(body).digest('hex') },
      body: Buffer.from(body),
      arrivedAtMs: 0,
    },
    0,
  );
  if (verification.kind !== 'genuine') throw new Error('not believed');
  return aggregator.open.decode(verification.request);
}

const bet = (currency: string, amount: string) =>
  `{"user_id":"u-77","currency":"${currency}","game_id":"r-1","actions":[{"action":"bet","action_id":"a-1","amount":${amount}}]}`;

function amountOf(aggregator: OpenedAggregator, currency: string, amount: string): string {
  const result = decoded(aggregator, '/play', bet(currency, amount));
  if (result.kind !== 'call' || result.call.kind !== 'money') return result.kind === 'call' ? '' : result.message;
  const [operation] = result.call.operations;
  return operation.kind === 'bet' ? formatDecimal(operation.amount) : '';
}

describe('amounts', () => {
  it("are counted in the currency's own subunit, digit by digit [BET-09] [BET-14]", () => {
    const aggregator = opened();
    expect(amountOf(aggregator, 'EUR', '100')).toBe('1');
    expect(amountOf(aggregator, 'JPY', '100')).toBe('100');
    expect(amountOf(aggregator, 'BTC', '1')).toBe('0.00000001');
    expect(amountOf(aggregator, 'EUR', '9007199254740993')).toBe('90071992547409.93');
  });

  it('are counted as the configuration says where the vendor counts otherwise, and balances are cut to it [BAL-06]', () => {
    const aggregator = opened({ subunits: { ETH: 9 } });
    expect(amountOf(aggregator, 'ETH', '1500000000')).toBe('1.5');
    const result = decoded(aggregator, '/play', '{"user_id":"u-77","currency":"ETH"}');
    const balance = { units: 28_928_580_830_360_198_999n, scale: 18, currency: 'ETH' };
    expect(result.encode({ kind: 'balance', balance }).body).toBe('{"balance":28928580830}');
  });

  it('finer than the currency are refused, never rounded [BET-06]', () => {
    expect(amountOf(opened({ subunits: { EUR: 3 } }), 'EUR', '1001')).toBe('actions[0].amount: excess_precision');
    expect(amountOf(opened({ subunits: { EUR: 3 } }), 'EUR', '1000')).toBe('1');
  });

  it('below zero are never shown: the protocol has no word for a debt', () => {
    const { open } = opened();
    const balance = { units: -500n, scale: 2, currency: 'EUR' };
    expect(open.encode({ kind: 'balance', balance }).body).toBe('{"balance":0}');
  });
});

describe('what a signature is about', () => {
  it('is the body alone, so the body of one address says nothing at another', () => {
    const aggregator = opened();
    expect(decoded(aggregator, '/rollback', bet('EUR', '100')).kind).toBe('bad_request');
    expect(decoded(aggregator, '/freespins', bet('EUR', '100')).kind).toBe('bad_request');
    expect(decoded(aggregator, '/play', '{"issue_id":"i-1","status":"finished","total_amount":1}').kind).toBe(
      'bad_request',
    );
  });
});

describe('refusals', () => {
  const refusal = (name: Refusal): Answer => ({
    kind: 'outcome',
    outcome: {
      kind: 'rejected',
      refusal: name,
      field: null,
      message: 'A sentence.',
      duplicate: false,
      id: null,
      balance: null,
    },
  });

  it.each([
    ['insufficient_funds', 412, 100],
    ['unknown_player', 412, 101],
    ['limit_reached', 412, 105],
    ['player_blocked', 412, 110],
    ['player_excluded', 412, 110],
    ['wrong_currency', 412, 154],
    ['conflict', 400, 400],
    ['reversed', 400, 400],
    ['not_found', 412, 404],
    ['unknown_game', 412, 405],
  ] as const)('%s goes out as %i with code %i', (name, status, code) => {
    const response = opened().open.encode(refusal(name));
    expect([response.status, JSON.parse(response.body).code]).toEqual([status, code]);
  });

  it('have the status of the configuration where the vendor wants another', () => {
    expect(opened({}, { 'http.reject': 422 }).open.encode(refusal('insufficient_funds')).status).toBe(422);
  });

  it('of other operators are understood, and "we do not know" is one of none', () => {
    const { mirror } = opened();
    const heard = (status: number, body: string) => mirror.understand(status, {}, Buffer.from(body));
    expect(heard(412, '{"code":106,"message":"max bet"}')).toMatchObject({ code: '106', meanings: ['limit_reached'] });
    expect(heard(412, '{"code":999,"message":"?"}')).toMatchObject({ kind: 'rejected', meanings: [] });
    expect(heard(412, '{"code":504,"message":"timeout"}').kind).toBe('uncertain');
    expect(heard(403, '{"code":403}')).toMatchObject({ meanings: ['unauthenticated'] });
    expect(heard(200, '{}').kind).toBe('nonsense');
    expect(heard(302, '{"balance":1}').kind).toBe('nonsense');
    expect(heard(412, '<html>').kind).toBe('nonsense');
  });
});

describe('the list of games', () => {
  const read = (text: string) => {
    const { games } = opened().open;
    if (games.kind !== 'file') throw new Error('no file');
    return games.read(Buffer.from(text));
  };

  it('is a file: a list, or an object with one; what nobody can read is named and skipped [CAT-15]', () => {
    const entry = {
      identifier: 'acceptance:test',
      title: 'Test',
      category: 'card',
      provider: 'acceptance',
      demo: true,
    };
    const page = read(JSON.stringify([entry, { title: 'no code' }, 7]));
    expect(page).toMatchObject({
      games: [{ code: 'acceptance:test', provider: { code: 'acceptance' }, category: 'table', demo: true }],
      malformed: ['entry 2: identifier: missing', 'entry 3: not an object'],
      total: 3,
    });
    expect(read(JSON.stringify({ games: [entry] }))).toMatchObject({ total: 1 });
  });

  it('keeps a category nobody knows as a tag', () => {
    expect(read('[{"identifier":"a:b","title":"B","category":"Hologram"}]')).toMatchObject({
      games: [{ category: 'other', tags: ['Hologram'], provider: { code: 'a', name: 'a' } }],
    });
  });

  it('is served by the sandbox as it is read', () => {
    const aggregator = opened();
    const page = read('[{"identifier":"a:b","title":"B","category":"slots","lines":5,"rtp":"96.50"}]');
    if (!('games' in page)) throw new Error('not read');
    const request = { method: 'GET', path: '/games.json', subpath: '', rawQuery: '', headers: {}, arrivedAtMs: 0 };
    const file = aggregator.mirror.serveGames({ ...request, body: new Uint8Array() }, page.games);
    expect(read(file.body)).toEqual(page);
  });

  it.each(['', '{"games":{}}', '"text"', '{'])('is no list: %j', (text) => {
    expect(read(text)).toMatchObject({ kind: 'problem' });
  });
});

describe('the configuration', () => {
  const problem = (section: object, launch: object = {}) => {
    const settings = { launch: { ...LAUNCH, ...launch }, callbacks: { signing_secrets: [SECRET], ...section } };
    const opening = openNamedDialect('softswiss-gcp', settings, {}, CURRENCIES);
    return opening.kind === 'problem' ? opening.message : 'opened';
  };

  it.each([
    [{ signing_secrets: [] }, {}, 'callbacks.signing_secrets: needs at least one secret'],
    [{ signing_secrets: ['short'] }, {}, 'callbacks.signing_secrets.0: is too short'],
    [{ signing_secrets: [SECRET, SECRET] }, {}, 'callbacks.signing_secrets: names a secret twice'],
    [{ timestamped: true }, {}, 'callbacks: Unrecognized key'],
    [{ subunits: { EUR: -1 } }, {}, 'callbacks.subunits.EUR'],
    [{}, { url: 'https://gcp.acme.test/' }, 'launch.url: must end without a slash'],
    [{}, { casino_id: '' }, 'launch.casino_id'],
    [{}, { user: { salary: '1' } }, 'launch.user: Unrecognized key'],
  ])('is refused at the start: %j %j', (section, launch, message) => {
    expect(problem(section, launch)).toContain(message);
  });

  it('needs no more than an address, a casino and a token [SIG-20]', () => {
    expect(problem({})).toBe('opened');
  });
});

it('a launch that is refused says with which number', () => {
  const launch = opened().open.launch({
    session: 's-1',
    game: 'a:b',
    mode: 'demo',
    player: null,
    currency: null,
    lang: null,
    country: null,
    ip: null,
    platform: null,
    jurisdiction: null,
    region: null,
    returnUrl: null,
    nonce: 'n',
    issuedAt: 0,
    expiresAt: 600,
  });
  if (launch.kind !== 'errand') throw new Error('no errand');
  const read = (status: number, body: string) => launch.errand.read({ status, headers: {}, body: Buffer.from(body) });
  expect(read(412, '{"code":405,"message":"x"}')).toMatchObject({
    reason: 'refused',
    message: 'launch: the aggregator answered 412, code 405',
  });
  expect(read(403, 'no')).toMatchObject({ reason: 'refused', status: 403 });
  expect(read(503, '')).toMatchObject({ reason: 'unavailable' });
  expect(read(200, '{"launch_options":{}}')).toMatchObject({ reason: 'unreadable' });
});
