/**
 * The auditor audited. Every invariant is broken once, in a sound book with real traffic, by somebody who may do everything to
 * the database; the auditor must name that invariant and say where. The database itself must refuse what it can refuse.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type postgres from 'postgres';
import { audit } from '../../src/ledger/index.ts';
import type { Finding } from '../../src/ledger/index.ts';
import { EXCHANGE_INVARIANTS } from '../../src/ledger/audit/exchange-invariants.ts';
import { INVARIANTS as OF_THE_BOOK } from '../../src/ledger/audit/invariants.ts';
import { openDatabase, closeDatabase } from '../../src/platform/index.ts';
import { CASHIER, externalId, playerId, SAFE_POLICY } from '../../src/wallet/index.ts';
import type { Operation, Policy } from '../../src/wallet/index.ts';
import { bet, undo, win } from '../support/act.ts';
import { quotedAt } from '../support/exchange.ts';
import { amount, CURRENCIES, ledgerTable, request } from '../support/ledger.ts';

type Table = Awaited<ReturnType<typeof ledgerTable>>;
type Sql = postgres.TransactionSql;

const POLICY: Policy = {
  ...SAFE_POLICY,
  'rollback.amount': 'partial',
  'balance.negative': 'allow',
  'win.withoutBet': 'park',
};
const INVARIANTS = [...OF_THE_BOOK, ...EXCHANGE_INVARIANTS];
const ANN = playerId('ann');
const BEA = playerId('bea');
/** plays in dollars from a bitcoin wallet */
const CY = playerId('cy');
const EXCHANGE = quotedAt('64123.45');

/** One of everything that moves money, and a journal that tells of it. */
async function soundBook(): Promise<Table> {
  const table = await ledgerTable({ policy: POLICY });
  for (const [player, code] of [
    [ANN, 'USD'],
    [ANN, 'EUR'],
    [BEA, 'USD'],
    [CY, 'BTC'],
  ] as const) {
    const currency = CURRENCIES.get(code);
    if (currency === undefined) throw new Error(`no currency ${code}`);
    await table.ledgerAt().ensureWallet(player, currency, 'active');
  }
  const cashier = async (player: typeof ANN, currency: string, operation: Operation) =>
    table.ledgerAt().submit(
      request(player, currency, [operation], {
        aggregator: CASHIER,
        session: { kind: 'none' },
        sessionId: null,
        gameCode: null,
      }),
      POLICY,
      20_000,
    );
  const deposit = (id: string, text: string): Operation => ({
    kind: 'deposit',
    id: externalId(id),
    amount: amount(text),
  });
  const outcomes = [
    await cashier(ANN, 'USD', deposit('d1', '20.00')),
    await cashier(ANN, 'EUR', deposit('d2', '7.00')),
    await cashier(BEA, 'USD', deposit('d3', '1.00')),
    await table.submit(ANN, bet('b1', { amount: '1.00', round: 'r1' })),
    await table.submit(ANN, win('w1', { amount: '2.50', round: 'r1', bet: 'b1' })),
    await table.submit(ANN, bet('b2', { amount: '3.00', round: 'r2' })),
    await table.submit(ANN, undo('x2', 'bet', 'b2', '0.40')),
    await table.submit(ANN, bet('b3', { amount: '2.00', round: 'r3' })),
    await table.submit(ANN, undo('x3', 'bet', 'b3')),
    await table.submit(ANN, bet('b4', { amount: '1.00', round: 'r4' })),
    await table.submit(ANN, bet('b5', { amount: '1.50', round: 'r4' })),
    await table.submit(ANN, undo('x4', 'round', 'r4')),
    await table.submit(BEA, bet('b6', { amount: '1.00', round: 'r6' })),
    await cashier(BEA, 'USD', {
      kind: 'adjust',
      id: externalId('a1'),
      round: null,
      reference: null,
      amount: amount('-2.00'),
    }),
  ];
  const { current: quote } = EXCHANGE;
  await table.sql`
    INSERT INTO fx_quote (id, pair, market, spread_bps, rate, source, ticks, observed_at, issued_at, starts_at, expires_at)
    VALUES (${quote.id}, 'BTC/USD', 64123.45, 0, 64123.45, 'fixed', '{}', now(), now(), now(), now() + interval '1 minute')`;
  outcomes.push(await cashier(CY, 'BTC', deposit('d4', '0.05')));
  for (const operation of [
    bet('c1', { amount: '1.00', round: 'c-r1' }),
    win('c2', { amount: '2.50', round: 'c-r1', bet: 'c1' }),
    bet('c3', { amount: '1.00', round: 'c-r2' }),
    undo('c4', 'bet', 'c3', '0.33'),
  ])
    outcomes.push(
      await table.ledgerAt().submit(request(CY, 'USD', [operation], { exchange: EXCHANGE }), POLICY, 20_000),
    );
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(outcomes.map(() => 'applied'));
  const waits = await table.submit(ANN, win('w8', { amount: '1.00', round: 'r8', bet: 'b8' }));
  expect(waits.kind).toBe('parked');
  const refused = await table.submit(BEA, bet('b7', { amount: '9.00', round: 'r7' }));
  expect(refused.kind).toBe('rejected');
  for (const [outcome, player, id] of [
    ['applied', 'ann', 'b1'],
    ['duplicate', 'ann', 'b1'],
    ['insufficient_funds', 'bea', 'b7'],
  ] as const) {
    await table.sql`
      INSERT INTO journal (aggregator, route, arrived_at, duration_us, verdict, player, external_id, outcome, headers, body, status, answer)
      VALUES ('acme', '/callbacks/acme', now(), 1, 'genuine', ${player}, ${id}, ${outcome}, '{}', '', 200, '')`;
  }
  return table;
}

