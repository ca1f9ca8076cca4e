/**
 * Reading the book page by page: what a page ended with continues, what nobody was given is refused before the database hears of
 * it, and no page is longer than was agreed.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { createReads } from '../../src/ledger/reads.ts';
import { closeDatabase, openDatabase } from '../../src/platform/index.ts';
import { playerId, roundId } from '../../src/wallet/index.ts';
import type { PlayerId } from '../../src/wallet/index.ts';
import { apiTable } from '../api/table.ts';
import { bet } from '../support/act.ts';

type Table = Awaited<ReturnType<typeof apiTable>>;
const pack = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

let table: Table;
let ann: PlayerId;
let bob: PlayerId;
beforeAll(async () => {
  table = await apiTable();
  ann = await table.player('USD', '100.00');
  bob = await table.player('USD', '100.00');
  for (let index = 0; index < 7; index += 1) {
    await table.submit(ann, { ...bet(`a${index}`), round: roundId(`round ${index} \u{1F3B0} "][,`) });
    await table.submit(bob, { ...bet(`b${index}`), round: roundId(`r${index}`) });
  }
});
afterAll(async () => table[Symbol.asyncDispose]());

async function walk(list: 'rounds' | 'transactions', query: string): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = '';
  for (let pages = 0; cursor !== null && pages < 50; pages += 1) {
    const { status, body } = await table.get(`/v1/${list}?${query}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    seen.push(...body.items.map((item: { id: string }) => item.id));
    cursor = body.next_cursor;
  }
  return seen;
}

describe('a page', () => {
  it('continues where the one before ended, under every filter, without loss or repetition', async () => {
    for (const [list, query, count] of [
      ['rounds', 'limit=3', 14],
      ['rounds', `limit=1&player=${ann}`, 7],
      ['rounds', `limit=2&player=${bob}&aggregator=acme&state=open`, 7],
      ['transactions', 'limit=4', 16],
      ['transactions', `limit=1&player=${ann}`, 8],
    ] as const) {
      const seen = await walk(list, query);
      expect(seen).toHaveLength(count);
      expect(new Set(seen).size).toBe(count);
    }
  });

  it('is never longer than 200, never empty by wish, and 50 unless told', async () => {
    for (const list of ['/v1/rounds', '/v1/transactions', '/v1/games', '/v1/syncs?aggregator=acme&']) {
      const path = list.includes('?') ? list : `${list}?`;
      for (const limit of ['0', '-1', '201', '1e9', '1.5', 'x', '', '99999999999999999999', 'NaN'])
        expect((await table.get(`${path}limit=${limit}`)).status, `${path} ${limit}`).toBe(400);
    }
    await table.sql`
      INSERT INTO wallet (shard, player, currency, scale) VALUES (5, 'many', 'USD', 2)`;
    await table.sql`
      INSERT INTO round (shard, player, aggregator, round_id, currency, state, bets_ever, bets_standing, loose_wins, staked, returned, paid, opened_at, changed_at)
      SELECT 5, 'many', 'bulk', 'r' || n, 'USD', 'open', 0, 0, 0, 0, 0, 0, date_trunc('milliseconds', now()), now() FROM generate_series(1, 300) n`;
    expect((await table.get('/v1/rounds?aggregator=bulk')).body.items).toHaveLength(50);
    expect((await table.get('/v1/rounds?aggregator=bulk&limit=200')).body.items).toHaveLength(200);
    expect(await walk('rounds', 'aggregator=bulk&limit=200')).toHaveLength(300);
  });

  it('of any other length is a defect of whoever asks inside the house', async () => {
    const reads = createReads(table.sql);
    for (const limit of [0, 201, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(reads.rounds({ limit })).rejects.toThrow(/defect/);
      await expect(reads.transactions({ limit })).rejects.toThrow(/defect/);
    }
  });
});

describe('a cursor that nobody was given', () => {
  const AT = '2026-01-02T03:04:05.678Z';
  const ROUNDS: Readonly<Record<string, string>> = {
    'no base64': '%%%',
    'no JSON': Buffer.from('[1,2').toString('base64url'),
    'no list': pack({ a: 1 }),
    'too short a list': pack([AT, 'p', 'a', '']),
    'too long a list': pack([AT, 'p', 'a', '', 'r', '']),
    numbers: pack([1, 2, 3, 4, 5]),
    null: pack([null, 'p', 'a', '', 'r']),
    'no instant': pack(['yesterday', 'p', 'a', '', 'r']),
    infinity: pack(['infinity', 'p', 'a', '', 'r']),
    'a special instant of the database': pack(['epoch', 'p', 'a', '', 'r']),
    'a day that is none': pack(['2026-02-30T00:00:00.000Z', 'p', 'a', '', 'r']),
    'a year too far': pack(['+275760-09-13T00:00:00.000Z', 'p', 'a', '', 'r']),
    'the character zero': pack([AT, 'p\0', 'a', '', 'r']),
    'half a character': pack([AT, 'p', 'a', '', '\ud83d']),
    'another spelling of a good one': `${pack([AT, 'p', 'a', '', 'r'])}==`,
    'JSON in another spelling': Buffer.from(`["${AT}", "p", "a", "", "r"]`).toString('base64url'),
    'too much of it': pack([AT, 'p'.repeat(3_500), 'a', '', 'r']),
    "a transaction's": pack(['01900000-0000-7000-8000-000000000000']),
  };
  const TRANSACTIONS: Readonly<Record<string, string>> = {
    'no base64': '%%%',
    'no uuid': pack(['no-uuid']),
    'two of them': pack(['01900000-0000-7000-8000-000000000000', '01900000-0000-7000-8000-000000000000']),
    'in capitals': pack(['01900000-0000-7000-8000-00000000000A']),
    'in braces': pack(['{01900000-0000-7000-8000-000000000000}']),
    'with SQL': pack(["' OR 1=1 --"]),
    "a round's": pack([AT, 'p', 'a', '', 'r']),
  };

  for (const [list, cursors] of [
    ['rounds', ROUNDS],
    ['transactions', TRANSACTIONS],
  ] as const) {
    it.each(Object.entries(cursors))(`of ${list} is refused with 400: %s`, async (_what, cursor) => {
      const answer = await table.get(`/v1/${list}?cursor=${encodeURIComponent(cursor)}`);
      expect(answer.status).toBe(400);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.body).toMatchObject({ code: 'bad_request' });
    });
  }

  it("of another player's or aggregator's page is refused: a filter is no decoration", async () => {
    const [first] = (await table.get(`/v1/rounds?player=${ann}&limit=1`)).body.items;
    expect(first).toBeDefined();
    const cursor = (await table.get(`/v1/rounds?player=${ann}&limit=1`)).body.next_cursor;
    expect((await table.get(`/v1/rounds?player=${ann}&limit=1&cursor=${cursor}`)).status).toBe(200);
    expect((await table.get(`/v1/rounds?player=${bob}&limit=1&cursor=${cursor}`)).status).toBe(400);
    expect((await table.get(`/v1/rounds?aggregator=beta&limit=1&cursor=${cursor}`)).status).toBe(400);
  });

  it('never reaches the database', async () => {
    // Nobody listens there: whatever asks the database fails in another way.
    const nowhere = openDatabase({
      url: 'postgres://u@127.0.0.1:1/d',
      max: 1,
      applicationName: 'croupier-test',
      connectTimeoutSeconds: 1,
    });
    try {
      const reads = createReads(nowhere);
      for (const cursor of Object.values(ROUNDS))
        await expect(reads.rounds({ limit: 10, cursor })).rejects.toMatchObject({
          name: 'ForeignCursor',
          statusCode: 400,
        });
      for (const cursor of Object.values(TRANSACTIONS))
        await expect(reads.transactions({ limit: 10, cursor })).rejects.toMatchObject({ name: 'ForeignCursor' });
      await expect(reads.rounds({ limit: 10 })).rejects.not.toMatchObject({ name: 'ForeignCursor' });
      for (const id of ['x', pack(['a', 'b']), pack(['a\0', 'b', '', 'r'])]) expect(await reads.round(id)).toBeNull();
    } finally {
      await closeDatabase(nowhere, 1);
    }
  });

  it('of any kind is refused or harmless, never an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 40 }),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
          fc.array(fc.string({ unit: 'binary' }), { maxLength: 6 }).map(pack),
          fc.array(fc.string(), { minLength: 4, maxLength: 4 }).map((rest) => pack([AT, ...rest])),
        ),
        fc.constantFrom('rounds', 'transactions'),
        async (cursor, list) => {
          const { status } = await table.get(
            `/v1/${list}?cursor=${encodeURIComponent(cursor.replaceAll(/\p{Surrogate}/gu, '?'))}`,
          );
          expect([200, 400]).toContain(status);
        },
      ),
      { numRuns: 300 },
    );
  });
});

it('an id of a round is found again, whatever is in it', async () => {
  const [round] = (await table.get(`/v1/rounds?player=${ann}&limit=1`)).body.items;
  expect((await table.get(`/v1/rounds/${round.id}`)).body.round.round_id).toBe('round 6 \u{1F3B0} "][,');
  expect((await table.get(`/v1/rounds/${pack([playerId('nobody'), 'acme', '', 'r'])}`)).status).toBe(404);
});
