import { describe, expect, it } from 'vitest';
import type { Game } from '../../src/catalogue/index.ts';
import { allowedReturnUrl, chooseOffer, decideLaunch, launchTtlSeconds, plainWish } from '../../src/launch/rules.ts';
import type { LaunchFacts, LaunchRefusal, LaunchWish } from '../../src/launch/rules.ts';
import { currencies } from '../../src/money/index.ts';
import type { Player } from '../../src/players/index.ts';
import { gameCode, playerId, sessionId } from '../../src/wallet/index.ts';
import type { Wallet } from '../../src/wallet/index.ts';
import { CURRENCIES } from '../support/ledger.ts';
import { quotedAt } from '../support/exchange.ts';
import { gameOf } from '../support/game.ts';

const game = gameOf('01890000-0000-7000-8000-000000000001', {
  code: gameCode('slot'),
  blockedCountries: ['GB'],
});
const player: Player = {
  id: playerId('p'),
  currency: 'USD',
  country: 'MT',
  test: false,
  status: 'active',
  createdAtMs: 0,
  changedAtMs: 0,
};
const wallet = (currency: string): Wallet => ({
  player: player.id,
  currency,
  scale: 2,
  balance: 0n,
  seq: 0n,
  status: 'active',
  maxStake: null,
  dailyLossLimit: null,
  lossDay: '0001-01-01',
  lossUsed: 0n,
});
const wish: LaunchWish = {
  mode: 'real',
  currency: null,
  gameCurrency: null,
  country: null,
  platform: null,
  returnUrl: null,
};
const facts: LaunchFacts = {
  exchange: (wallet, game) => ({ kind: 'unconfigured', pair: { wallet, game } }),
  game,
  player,
  wallets: [wallet('USD')],
  unfinished: null,
  currencies: CURRENCIES,
  returnHosts: ['casino.example', '127.0.0.1:4400'],
};

const decide = (ofWish: Partial<LaunchWish>, ofFacts: Partial<LaunchFacts> = {}) =>
  decideLaunch({ ...wish, ...ofWish }, { ...facts, ...ofFacts });

