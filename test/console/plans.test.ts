/** The search box finds by the indexes it names: every statement it really sends is planned over a book that has grown. */
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { search } from '../../src/console/search.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

/** Which indexes each statement enters. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'search.player': ['player_pkey'],
  'search.session': ['session_pkey'],
  'search.external_id': ['transaction_external_id'],
  'search.own_id': ['journal_arrived_at', 'transaction_external_id'],
  'search.own_id_of_rounds': ['round_opened', 'transaction_round'],
  'search.players_of_round': ['claim_round', 'journal_round', 'settlement_event_round'],
  'search.round': ['round_pkey'],
  'search.others': ['console_adjustment_pkey', 'discrepancy_pkey', 'resolution_pkey'],
};

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}
interface Sent {
  readonly query: string;
  readonly parameters: readonly string[];
}

const nodes = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodes)];

describe('the plans of the search', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
    await grow(database);
  });
  afterAll(async () => database?.close());

  /** What the search sends for an id of ours and for a round's, by statement. */
  const sent = async (): Promise<ReadonlyMap<string, Sent>> => {
    const found = new Map<string, Sent>();
    const sql = postgres(database.url, {
      max: 1,
      onnotice: () => undefined,
      debug: (_connection, query, parameters: unknown[]) => {
        const name = /\/\* (search\.\w+) \*\//.exec(query)?.[1];
        if (name !== undefined && !found.has(name)) found.set(name, { query, parameters: parameters.map(literal) });
      },
    });
    try {
      await search({ sql, aggregators: ['acme', 'hub'] }, '019a21dc-1748-7d72-b0ac-714e37f66a8b');
      await search({ sql, aggregators: ['acme', 'hub'] }, 'p7-r7');
    } finally {
      await sql.end();
    }
    return found;
  };

  const indexesOf = async ({ query, parameters }: Sent): Promise<readonly string[]> => {
    const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
    try {
      await sql.unsafe(`PREPARE one AS ${query}`);
      const call = parameters.length === 0 ? '' : `(${parameters.join(', ')})`;
      // A table with a handful of rows is rightly read whole: what is asked is whether the index serves.
      await sql`SET enable_seqscan = off`;
      const [row] = await sql.unsafe<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>(
        `EXPLAIN (FORMAT JSON) EXECUTE one ${call}`,
      );
      const plan = row === undefined ? [] : nodes(row['QUERY PLAN'][0].Plan);
      expect(plan.map((node) => node['Node Type'])).not.toContain('Seq Scan');
      return [...new Set(plan.flatMap((node) => node['Index Name'] ?? []))].toSorted();
    } finally {
      await sql.end();
    }
  };

  it('enter the indexes that the page and the manual name', async () => {
    const statements = await sent();
    expect([...statements.keys()].toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
    for (const [name, statement] of statements) expect(await indexesOf(statement), name).toEqual(EXPECTED[name]);
  });
});

function literal(value: unknown): string {
  if (Array.isArray(value)) return `ARRAY[${value.map(literal).join(', ')}]`;
  return typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
}

/** A few thousand rounds of a few hundred players, with what was heard of them. */
async function grow({ sql }: TestDatabase): Promise<void> {
  await sql`
    INSERT INTO round (shard, player, aggregator, round_id, currency, state, bets_ever, bets_standing, loose_wins, staked, returned, paid, opened_at, changed_at)
    SELECT p % 1024, 'p' || p, 'acme', 'p' || p || '-r' || r, 'USD', 'open', 1, 1, 0, 1, 0, 0,
      timestamptz '2026-01-01' + (p * 20 + r) * interval '1 minute', now()
    FROM generate_series(1, 500) p, generate_series(1, 20) r`;
  await sql`
    INSERT INTO transaction (shard, player, id, aggregator, kind, external_id, flavour, combined, state, round_id, currency, amount, units, created_at, changed_at)
    SELECT p % 1024, 'p' || p, gen_random_uuid(), 'acme', 'bet', 'b' || p || '-' || r, 'cash', false, 'applied', 'p' || p || '-r' || r, 'USD', 1, 1, now(), now()
    FROM generate_series(1, 500) p, generate_series(1, 20) r`;
  await sql`
    INSERT INTO journal (aggregator, route, arrived_at, duration_us, verdict, player, round_id, external_id, outcome, headers, body, status, answer)
    SELECT 'acme', 'wallet', timestamptz '2026-01-01' + (p * 20 + r) * interval '1 minute', 900, 'genuine', 'p' || p,
      'p' || p || '-r' || r, 'b' || p || '-' || r, 'applied', '{}', '\\x7b7d', 200, '{}'
    FROM generate_series(1, 500) p, generate_series(1, 20) r`;
  // Its round is found by what the journal heard of it.
  await sql`VACUUM (ANALYZE) round, transaction, journal`;
}
