/** The real gateway over a real database, played by this protocol's half: launches, spins, and every callback it has. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalogue } from '../../../src/catalogue/index.ts';
import type { GamesPage } from '../../../src/dialects/index.ts';
import { decimalOf, isProblem } from '../../../src/money/index.ts';
import type { Decimal } from '../../../src/money/index.ts';
import { silentLog, systemClock } from '../../../src/platform/index.ts';
import { errandProblem } from '../../../src/wire/index.ts';
import { externalId } from '../../../src/wallet/index.ts';
import type { Call, Rollback } from '../../../src/wallet/index.ts';
import { balanceCall, bet, launchReal, money, openHouse, richPlayer, spin, undo, win } from '../house.ts';
import type { House, Seat } from '../house.ts';

const PLAYER = 'u-77';

describe("SOFTSWISS's first protocol against the whole house", () => {
  let house: House;
  let seat: Seat;
  let table: string;

  beforeAll(async () => {
    house = await openHouse({
      dialect: 'softswiss-gcp',
      games: 20,
      settings: (url) => ({
        launch: { url, casino_id: 'casino-1' },
        callbacks: { signing_secrets: ['demo-auth-token'] },
      }),
    });
    await richPlayer(house, PLAYER, '100.00');
    await takeOverFile(house);
  });
  afterAll(async () => house?.close());

  const say = async (call: Call) => {
    const heard = await house.say(call);
    return { ...heard, json: JSON.parse(heard.body) };
  };
  const undoAny = (id: string, target: string, round: string | null): Rollback => ({
    ...undo(id, 'bet', target, round),
    target: { kind: 'any', id: externalId(target) },
  });

  it('opens a game by a signed call [LCH-01]', async () => {
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
    // The balance is a bare number of cents: it is the call that says of what.
    expect(String(spun['balance']).replace('.', '')).toBe(String(before - 100n + won));
  });

  it('does several actions together or not at all, and repeated ones once [BW-02] [BET-26]', async () => {
    const before = await house.balance(PLAYER);
    const first = await say(money(seat, bet('a-1', '2.00', 'r-1')));
    const poor = await say(money(seat, bet('a-2', '1.00', 'r-1'), bet('a-3', '5000.00', 'r-1')));
    expect([poor.status, poor.json]).toMatchObject([412, { code: 100, balance: Number(before - 200n) }]);
    const mixed = await say(money(seat, bet('a-1', '2.00', 'r-1'), win('a-4', '5.00', 'r-1', { closesRound: true })));
    expect(mixed.json.balance).toBe(Number(before + 300n));
    expect(mixed.json.transactions[0]).toEqual(first.json.transactions[0]);
    expect(mixed.json.transactions[1].action_id).toBe('a-4');
    const twice = await say(money(seat, bet('a-5', '1.00', 'r-2'), bet('a-5', '1.00', 'r-2')));
    expect(twice.json.balance).toBe(Number(before + 200n));
    expect(await house.balance(PLAYER)).toBe(before + 200n);
  });

  it('undoes bets and wins one by one, each by its own id [RB-01] [RB-08] [RB-02]', async () => {
    const before = await house.balance(PLAYER);
    await say(money(seat, bet('b-1', '2.00', 'r-3'), win('b-2', '7.00', 'r-3')));
    const stake = await say(money(seat, undoAny('x-1', 'b-1', 'r-3')));
    expect(stake.json.transactions[0].tx_id).not.toBe('');
    expect(await house.balance(PLAYER)).toBe(before + 700n);
    await say(money(seat, undoAny('x-2', 'b-2', 'r-3')));
    expect(await house.balance(PLAYER)).toBe(before);
    expect((await say(money(seat, undoAny('x-1', 'b-1', 'r-3')))).body).toBe(
      stake.body.replace(String(before + 700n), String(before)),
    );
    const other = await say(money(seat, undoAny('x-3', 'b-1', 'r-3')));
    expect(other.json.transactions).toEqual([{ action_id: 'x-3', tx_id: '' }]);
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('remembers the rollback of what comes later, which then changes nothing [RB-03] [RB-04]', async () => {
    const before = await house.balance(PLAYER);
    const early = await say(money(seat, undoAny('x-4', 'c-1', 'r-4')));
    expect([early.status, early.json.transactions]).toEqual([200, [{ action_id: 'x-4', tx_id: '' }]]);
    const late = await say(money(seat, bet('c-1', '2.00', 'r-4')));
    expect([late.status, late.json.transactions]).toEqual([200, [{ action_id: 'c-1', tx_id: '' }]]);
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('closes a round without actions, and knows no other', async () => {
    await say(money(seat, bet('d-1', '1.00', 'r-5')));
    const round = bet('d-1', '1.00', 'r-5').round;
    if (round === null) throw new Error('no round');
    expect((await say(money(seat, { kind: 'close', round }))).json).toEqual({
      balance: Number(await house.balance(PLAYER)),
      game_id: 'r-5',
    });
    expect((await say(money(seat, bet('d-2', '1.00', 'r-5')))).json).toMatchObject({ code: 400 });
  });

  it('takes back what a player has already spent as far as it is there [RB-10]', async () => {
    const whole = await house.balance(PLAYER);
    await say(money(seat, win('e-1', '50.00', 'r-6')));
    await say(money(seat, { ...bet('e-2', '1.00', 'r-7'), amount: decimalOf(whole + 4_000n, 2) }));
    const taken = await say(money(seat, undoAny('x-5', 'e-1', 'r-6')));
    expect([taken.status, taken.json.balance]).toEqual([200, 0]);
    await say(money(seat, undoAny('x-6', 'e-2', 'r-7')));
  });

  it('refuses in its own numbers what may not be [BAL-02] [BET-16]', async () => {
    expect((await say(balanceCall({ ...seat, player: 'nobody' }))).json).toMatchObject({ code: 101 });
    expect((await say(money({ ...seat, game: 'nobody:knows' }, bet('f-1', '1.00', 'r-8')))).json).toMatchObject({
      code: 405,
    });
  });

  it('pays free rounds once, to whom they were granted, and asks for them again until it is told whose they are [FR-03] [FR-05] [FR-07]', async () => {
    const before = await house.balance(PLAYER);
    const told = freeRounds('iss-4', decimalOf(1_250n, 0));
    expect((await say(told)).status).toBe(503);
    expect(await house.balance(PLAYER)).toBe(before);
    const grant = { aggregator: 'acme', issue_id: 'iss-4', player_id: PLAYER, currency: 'USD' };
    expect((await house.api('POST', '/v1/free-round-grants', grant)).status).toBe(201);
    expect((await say(told)).json).toEqual({ balance: Number(before + 1_250n) });
    expect((await say(told)).json).toEqual({ balance: Number(before + 1_250n) });
    // another sum under the same issue
    expect((await say(freeRounds('iss-4', decimalOf(1_300n, 0)))).reading.kind).toBe('rejected');
    expect(await house.balance(PLAYER)).toBe(before + 1_250n);
  });

  it('believes no other key [SIG-18]', async () => {
    const before = await house.balance(PLAYER);
    const good = house.aggregator.mirror.say(money(seat, bet('g-1', '1.00', 'r-9')), systemClock.now());
    const forged = await house.send({ ...good, headers: { ...good.headers, 'x-request-sign': '0'.repeat(64) } });
    expect([forged.status, JSON.parse(forged.body)]).toMatchObject([403, { code: 403 }]);
    expect(await house.balance(PLAYER)).toBe(before);
  });

  it('leaves a book in which everything adds up', async () => {
    expect(await house.violations()).toEqual([]);
  });
});

/** The aggregator hands its list out as a file: here it is read from where the sandbox keeps it. */
async function takeOverFile(house: House): Promise<void> {
  const { games } = house.aggregator.open;
  if (games.kind !== 'file') throw new Error('the list is no file');
  const read = (body: Uint8Array): GamesPage | ReturnType<typeof errandProblem> => {
    const page = games.read(body);
    return isProblem(page) ? errandProblem('unreadable', page.reason, 200) : page;
  };
  const catalogue = openCatalogue({
    sql: house.rooms.sql,
    clock: systemClock,
    log: silentLog,
    aggregators: [
      {
        name: house.aggregator.name,
        open: {
          games: {
            kind: 'call',
            page: () => ({
              kind: 'games',
              request: { method: 'GET', url: `${house.sandboxUrl}/games.json`, headers: {} },
              timeoutMs: 5_000,
              retries: 0,
              read: ({ body }) => read(body),
            }),
          },
        },
      },
    ],
  });
  expect(await catalogue.sync('acme', { force: true })).toMatchObject({ kind: 'applied', listed: 20, malformed: 0 });
}

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
