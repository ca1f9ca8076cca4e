/** A bitcoin player in a dollar game, from the callback to the book: real sessions, quotes and ledger behind the routes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, RawResponse } from '../../src/dialects/dialect.ts';
import { Fx, resultsOf } from '../../src/fx/index.ts';
import type { PairSettings } from '../../src/fx/index.ts';
import { exchangesOf } from '../../src/gateway/index.ts';
import { audit, createRecords } from '../../src/ledger/index.ts';
import {
  currencies,
  formatDecimal,
  formatUnits,
  isProblem,
  parseRate,
  SAFE_TERMS,
  ZERO_DECIMAL,
} from '../../src/money/index.ts';
import type { Decimal, ExchangeTerms, Rate } from '../../src/money/index.ts';
import { createMetrics, manualClock, newId, silentLog, systemClock } from '../../src/platform/index.ts';
import { openSessions, sessionFact } from '../../src/sessions/index.ts';
import { aggregatorName, gameCode, transactionId } from '../../src/wallet/index.ts';
import type { PlayerId } from '../../src/wallet/index.ts';
import { fixed, fxSettings } from '../fx/quotes.ts';
import { ledgerTable } from '../support/ledger.ts';
import { callOf, plainDialect, stage } from './stage.ts';

const CURRENCIES = currencies({ USD: { scale: 2 }, BTC: { scale: 8 } });
const SIDES = { wallet: { code: 'BTC', scale: 8 }, game: { code: 'USD', scale: 2 } };

let table: Awaited<ReturnType<typeof ledgerTable>>;
beforeAll(async () => {
  table = await ledgerTable();
});
afterAll(async () => table[Symbol.asyncDispose]());

/** The answer with its balance, as a game reads it. */
function told(answer: Answer): RawResponse {
  const say = (status: number, body: string): RawResponse => ({ status, headers: {}, body });
  if (answer.kind === 'balance')
    return say(200, `${formatUnits(answer.balance.units, answer.balance.scale)} ${answer.balance.currency}`);
  if (answer.kind === 'uncertain') return say(503, 'LATER');
  if (answer.kind !== 'outcome' || answer.outcome.kind === 'parked') return say(500, answer.kind);
  const { balance } = answer.outcome;
  const money = balance === null ? '' : ` ${formatUnits(balance.units, balance.scale)} ${balance.currency}`;
  return answer.outcome.kind === 'rejected'
    ? say(422, `NO ${answer.outcome.refusal}${money}`)
    : say(200, `YES${money}`);
}

type Clock = ReturnType<typeof manualClock>;

/** One process of the house: memory of its own, the database of all. */
async function place(clock: Clock, given: { terms?: Partial<ExchangeTerms>; pairs?: readonly PairSettings[] } = {}) {
  const { sql } = table;
  const settings = fxSettings(given.pairs ?? [fixed('BTC/USD', '64123.45')], {
    terms: { ...SAFE_TERMS, ...given.terms },
  });
  const options = { sql, clock, log: silentLog, metrics: createMetrics(), settings };
  const fx = new Fx({ ...options, databaseTime: async () => clock.now() });
  await fx.turn();
  const sessions = openSessions({ sql, clock });
  const ledger = table.ledgerAt();
  const dialect = plainDialect({ verified: [], decoded: [] });
  const gate = await stage({
    dialect: {
      encode: told,
      decode: (request) => {
        const call = callOf(Buffer.from(request.body).toString('utf8'));
        return call === null ? dialect.decode(request) : { kind: 'call', call, encode: told };
      },
    },
    more: {
      ledger,
      ports: {
        session: sessions.find,
        sessionFact,
        exchanges: exchangesOf({ fx, sessions, currencies: CURRENCIES }),
        knowsGame: async () => true,
        playerOfTransaction: ledger.playerOf,
        grant: async () => null,
        profile: async () => null,
        wallets: ledger.wallets,
        nextId: () => transactionId(newId()),
      },
    },
  });
  return {
    fx,
    ask: async (words: string) => {
      const { status, body } = await gate.ask(words);
      return `${status} ${body}`;
    },
    launch: async (player: PlayerId, gameCurrency: string | null): Promise<string> => {
      const now = fx.exchange(SIDES, null);
      const session = await sessions.open({
        player,
        aggregator: aggregatorName('acme'),
        gameId: newId(),
        gameCode: gameCode('g-1'),
        mode: 'real',
        currency: 'BTC',
        gameCurrency,
        quoteId: gameCurrency === null || now.kind !== 'quoted' ? null : now.current.id,
        country: null,
        lang: null,
        platform: null,
        ip: null,
      });
      return session.id;
    },
    [Symbol.asyncDispose]: async () => gate[Symbol.asyncDispose](),
  };
}

