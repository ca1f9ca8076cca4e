/** What is Hub88's own: its reactions, its settings, and the words of its list. */
import { describe, expect, it } from 'vitest';
import { openNamedDialect } from '../../../src/dialects/index.ts';
import type { ListedGame } from '../../../src/dialects/index.ts';
import { currencies } from '../../../src/money/index.ts';
import { reactionTo, rollsBack } from '../../../src/sandbox/retry.ts';
import { exchangesOf, NOW_MS } from '../exchanges.ts';
import { fixtureSettings } from '../rs-family/house.ts';

const { of, callbacks } = exchangesOf('hub88');

describe('what Hub88 does with an answer', () => {
  const { mirror, reactions, policy } = of('default');
  const after = (kind: 'bet' | 'win' | 'rollback', status: string) => {
    const body = JSON.stringify({ status, request_uuid: 'r', balance: 1, currency: 'EUR' });
    return reactionTo(kind, 1, mirror.understand(200, {}, Buffer.from(body)), { policy, reactions });
  };

  it('rolls every refused bet back but for want of money or at a limit', () => {
    for (const status of ['RS_ERROR_NOT_ENOUGH_MONEY', 'RS_ERROR_LIMIT_REACHED'])
      expect([status, after('bet', status)]).toEqual([status, 'final']);
    const others = callbacks
      .map(({ response }) => (JSON.parse(response.body.toString()) as { status: string }).status)
      .filter((status) => !/RS_OK|NOT_ENOUGH_MONEY|LIMIT_REACHED/.test(status));
    expect(others.length).toBeGreaterThan(10);
    for (const status of others) expect([status, after('bet', status)]).toEqual([status, 'rollback']);
    expect(after('bet', 'RS_OK')).toBe('final');
  });

  it('asks for what is owed until a definite word comes', () => {
    for (const kind of ['win', 'rollback'] as const) {
      expect(after(kind, 'RS_ERROR_TRANSACTION_DOES_NOT_EXIST')).toBe('final');
      for (const status of ['RS_ERROR_UNKNOWN', 'RS_ERROR_INVALID_SIGNATURE', 'RS_ERROR_TIMEOUT', 'RS_NONSENSE'])
        expect([status, after(kind, status)]).toEqual([status, 'retry']);
    }
    expect(reactions.bet.tries).toBe(3);
    expect(rollsBack({ policy, reactions })).toBe(true);
    expect(policy.timeoutMs).toBe(1_000);
  });
});

describe('the settings of Hub88', () => {
  const { catalogue, launch, callbacks: keys, sandbox } = fixtureSettings('hub88');
  const problem = (more: Readonly<Record<string, object>>): string => {
    const opening = openNamedDialect(
      'hub88',
      { catalogue, launch, callbacks: keys, sandbox, ...more },
      {},
      currencies({}),
    );
    return opening.kind === 'problem' ? opening.message : '';
  };

  it.each([
    ['an unknown key', { callbacks: { ...keys, signing_secrets: [] } }, /callbacks: .*signing_secrets/],
    ['no key of theirs', { callbacks: { public_keys: [] } }, /callbacks\.public_keys: needs at least one key/],
    ['no number', { launch: { ...launch, operator_id: 'casino' } }, /launch\.operator_id/],
    ['an empty number', { launch: { ...launch, operator_id: '' } }, /launch\.operator_id/],
    ['an address with a query', { catalogue: { url: 'https://a.test/v2?x=1' } }, /catalogue\.url: must have no query/],
    ['a country in small letters', { launch: { ...launch, country: 'mt' } }, /launch\.country: is two capital letters/],
    ['a status that is none', { callbacks: { ...keys, rolled_back_status: 'RS_OK' } }, /callbacks\.rolled_back_status/],
  ])('refuse %s', (_name, more, message) => {
    expect(problem(more)).toMatch(message);
  });

  it('take a number from the environment, and an address that ends in a stroke', () => {
    const url = 'https://api.hub88.test/operator/generic/v2/';
    expect(problem({ launch: { ...launch, operator_id: '12', url }, catalogue: { url } })).toBe('');
  });

  it('without the sandbox’s key say what a sandbox lacks, and no call is made', () => {
    const settings = { catalogue, launch, callbacks: keys };
    const opening = openNamedDialect('hub88', settings, {}, currencies({}));
    if (opening.kind !== 'opened') throw new Error(opening.message);
    expect(opening.mirror.lacks).toMatch(/sandbox\.private_key.*croupier keys generate --dialect hub88/);
    const call = { kind: 'balance', player: { kind: 'session' }, session: null, currency: null } as const;
    expect(() => opening.mirror.say({ ...call, game: null, provider: null, requestId: null }, NOW_MS)).toThrow(
      RangeError,
    );
  });

  it('ask for the list once a minute at the most', () => {
    expect(of('default').pace).toEqual({ betweenPagesMs: 0, betweenListsMs: 61_000 });
  });
});

