/** The real gateway over a real database, played by Groove's half: its file of games, launches, spins and every request it has. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/index.ts';
import { externalId } from '../../../src/wallet/index.ts';
import type { Call } from '../../../src/wallet/index.ts';
import { balanceCall, bet, launchReal, money, openHouse, richPlayer, spin, undo, win } from '../house.ts';
import type { Heard, House, Seat } from '../house.ts';

const KEY = 'a-security-key-of-the-tests';

describe('Groove against the whole house', () => {
  let house: House;
  let seat: Seat;

  beforeAll(async () => {
    house = await openHouse({
      dialect: 'groove',
      settings: (url) => ({
        launch: {
          url: `${url}/launch`,
          operator_id: '11',
          license: 'Curacao',
          history_url: 'https://casino.test/history',
        },
        callbacks: { security_keys: [KEY], allow_ips: ['127.0.0.1', '::1'] },
      }),
    });
    await richPlayer(house, 'pl20417', '100.00');
  });
  afterAll(async () => house?.close());

  const bodyOf = ({ body }: Heard): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>;

  it('takes over the file of games, and asks nobody for a list [CAT-07]', async () => {
    expect(await house.rooms.catalogue.sync('acme')).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('croupier catalogue import'),
    });
    const response = await fetch(`${house.sandboxUrl}/games.jsonl`);
    const file = new Uint8Array(await response.arrayBuffer());
    expect(await house.rooms.catalogue.sync('acme', { file })).toMatchObject({
      kind: 'applied',
      listed: 30,
      added: 30,
    });
    // the same again changes nothing, and half of it is not believed
    expect(await house.rooms.catalogue.sync('acme', { file })).toMatchObject({ kind: 'applied', added: 0, changed: 0 });
    const half = new TextEncoder().encode(new TextDecoder().decode(file).split('\n').slice(0, 15).join('\n'));
    expect(await house.rooms.catalogue.sync('acme', { file: half })).toMatchObject({ kind: 'quarantined' });
  });

  it('opens a game by an address, and none for a player whose id Groove does not allow [LCH-01]', async () => {
    const { session, url, game } = await launchReal(house, 'pl20417');
    seat = { player: 'pl20417', session, game };
    const opened = await fetch(url, { redirect: 'manual' });
    expect(opened.status).toBe(303);
    const before = await house.balance('pl20417');
    const spun = await spin(`${house.sandboxUrl}${opened.headers.get('location') ?? ''}`, '1.00');
    expect(spun).toMatchObject({ kind: 'spun', payout: 'paid' });
    const won = BigInt(String(spun['win']).replace('.', ''));
    expect(await house.balance('pl20417')).toBe(before - 100n + won);
    await richPlayer(house, 'pl-20417', '1.00');
    await expect(launchReal(house, 'pl-20417')).rejects.toThrow('letters and digits only');
  });

  it('says who the player is, and what they have', async () => {
    const account: Call = { ...balanceCall(seat), kind: 'profile' };
    expect(bodyOf(await house.say(account))).toMatchObject({
      code: 200,
      accountid: 'pl20417',
      currency: 'USD',
      gamesessionid: `11_${seat.session}`,
    });
    const told = await house.say(balanceCall(seat));
    const text = /"balance":([0-9.]+)/.exec(told.body)?.[1] ?? '';
    expect(BigInt(text.replace('.', ''))).toBe(await house.balance('pl20417'));
  });

  it('books wager, result and duplicates of both under one id [BET-25] [WIN-01] [WIN-03]', async () => {
    const before = await house.balance('pl20417');
    const wager = bodyOf(await house.say(money(seat, bet('t-1', '2.50', 'r-1'))));
    expect(wager).toMatchObject({ code: 200, status: 'Success', realmoneybet: 2.5 });
    expect(bodyOf(await house.say(money(seat, bet('t-1', '2.50', 'r-1'))))).toMatchObject({
      code: 200,
      status: 'Success - duplicate request',
      accounttransactionid: wager['accounttransactionid'],
    });
    expect(bodyOf(await house.say(money(seat, bet('t-1', '9.00', 'r-1'))))).toMatchObject({ code: 400 });
    const result = win('t-1', '7.25', 'r-1', { closesRound: true });
    expect(bodyOf(await house.say(money(seat, result)))).toMatchObject({ code: 200, realMoneyWin: 7.25 });
    expect(bodyOf(await house.say(money(seat, result)))).toMatchObject({ status: 'Success - duplicate request' });
    expect(await house.balance('pl20417')).toBe(before + 475n);
    expect(bodyOf(await house.say(money(seat, bet('t-2', '1.00', 'r-1'))))).toMatchObject({ code: 409 });
    expect(bodyOf(await house.say(money(seat, undo('t-1', 'bet', 't-1', 'r-1'))))).toMatchObject({ code: 110 });
  });

  it('rolls a wager back, takes that back, and a result back, all under its id [RB-01] [RB-08] [RB-09] [RB-17]', async () => {
    const before = await house.balance('pl20417');
    await house.say(money(seat, bet('t-3', '2.00', 'r-3')));
    const rollback = money(seat, undo('t-3', 'bet', 't-3', null));
    expect(bodyOf(await house.say(rollback))).toMatchObject({ code: 200, status: 'Success' });
    expect(bodyOf(await house.say(rollback))).toMatchObject({ code: 200, status: 'Success - duplicate request' });
    expect(await house.balance('pl20417')).toBe(before);
    const again = money(seat, undo('t-3:rollbackrollback', 'rollback', 't-3', 'r-3'));
    expect(bodyOf(await house.say(again))).toMatchObject({ code: 200 });
    expect(await house.balance('pl20417')).toBe(before - 200n);
    await house.say(money(seat, win('t-3', '5.00', 'r-3')));
    const five = { unscaled: 500n, scale: 2 };
    const reverse = money(seat, undo('t-3:reversewin', 'win', 't-3', 'r-3', { amount: five }));
    expect(bodyOf(await house.say(reverse))).toMatchObject({ code: 200 });
    expect(bodyOf(await house.say(reverse))).toMatchObject({ status: 'Success - duplicate request' });
    expect(await house.balance('pl20417')).toBe(before - 200n);
  });

  it('knows no wager, and refuses the one that comes after its rollback [RB-03] [RB-04] [RB-06] [WIN-05]', async () => {
    const before = await house.balance('pl20417');
    expect(bodyOf(await house.say(money(seat, undo('t-4', 'bet', 't-4', 'r-4'))))).toMatchObject({ code: 102 });
    expect(bodyOf(await house.say(money(seat, bet('t-4', '2.00', 'r-4'))))).toMatchObject({ code: 110 });
    expect(bodyOf(await house.say(money(seat, bet('t-5', '900.00', 'r-5'))))).toMatchObject({ code: 1006 });
    expect(bodyOf(await house.say(money(seat, undo('t-5', 'bet', 't-5', 'r-5'))))).toMatchObject({ code: 102 });
    expect(bodyOf(await house.say(money(seat, win('t-6', '2.00', 'r-6'))))).toMatchObject({ code: 102 });
    expect(await house.balance('pl20417')).toBe(before);
  });

  it('plays at once, for free and for a jackpot [BW-01] [FR-01] [FR-03] [WIN-13]', async () => {
    const before = await house.balance('pl20417');
    const both = [
      bet('t-7', '2.00', 'r-7', { combined: true }),
      win('t-7', '3.00', 'r-7', { combined: true, bet: externalId('t-7'), closesRound: true }),
    ] as const;
    expect(bodyOf(await house.say(money(seat, ...both)))).toMatchObject({
      code: 200,
      realmoneybet: 2,
      realMoneyWin: 3,
    });
    expect(bodyOf(await house.say(money(seat, ...both)))).toMatchObject({ status: 'Success - duplicate request' });
    const free = win('t-8', '0.75', 'r-8', { flavour: 'free_round', closesRound: true });
    expect(bodyOf(await house.say(money(seat, free)))).toMatchObject({ code: 200 });
    const jackpot = win('t-9', '10.00', 'r-9', { flavour: 'jackpot' });
    expect(bodyOf(await house.say(money(seat, jackpot)))).toMatchObject({ code: 200 });
    expect(await house.balance('pl20417')).toBe(before + 100n + 75n + 1_000n);
  });

  it('is not logged on without a session, pays what was played in one that ended, and believes no other key [RB-11] [SIG-01] [WIN-08]', async () => {
    expect(bodyOf(await house.say(money({ ...seat, session: 'none' }, bet('t-10', '1.00', 'r-10'))))).toMatchObject({
      code: 1000,
    });
    const { mirror } = house.aggregator;
    const good = mirror.say(money(seat, bet('t-11', '1.00', 'r-11')), systemClock.now());
    const forged = await house.send({ ...good, headers: { 'x-groove-signature': '0'.repeat(64) } });
    expect(bodyOf(forged)).toMatchObject({ code: 1001, status: 'Invalid signature' });
    await house.say(money(seat, bet('t-12', '1.00', 'r-12')));
    await house.rooms.sql`UPDATE session SET expires_at = now() - interval '1 hour' WHERE id = ${seat.session}`;
    const before = await house.balance('pl20417');
    expect(bodyOf(await house.say(money(seat, win('t-12', '4.00', 'r-12'))))).toMatchObject({ code: 200 });
    expect(await house.balance('pl20417')).toBe(before + 400n);
  });

  it('leaves a book in which everything adds up', async () => {
    expect(await house.violations()).toEqual([]);
  });
});