describe('who may be let in', () => {
  it('plays from the only wallet, or from the one that is named [LCH-22]', () => {
    const plain = { gameCurrency: null, quoteId: null };
    expect(decide({})).toEqual({
      kind: 'allowed',
      resume: null,
      currency: 'USD',
      ...plain,
      country: 'MT',
      returnUrl: null,
    });
    const wallets = [wallet('BTC'), wallet('USD')];
    expect(decide({ currency: 'BTC' }, { wallets })).toMatchObject({ kind: 'allowed', currency: 'BTC' });
    expect(decide({}, { wallets })).toEqual({ kind: 'refused', refusal: 'currency_required' });
  });

  it('needs neither player nor currency for a demo [LCH-15]', () => {
    expect(decide({ mode: 'demo' }, { player: null, wallets: [] })).toEqual({
      kind: 'allowed',
      resume: null,
      currency: null,
      gameCurrency: null,
      quoteId: null,
      country: null,
      returnUrl: null,
    });
    expect(decide({ mode: 'demo', currency: 'EUR' }, { player: null, wallets: [] })).toMatchObject({ currency: 'EUR' });
  });

  it('plays a game of another currency by the first it can be exchanged for, and remembers the quote [FX-03, FX-23]', () => {
    const only = { ...game, currencies: ['EUR', 'USD'] };
    const [asked, wallets]: [string[], LaunchFacts['wallets']] = [[], [wallet('BTC')]];
    const exchange: LaunchFacts['exchange'] = (from, to) => {
      asked.push(`${from}/${to}`);
      return to === 'USD' ? quotedAt('64123.45') : { kind: 'unconfigured', pair: { wallet: from, game: to } };
    };
    const { id } = quotedAt('64123.45').current;
    expect(decide({}, { game: only, wallets, exchange })).toMatchObject({
      kind: 'allowed',
      currency: 'BTC',
      gameCurrency: 'USD',
      quoteId: id,
    });
    expect(asked).toEqual(['BTC/EUR', 'BTC/USD']);
    const everywhere = { ...game, currencies: [] };
    const own = decide({}, { game: everywhere, wallets, exchange });
    expect(own).toMatchObject({ currency: 'BTC', gameCurrency: null });
    const wished = decide({ gameCurrency: 'USD' }, { game: everywhere, wallets, exchange });
    expect(wished).toMatchObject({ currency: 'BTC', gameCurrency: 'USD' });
    const nowhere = decide({ gameCurrency: 'EUR' }, { game: everywhere, wallets, exchange });
    expect(nowhere).toEqual({ kind: 'refused', refusal: 'currency_unsupported' });
    // Where calls name no session nobody could tell by which rate they are meant: every bet would be refused.
    const unheard = { wallets, exchange, canExchange: false };
    expect(decide({}, { ...unheard, game: only })).toEqual({ kind: 'refused', refusal: 'currency_unsupported' });
    expect(decide({}, { ...unheard, game: everywhere })).toMatchObject({ kind: 'allowed', currency: 'BTC' });
  });

  it('opens no game by a rate that is not there or has expired [FX-09]', () => {
    const only = { ...game, currencies: ['USD'] };
    const wallets = [wallet('BTC')];
    for (const found of [
      quotedAt('1', { freshness: 'expired' }),
      { kind: 'unpriced', pair: { wallet: 'BTC', game: 'USD' } },
    ] as const)
      expect(decide({}, { game: only, wallets, exchange: () => found })).toEqual({
        kind: 'refused',
        refusal: 'rate_unavailable',
      });
  });

  const refusals: readonly [string, LaunchRefusal, Partial<LaunchWish>, Partial<LaunchFacts>][] = [
    ['a game the aggregator switched off', 'game_unavailable', {}, { game: { ...game, vendorEnabled: false } }],
    ['a game the operator switched off', 'game_unavailable', {}, { game: { ...game, operatorEnabled: false } }],
    ['a game that left the list [CAT-03]', 'game_unavailable', {}, { game: { ...game, removedAtMs: 1 } }],
    ['a blocked player [LCH-17]', 'player_blocked', {}, { player: { ...player, status: 'blocked' } }],
    ['a closed player', 'player_blocked', {}, { player: { ...player, status: 'closed' } }],
    ['an excluded player [LCH-17]', 'player_excluded', {}, { player: { ...player, status: 'self_excluded' } }],
    [
      'an excluded player even a demo',
      'player_excluded',
      { mode: 'demo' },
      { player: { ...player, status: 'self_excluded' } },
    ],
    ['real play of nobody', 'unknown_player', {}, { player: null }],
    ['a demo of a game without one [CAT-19]', 'demo_unsupported', { mode: 'demo' }, { game: { ...game, demo: false } }],
    [
      'the wrong platform',
      'platform_unsupported',
      { platform: 'mobile' },
      { game: { ...game, platforms: ['desktop'] } },
    ],
    ['where the player is [LCH-17]', 'country_blocked', { country: 'GB' }, {}],
    [
      'where the player comes from, wherever it is now',
      'country_blocked',
      { country: 'MT' },
      { player: { ...player, country: 'GB' } },
    ],
    ['a currency without a wallet', 'wrong_currency', { currency: 'EUR' }, {}],
    ['a player without wallets', 'wrong_currency', {}, { wallets: [] }],
    ['a demo in a currency nobody knows', 'wrong_currency', { mode: 'demo', currency: 'DOGE' }, {}],
    ['a wallet of pretend money [LCH-16]', 'wrong_currency', { mode: 'real', currency: 'FUN' }, {}],
    ['a currency the game has not', 'currency_unsupported', {}, { game: { ...game, currencies: ['BTC'] } }],
    [
      'a demo in a currency the game has not',
      'currency_unsupported',
      { mode: 'demo', currency: 'USD' },
      { game: { ...game, currencies: ['BTC'] } },
    ],
    ['a return to a script [LCH-12]', 'return_url_not_allowed', { returnUrl: 'javascript:alert(1)' }, {}],
  ];
  for (const [name, refusal, ofWish, ofFacts] of refusals) {
    it(`refuses ${name}`, () => expect(decide(ofWish, ofFacts)).toEqual({ kind: 'refused', refusal }));
  }
});

describe('a round that was left open', () => {
  const unfinished = { session: sessionId('s-open'), currency: 'BTC' };
  const wallets = [wallet('USD'), wallet('BTC')];

  it('is gone on with in its session and its currency, whatever the player holds or asks for now [LCH-22] [LCH-23]', () => {
    for (const currency of [null, 'USD', 'BTC'])
      expect(decide({ currency }, { unfinished, wallets })).toMatchObject({ resume: 's-open', currency: 'BTC' });
  });

  it('is not gone on with in a demo', () => {
    expect(decide({ mode: 'demo' }, { unfinished, wallets })).toMatchObject({ resume: null, currency: null });
  });

  it('lets nobody in who may not play', () => {
    expect(decide({}, { unfinished, wallets, player: { ...player, status: 'self_excluded' } })).toEqual({
      kind: 'refused',
      refusal: 'player_excluded',
    });
  });
});

