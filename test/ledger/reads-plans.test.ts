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
const ROUNDS = 4_000;
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

  /** What reading a page really sends, and how it is carried out. */
  const planOf = async (query: RoundsQuery) => {
    const sent: { readonly query: string; readonly parameters: readonly unknown[] }[] = [];
    const debug = (_connection: number, text: string, parameters: unknown[]) => {
      if (text.includes('round.list')) sent.push({ query: text, parameters });
    };
    const sql = postgres(database.url, { max: 1, onnotice: () => undefined, debug });
    try {
      const page = await createReads(sql).rounds(query);
      const [statement] = sent;
      if (statement === undefined) throw new Error('nothing was asked');
      const literals = statement.parameters.map((each) =>
        typeof each === 'number' ? String(each) : `'${String(each)}'`,
      );
      await sql.unsafe(`PREPARE one AS ${statement.query}`);
      const [row] = await sql.unsafe<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>(
        `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE one (${literals.join(', ')})`,
      );
      return { page, plan: row === undefined ? [] : nodes(row['QUERY PLAN'][0].Plan) };
    } finally {
      await sql.end();
    }
  };

  it('are read a page at a time, each once, by an index that has their order', async () => {
    const seen = new Set<string>();
    let cursor: string | null = null;
    let pages = 0;
    do {
      const query: RoundsQuery = { player: HEAVY, limit: PAGE, ...(cursor === null ? {} : { cursor }) };
      const { page, plan } = await planOf(query);
      const scan = plan.find((node) => node['Relation Name'] === 'round');
      expect([scan?.['Node Type'], scan?.['Index Name']]).toEqual(['Index Scan', 'round_of_player']);
      expect(plan.map((node) => node['Node Type'])).not.toContain('Sort');
      // The page, the one row that tells of the next, and the few that were opened in the same instant.
      expect(scan?.['Actual Rows'] ?? 0).toBeLessThanOrEqual(PAGE + 1 + 3 + 3 + 64);
      for (const { id } of page.items) seen.add(id);
      cursor = page.next;
      pages += 1;
    } while (cursor !== null && pages < 100);
    expect([seen.size, pages]).toEqual([ROUNDS, ROUNDS / PAGE]);
  });
});
