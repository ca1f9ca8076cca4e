import { createServer } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkDatabase,
  closeDatabase,
  DatabaseProblem,
  errorCode,
  openDatabase,
  toDatabaseProblem,
  type DatabaseProblemKind,
} from '../../src/platform/database.ts';
import { listMigrations } from '../../src/platform/migrations.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { dumpSchema } from '../../src/platform/schema-dump.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
const scratch: string[] = [];

beforeAll(async () => {
  database = await testDatabase({ empty: true });
});
afterAll(async () => {
  await database.close();
  for (const dir of scratch) await rm(dir, { recursive: true });
});

async function folder(files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'croupier-[migrations]-'));
  scratch.push(dir);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(dir, name), text);
  return dir;
}

async function problemOf(work: Promise<unknown>): Promise<DatabaseProblem> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DatabaseProblem)) throw new Error(`expected a DatabaseProblem, got ${String(error)}`);
  expect(error.message).not.toContain('\n');
  return error;
}

function withParts(parts: { password?: string; pathname?: string }): string {
  const url = new URL(database.url);
  Object.assign(url, parts);
  return url.href;
}

function problem(code: string): DatabaseProblem {
  return toDatabaseProblem(Object.assign(new Error('x'), { code }), database.url);
}

describe('opening a database', () => {
  it('keeps exact numbers as text, understands arrays and sets the safety timeouts', async () => {
    const sql = openDatabase({ url: database.url, max: 1, applicationName: 'croupier-x', statementTimeoutMs: 1_000 });
    const [row] = await sql`
      SELECT 12345678901234567890.123456789::numeric AS amount, 9007199254740993::int8 AS units, ARRAY['a','b'] AS list,
             current_setting('application_name') AS name, current_setting('idle_in_transaction_session_timeout') AS idle`;
    expect(row).toEqual({
      amount: '12345678901234567890.123456789',
      units: '9007199254740993',
      list: ['a', 'b'],
      name: 'croupier-x',
      idle: '10s',
    });
    await expect(sql`SELECT pg_sleep(60)`).rejects.toThrow(/statement timeout/);
    await closeDatabase(sql);
  });
});

describe('checking a database', () => {
  it('reports server and schema version of a usable one', async () => {
    const report = await checkDatabase(database.url);
    expect(report.serverMajor).toBeGreaterThanOrEqual(15);
    expect(report.schemaVersion).toBe(0);
  });

  it('says in one line what to do about a wrong, unreachable or missing one', async () => {
    const password = 'wrong-password-here';
    const cases: readonly (readonly [string, DatabaseProblemKind])[] = [
      ['', 'bad-url'],
      ['mysql://root@localhost/x', 'bad-url'],
      ['postgres://u:p%zz@localhost/x', 'bad-url'],
      ['postgres://u:p@127.0.0.1:1/x', 'unreachable'],
      ['postgres://u:p@no-such-host.invalid/x', 'unreachable'],
      [withParts({ password }), 'not-allowed'],
      [withParts({ pathname: '/no_such_database' }), 'missing-database'],
    ];
    for (const [url, kind] of cases) {
      const problem = await problemOf(checkDatabase(url));
      expect([url, problem.kind]).toEqual([url, kind]);
      expect(problem.message).not.toContain(password);
    }
  });

  it('does not wait for ever for somebody who accepts and says nothing', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const address = mute.address();
    if (typeof address !== 'object' || address === null) throw new Error('no address');
    const problem = await problemOf(
      checkDatabase(`postgres://u:p@127.0.0.1:${address.port}/x`, { connectTimeoutSeconds: 1 }),
    );
    expect(problem.kind).toBe('unreachable');
    mute.close();
  });

  it('refuses a server that is too old', async () => {
    const old = await testDatabase({ empty: true });
    // A function of the same name that is found first plays an old server.
    await old.sql`CREATE SCHEMA fake`;
    await old.sql`CREATE FUNCTION fake.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT ''140011''::text'`;
    await old.sql`ALTER DATABASE ${old.sql(new URL(old.url).pathname.slice(1))} SET search_path = fake, pg_catalog, public`;
    const problem = await problemOf(checkDatabase(old.url));
    expect(problem.kind).toBe('too-old');
    expect(problem.message).toMatch(/PostgreSQL 14 .* needs version 15/);
    await old.close();
  });

  it('words a full disk and a read-only server', () => {
    expect(problem('53100').kind).toBe('disk-full');
    expect(problem('53100').message).toContain('free some space');
    expect(problem('25006').kind).toBe('read-only');
  });
});

