/**
 * The connection cut after every single byte of a batch, in either direction: of a bet on a connection that stands, and of
 * the first bet on a new one, from its first byte. The real ledger, a real PostgreSQL, and a wire between them.
 */
import { expect, it } from 'vitest';
import { audit, openLedger, Uncertain } from '../../src/ledger/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { createMetrics, silentLog, systemClock } from '../../src/platform/index.ts';
import { externalId, roundId } from '../../src/wallet/index.ts';
import type { Bet, Outcome, PlayerId } from '../../src/wallet/index.ts';
import { amount, ledgerTable, request } from '../support/ledger.ts';
import { dice, LONG, SEED } from './settings.ts';
import { openWire } from './wire.ts';
import type { Direction, Wire } from './wire.ts';

/** The long set cuts at every byte, at several tables side by side; the short one leaves strides of random length out. */
const TABLES = LONG ? 4 : 2;
const CUTS = LONG ? Number.POSITIVE_INFINITY : 24;
const TIMEOUT_MS = LONG ? 3_600_000 : 300_000;

type Table = Awaited<ReturnType<typeof ledgerTable>>;

/** Ids of one length, so that every bet's exchange has the same number of bytes. */
const bet = (number: number): Bet => ({
  kind: 'bet',
  id: externalId(`bet-${String(number).padStart(8, '0')}`),
  round: roundId(`round-${String(number).padStart(8, '0')}`),
  amount: amount('0.01'),
  flavour: 'cash',
  combined: false,
  closesRound: false,
});

class Seat {
  readonly #table: Table;
  readonly #wire: Wire;
  readonly #player: PlayerId;
  #ledger: Ledger;
  bets = 0;
  /** cuts that lay beyond the end of their exchange */
  missed = 0;

  constructor(table: Table, wire: Wire, player: PlayerId) {
    this.#table = table;
    this.#wire = wire;
    this.#player = player;
    this.#ledger = this.#open();
  }

  #open(): Ledger {
    const { url } = this.#wire;
    const { sql } = this.#table;
    return openLedger({ url, sql, clock: systemClock, log: silentLog, metrics: createMetrics(), lanes: 1 });
  }

  async reconnect(): Promise<void> {
    await this.#ledger.close();
    this.#ledger = this.#open();
  }

  async ask(number: number): Promise<Outcome | null> {
    return this.#ledger
      .submit(request(this.#player, 'USD', [bet(number)]), this.#table.policy, 10_000)
      .catch((error) => {
        if (error instanceof Uncertain) return null;
        throw error;
      });
  }

  /** One more bet, whose exchange is cut after `bytes`; asked again until the answer is definite. */
  async cutBet(direction: Direction, bytes: number): Promise<void> {
    this.bets += 1;
    const cut = this.#wire.cutAfter(direction, bytes);
    const first = await this.ask(this.bets);
    cut.disarm();
    // Numbers grow and shrink by a digit: what was cut off by its length is the end of another exchange, and is tried there.
    if (!cut.done()) this.missed += 1;
    if (first !== null) await this.expectBooked(this.bets);
    const outcome = first ?? (await this.ask(this.bets));
    expect(outcome, `cut ${direction} after ${bytes} bytes`).toMatchObject({
      kind: 'applied',
      balance: { units: 100_000n - BigInt(this.bets) },
    });
  }

  async expectBooked(number: number): Promise<void> {
    const rows = await this.#table.sql`SELECT state FROM transaction WHERE external_id = ${bet(number).id}`;
    expect([...rows]).toEqual([{ state: 'applied' }]);
  }

  async close(): Promise<void> {
    expect(await this.#table.balance(this.#player)).toBe(100_000n - BigInt(this.bets));
    expect((await audit(this.#table.sql)).findings.filter(({ violations }) => violations > 0)).toEqual([]);
    await this.#ledger.close();
    await this.#wire.close();
    await this.#table[Symbol.asyncDispose]();
  }

  /** How many bytes a bet's exchange has in that direction. */
  async measure(direction: Direction, prepare: () => Promise<void>): Promise<number> {
    await prepare();
    this.bets += 1;
    const meter = this.#wire.cutAfter(direction, Number.POSITIVE_INFINITY);
    expect(await this.ask(this.bets)).toMatchObject({ kind: 'applied' });
    meter.disarm();
    return meter.seen();
  }
}

async function takeSeat(): Promise<Seat> {
  const table = await ledgerTable({ lanes: 1 });
  const player = await table.player('USD', '1000.00');
  const seat = new Seat(table, await openWire(table.url), player);
  seat.bets = 1;
  expect(await seat.ask(1)).toMatchObject({ kind: 'applied' });
  return seat;
}

/** 1 to `total`, all or about `count` of them, always with the first and the last few. */
function placesOf(total: number, count: number, salt: number): readonly number[] {
  const all = Array.from({ length: total }, (_none, at) => at + 1);
  if (count >= total) return all;
  const luck = dice(salt);
  const stride = Math.ceil(total / count);
  const some = all.filter((place) => place % stride === 0).map((place) => Math.max(1, place - luck.roll(stride)));
  return [...new Set([1, 2, 5, 6, ...some, total - 6, total - 5, total - 1, total])].toSorted((a, b) => a - b);
}

const CASES = [
  { name: 'a standing connection', fresh: false, direction: 'to_server' },
  { name: 'a standing connection', fresh: false, direction: 'to_client' },
  { name: 'a new connection', fresh: true, direction: 'to_server' },
  { name: 'a new connection', fresh: true, direction: 'to_client' },
] as const;

it.each(CASES)(
  'books a bet once and answers truly, wherever $name is cut, $direction [RET-08] [RET-09] [bug 10]',
  async ({ fresh, direction, name }) => {
    const seats = await Promise.all(Array.from({ length: TABLES }, takeSeat));
    const [first] = seats;
    if (first === undefined) throw new Error('no seats');
    const prepare = async (seat: Seat) => {
      if (fresh) await seat.reconnect();
      // A cut has left the lane without a connection: this brings it one, with every statement prepared.
      else {
        seat.bets += 1;
        expect(await seat.ask(seat.bets)).toMatchObject({ kind: 'applied' });
      }
    };
    const total = await first.measure(direction, async () => prepare(first));
    const places = placesOf(
      total,
      CUTS,
      CASES.findIndex((each) => each.direction === direction && each.fresh === fresh),
    );
    process.stderr.write(`faults: ${name}, ${direction}: ${places.length} cuts in ${total} bytes, seed ${SEED}\n`);
    await Promise.all(
      seats.map(async (seat, at) => {
        for (const place of places.filter((_place, index) => index % seats.length === at)) {
          await prepare(seat);
          await seat.cutBet(direction, place);
        }
      }),
    );
    expect(seats.reduce((sum, seat) => sum + seat.missed, 0)).toBeLessThan(Math.max(8, places.length / 50));
    for (const seat of seats) await seat.close();
  },
  TIMEOUT_MS,
);
