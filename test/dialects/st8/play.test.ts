/** The real gateway over a real database, played by St8's half: its list, launches, spins, and every callback it has. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyPair } from '../../../src/demo-secrets.ts';
import { decimalOf, negateDecimal } from '../../../src/money/index.ts';
import { newToken, systemClock } from '../../../src/platform/index.ts';
import { knownDialect } from '../../../src/dialects/index.ts';
import { externalId } from '../../../src/wallet/index.ts';
import type { Adjust, Call, Rollback } from '../../../src/wallet/index.ts';
import { balanceCall, bet, launchReal, money, openHouse, richPlayer, spin, undo, win } from '../house.ts';
import type { House, Seat } from '../house.ts';

const PLAYER = 'pl-20417';

describe('St8 against the whole house', { timeout: 60_000 }, () => {
  let house: House;
  let seat: Seat;
  let table: string;

  beforeAll(async () => {
    const make = { secret: () => newToken(), pair: keyPair };
    const example = knownDialect('st8')?.example;
    if (example === undefined) throw new Error('no example');
    house = await openHouse({ dialect: 'st8', games: 40, settings: (url) => example(url, make) });
    await richPlayer(house, PLAYER, '100.00');
  }, 60_000);
  afterAll(async () => house?.close(), 30_000);

  const say = async (call: Call) => {
    const heard = await house.say(call);
    return { ...heard, json: JSON.parse(heard.body) };
  };
  const cancel = (id: string, target: string, amount: bigint | null, round: string | null): Rollback => ({
    ...undo(id, 'bet', target, round),
    target: { kind: 'any', id: externalId(target) },
    amount: amount === null ? null : decimalOf(amount, 2),
  });

  it('takes over the list by a signed query, and opens a game by a signed call [LCH-01]', async () => {
    expect(await house.rooms.catalogue.sync('acme', { force: true })).toMatchObject({ listed: 40, malformed: 0 });
    const launched = await launchReal(house, PLAYER);
    table = launched.url;
    seat = { player: PLAYER, session: launched.session, game: launched.game };
    expect(table.startsWith(`${house.sandboxUrl}/play/`)).toBe(true);
  });

  it('tells who the player is', async () => {
    expect((await say({ ...balanceCall(seat), kind: 'profile' })).json).toMatchObject({
      status: 'ok',
      id: PLAYER,
      jurisdiction: 'CW',
      default_currency: 'USD',
    });
  });

  it('spins: the stake is taken and the win is paid [BET-01] [WIN-01]', async () => {
    const before = await house.balance(PLAYER);
    const spun = await spin(table, '1.00');
    expect(spun).toMatchObject({ kind: 'spun', payout: 'paid' });
    const won = BigInt(String(spun['win']).replace('.', ''));
    expect(await house.balance(PLAYER)).toBe(before - 100n + won);
  });

  it('answers a repeated debit and a repeated cancel as done, with the balance of now [BET-26] [RB-02]', async () => {
    const before = await house.balance(PLAYER);
    await say(money(seat, bet('t-1', '2.50', 'r-1')));
    expect((await say(money(seat, bet('t-1', '2.50', 'r-1')))).json).toMatchObject({ status: 'ok' });
    expect(await house.balance(PLAYER)).toBe(before - 250n);
    await say(money(seat, cancel('c-1', 't-1', 250n, 'r-1')));
    expect((await say(money(seat, cancel('c-1', 't-1', 250n, 'r-1')))).json).toMatchObject({ status: 'ok' });
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('cancels debits, credits, buy-ins and payouts, each by its own id [RB-01] [RB-08]', async () => {
    const before = await house.balance(PLAYER);
    await say(money(seat, bet('t-2', '2.00', 'r-2')));
    await say(money(seat, win('t-3', '7.00', 'r-2')));
    await say(money(seat, { ...bet('t-4', '3.00', 'r-2', { flavour: 'tip' }), round: null }));
    await say(money(seat, { ...win('t-5', '4.00', 'r-2', { flavour: 'promo' }), round: null }));
    expect(await house.balance(PLAYER)).toBe(before + 600n);
    await say(money(seat, cancel('c-2', 't-2', 200n, 'r-2')));
    expect(await house.balance(PLAYER)).toBe(before + 800n);
    await say(money(seat, cancel('c-3', 't-3', 700n, 'r-2')));
    await say(money(seat, cancel('c-4', 't-4', 300n, null)));
    await say(money(seat, cancel('c-5', 't-5', 400n, null)));
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('remembers the cancel of what comes later, which is then refused [RB-03] [RB-04]', async () => {
    const before = await house.balance(PLAYER);
    expect((await say(money(seat, cancel('c-6', 't-6', 200n, 'r-3')))).json).toEqual({
      status: 'transaction_not_found',
    });
    expect((await say(money(seat, bet('t-6', '2.00', 'r-3')))).json).toEqual({ status: 'unknown' });
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('lets a correction overdraw, and no bet [WIN-18] [BET-03]', async () => {
    const before = await house.balance(PLAYER);
    const correction: Adjust = {
      kind: 'adjust',
      id: externalId('t-7'),
      round: null,
      reference: null,
      amount: negateDecimal(decimalOf(before + 500n, 2)),
    };
    expect((await say(money(seat, correction))).json).toMatchObject({ status: 'ok', balance: '-5.00' });
    expect((await say(money(seat, bet('t-8', '1.00', 'r-4')))).json).toEqual({ status: 'not_enough_money' });
    const back: Adjust = { ...correction, id: externalId('t-9'), amount: decimalOf(before + 500n, 2) };
    await say(money(seat, back));
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('cancels corrections of either sign, once, also where that overdraws [WIN-18] [RB-02] [RB-10]', async () => {
    const before = await house.balance(PLAYER);
    const correction = (id: string, amount: bigint): Adjust => ({
      kind: 'adjust',
      id: externalId(id),
      round: null,
      reference: null,
      amount: amount < 0n ? negateDecimal(decimalOf(-amount, 2)) : decimalOf(amount, 2),
    });
    await say(money(seat, correction('k-1', 300n)));
    expect(await house.balance(PLAYER)).toBe(before + 300n);
    for (const id of ['c-k1', 'c-k1', 'c-k2'])
      expect((await say(money(seat, cancel(id, 'k-1', 300n, null)))).json).toMatchObject({ status: 'ok' });
    expect(await house.balance(PLAYER)).toBe(before);
    expect((await say(money(seat, correction('k-1', 300n)))).json).toEqual({ status: 'unknown' });
    await say(money(seat, correction('k-2', -200n)));
    await say(money(seat, cancel('c-k3', 'k-2', 200n, null)));
    expect(await house.balance(PLAYER)).toBe(before);
    // spent before it was withdrawn
    await say(money(seat, correction('k-3', 100n)));
    await say(money(seat, { ...bet('k-4', '1.00', 'r-k'), amount: decimalOf(before + 100n, 2) }));
    expect((await say(money(seat, cancel('c-k4', 'k-3', 100n, null)))).json).toMatchObject({ balance: '-1.00' });
    await say(money(seat, cancel('c-k5', 'k-4', before + 100n, 'r-k')));
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('remembers the cancel of a correction that comes later [RB-03] [RB-04]', async () => {
    const before = await house.balance(PLAYER);
    const late: Adjust = {
      kind: 'adjust',
      id: externalId('k-9'),
      round: null,
      reference: null,
      amount: decimalOf(500n, 2),
    };
    expect((await say(money(seat, cancel('c-k9', 'k-9', 500n, null)))).json).toEqual({
      status: 'transaction_not_found',
    });
    expect((await say(money(seat, late))).json).toEqual({ status: 'unknown' });
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('knows an id by one kind only: what was a debit is no credit and no correction [BET-29]', async () => {
    const before = await house.balance(PLAYER);
    await say(money(seat, bet('i-1', '1.00', 'r-i')));
    expect((await say(money(seat, win('i-1', '5.00', 'r-i')))).json).toEqual({ status: 'unknown' });
    await say(money(seat, cancel('c-i1', 'i-1', 100n, 'r-i')));
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('refuses in its own words what may not be [BAL-02] [BET-22]', async () => {
    expect((await say(balanceCall({ ...seat, player: 'nobody', session: 'none' }))).json).toEqual({
      status: 'player_not_found',
    });
    expect((await say(money({ ...seat, session: 'none' }, bet('t-10', '1.00', 'r-5')))).json).toEqual({
      status: 'session_expired',
    });
    // what is owed is owed without a session
    expect((await say(money({ ...seat, session: 'none' }, win('t-11', '1.00', 'r-1')))).json.status).not.toBe(
      'session_expired',
    );
  });

  it('believes no other key, and no stake that was sent to where wins go [SIG-18]', async () => {
    const before = await house.balance(PLAYER);
    const good = house.aggregator.mirror.say(money(seat, bet('t-12', '1.00', 'r-6')), systemClock.now());
    const forged = await house.send({ ...good, headers: { ...good.headers, 'x-st8-sign': 'MEQCIA==' } });
    expect(JSON.parse(forged.body)).toEqual({ status: 'auth_failed' });
    expect(JSON.parse((await house.send({ ...good, path: '/credit' })).body)).toEqual({ status: 'unknown' });
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('leaves a book in which everything adds up', async () => {
    expect(await house.violations()).toEqual([]);
  });
});
