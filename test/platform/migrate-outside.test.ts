/** Migrations outside a transaction: indexes are made while writers go on, whole or again. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readOutside } from '../../src/platform/migrate-outside.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { testDatabase } from '../support/database.ts';

const scratch: string[] = [];
afterAll(async () => {
  for (const dir of scratch) await rm(dir, { recursive: true });
});

async function folder(files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'croupier-outside-'));
  scratch.push(dir);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(dir, name), text);
  return dir;
}

const TABLE = 'CREATE TABLE book (id integer PRIMARY KEY, round text);\n';
const INDEX =
  '-- outside a transaction\n-- Why; with a half-sentence.\nCREATE INDEX CONCURRENTLY IF NOT EXISTS book_round ON book (round);\n';
const FILES = { '0001.do.book.sql': TABLE, '0002.do.book-round.sql': INDEX };

describe('an index that is made outside a transaction', () => {
  const start = async () => {
    const db = await testDatabase({ empty: true, max: 6 });
    const dir = await folder({ '0001.do.book.sql': TABLE });
    await migrate(db.url, { dir });
    return db;
  };
  const isValid = async (db: Awaited<ReturnType<typeof start>>): Promise<unknown> => {
    const [row] = await db.sql`SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('book_round')`;
    return row?.['indisvalid'];
  };

  it('lets writers go on while it waits for one of them, and is noted when it is there', async () => {
    const db = await start();
    const dir = await folder(FILES);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let began = (): void => undefined;
    const wrote = new Promise<void>((resolve) => {
      began = resolve;
    });
    const slow = db.sql.begin(async (tx) => {
      await tx`INSERT INTO book VALUES (1, 'r')`;
      began();
      await held;
    });
    await wrote;
    const migrated = migrate(db.url, { dir });
    const making = async () =>
      (
        await db.sql`SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND datname = current_database()`
      ).length;
    await expect.poll(making).toBe(1);
    // An index made in a transaction would hold this up until the slow one has ended.
    await db.sql.begin(async (tx) => {
      await tx`SET LOCAL statement_timeout = '5s'`;
      await tx`INSERT INTO book VALUES (2, 'r')`;
    });
    const [noted] = await db.sql`SELECT max(version)::integer AS version FROM schema_version`;
    expect(noted).toEqual({ version: 1 });
    release();
    await slow;
    expect(await migrated).toEqual({ from: 1, to: 2, applied: ['0002.do.book-round.sql'] });
    expect(await isValid(db)).toBe(true);
    await db.close();
  });

  it('is made once by several processes that migrate at once, none of which waits for another in a circle', async () => {
    const db = await testDatabase({ empty: true });
    const dir = await folder(FILES);
    const reports = await Promise.all([1, 2, 3, 4].map(async () => migrate(db.url, { dir })));
    expect(reports.flatMap((each) => each.applied).toSorted()).toEqual(Object.keys(FILES));
    expect(await isValid(db)).toBe(true);
    await db.close();
  });

  it('is made anew where an earlier try was cut short and left an invalid one', async () => {
    const db = await start();
    await db.sql`INSERT INTO book VALUES (1, 'same'), (2, 'same')`;
    await expect(db.sql.unsafe('CREATE UNIQUE INDEX CONCURRENTLY book_round ON book (round)')).rejects.toThrow();
    expect(await isValid(db)).toBe(false);
    expect(await migrate(db.url, { dir: await folder(FILES) })).toMatchObject({ to: 2 });
    expect(await isValid(db)).toBe(true);
    await db.close();
  });

  it('that cannot be made is not noted, says what happens next, and is made by the next run', async () => {
    const db = await start();
    await db.sql`INSERT INTO book VALUES (1, 'same'), (2, 'same')`;
    const dir = await folder({
      ...FILES,
      '0002.do.book-round.sql': INDEX.replace('CREATE INDEX', 'CREATE UNIQUE INDEX'),
    });
    await expect(migrate(db.url, { dir })).rejects.toThrow(
      /0002\.do\.book-round\.sql failed and what it did stays, and the next start runs it again: could not create unique index/,
    );
    await db.sql`DELETE FROM book WHERE id = 2`;
    expect(await migrate(db.url, { dir })).toMatchObject({ from: 1, to: 2 });
    expect(await isValid(db)).toBe(true);
    await db.close();
  });
});

describe('a file outside a transaction', () => {
  it('says so in its first line, and holds nothing that could not be repeated', () => {
    expect(readOutside(TABLE)).toBeNull();
    expect(readOutside(`\n${INDEX}`)).toBeNull();
    expect(readOutside(INDEX)).toMatchObject([{ kind: 'create', index: 'book_round' }]);
    expect(readOutside('-- outside a transaction\nDROP INDEX CONCURRENTLY IF EXISTS book_round;')).toMatchObject([
      { kind: 'drop', index: 'book_round' },
    ]);
    for (const bad of [TABLE, 'CREATE INDEX CONCURRENTLY a ON b (c);', 'CREATE INDEX IF NOT EXISTS a ON b (c);'])
      expect(() => readOutside(`-- outside a transaction\n${bad}`)).toThrow(
        /stand in a migration outside a transaction/,
      );
  });
});