const atNow = (): Clock => manualClock(Math.floor(systemClock.now() / 60_000) * 60_000 + 5_000);

/** What the house has of bitcoin so far, as the report of results tells it; numbers only to compare two of them. */
async function resultNow(fx: Fx) {
  const span = { fromMs: systemClock.now() - 86_400_000, toMs: systemClock.now() + 86_400_000 };
  const lines = await createRecords(table.sql).converted(span);
  const [pair] = await fx.report();
  const result = (rate: Rate | null) => resultsOf(lines, () => rate).find((each) => each.pair === 'BTC/USD');
  const number = (decimal: Decimal | null | undefined): number => Number(formatDecimal(decimal ?? ZERO_DECIMAL));
  const now = result(pair?.quote?.market ?? null);
  const exchangeAt = (text: string): number => {
    const rate = parseRate(text);
    return number(result(isProblem(rate) ? null : rate)?.exchange);
  };
  return { units: now?.units ?? 0n, ggr: number(now?.ggr), exchange: number(now?.exchange), exchangeAt };
}

describe('a bitcoin player in a dollar game', () => {
  it('sees, bets, wins and gets back dollars while satoshis move [FX-01, FX-02, FX-13, FX-20]', async () => {
    await using at = await place(atNow());
    const player = await table.player('BTC', '0.12345678');
    const token = await at.launch(player, 'USD');
    expect(await at.ask(`balance ${player}`)).toBe('422 NO wrong_currency 0.12345678 BTC');
    const balance = async (): Promise<bigint> => table.balance(player, 'BTC');
    expect(await at.ask(`bet b1-${player} ${player} 1.00 r1 ${token}`)).toBe('200 YES 7915.47 USD');
    expect(await balance()).toBe(12_345_678n - 1_559n);
    expect(await at.ask(`win w1-${player} ${player} 2.50 r1 ${token}`)).toBe('200 YES 7917.97 USD');
    expect(await balance()).toBe(12_345_678n - 1_559n + 3_899n);
    expect(await at.ask(`bet b1-${player} ${player} 1.00 r1 ${token}`)).toBe('200 YES 7917.97 USD');
    expect(await at.ask(`bet b2-${player} ${player} 7917.97 r2 ${token}`)).toBe('200 YES 0.00 USD');
    expect(await balance()).toBeLessThan(16n);
    // a refund names no session
    expect(await at.ask(`undo x2-${player} ${player} b2-${player}`)).toBe('200 YES 7917.97 USD');
    expect(await balance()).toBe(12_345_678n - 1_559n + 3_899n);

    const [round] = (await table.ledgerAt().rounds({ player, limit: 10 })).items.filter((each) => each.round === 'r1');
    const story = await table.ledgerAt().round(round?.id ?? '');
    expect(story?.round).toMatchObject({ currency: 'BTC', lock: { pair: { wallet: 'BTC', game: 'USD' } } });
    expect(story?.transactions.map((row) => [row.kind, row.currency, row.units, row.fx?.lock.quoteId])).toEqual([
      ['bet', 'USD', 1_559n, story?.round.lock?.quoteId],
      ['win', 'USD', 3_899n, story?.round.lock?.quoteId],
    ]);
    expect((await audit(table.sql)).findings.filter((finding) => finding.violations > 0)).toEqual([]);
  });

  it('leaves GGR at the rates of the rounds after a move, which is a line of its own [FX-25]', async () => {
    const clock = atNow();
    await using before = await place(clock);
    const player = await table.player('BTC', '1');
    const token = await before.launch(player, 'USD');
    const earlier = await resultNow(before.fx);
    expect(await before.ask(`bet g1-${player} ${player} 1.00 g1-${player} ${token}`)).toMatch(/^200 YES/);
    expect(await before.ask(`win gw1-${player} ${player} 2.50 g1-${player} ${token}`)).toMatch(/^200 YES/);
    const played = await resultNow(before.fx);
    const rest = (now: typeof played) => ({ units: now.units - earlier.units, ggr: now.ggr - earlier.ggr });
    expect(rest(played)).toEqual({ units: -2_340n, ggr: -1.5 });
    // A minute later the market stands elsewhere; what is booked stays what it was.
    clock.advance(60_000);
    for (const [rate, result] of [
      ['65000', -0.02051127],
      ['51298.76', 0.30009775],
    ] as const) {
      await using after = await place(clock, { pairs: [fixed('BTC/USD', rate)] });
      const moved = await resultNow(after.fx);
      expect(rest(moved)).toEqual({ units: -2_340n, ggr: -1.5 });
      const own = moved.exchange - earlier.exchangeAt(rate);
      expect(own).toBeCloseTo(result, 7);
      clock.advance(60_000);
    }
  });

  it('who launched in bitcoin is converted nothing, and without a pair nobody is [FX-23]', async () => {
    await using at = await place(atNow());
    const player = await table.player('BTC', '0.5');
    const token = await at.launch(player, null);
    expect(await at.ask(`bet b1-${player} ${player} 1.00 r1 ${token}`)).toBe('422 NO wrong_currency 0.50000000 BTC');
    await using bare = await place(atNow(), { pairs: [] });
    const other = await bare.launch(player, 'USD');
    expect(await bare.ask(`bet b2-${player} ${player} 1.00 r1 ${other}`)).toBe('422 NO wrong_currency');
    expect(await bare.ask(`win w2-${player} ${player} 1.00 r9 ${other}`)).toMatch(/^(?:422|503)/);
    expect(await table.balance(player, 'BTC')).toBe(50_000_000n);
  });

  it('keeps the locked rate when the pair has gone from the configuration, and wins are paid [FX-09]', async () => {
    const player = await table.player('BTC', '0.5');
    await using at = await place(atNow());
    const token = await at.launch(player, 'USD');
    await at.ask(`bet b1-${player} ${player} 1.00 r1 ${token}`);
    await using bare = await place(atNow(), { pairs: [] });
    expect(await bare.ask(`win w1-${player} ${player} 2.50 r1 ${token}`)).toMatch(/^200 YES/);
    expect(await table.balance(player, 'BTC')).toBe(50_000_000n - 1_559n + 3_899n);
  });

  it('whose quote is over is refused until a balance showed a new one, on whichever process, under `reject` [FX-04]', async () => {
    const clock = atNow();
    const terms = { onQuoteExpiry: 'reject' } as const;
    await using one = await place(clock, { terms });
    await using two = await place(clock, { terms });
    const player = await table.player('BTC', '0.5');
    const token = await one.launch(player, 'USD');
    expect(await two.ask(`bet b1-${player} ${player} 1.00 r1 ${token}`)).toMatch(/^200/);
    clock.advance(60_000);
    await one.fx.turn();
    await two.fx.turn();
    expect(await two.ask(`bet b2-${player} ${player} 1.00 r2 ${token}`)).toMatch(/^422 NO limit_reached/);
    expect(await two.ask(`win w1-${player} ${player} 1.00 r1 ${token}`)).toMatch(/^200/);
    expect(await one.ask(`balance ${player} - - - ${token}`)).toMatch(/^200 /);
    expect(await two.ask(`bet b3-${player} ${player} 1.00 r3 ${token}`)).toMatch(/^200/);
  });

  it('plays all rounds of a session by the quote of its launch where the scope says so [FX-07]', async () => {
    const clock = atNow();
    const terms = { lockScope: 'session' } as const;
    await using at = await place(clock, { terms });
    const player = await table.player('BTC', '0.5');
    const token = await at.launch(player, 'USD');
    clock.advance(3_600_000);
    await using moved = await place(clock, { terms, pairs: [fixed('BTC/USD', '32061.725')] });
    expect(await moved.ask(`bet b1-${player} ${player} 1.00 r1 ${token}`)).toMatch(/^200/);
    expect(await table.balance(player, 'BTC')).toBe(50_000_000n - 1_559n);
    clock.advance(86_400_000);
    await moved.fx.turn();
    const next = await moved.launch(player, 'USD');
    expect(await moved.ask(`bet b2-${player} ${player} 1.00 r2 ${next}`)).toMatch(/^200/);
    expect(await table.balance(player, 'BTC')).toBe(50_000_000n - 1_559n - 3_119n);
  });
});