const FIRST = "CREATE TABLE one (id text PRIMARY KEY);\nINSERT INTO one VALUES ('a');\n";
const SECOND = 'CREATE TABLE two (id text PRIMARY KEY REFERENCES one);\n';

describe('migrating', () => {
  it('applies what is missing, in order, and nothing twice', async () => {
    const db = await testDatabase({ empty: true });
    const one = await folder({ '0001.do.one.sql': FIRST });
    const two = await folder({ '0001.do.one.sql': FIRST, '0002.do.two.sql': SECOND });
    expect(await migrate(db.url, { dir: one })).toEqual({ from: 0, to: 1, applied: ['0001.do.one.sql'] });
    expect(await migrate(db.url, { dir: two })).toEqual({ from: 1, to: 2, applied: ['0002.do.two.sql'] });
    expect(await migrate(db.url, { dir: two })).toEqual({ from: 2, to: 2, applied: [] });
    expect(await checkDatabase(db.url, { dir: two })).toMatchObject({ schemaVersion: 2 });

    const newer = await problemOf(migrate(db.url, { dir: one }));
    expect(newer.kind).toBe('newer-schema');
    expect(newer.message).toMatch(/schema version 2.*knows only 1/);
    await db.close();
  });

  it('lets two processes migrate at once', async () => {
    const db = await testDatabase({ empty: true });
    const dir = await folder({ '0001.do.one.sql': `SELECT pg_sleep(0.2); ${FIRST}`, '0002.do.two.sql': SECOND });
    const reports = await Promise.all([1, 2, 3].map(async () => await migrate(db.url, { dir })));
    expect(reports.map((report) => report.to)).toEqual([2, 2, 2]);
    expect(reports.flatMap((report) => report.applied).toSorted()).toEqual(['0001.do.one.sql', '0002.do.two.sql']);
    await db.close();
  });

  it('rolls a failing migration back whole, keeps the ones before it, and can go on later', async () => {
    const db = await testDatabase({ empty: true });
    const broken = await folder({ '0001.do.one.sql': FIRST, '0002.do.two.sql': `${SECOND} SELECT 1/0;` });
    const problem = await problemOf(migrate(db.url, { dir: broken }));
    expect(problem.message).toMatch(/0002\.do\.two\.sql failed and was rolled back: division by zero/);
    const [row] = await db.sql`SELECT to_regclass('one') IS NOT NULL AS one, to_regclass('two') IS NOT NULL AS two`;
    expect(row).toEqual({ one: true, two: false });
    const fixed = await folder({ '0001.do.one.sql': FIRST, '0002.do.two.sql': SECOND });
    expect(await migrate(db.url, { dir: fixed })).toMatchObject({ from: 1, to: 2 });
    await db.close();
  });

  it('refuses a migration that was changed after it ran, but not other line endings', async () => {
    const db = await testDatabase({ empty: true });
    await migrate(db.url, { dir: await folder({ '0001.do.one.sql': FIRST }) });
    await migrate(db.url, { dir: await folder({ '0001.do.one.sql': FIRST.replaceAll('\n', '\r\n') }) });
    const problem = await problemOf(
      migrate(db.url, { dir: await folder({ '0001.do.one.sql': `${FIRST}-- edited\n` }) }),
    );
    expect(problem.kind).toBe('changed-migration');
    expect(problem.message).toContain('Migration 0001');
    await db.close();
  });

  it('refuses file names it would otherwise skip, gaps and repeats', async () => {
    await expect(listMigrations(await folder({ '0001-one.sql': '' }))).rejects.toThrow(/name it NNNN\.do/);
    await expect(listMigrations(await folder({ '0002.do.two.sql': '' }))).rejects.toThrow(/expected number 0001/);
    await expect(listMigrations(await folder({ '0001.do.a.sql': '', '0001.do.b.sql': '' }))).rejects.toThrow(
      /expected number 0002/,
    );
    expect(await listMigrations(await folder({ '0001.do.a.sql': '', 'notes.md': '' }))).toEqual([
      { version: 1, file: '0001.do.a.sql' },
    ]);
  });
});

