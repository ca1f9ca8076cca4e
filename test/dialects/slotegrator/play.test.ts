/** The real gateway over a real database, played by Slotegrator's half: its catalogue, launches, spins and every callback it has. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/index.ts';
import { balanceCall, bet, launchReal, money, openHouse, richPlayer, spin, undo, win } from '../house.ts';
import type { House, Seat } from '../house.ts';

const KEY = 'a-merchant-key-of-the-tests';

describe('Slotegrator against the whole house', { timeout: 60_000 }, () => {
  let house: House;
  let seat: Seat;
  let table: string;

  beforeAll(async () => {
    house = await openHouse({
      dialect: 'slotegrator',
      games: 60,
      settings: (url) => ({
        catalogue: { url },
        launch: { url },
        callbacks: { merchant_id: 'merchant-1', merchant_keys: [KEY] },
      }),
    });
    await richPlayer(house, 'pl-20417', '100.00');
  }, 60_000);
  afterAll(async () => house?.close(), 30_000);

  it('takes over its list by the page, at its pace, and opens a game by a call [CAT-07] [LCH-01]', async () => {
    const startedAt = systemClock.monotonic();
    const report = await house.rooms.catalogue.sync('acme', { force: true });
    expect(report).toMatchObject({ kind: 'applied', listed: 60, malformed: 0 });
    // two pages of 50, a second apart
    expect(systemClock.monotonic() - startedAt).toBeGreaterThan(900);
    const launched = await launchReal(house, 'pl-20417');
    table = launched.url;
    seat = { player: 'pl-20417', session: launched.session, game: launched.game };
    expect(table.startsWith(`${house.sandboxUrl}/play/`)).toBe(true);
  });

  it('opens a live game at one of its tables, and asks which where none is named [LCH-17]', async () => {
    const list = await house.rooms.catalogue.list({ state: 'available', currency: 'USD', limit: 100 });
    const games = list?.items ?? [];
    const live = games.find(({ features }) => features.includes('lobby'));
    const slot = games.find(({ features, category }) => category === 'slots' && !features.includes('lobby'));
    if (live === undefined || slot === undefined) throw new Error('the list has no live game, or no slot');
    const wish = { game_id: live.id, player_id: 'pl-20417', mode: 'real', currency: 'USD', country: 'DE' };
    expect(await house.api('POST', '/v1/launches', wish)).toMatchObject({
      status: 422,
      body: { code: 'table_required' },
    });
    const asked = await house.api('GET', `/v1/games/${live.id}/tables?currency=USD`);
    expect(asked).toMatchObject({
      status: 200,
      body: {
        tables: [
          { open: true, opens: '10:00', dealer: null, limits: [{ currency: 'USD', min: '1', max: '100' }] },
          { open: true },
          { open: false },
        ],
      },
    });
    const tables = asked.body['tables'] as unknown as readonly { readonly table: string }[];
    const launched = await house.api('POST', '/v1/launches', { ...wish, table: tables[0]?.table });
    expect(launched).toMatchObject({ status: 201 });
    expect(String(launched.body['url'])).toContain('/play/');
    // a table that is closed or of no game is the aggregator's to refuse; one of a game without a lobby is ours
    for (const table of [tables[2]?.table, 'nonsense'])
      expect(await house.api('POST', '/v1/launches', { ...wish, table })).toMatchObject({
        status: 502,
        body: { code: 'aggregator_failed' },
      });
    const none = { status: 422, body: { code: 'tables_unsupported' } };
    expect(await house.api('POST', '/v1/launches', { ...wish, game_id: slot.id, table: 'x' })).toMatchObject(none);
    expect(await house.api('GET', `/v1/games/${slot.id}/tables?currency=USD`)).toMatchObject(none);
    expect(await house.api('GET', `/v1/games/${slot.id}/tables?currency=GBP`)).toMatchObject({ status: 422 });
    expect(await house.api('GET', '/v1/games/nothing/tables?currency=USD')).toMatchObject({ status: 404 });
    expect(await house.api('GET', `/v1/games/${slot.id}/tables`)).toMatchObject({ status: 400 });
  });

  it('spins: the stake is taken and the win is paid [BET-01] [WIN-01]', async () => {
    const before = await house.balance('pl-20417');
    const spun = await spin(table, '1.00');
    expect(spun).toMatchObject({ kind: 'spun', payout: 'paid' });
    const won = BigInt(String(spun['win']).replace('.', ''));
    expect(await house.balance('pl-20417')).toBe(before - 100n + won);
  });

  it('answers a repeated bet with the first answer, and a refund of it with one that stays [BET-25] [RB-01] [RB-02]', async () => {
    const before = await house.balance('pl-20417');
    const first = await house.say(money(seat, bet('b-1', '2.50', 'r-1')));
    const again = await house.say(money(seat, bet('b-1', '2.50', 'r-1')));
    expect(again.body).toBe(first.body);
    expect(await house.balance('pl-20417')).toBe(before - 250n);
    const refund = await house.say(money(seat, undo('f-1', 'bet', 'b-1', 'r-1')));
    const other = await house.say(money(seat, undo('f-2', 'bet', 'b-1', 'r-1')));
    expect(refund.reading.kind).toBe('applied');
    expect(other.body).toBe(refund.body);
    expect(await house.balance('pl-20417')).toBe(before);
  });

  it('remembers the refund of a bet that comes later, which then takes nothing [RB-03] [RB-04]', async () => {
    const before = await house.balance('pl-20417');
    const refund = await house.say(money(seat, undo('f-3', 'bet', 'b-late', 'r-2')));
    expect(refund.reading.kind).toBe('applied');
    expect((await house.say(money(seat, bet('b-late', '2.00', 'r-2')))).reading.kind).toBe('applied');
    const other = await house.say(money(seat, undo('f-4', 'bet', 'b-late', 'r-2')));
    expect(other.body).toBe(refund.body);
    expect(await house.balance('pl-20417')).toBe(before);
  });

  it('undoes several transactions at once, known and unknown, again and again, as often as it is asked [RB-08]', async () => {
    const before = await house.balance('pl-20417');
    await house.say(money(seat, bet('b-5', '2.00', 'r-5')));
    await house.say(money(seat, win('w-5', '7.25', 'r-5')));
    expect(await house.balance('pl-20417')).toBe(before + 525n);
    const rollback = {
      ...money(
        seat,
        undo('x-5:win:w-5', 'win', 'w-5', 'r-5'),
        undo('x-5:win:w-6', 'win', 'w-6', 'r-5'),
        undo('x-5:bet:b-5', 'bet', 'b-5', 'r-5'),
      ),
      requestId: 'x-5',
    };
    const first = await house.say(rollback);
    expect(JSON.parse(first.body)).toMatchObject({ rollback_transactions: ['w-5', 'w-6', 'b-5'] });
    expect(await house.balance('pl-20417')).toBe(before);
    expect((await house.say(rollback)).body).toBe(first.body);
    // the win that was unknown comes late: answered, not paid
    expect((await house.say(money(seat, win('w-6', '9.00', 'r-5')))).reading.kind).toBe('applied');
    // another rollback of the same finds it done
    const other = await house.say(money(seat, undo('x-7', 'win', 'w-5', 'r-5')));
    expect(JSON.parse(other.body)).toMatchObject({ rollback_transactions: ['w-5'] });
    expect(await house.balance('pl-20417')).toBe(before);
  });

  it('undoes what is listed and nothing besides: a win that is not listed stays [RB-07]', async () => {
    const before = await house.balance('pl-20417');
    await house.say(money(seat, bet('b-6', '2.00', 'r-6')));
    await house.say(money(seat, win('w-61', '0.50', 'r-6')));
    await house.say(money(seat, win('w-62', '3.00', 'r-6')));
    const rollback = {
      ...money(seat, undo('x-6:win:w-61', 'win', 'w-61', 'r-6'), undo('x-6:bet:b-6', 'bet', 'b-6', 'r-6')),
      requestId: 'x-6',
    };
    expect(JSON.parse((await house.say(rollback)).body)).toMatchObject({ rollback_transactions: ['w-61', 'b-6'] });
    expect(await house.balance('pl-20417')).toBe(before + 300n);
  });

  it('undoes as many at once as a list may have, within their patience [RB-03]', async () => {
    const ids = Array.from({ length: 200 }, (_unused, index) => `u-${index}`);
    const [first, ...rest] = ids.map((id) => undo(`x-200:bet:${id}`, 'bet', id, 'r-200'));
    if (first === undefined) throw new Error('there are two hundred');
    const heard = await house.say({ ...money(seat, first, ...rest), requestId: 'x-200' });
    expect(JSON.parse(heard.body)).toMatchObject({ rollback_transactions: ids });
  });

  it('takes a refund back, which takes the stake again [RB-17]', async () => {
    const before = await house.balance('pl-20417');
    await house.say(money(seat, bet('b-8', '2.00', 'r-8')));
    await house.say(money(seat, undo('f-8', 'bet', 'b-8', 'r-8')));
    expect((await house.say(money(seat, undo('x-8', 'rollback', 'f-8', 'r-8')))).reading.kind).toBe('applied');
    expect(await house.balance('pl-20417')).toBe(before - 200n);
  });

  it('refuses a stake that is too high in its own words, and everything else in the other ones [BET-02] [BET-28]', async () => {
    const poor = await house.say(money(seat, bet('b-9', '5000.00', 'r-9')));
    expect([poor.status, JSON.parse(poor.body)]).toMatchObject([200, { error_code: 'INSUFFICIENT_FUNDS' }]);
    const nobody = await house.say(balanceCall({ ...seat, player: 'nobody', session: 'none' }));
    expect([nobody.status, JSON.parse(nobody.body)]).toMatchObject([200, { error_code: 'INTERNAL_ERROR' }]);
  });

  it('believes no other key, and nothing new that is older than its window [SIG-01] [SIG-30] [SIG-33]', async () => {
    const before = await house.balance('pl-20417');
    const { mirror } = house.aggregator;
    const good = mirror.say(money(seat, bet('b-10', '1.00', 'r-10')), systemClock.now());
    const forged = await house.send({ ...good, headers: { ...good.headers, 'x-sign': '0'.repeat(40) } });
    expect(JSON.parse(forged.body)).toMatchObject({ error_code: 'INTERNAL_ERROR' });
    const old = mirror.say(money(seat, bet('b-11', '1.00', 'r-10')), systemClock.now() - 40_000);
    expect((await house.send(old)).reading.kind).toBe('rejected');
    expect(await house.balance('pl-20417')).toBe(before);
    // what is booked is confirmed at any age
    await house.say(money(seat, bet('b-12', '1.00', 'r-12')));
    const resent = mirror.say(money(seat, bet('b-12', '1.00', 'r-12')), systemClock.now() - 3_600_000);
    expect((await house.send(resent)).reading.kind).toBe('applied');
    expect(await house.balance('pl-20417')).toBe(before - 100n);
  });

  it('leaves a book in which everything adds up', async () => {
    expect(await house.violations()).toEqual([]);
  });
});