describe('a game of Hub88’s list', () => {
  const read = (more: object): ListedGame | string => {
    const source = of('default').open.games;
    if (source.kind !== 'call') throw new Error('no list');
    const entry = { game_code: 'abc_1', name: 'One', product: 'Abc', ...more };
    const body = Buffer.from(JSON.stringify([entry]));
    const page = source.page(1, null, { nowMs: NOW_MS, nonce: 'n' }).read({ status: 200, headers: {}, body });
    if (page === 'unchanged' || 'kind' in page) throw new Error('not read');
    return page.games[0] ?? page.malformed[0] ?? '';
  };

  it.each([
    ['Video Slots', 'slots', []],
    ['Jackpot Slots', 'slots', ['Jackpot Slots']],
    ['Live Roulette', 'live', ['Live Roulette']],
    ['Live Game Shows', 'live', ['Live Game Shows']],
    ['Crash', 'crash', ['Crash']],
    ['Scratch Cards', 'scratch', []],
    ['Sportsbook', 'sport', []],
    ['Plinko', 'instant', ['Plinko']],
    ['Something New', 'other', ['Something New']],
    ['', 'other', []],
    [null, 'other', []],
  ])('of the category %s is one of ours', (category, ours, tags) => {
    expect(read({ category })).toMatchObject({ category: ours, tags });
  });

  it('has features in our words, and keeps words we lack', () => {
    expect(
      read({ features: ['Free Spins', 'BUY BONUS', 'Hold & Win', 'Megaways'], freebet_support: true }),
    ).toMatchObject({
      features: ['free_spins', 'bonus_buy', 'hold_and_win', 'free_rounds'],
      tags: ['Megaways'],
    });
    expect(read({ features: null })).toMatchObject({ features: [], tags: [] });
  });

  it.each([
    [{ rtp: '96.50' }, { rtp: '96.50' }],
    [{ rtp: 96.5 }, { rtp: '96.5' }],
    [{ rtp: '96.5 %' }, { rtp: null }],
    [{ volatility: 1 }, { volatility: 'low' }],
    [{ volatility: 4 }, { volatility: 'high' }],
    [{ volatility: 2.5 }, { volatility: null }],
    [{ paylines: 20 }, { lines: 20 }],
    [{ paylines: 'many' }, { lines: null }],
    [{ blocked_countries: ['US'], restricted_countries: ['FR', 'US'] }, { blockedCountries: ['US', 'FR'] }],
    [{ platforms: ['GPL_MOBILE', 'GPL_TV'] }, { platforms: ['mobile'] }],
  ])('says what it says and guesses nothing: %j', (told, expected) => {
    expect(read(told)).toMatchObject(expected);
  });

  it('is left out when it lacks what names it, and told', () => {
    expect(read({ game_code: '' })).toBe('entry 1: game_code: empty');
    expect(read({ product: null })).toBe('entry 1: product: wrong_type');
  });
});
