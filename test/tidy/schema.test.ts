/** `sql/schema.sql` is what a reviewer reads instead of all migrations together; here it is compared with the truth. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { dumpSchema } from '../../src/platform/index.ts';
import { testDatabase } from '../support/database.ts';
import { ROOT } from './text.ts';

const FILE = path.join(ROOT, 'sql/schema.sql');

it('the schema file is what the migrations make (else run: node scripts/schema.mjs)', async () => {
  const database = await testDatabase();
  try {
    expect(await dumpSchema(database.sql)).toBe(readFileSync(FILE, 'utf8'));
  } finally {
    await database.close();
  }
});

it('a schema that differs in one column is noticed', async () => {
  const database = await testDatabase();
  try {
    await database.sql`ALTER TABLE player ADD COLUMN nickname text`;
    expect(await dumpSchema(database.sql)).not.toBe(readFileSync(FILE, 'utf8'));
  } finally {
    await database.close();
  }
});