const SCHEMA = `
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE DOMAIN units AS numeric(38, 0) CHECK (VALUE > 0);
CREATE TABLE parent (id bigint GENERATED ALWAYS AS IDENTITY, name text NOT NULL DEFAULT 'x', PRIMARY KEY (id));
CREATE TABLE child (shard smallint, parent_id bigint REFERENCES parent (id), feels mood, amount units,
  twice numeric GENERATED ALWAYS AS (amount * 2) STORED, CONSTRAINT child_pk PRIMARY KEY (shard, parent_id), CHECK (shard >= 0)) WITH (fillfactor = 80);
CREATE INDEX child_feels ON child (feels) WHERE amount > 5;
CREATE TABLE parted (at date NOT NULL) PARTITION BY RANGE (at);
CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER child_frozen BEFORE UPDATE OR DELETE ON child FOR EACH ROW EXECUTE FUNCTION forbid();
CREATE VIEW child_names AS SELECT c.shard, p.name FROM child c JOIN parent p ON p.id = c.parent_id;
`;

describe('dumping the schema', () => {
  it('prints every kind of thing, the same each time', async () => {
    const db = await testDatabase({ empty: true });
    await db.sql.unsafe(SCHEMA);
    const text = await dumpSchema(db.sql);
    expect(await dumpSchema(db.sql)).toBe(text);
    for (const part of [
      "CREATE TYPE mood AS ENUM ('happy', 'sad');",
      'CREATE DOMAIN units AS numeric(38,0) CONSTRAINT units_check CHECK ((VALUE > (0)::numeric));',
      '  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY',
      "  name text NOT NULL DEFAULT 'x'::text",
      '  CONSTRAINT child_pk PRIMARY KEY (shard, parent_id)',
      '  CONSTRAINT child_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES parent(id)',
      'WITH (fillfactor=80);',
      'CREATE INDEX child_feels ON child USING btree (feels) WHERE',
      'PARTITION BY RANGE (at)',
      'CREATE TRIGGER child_frozen BEFORE DELETE OR UPDATE ON child FOR EACH ROW EXECUTE FUNCTION forbid();',
      'CREATE VIEW child_names AS',
      'CREATE OR REPLACE FUNCTION public.forbid()',
    ]) {
      expect(text).toContain(part);
    }
    await db.close();
  });
});

describe('a transaction whose connection dies between two statements', () => {
  it('is rejected at its next statement, its way back too, and the pool serves the next caller', async () => {
    const sql = openDatabase({ url: database.url, max: 1, applicationName: 'croupier-dying' });
    try {
      const seen: unknown[] = [];
      const lost = sql.begin(async (transaction) => {
        const [own] = await transaction<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
        await database.sql`SELECT pg_terminate_backend(${own?.pid ?? 0}, 5000)`;
        // The socket is closed by now, and nothing was under way that could have told. Each sleep is a turn of the loop in which
        // this process hears of it, however late it gets its turn.
        for (let turn = 0; turn < 3; turn += 1) await sleep(20);
        await transaction`SELECT 1`.catch((error: unknown) => seen.push(errorCode(error)));
        await transaction`SELECT 2`.catch((error: unknown) => seen.push(errorCode(error)));
        throw new Error('what the caller makes of it');
      });
      await expect(lost).rejects.toThrow();
      await expect.poll(() => seen).toEqual(['CONNECTION_CLOSED', 'CONNECTION_CLOSED']);
      await expect(sql`SELECT 3 AS n`).resolves.toEqual([{ n: 3 }]);
    } finally {
      await closeDatabase(sql);
    }
  });
});