/** Damages as a superuser who has switched the guards off. */
async function damage(table: Table, work: (sql: Sql) => Promise<unknown>): Promise<void> {
  await table.sql.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`;
    await work(sql);
  });
}

async function broken(table: Table): Promise<readonly Finding[]> {
  const report = await audit(table.sql);
  const found = report.findings.filter((finding) => finding.violations > 0);
  expect(report.sound).toBe(found.length === 0);
  return found;
}

const dropChecks = async (sql: Sql, name: 'transaction' | 'posting' | 'round') => {
  const checks = await sql<{ conname: string }[]>`
    SELECT conname FROM pg_constraint WHERE conrelid = ${name}::regclass AND contype = 'c'`;
  for (const { conname } of checks) await sql`ALTER TABLE ${sql(name)} DROP CONSTRAINT ${sql(conname)}`;
};

/** A posting of no transaction, counted on the wallet: money out of nothing that balances perfectly. */
const postFromNothing = async (sql: Sql, transaction: string) => {
  await sql`
    INSERT INTO posting (shard, player, currency, seq, debit, credit, units, transaction_id, balance_after, created_at)
    SELECT shard, player, currency, seq + 1, 'payouts:acme', 'player', 500, ${transaction}::uuid, balance + 500, now()
    FROM wallet WHERE player = 'ann' AND currency = 'USD'`;
  await sql`UPDATE wallet SET balance = balance + 500, seq = seq + 1 WHERE player = 'ann' AND currency = 'USD'`;
};

/** The last posting of bea's wallet taken out, with nothing on the wallet left to tell. */
const forgetLastPosting = async (sql: Sql) => {
  await sql`DELETE FROM posting WHERE player = 'bea' AND seq = 3`;
  await sql`UPDATE wallet SET balance = 0, seq = 2 WHERE player = 'bea'`;
};

interface Damage {
  readonly title: string;
  readonly work: (sql: Sql) => Promise<unknown>;
  /** in the subject or detail of an example */
  readonly says: readonly string[];
}

const DAMAGES: Readonly<Record<string, readonly [Damage, ...Damage[]]>> = {
  'balance-is-sum': [
    {
      title: 'a balance raised by hand',
      work: async (sql) => sql`UPDATE wallet SET balance = balance + 1 WHERE player = 'ann' AND currency = 'USD'`,
      says: ['ann USD', 'postings sum to 1890'],
    },
    {
      title: 'a wallet opened with money in it',
      work: async (sql) =>
        sql`INSERT INTO wallet (shard, player, currency, scale, balance) SELECT shard, player, 'JPY', 0, 100 FROM wallet WHERE player = 'bea'`,
      says: ['bea JPY', 'postings sum to 0'],
    },
    {
      title: 'the units of a posting changed',
      work: async (sql) => sql`UPDATE posting SET units = units + 7 WHERE player = 'ann' AND currency = 'EUR'`,
      says: ['ann EUR', 'postings sum to 707'],
    },
  ],
  'postings-have-wallets': [
    {
      title: 'a wallet deleted',
      work: async (sql) => sql`DELETE FROM wallet WHERE player = 'ann' AND currency = 'EUR'`,
      says: ['ann EUR', 'posting 1 has no wallet'],
    },
  ],
  'sequence-without-gap': [
    {
      title: 'a posting deleted from the middle',
      work: async (sql) => sql`DELETE FROM posting WHERE player = 'ann' AND currency = 'USD' AND seq = 4`,
      says: ['ann USD', 'wallet at 11, 10 postings up to 11'],
    },
    {
      title: 'a posting numbered anew',
      work: async (sql) => sql`UPDATE posting SET seq = 99 WHERE player = 'ann' AND currency = 'EUR'`,
      says: ['ann EUR', '1 postings up to 99'],
    },
    {
      title: 'the number of a wallet set back',
      work: async (sql) => sql`UPDATE wallet SET seq = 1 WHERE player = 'bea'`,
      says: ['bea USD', 'wallet at 1, 3 postings up to 3'],
    },
  ],
  'running-balance': [
    {
      title: 'the balance after a posting changed',
      work: async (sql) =>
        sql`UPDATE posting SET balance_after = balance_after + 1 WHERE player = 'ann' AND currency = 'USD' AND seq = 5`,
      says: ['ann USD', 'posting 5 says'],
    },
    {
      title: 'two postings told in the other order',
      work: async (sql) => {
        await sql`UPDATE posting SET seq = seq + 1000 WHERE player = 'ann' AND currency = 'USD' AND seq IN (2, 3)`;
        await sql`UPDATE posting SET seq = 1005 - seq WHERE player = 'ann' AND currency = 'USD' AND seq > 1000`;
      },
      says: ['ann USD', 'posting 2 says'],
    },
  ],
  'no-silent-overdraft': [
    {
      title: 'an overdraft without its mark on the posting',
      work: async (sql) => {
        await dropChecks(sql, 'posting');
        await sql`UPDATE posting SET overdrawn = false WHERE player = 'bea' AND seq = 3`;
      },
      says: ['bea USD', 'posting 3 leaves -200'],
    },
    {
      title: 'an overdraft without its mark on the transaction',
      work: async (sql) => sql`UPDATE transaction SET flags = '{}' WHERE external_id = 'a1'`,
      says: ['bea USD', 'posting 3 leaves -200'],
    },
    {
      title: 'a bet that overdrew, marked as if it might',
      work: async (sql) => sql`UPDATE transaction SET kind = 'bet', units = 200 WHERE external_id = 'a1'`,
      says: ['bea USD', 'posting 3 leaves -200'],
    },
  ],
  'applied-once': [
    {
      title: 'a bet applied for two players under one id',
      work: async (sql) => {
        await sql`DROP INDEX transaction_external_id`;
        await sql`UPDATE transaction SET external_id = 'b1' WHERE external_id = 'b6'`;
      },
      says: ['acme bet b1', '2 rows, of ann, bea'],
    },
  ],
  'not-reversed-above': [
    {
      title: 'more returned than was staked',
      work: async (sql) => {
        await dropChecks(sql, 'transaction');
        await sql`UPDATE transaction SET reversed_units = units + 1 WHERE external_id = 'b3'`;
      },
      says: ['ann acme bet b3', 'reversed with 201 of 200'],
    },
    {
      title: 'a correction that went back in part',
      work: async (sql) => {
        await sql`UPDATE transaction SET state = 'part_reversed', reversed_units = -50 WHERE external_id = 'a1'`;
      },
      says: ['bea', 'part_reversed with -50 of -200'],
    },
    {
      title: 'a returned bet that says it stands',
      work: async (sql) => sql`UPDATE transaction SET state = 'applied' WHERE external_id = 'b3'`,
      says: ['ann acme bet b3', 'applied with 200 of 200'],
    },
    {
      title: 'a bet called returned of which a part was returned',
      work: async (sql) => sql`UPDATE transaction SET state = 'reversed' WHERE external_id = 'b2'`,
      says: ['ann acme bet b2', 'reversed with 40 of 300'],
    },
    {
      title: 'a refusal with units',
      work: async (sql) => sql`UPDATE transaction SET units = 900 WHERE external_id = 'b7'`,
      says: ['bea acme bet b7', 'rejected with 0 of 900'],
    },
  ],
  'reversals-counted-once': [
    {
      title: 'a part returned that no rollback returned',
      work: async (sql) => sql`UPDATE transaction SET reversed_units = 80 WHERE external_id = 'b2'`,
      says: ['ann acme bet b2', 'bet returned 80, rollbacks moved 40'],
    },
    {
      title: 'a rollback forgotten by its bet',
      work: async (sql) =>
        sql`UPDATE transaction SET state = 'applied', reversed_units = 0, reversed_amount = 0 WHERE external_id = 'b3'`,
      says: ['ann acme bet b3', 'bet returned 0, rollbacks moved 200'],
    },
    {
      title: "a round's rollback that returned more than its bets had",
      work: async (sql) => sql`UPDATE transaction SET units = units + 1 WHERE external_id = 'x4'`,
      says: ['ann acme round r4', 'bets returned 250, rollbacks moved 251'],
    },
  ],
  'money-has-a-cause': [
    {
      title: 'money out of nothing',
      work: async (sql) => postFromNothing(sql, '00000000-0000-7000-8000-000000000000'),
      says: ['ann USD', 'posting 12 has no transaction'],
    },
    {
      title: 'money of a refused bet',
      work: async (sql) =>
        sql`UPDATE transaction SET state = 'rejected', refusal = 'conflict', units = 0 WHERE external_id = 'b1' AND kind = 'bet'`,
      says: ['ann USD', 'posting 2 was caused by a transaction that is rejected'],
    },
    {
      title: "money of another player's transaction",
      work: async (sql) =>
        sql`UPDATE posting SET transaction_id = (SELECT id FROM transaction WHERE external_id = 'b6') WHERE player = 'ann' AND currency = 'USD' AND seq = 2`,
      says: ['ann USD', 'posting 2 has no transaction'],
    },
  ],
  'applied-is-posted': [
    {
      title: 'an applied bet without its posting',
      work: async (sql) => {
        await forgetLastPosting(sql);
        await sql`UPDATE posting SET transaction_id = (SELECT id FROM transaction WHERE external_id = 'a1') WHERE player = 'bea' AND seq = 2`;
      },
      says: ['bea acme bet b6', 'says 100, posted 0'],
    },
    {
      title: 'a win posted a second time under its own id',
      work: async (sql) => {
        const [row] = await sql<{ id: string }[]>`SELECT id FROM transaction WHERE external_id = 'w1'`;
        await postFromNothing(sql, row?.id ?? '');
      },
      says: ['ann acme win w1', 'says 250, posted 750'],
    },
    {
      title: 'a rollback answered as done whose money never came back',
      work: async (sql) => {
        await sql`DELETE FROM posting WHERE player = 'ann' AND currency = 'USD' AND seq > 9`;
        await sql`UPDATE wallet SET balance = balance - 250, seq = 9 WHERE player = 'ann' AND currency = 'USD'`;
      },
      says: ['ann acme rollback x4', 'says 250, posted 0'],
    },
  ],
  'accounts-agree': [
    {
      title: 'a stake booked as a tip',
      work: async (sql) => sql`UPDATE posting SET credit = 'tips:acme' WHERE player = 'bea' AND seq = 2`,
      says: ['bea USD stakes:acme', 'bea USD tips:acme', 'transactions say 100, postings sum to 0'],
    },
    {
      title: "another aggregator's account charged with a win",
      work: async (sql) => sql`UPDATE posting SET debit = 'payouts:beta' WHERE debit = 'payouts:acme'`,
      says: ['ann USD payouts:beta', 'transactions say 0, postings sum to -250'],
    },
    {
      title: 'a deposit that grew after it was booked',
      work: async (sql) => sql`UPDATE transaction SET units = 800 WHERE external_id = 'd2'`,
      says: ['ann EUR cashier', 'transactions say -800, postings sum to -700'],
    },
  ],
  'remembered-balance': [
    {
      title: 'a remembered balance changed',
      work: async (sql) => sql`UPDATE transaction SET balance_after = 1 WHERE external_id = 'w1'`,
      says: ['ann acme win w1', 'remembers 1, its last posting left 2150'],
    },
    {
      title: 'a remembered balance lost',
      work: async (sql) => sql`UPDATE transaction SET balance_after = NULL WHERE external_id = 'b6'`,
      says: ['bea acme bet b6', 'remembers nothing, its last posting left 0'],
    },
  ],
  'books-to-zero': [
    {
      title: 'a currency in which players hold what nobody paid in',
      work: async (sql) => sql`UPDATE wallet SET balance = balance + 1 WHERE currency = 'EUR'`,
      says: ['EUR', 'players hold 701, house accounts -700'],
    },
    {
      title: 'money of a wallet that is gone',
      work: async (sql) => sql`DELETE FROM wallet WHERE player = 'bea'`,
      says: ['USD', 'players hold 1890, house accounts -1690'],
    },
  ],
  'rounds-agree': [
    {
      title: "a round's stake changed",
      work: async (sql) => sql`UPDATE round SET staked = staked + 1 WHERE round_id = 'r2'`,
      says: ['ann acme round r2', 'round says 301/40', 'bets say 300/40'],
    },
    {
      title: "a round's return changed",
      work: async (sql) => sql`UPDATE round SET returned = 0 WHERE round_id = 'r2'`,
      says: ['ann acme round r2', 'round says 300/0'],
    },
    {
      title: 'a returned bet still counted as standing',
      work: async (sql) => sql`UPDATE round SET bets_standing = 1 WHERE round_id = 'r3'`,
      says: ['ann acme round r3', 'in 1/1, bets say 200/200 in 1/0'],
    },
    {
      title: 'a round deleted',
      work: async (sql) => sql`DELETE FROM round WHERE round_id = 'r1'`,
      says: ['ann acme round r1', 'there is no round'],
    },
  ],
  'rounds-paid': [
    {
      title: 'a win not counted on its round',
      work: async (sql) => sql`UPDATE round SET paid = 0 WHERE round_id = 'r1'`,
      says: ['ann acme round r1', 'round paid 0, wins say 250'],
    },
    {
      title: 'a payout nobody won',
      work: async (sql) => sql`UPDATE round SET paid = 5 WHERE round_id = 'r2'`,
      says: ['ann acme round r2', 'round paid 5, wins say 0'],
    },
  ],
  'waiting-counted': [
    {
      title: 'a waiting win that its wallet does not count, so that its bet would not release it',
      work: async (sql) => sql`UPDATE wallet SET waiting = 0 WHERE player = 'ann'`,
      says: ['ann', 'wallets count 0, 1 wins wait'],
    },
    {
      title: 'a count without a win',
      work: async (sql) => sql`UPDATE wallet SET waiting = 3 WHERE player = 'bea'`,
      says: ['bea', 'wallets count 3, 0 wins wait'],
    },
  ],
  'exchange-exact': [
    {
      title: 'a residue that is not what was left over',
      work: async (sql) =>
        sql`UPDATE transaction SET fx = replace(fx, '"residue":"', '"residue":"1') WHERE external_id = 'c1'`,
      says: ['cy acme bet c1', 'USD at 64123.45'],
    },
    {
      title: 'a rate changed afterwards',
      work: async (sql) =>
        sql`UPDATE transaction SET fx = replace(fx, '64123.45', '64123.46') WHERE external_id = 'c2'`,
      says: ['cy acme win c2', 'at 64123.46'],
    },
    {
      title: 'a unit more than rounding allows, with a residue to match',
      work: async (sql) =>
        sql`UPDATE transaction SET units = units + 1, fx = jsonb_set(fx::jsonb, '{residue}', to_jsonb((split_part(fx::jsonb ->> 'residue', '/', 1)::numeric - split_part(fx::jsonb ->> 'residue', '/', 2)::numeric)::text || '/' || split_part(fx::jsonb ->> 'residue', '/', 2)))::text WHERE external_id = 'c1'`,
      says: ['cy acme bet c1', '1560 units'],
    },
  ],
  'exchange-to-zero': [
    {
      title: 'a stake taken by another amount than its row says',
      work: async (sql) => sql`UPDATE posting SET units = units + 1 WHERE player = 'cy' AND seq = 2`,
      says: ['BTC', 'with a dust of'],
    },
    {
      title: 'a lock taken off a row',
      work: async (sql) => sql`UPDATE transaction SET amount = amount * 2 WHERE external_id = 'c1'`,
      says: ['BTC', 'with a dust of'],
    },
  ],
  'exchange-by-round': [
    {
      title: 'a round whose lock was lost',
      work: async (sql) => sql`UPDATE round SET fx_lock = NULL WHERE round_id = 'c-r1'`,
      says: ['cy acme round c-r1', 'plays BTC, and its'],
    },
    {
      title: 'a round of another wallet',
      work: async (sql) => sql`UPDATE round SET currency = 'EUR' WHERE round_id = 'r1'`,
      says: ['ann acme round r1', 'plays EUR, and its'],
    },
  ],
  'exchange-by-quote': [
    {
      title: 'a quote changed afterwards',
      work: async (sql) => sql`UPDATE fx_quote SET rate = rate + 1, market = market + 1`,
      says: ['cy acme', 'its quote is of BTC/USD at 64124.45'],
    },
  ],
  'one-shard': [
    {
      title: 'a second wallet of the same player and currency on another shard',
      work: async (sql) =>
        sql`INSERT INTO wallet (shard, player, currency, scale) SELECT 1023 - shard, player, currency, scale FROM wallet WHERE player = 'bea'`,
      says: ['bea', 'rows on the shards'],
    },
    {
      title: 'a round carried to another shard',
      work: async (sql) => sql`UPDATE round SET shard = 1023 - shard WHERE round_id = 'r1'`,
      says: ['ann', 'rows on the shards'],
    },
  ],
  'answers-have-rows': [
    {
      title: 'an answer whose transaction was lost',
      work: async (sql) => sql`UPDATE journal SET external_id = 'b999' WHERE outcome = 'applied'`,
      says: ['acme b999', 'answered applied at'],
    },
    {
      title: 'a repeat confirmed of what is refused in the book',
      work: async (sql) => sql`UPDATE journal SET external_id = 'b7', player = 'bea' WHERE outcome = 'duplicate'`,
      says: ['acme b7', 'answered duplicate at'],
    },
    {
      title: "an answer to one player of another player's transaction",
      work: async (sql) => sql`UPDATE journal SET player = 'bea' WHERE outcome = 'applied'`,
      says: ['acme b1', 'answered applied at'],
    },
  ],
};

describe('every invariant can fail', () => {
  it('has a damage for every invariant the auditor knows, and no other', () => {
    expect(Object.keys(DAMAGES).toSorted()).toEqual(INVARIANTS.map(({ id }) => id).toSorted());
    expect(new Set(INVARIANTS.map(({ id }) => id)).size).toBe(INVARIANTS.length);
  });

  it('calls the undamaged book sound, and every invariant speaks of rows of it', async () => {
    await using table = await soundBook();
    const report = await audit(table.sql);
    expect(report.findings.filter((finding) => finding.violations > 0)).toEqual([]);
    expect(report.sound).toBe(true);
    expect(report.findings.filter((finding) => finding.checked === 0)).toEqual([]);
  });

  it('calls an empty book sound', async () => {
    await using table = await ledgerTable();
    expect((await audit(table.sql)).sound).toBe(true);
  });

  for (const [id, damages] of Object.entries(DAMAGES)) {
    for (const { title, work, says } of damages) {
      it(`${id}: ${title}`, async () => {
        await using table = await soundBook();
        await damage(table, work);
        const found = await broken(table);
        expect(found.map((finding) => finding.id)).toContain(id);
        const told = found
          .find((finding) => finding.id === id)
          ?.examples.map(({ subject, detail }) => `${subject}: ${detail}`)
          .join('\n');
        for (const words of says) expect(told).toContain(words);
      });
    }
  }

  it('counts all violations and shows the first few', async () => {
    await using table = await ledgerTable();
    await table.sql`
      INSERT INTO wallet (shard, player, currency, scale, balance)
      SELECT n, 'player ' || n, 'USD', 2, 5 FROM generate_series(1, 60) n`;
    const found = (await broken(table)).find((finding) => finding.id === 'balance-is-sum');
    expect(found?.violations).toBe(60);
    expect(found?.examples).toHaveLength(20);
  });

  it('looks at one moment: what is committed while it reads does not disturb it', async () => {
    await using table = await soundBook();
    const playing = Promise.all(
      Array.from({ length: 40 }, async (_unused, index) =>
        table.submit(ANN, bet(`late-${index}`, { amount: '0.01', round: `late-${index % 3}` })),
      ),
    );
    const reports = await Promise.all([audit(table.sql), audit(table.sql), audit(table.sql)]);
    await playing;
    expect(reports.map(({ sound }) => sound)).toEqual([true, true, true]);
  });
});

describe('what the database itself refuses', () => {
  let table: Table;
  beforeAll(async () => {
    table = await soundBook();
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  const refused = { code: '23000', message: expect.stringContaining('append-only') };

  it('UPDATE, DELETE, TRUNCATE and MERGE on postings, from the very connection the server uses', async () => {
    const { sql } = table;
    const before = await sql`SELECT * FROM posting ORDER BY player, currency, seq`;
    await expect(sql`UPDATE posting SET units = 1`).rejects.toMatchObject(refused);
    await expect(sql`UPDATE posting SET units = 1 WHERE false`).rejects.toMatchObject(refused);
    await expect(sql`DELETE FROM posting WHERE seq = 1`).rejects.toMatchObject(refused);
    await expect(sql`TRUNCATE posting`).rejects.toMatchObject(refused);
    await expect(sql`TRUNCATE wallet, posting CASCADE`).rejects.toMatchObject(refused);
    await expect(
      sql`INSERT INTO posting SELECT * FROM posting LIMIT 1
          ON CONFLICT (shard, player, currency, seq) DO UPDATE SET units = 1`,
    ).rejects.toMatchObject(refused);
    await expect(
      sql`MERGE INTO posting p USING wallet w ON p.player = w.player WHEN MATCHED THEN DELETE`,
    ).rejects.toMatchObject(refused);
    expect(await sql`SELECT * FROM posting ORDER BY player, currency, seq`).toEqual(before);
  });

  it('DELETE and TRUNCATE on transactions, which repeats are answered from', async () => {
    const { sql } = table;
    await expect(sql`DELETE FROM transaction`).rejects.toMatchObject(refused);
    await expect(sql`TRUNCATE transaction`).rejects.toMatchObject(refused);
    expect(await sql`SELECT 1 FROM transaction`).toHaveLength(21);
  });

  it('the same for a role that may write every table but owns none', async () => {
    const { sql } = table;
    const role = `clerk_${process.pid}_${Date.now()}`;
    await sql`CREATE ROLE ${sql(role)} LOGIN PASSWORD 'clerk'`;
    try {
      await sql`GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO ${sql(role)}`;
      const url = new URL(table.url);
      url.username = role;
      url.password = 'clerk';
      const clerk = openDatabase({ url: url.href, max: 1, applicationName: 'croupier-test' });
      try {
        await expect(clerk`UPDATE posting SET units = 1`).rejects.toMatchObject(refused);
        await expect(clerk`DELETE FROM posting`).rejects.toMatchObject(refused);
        await expect(clerk`TRUNCATE posting`).rejects.toMatchObject(refused);
        // Nor can it switch the guard off.
        await expect(clerk`ALTER TABLE posting DISABLE TRIGGER ALL`).rejects.toMatchObject({ code: '42501' });
        await expect(clerk`SET session_replication_role = replica`).rejects.toMatchObject({ code: '42501' });
      } finally {
        await closeDatabase(clerk, 1);
      }
    } finally {
      await sql`DROP OWNED BY ${sql(role)}`;
      await sql`DROP ROLE ${sql(role)}`;
    }
  });

  it('an overdraft without its mark, a posting of nothing, one account on both sides', async () => {
    const { sql } = table;
    const add = async (debit: string, credit: string, units: number, after: number) => sql`
      INSERT INTO posting (shard, player, currency, seq, debit, credit, units, transaction_id, balance_after, created_at)
      VALUES (1, 'cyd', 'USD', 1, ${debit}, ${credit}, ${units}, gen_random_uuid(), ${after}, now())`;
    await expect(add('player', 'stakes:acme', 1, -1)).rejects.toMatchObject({ code: '23514' });
    await expect(add('player', 'stakes:acme', 0, 0)).rejects.toMatchObject({ code: '23514' });
    await expect(add('player', 'player', 1, 1)).rejects.toMatchObject({ code: '23514' });
  });

  it('a bet returned above its stake, and a key written twice', async () => {
    const { sql } = table;
    await expect(sql`UPDATE transaction SET reversed_units = units + 1 WHERE external_id = 'b1'`).rejects.toMatchObject(
      { code: '23514' },
    );
    await expect(
      sql`INSERT INTO transaction (shard, player, id, aggregator, kind, external_id, flavour, combined, state, created_at, changed_at)
          SELECT shard, 'cyd', gen_random_uuid(), aggregator, kind, external_id, flavour, combined, state, created_at, changed_at
          FROM transaction WHERE external_id = 'b1'`,
    ).rejects.toMatchObject({ code: '23505' });
  });
});
