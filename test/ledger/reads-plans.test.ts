/** How lists of the book are read: however long a player's history is, a page of it is entered by an index and nothing is sorted whole. */
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReads } from '../../src/ledger/reads.ts';
import type { RoundsQuery } from '../../src/ledger/reads.ts';
import { shardOf } from '../../src/ledger/shard.ts';
import { playerId } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

const HEAVY = playerId('heavy');
const ROUNDS = 40_000;
const PAGE = 200;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly Plans?: readonly PlanNode[];
}
const nodes = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodes)];

describe('a player’s rounds', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
    const { sql } = database;
    await sql`INSERT INTO wallet (shard, player, currency, scale) VALUES (${shardOf(HEAVY)}, ${HEAVY}, 'USD', 2)`;
    await sql`
      INSERT INTO round (shard, player, aggregator, round_id, currency, state, bets_ever, bets_standing, loose_wins, staked, returned, paid, opened_at, changed_at)
      SELECT ${shardOf(HEAVY)}, ${HEAVY}, 'acme', 'heavy-' || r, 'USD', 'closed', 1, 1, 0, 1, 0, 0,
        timestamptz '2026-01-01' + (r / 3) * interval '1 second', now()
      FROM generate_series(1, ${ROUNDS}) r`;
    await sql`
      INSERT INTO round (shard, player, aggregator, round_id, currency, state, bets_ever, bets_standing, loose_wins, staked, returned, paid, opened_at, changed_at)
      SELECT p % 1024, 'p' || p, 'acme', 'p' || p || '-r' || r, 'USD', 'closed', 1, 1, 0, 1, 0, 0,
        timestamptz '2026-01-01' + r * interval '1 minute', now()
      FROM generate_series(1, 1000) p, generate_series(1, 10) r`;
    await sql`VACUUM (ANALYZE) round, wallet`;
  });
  afterAll(async () => database?.close());

  const ask = (cursor: string | null): RoundsQuery => ({
    player: HEAVY,
    limit: PAGE,
    ...(cursor === null ? {} : { cursor }),
  });
  /** What reading a page really sends, and how it is carried out. */
  const planOf = async (query: RoundsQuery) => {
    const sent: { readonly query: string; readonly parameters: readonly unknown[] }[] = [];
    const debug = (_connection: number, text: string, parameters: unknown[]) => {
      if (text.includes('round.list')) sent.push({ query: text, parameters });
    };
    const sql = postgres(database.url, { max: 1, onnotice: () => undefined, debug });
    try {
      await createReads(sql).rounds(query);
      const [statement] = sent;
      if (statement === undefined) throw new Error('nothing was asked');
      const literals = statement.parameters.map((each) =>
        typeof each === 'number' ? String(each) : `'${String(each)}'`,
      );
      await sql.unsafe(`PREPARE one AS ${statement.query}`);
      const [row] = await sql.unsafe<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>(
        `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE one (${literals.join(', ')})`,
      );
      return row === undefined ? [] : nodes(row['QUERY PLAN'][0].Plan);
    } finally {
      await sql.end();
    }
  };

  it('are read a page at a time, each once, by an index that has their order', { timeout: 120_000 }, async () => {
    const reads = createReads(database.sql);
    const seen = new Set<string>();
    const cursors: (string | null)[] = [null];
    for (let at: string | null = null, pages = 0; pages === 0 || (at !== null && pages < 1_000); pages += 1) {
      const page: Awaited<ReturnType<typeof reads.rounds>> = await reads.rounds(ask(at));
      for (const { id } of page.items) seen.add(id);
      at = page.next;
      if (at !== null) cursors.push(at);
    }
    expect([seen.size, cursors.length]).toEqual([ROUNDS, ROUNDS / PAGE]);
    for (const cursor of [null, cursors[20], cursors[100]]) {
      const plan = await planOf(ask(cursor ?? null));
      const scan = plan.find((node) => node['Relation Name'] === 'round');
      expect([scan?.['Node Type'], scan?.['Index Name']]).toEqual(['Index Scan', 'round_of_player']);
      expect(plan.map((node) => node['Node Type'])).not.toContain('Sort');
      // The page, the row that tells of the next, and what was opened in the same instants.
      expect(scan?.['Actual Rows'] ?? 0).toBeLessThan(2 * PAGE);
    }
  });
});
