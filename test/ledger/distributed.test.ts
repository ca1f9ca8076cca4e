/**
 * What lets the book be spread over the nodes of a Citus cluster: every statement of the hot path keeps to one shard, every key
 * begins with the shard, and nothing that works on one machine only is used. Whether Citus agrees was tried elsewhere; this
 * keeps it so.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOOK_TABLES } from '../../src/ledger/citus-store.ts';
import { distribute } from '../../src/ledger/index.ts';
import { createLane } from '../../src/ledger/lane.ts';
import { loadStatements } from '../../src/ledger/load-statements-store.ts';
import { createLoadStore } from '../../src/ledger/load-store.ts';
import { WRITE_STATEMENTS } from '../../src/ledger/write-store.ts';
import { shardOf } from '../../src/ledger/shard.ts';
import { silentLog, systemClock } from '../../src/platform/index.ts';
import { externalId, roundId } from '../../src/wallet/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { amount, ledgerTable, request } from '../support/ledger.ts';

const STATEMENTS = [...Object.values(loadStatements(true)), ...WRITE_STATEMENTS];

/** The tables of the book a statement reads or changes, with their aliases: `FROM wallet w`, `JOIN round r`, `UPDATE wallet w`. */
function tablesIn(text: string): readonly { readonly table: string; readonly alias: string }[] {
  const pattern = new RegExp(
    `\\b(?:FROM|JOIN|UPDATE)\\s+(${BOOK_TABLES.join('|')})\\b(?:\\s+(?:AS\\s+)?([a-z_0-9]+))?`,
    'g',
  );
  return [...text.matchAll(pattern)].map(([, table = '', alias = '']) => ({ table, alias }));
}

/** What is wrong with a statement for a distributed book, or nothing. */
function lint(text: string): readonly string[] {
  const problems: string[] = [];
  // Each SELECT stands for itself: an alias of one part says nothing about the same alias of another.
  for (const part of text.split(/\bUNION(?: ALL)?\b|\bAS MATERIALIZED \(|\)\s*,\s*\n|\)\n\s*SELECT\b/)) {
    for (const { table, alias } of tablesIn(part)) {
      const oneShard = [`${alias}.shard = ANY ($1::smallint[])`, `${table}.shard = $1::smallint`];
      if (!oneShard.some((filter) => part.includes(filter))) problems.push(`${table} ${alias} is in no one shard`);
    }
  }
  for (const word of [
    /\bpg_(try_)?advisory/i,
    /SKIP LOCKED/i,
    /\bnextval\b/i,
    /\bNOTIFY\b/i,
    /\bNOWAIT\b/i,
    /\bctid\b/i,
  ])
    if (word.test(text)) problems.push(`${word.source} works on one machine only`);
  return problems;
}

describe('a distributed book', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => database?.close());

  it.each(STATEMENTS)('keeps $name to one shard', ({ text }) => {
    expect(lint(text)).toEqual([]);
  });

  it('sees every table of every statement: the lint can fail', () => {
    expect(lint('SELECT 1 FROM wallet w WHERE w.player = $2')).toEqual(['wallet w is in no one shard']);
    expect(
      lint(
        'WITH hit AS MATERIALIZED (SELECT 1 FROM round r WHERE r.shard = ANY ($1::smallint[])) SELECT 1 FROM hit JOIN round r ON true UNION SELECT 1 FROM posting p',
      ),
    ).toHaveLength(1);
    expect(lint('SELECT pg_advisory_xact_lock(1)')).toHaveLength(1);
    const seen = new Set(STATEMENTS.flatMap(({ text }) => tablesIn(text).map(({ table }) => table)));
    expect([...seen].toSorted()).toEqual(['round', 'transaction', 'wallet']);
  });

  it('begins every primary key with the shard, and has no sequence, foreign key or other unique key but one', async () => {
    const keys = await database.sql<{ table: string; name: string; columns: string[] }[]>`
      SELECT
        i.indrelid::regclass::text AS table, i.indexrelid::regclass::text AS name,
        array(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.place) AS columns
      FROM pg_index i
      WHERE i.indisunique AND i.indrelid::regclass::text = ANY (${[...BOOK_TABLES]}::text[])
      ORDER BY 2`;
    const crossing = keys.filter(({ columns }) => columns[0] !== 'shard').map(({ name }) => name);
    // `migrate --citus` makes this one begin with the shard as well.
    expect(crossing).toEqual(['transaction_external_id']);
    const foreign = await database.sql`
      SELECT conname FROM pg_constraint
      WHERE contype = 'f' AND (conrelid::regclass::text = ANY (${[...BOOK_TABLES]}::text[]) OR confrelid::regclass::text = ANY (${[...BOOK_TABLES]}::text[]))`;
    expect(foreign).toEqual([]);
    const generated = await database.sql`
      SELECT attname FROM pg_attribute
      WHERE attrelid::regclass::text = ANY (${[...BOOK_TABLES]}::text[]) AND (attidentity <> '' OR attnum > 0 AND atthasdef
        AND pg_get_expr((SELECT adbin FROM pg_attrdef d WHERE d.adrelid = attrelid AND d.adnum = attnum), attrelid) LIKE '%nextval%')`;
    expect(generated).toEqual([]);
  });

  it('says what is missing where there is no Citus', async () => {
    expect(await distribute(database.sql)).toEqual({ kind: 'no_citus' });
  });

  it('plays on a book whose ids are unique by shard, one shard a batch', async () => {
    await using table = await ledgerTable();
    await table.sql`DROP INDEX transaction_external_id`;
    await table.sql`CREATE UNIQUE INDEX transaction_external_id ON transaction (shard, aggregator, external_id, kind, id_scope)`;
    const players = await Promise.all(Array.from({ length: 12 }, async () => table.player('USD', '100.00')));
    const sizes: number[] = [];
    const lane = createLane({
      name: 'distributed',
      connection: { url: table.url, lockTimeoutMs: 2_000, statementTimeoutMs: 5_000 },
      store: createLoadStore(true),
      distributed: true,
      clock: systemClock,
      log: silentLog,
      maxQueue: 1_000,
      maxBatch: 128,
      maxAttempts: 4,
      onBatch: (size) => sizes.push(size),
      onAlert: () => undefined,
      onTrouble: () => undefined,
    });
    const deadline = systemClock.monotonic() + 20_000;
    const outcomes = await Promise.all(
      players.flatMap((player) =>
        [1, 2, 3].map(async (each) =>
          lane.submit(
            {
              request: request(player, 'USD', [
                {
                  kind: 'bet',
                  id: externalId(`${player}-${each}`),
                  round: roundId(`r-${each}`),
                  amount: amount('1.00'),
                  flavour: 'cash',
                  combined: false,
                  closesRound: false,
                },
              ]),
              policy: table.policy,
            },
            deadline,
          ),
        ),
      ),
    );
    expect(outcomes.every((outcome) => outcome.kind === 'applied')).toBe(true);
    expect(sizes.length).toBeGreaterThanOrEqual(new Set(players.map(shardOf)).size);
    for (const player of players) expect(await table.balance(player)).toBe(9_700n);
    await lane.close();
  });
});