describe('of several offers of one game', () => {
  const offer = (more: Partial<Game>, unfinished: LaunchFacts['unfinished'] = null) => ({
    game: { ...game, ...more },
    unfinished,
  });
  const { player: who, wallets, currencies: known, returnHosts, exchange } = facts;
  const choose = (offers: readonly ReturnType<typeof offer>[]) =>
    chooseOffer(wish, offers, { player: who, wallets, currencies: known, returnHosts, exchange });
  const gone = { vendorEnabled: false };

  it('the first one is played that lets the player in', () => {
    const decision = choose([offer(gone), offer({ name: 'second' }), offer({ name: 'third' })]);
    expect(decision).toMatchObject({ kind: 'allowed', offer: { game: { name: 'second' } } });
  });

  it('the one with a round that was left open comes first [LCH-23]', () => {
    const unfinished = { session: sessionId('s-open'), currency: 'USD' };
    const decision = choose([offer({ name: 'first' }), offer({ name: 'second' }, unfinished)]);
    expect(decision).toMatchObject({ kind: 'allowed', resume: 's-open', offer: { game: { name: 'second' } } });
  });

  it('the reason against all of them is the first that says something', () => {
    expect(choose([offer(gone), offer({ currencies: ['BTC'] }), offer(gone)])).toEqual({
      kind: 'refused',
      refusal: 'currency_unsupported',
    });
    expect(choose([offer(gone)])).toEqual({ kind: 'refused', refusal: 'game_unavailable' });
    expect(choose([])).toEqual({ kind: 'refused', refusal: 'unknown_game' });
  });
});

describe('pretend money [LCH-16]', () => {
  const pretend = ['FUN', 'X'.repeat(3)];

  it('is a demo without a currency, whatever mode is asked for', () => {
    for (const currency of pretend)
      for (const mode of ['real', 'demo'] as const)
        expect(plainWish({ ...wish, mode, currency }, CURRENCIES)).toEqual({ ...wish, mode: 'demo', currency: null });
  });

  it('is money like any other where the house has a currency of that name, and nothing else is pretended', () => {
    const fun = currencies({ FUN: { scale: 2 } });
    expect(plainWish({ ...wish, currency: 'FUN' }, fun)).toMatchObject({ mode: 'real', currency: 'FUN' });
    for (const currency of [null, 'USD', 'fun', 'FUNX'])
      expect(plainWish({ ...wish, currency }, CURRENCIES)).toMatchObject({ mode: 'real', currency });
  });
});

describe('where a player may be sent back to [LCH-12]', () => {
  const hosts = ['casino.example', '127.0.0.1:4400'];
  it('takes http and https on allowed hosts', () => {
    expect(allowedReturnUrl('https://casino.example/lobby?x=1#y', hosts)).toBe('https://casino.example/lobby?x=1#y');
    expect(allowedReturnUrl('HTTPS://CASINO.example:443/lobby', hosts)).toBe('https://casino.example/lobby');
    expect(allowedReturnUrl('http://127.0.0.1:4400/', hosts)).toBe('http://127.0.0.1:4400/');
  });
  const bad = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'ftp://casino.example/',
    '//casino.example/',
    '/lobby',
    '',
    'https://evil.example/',
    'https://casino.example.evil.example/',
    'https://casino.example@evil.example/',
    'https://user:pass@casino.example/',
    'https://casino.example:8443/',
    'https://evil.example\\@casino.example/',
    'https://evil.example#@casino.example/',
    `https://casino.example/${'x'.repeat(2_048)}`,
  ];
  for (const url of bad) it(`refuses ${url.slice(0, 50)}`, () => expect(allowedReturnUrl(url, hosts)).toBeNull());
});

it('keeps the life of a launch URL between a minute and an hour', () => {
  expect([1, 60, 600, 3_600, 99_999].map(launchTtlSeconds)).toEqual([60, 60, 600, 3_600, 3_600]);
});

describe('games that are opened at a table', () => {
  const live = gameOf('01890000-0000-7000-8000-000000000002', { code: gameCode('live'), features: ['lobby'] });

  it.each<[string, Partial<LaunchWish>, Partial<LaunchFacts>, LaunchRefusal | 'allowed']>([
    ['no table of a game that has some', {}, { game: live, listsTables: true }, 'table_required'],
    ['a table of it', { table: 't-1' }, { game: live, listsTables: true }, 'allowed'],
    ['a demo of it', { mode: 'demo' }, { game: live, listsTables: true }, 'allowed'],
    ['an aggregator that lists no tables', {}, { game: live }, 'allowed'],
    ['a table where no tables are listed', { table: 't-1' }, { game: live }, 'tables_unsupported'],
    ['a table of a game without a lobby', { table: 't-1' }, { listsTables: true }, 'tables_unsupported'],
    ['a game without a lobby', {}, { listsTables: true }, 'allowed'],
  ])('%s', (_what, ofWish, ofFacts, answer) => {
    const decision = decide(ofWish, ofFacts);
    expect(decision.kind === 'refused' ? decision.refusal : decision.kind).toBe(answer);
  });

  it('take the offer that can be opened as it is asked for', () => {
    const offers = [
      { game: live, unfinished: null, listsTables: true, name: 'one' },
      { game: live, unfinished: null, listsTables: false, name: 'two' },
    ];
    const { game: _game, unfinished: _unfinished, ...others } = facts;
    expect(chooseOffer(wish, offers, others)).toMatchObject({ kind: 'allowed', offer: { name: 'two' } });
    expect(chooseOffer({ ...wish, table: 't-1' }, offers, others)).toMatchObject({ offer: { name: 'one' } });
  });
});
