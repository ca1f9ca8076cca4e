/**
 * The plans of the hot path, which must not depend on what the database knows of its tables: in the first hour of a new
 * installation it knows nothing, and plans made then are kept.
 */
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planSettings } from '../../src/ledger/lane.ts';
import { loadStatements } from '../../src/ledger/load-statements-store.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

/** Which index serves which statement, and by which columns it is entered. */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'wallet.lock': { wallet_pkey: ['shard', 'player'] },
  'transaction.named': { transaction_external_id: ['aggregator', 'external_id', 'kind', 'id_scope'] },
  'round.named': { round_pkey: ['shard', 'player', 'aggregator', 'id_scope', 'round_id'] },
  'transaction.waiting': { transaction_waiting: ['shard', 'player'] },
  'round.of_waiting': {
    transaction_waiting: ['shard', 'player'],
    round_pkey: ['shard', 'player', 'aggregator', 'id_scope', 'round_id'],
  },
  'round.of_transactions': {
    transaction_external_id: ['aggregator', 'external_id', 'kind', 'id_scope'],
    round_pkey: ['shard', 'player', 'aggregator', 'id_scope', 'round_id'],
  },
  'transaction.of_rounds': { transaction_round: ['shard', 'player', 'round_id'] },
  'transaction.around_bets': {
    transaction_external_id: ['aggregator', 'external_id', 'kind', 'id_scope'],
    transaction_round: ['shard', 'player', 'round_id'],
  },
  'transaction.wins_naming': { transaction_pkey: ['shard', 'player'] },
  'round.of_wins_naming': {
    transaction_pkey: ['shard', 'player'],
    round_pkey: ['shard', 'player', 'aggregator', 'id_scope', 'round_id'],
  },
  'transaction.wins_naming_bets_of': {
    transaction_round: ['shard', 'player', 'round_id'],
    transaction_pkey: ['shard', 'player'],
  },
  'round.of_wins_naming_bets_of': {
    transaction_round: ['shard', 'player', 'round_id'],
    transaction_pkey: ['shard', 'player'],
    round_pkey: ['shard', 'player', 'aggregator', 'id_scope', 'round_id'],
  },
};
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

const nodes = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodes)];

describe('the plans of the hot path', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database?.close());

  const explain = async () => {
    const sql = postgres(database.url, { max: 1, connection: planSettings(false), onnotice: () => undefined });
    try {
      const found: Record<string, Record<string, string>> = {};
      for (const { name, text } of Object.values(loadStatements(false))) {
        if (name === 'BEGIN') continue;
        const parameters = Math.max(...[...text.matchAll(/\$(\d+)/g)].map(([, place]) => Number(place)));
        await sql.unsafe(`PREPARE "${name}" AS ${text}`);
        const nulls = Array.from({ length: parameters }, () => 'NULL').join(', ');
        const [row] = await sql.unsafe<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>(
          `EXPLAIN (FORMAT JSON) EXECUTE "${name}" (${nulls})`,
        );
        const plan = row === undefined ? [] : nodes(row['QUERY PLAN'][0].Plan);
        expect(plan.map((node) => node['Node Type'])).not.toContain('Seq Scan');
        found[name] = Object.fromEntries(
          plan.flatMap((node) =>
            node['Index Name'] === undefined ? [] : [[node['Index Name'], node['Index Cond'] ?? '']],
          ),
        );
      }
      return found;
    } finally {
      await sql.end();
    }
  };

  const check = async () => {
    const found = await explain();
    expect(Object.keys(found).toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
    for (const [name, indexes] of Object.entries(EXPECTED)) {
      const used = found[name] ?? {};
      expect(Object.keys(used).toSorted(), name).toEqual(Object.keys(indexes).toSorted());
      for (const [index, columns] of Object.entries(indexes))
        for (const column of columns)
          expect(used[index], `${name} enters ${index} by ${column}`).toContain(`${column} =`);
    }
  };

  it('enter the right index on the day of the installation', check);

  it('stay when empty tables are analyzed', async () => {
    await database.sql`VACUUM (ANALYZE) wallet, transaction, round, posting`;
    await check();
  });

  it('stay when the book has grown and is analyzed', async () => {
    await database.sql`
      INSERT INTO wallet (shard, player, currency, scale)
      SELECT p % 1024, 'p' || p, 'USD', 2 FROM generate_series(1, 2000) p`;
    await database.sql`
      INSERT INTO round (shard, player, aggregator, round_id, currency, state, bets_ever, bets_standing, loose_wins, staked, returned, paid, opened_at, changed_at)
      SELECT p % 1024, 'p' || p, 'acme', 'r' || r, 'USD', 'open', 1, 1, 0, 1, 0, 0, now(), now()
      FROM generate_series(1, 2000) p, generate_series(1, 10) r`;
    await database.sql`
      INSERT INTO transaction (shard, player, id, aggregator, kind, external_id, flavour, combined, state, round_id, currency, amount, units, created_at, changed_at)
      SELECT p % 1024, 'p' || p, gen_random_uuid(), 'acme', 'bet', 'b' || p || '-' || r, 'cash', false, 'applied', 'r' || r, 'USD', 1, 1, now(), now()
      FROM generate_series(1, 2000) p, generate_series(1, 10) r`;
    await check();
    await database.sql`VACUUM (ANALYZE) wallet, transaction, round, posting`;
    await check();
  });
});
