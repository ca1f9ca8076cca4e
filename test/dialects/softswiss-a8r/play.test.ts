/** The real gateway over a real database, played by this protocol's half: its list, launches, spins, and every callback it has. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyPair } from '../../../src/demo-secrets.ts';
import { knownDialect } from '../../../src/dialects/index.ts';
import { decimalOf, formatUnits } from '../../../src/money/index.ts';
import type { Decimal } from '../../../src/money/index.ts';
import { newToken, systemClock } from '../../../src/platform/index.ts';
import { externalId } from '../../../src/wallet/index.ts';
import type { Call, Rollback } from '../../../src/wallet/index.ts';
import { balanceCall, bet, launchReal, money, openHouse, richPlayer, spin, undo, win } from '../house.ts';
import type { House, Seat } from '../house.ts';

const PLAYER = 'pl-20417';

describe("SOFTSWISS's second protocol against the whole house", { timeout: 60_000 }, () => {
  let house: House;
  let seat: Seat;
  let table: string;

  beforeAll(async () => {
    const make = { secret: () => newToken(), pair: keyPair };
    const example = knownDialect('softswiss-a8r')?.example;
    if (example === undefined) throw new Error('no example');
    house = await openHouse({ dialect: 'softswiss-a8r', games: 40, settings: (url) => example(url, make) });
    await richPlayer(house, PLAYER, '100.00');
  }, 60_000);
  afterAll(async () => house?.close(), 30_000);

  const say = async (call: Call) => {
    const heard = await house.say(call);
    return { ...heard, json: JSON.parse(heard.body) };
  };
  const undoAny = (id: string, target: string, round: string): Rollback => ({
    ...undo(id, 'bet', target, round),
    target: { kind: 'any', id: externalId(target) },
  });

  it('takes over the list and opens a game, both by signed calls [LCH-01]', async () => {
    expect(await house.rooms.catalogue.sync('acme', { force: true })).toMatchObject({ listed: 40, malformed: 0 });
    const launched = await launchReal(house, PLAYER);
    table = launched.url;
    seat = { player: PLAYER, session: launched.session, game: launched.game };
    expect(table.startsWith(`${house.sandboxUrl}/play/`)).toBe(true);
  });

  it('spins: the stake is taken and the win is paid [BET-01] [WIN-01]', async () => {
    const before = await house.balance(PLAYER);
    const spun = await spin(table, '1.00');
    expect(spun).toMatchObject({ kind: 'spun', payout: 'paid' });
    const won = BigInt(String(spun['win']).replace('.', ''));
    expect(await house.balance(PLAYER)).toBe(before - 100n + won);
  });

  it('does several transactions together or not at all, and repeated ones once [BW-02] [BET-26]', async () => {
    const before = await house.balance(PLAYER);
    const first = await say(money(seat, bet('a-1', '2.00', 'r-1')));
    const poor = await say(money(seat, bet('a-2', '1.00', 'r-1'), bet('a-3', '5000.00', 'r-1')));
    expect([poor.status, poor.json.code, poor.json.meta.api_code]).toEqual([400, 'invalid_argument', '100']);
    const again = await say(money(seat, bet('a-1', '2.00', 'r-1')));
    expect(again.body).toBe(first.body);
    const other = await say(money(seat, bet('a-1', '3.00', 'r-1')));
    expect([other.status, other.json.code, other.json.meta.api_code]).toEqual([400, 'already_exists', '409']);
    expect(await house.balance(PLAYER)).toBe(before - 200n);
    expect(Math.abs(Date.parse(first.json.transactions[0].processed_at) - systemClock.now())).toBeLessThan(60_000);
  });

  it('refuses an id that comes again in another request as another type, with 409 [BET-29]', async () => {
    const before = await house.balance(PLAYER);
    await say(money(seat, bet('i-1', '2.00', 'r-i')));
    const taken = await say(money(seat, win('i-1', '7.00', 'r-i')));
    expect([taken.status, taken.json.code, taken.json.meta.api_code]).toEqual([400, 'already_exists', '409']);
    await say(money(seat, win('i-2', '2.00', 'r-i')));
    expect((await say(money(seat, bet('i-2', '1.00', 'r-i')))).json.meta.api_code).toBe('409');
    // a new transaction beside it is refused with it
    expect((await say(money(seat, win('i-3', '1.00', 'r-i'), bet('i-2', '1.00', 'r-i')))).status).toBe(400);
    expect(await house.balance(PLAYER)).toBe(before);
    // a rollback is never refused, whose id it may have
    expect((await say(money(seat, undoAny('i-1', 'i-1', 'r-i')))).status).toBe(200);
    await say(money(seat, undoAny('i-4', 'i-2', 'r-i')));
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('pays a win before its bet [WIN-06]', async () => {
    const before = await house.balance(PLAYER);
    await say(money(seat, win('b-2', '7.00', 'r-2', { bet: externalId('b-1') })));
    expect(await house.balance(PLAYER)).toBe(before + 700n);
    await say(money(seat, bet('b-1', '2.00', 'r-2')));
    expect(await house.balance(PLAYER)).toBe(before + 500n);
  });

  it('undoes each transaction by its own id, and accepts every rollback [RB-01] [RB-03] [RB-04] [RB-08]', async () => {
    const before = await house.balance(PLAYER);
    await say(money(seat, bet('c-1', '2.00', 'r-3'), win('c-2', '7.00', 'r-3')));
    expect((await say(money(seat, undoAny('x-1', 'c-1', 'r-3')))).status).toBe(200);
    expect(await house.balance(PLAYER)).toBe(before + 700n);
    await say(money(seat, undoAny('x-2', 'c-2', 'r-3')));
    expect((await say(money(seat, undoAny('x-3', 'c-1', 'r-3')))).status).toBe(200);
    expect((await say(money(seat, undoAny('x-4', 'c-9', 'r-4')))).status).toBe(200);
    expect((await say(money(seat, bet('c-9', '2.00', 'r-4')))).status).toBe(200);
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('carries what a player has spent already as a debt, which later money pays first [RB-10]', async () => {
    const whole = await house.balance(PLAYER);
    await say(money(seat, win('d-1', '50.00', 'r-5')));
    await say(money(seat, { ...bet('d-2', '1.00', 'r-6'), amount: decimalOf(whole + 4_000n, 2) }));
    const taken = await say(money(seat, undoAny('x-5', 'd-1', 'r-5')));
    expect([taken.status, taken.json.balance]).toEqual([200, '0.00']);
    expect(await house.balance(PLAYER)).toBe(-4_000n);
    expect((await say(money(seat, bet('d-3', '0.20', 'r-7')))).json.meta).toMatchObject({
      api_code: '100',
      balance: '0.00',
    });
    expect((await say(money(seat, win('d-4', '30.00', 'r-6')))).json.balance).toBe('0.00');
    expect((await say(money(seat, win('d-5', '20.00', 'r-6')))).json.balance).toBe('10.00');
    await richPlayer(house, PLAYER, '100.00');
  });

  it('pays free rounds once, to whom they were granted, and asks for them again until it is told whose they are [FR-03] [FR-05] [FR-07]', async () => {
    const before = await house.balance(PLAYER);
    const told = freeRounds('iss-4', decimalOf(1_250n, 2));
    expect((await say(told)).status).toBe(500);
    expect(await house.balance(PLAYER)).toBe(before);
    const grant = { aggregator: 'acme', issue_id: 'iss-4', player_id: PLAYER, currency: 'USD' };
    expect((await house.api('POST', '/v1/free-round-grants', grant)).status).toBe(201);
    expect((await say(told)).json).toEqual({ balance: formatUnits(before + 1_250n, 2) });
    expect((await say(told)).json).toEqual({ balance: formatUnits(before + 1_250n, 2) });
    // another sum under the same issue
    expect((await say(freeRounds('iss-4', decimalOf(1_300n, 2)))).reading.kind).toBe('rejected');
    expect(await house.balance(PLAYER)).toBe(before + 1_250n);
  });

  it('refuses in its own numbers what may not be, and believes no other key [BAL-02] [SIG-18]', async () => {
    expect((await say(balanceCall({ ...seat, player: 'nobody' }))).json.meta).toMatchObject({ api_code: '101' });
    const before = await house.balance(PLAYER);
    const good = house.aggregator.mirror.say(money(seat, bet('e-1', '1.00', 'r-8')), systemClock.now());
    const forged = await house.send({ ...good, headers: { ...good.headers, 'x-request-sign': '0'.repeat(64) } });
    expect([forged.status, JSON.parse(forged.body).meta.api_code]).toEqual([400, '403']);
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('leaves a book in which everything adds up', async () => {
    expect(await house.violations()).toEqual([]);
  });
});

/** What granted free rounds came to, in the aggregator's own count. */
function freeRounds(issue: string, amount: Decimal): Call {
  return {
    kind: 'money',
    player: { kind: 'grant', issue, subunits: null },
    session: null,
    currency: null,
    game: null,
    provider: null,
    requestId: null,
    operations: [
      {
        kind: 'win',
        id: externalId(issue),
        round: null,
        bet: null,
        amount,
        flavour: 'free_round',
        combined: false,
        closesRound: false,
      },
    ],
  };
}
