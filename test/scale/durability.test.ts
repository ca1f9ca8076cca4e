/** Money is on disk before it is acknowledged, whatever the server's settings say; and who starts the server is told. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { durabilityWarnings, openDatabase, openPipeline, silentLog } from '../../src/platform/index.ts';
import type { Pipeline, Sending } from '../../src/platform/index.ts';
import { planSettings } from '../../src/ledger/lane.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(async () => database.close());

const saying = (text: string): Sending => ({ statement: { name: text.slice(0, 60), text }, parameters: [] });
const SETTING = saying("SELECT current_setting('synchronous_commit'), current_setting('lock_timeout')");

async function set(value: string): Promise<void> {
  await database.sql.unsafe(
    `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET synchronous_commit = '${value}'`,
  );
}

function open(pooled: boolean): Pipeline {
  return openPipeline({
    url: database.url,
    applicationName: 'a-lane',
    log: silentLog,
    lockTimeoutMs: 700,
    statementTimeoutMs: 5_000,
    settings: planSettings(false),
    pooled,
  });
}

it.each([
  ['off', 'on'],
  ['on', 'on'],
  ['local', 'local'],
  ['remote_write', 'remote_write'],
  ['remote_apply', 'remote_apply'],
])('with synchronous_commit=%s the lanes commit with %s [RET-10]', async (given, expected) => {
  await set(given);
  const lane = open(false);
  const pooled = open(true);
  try {
    const [answer] = await lane.fly([SETTING]);
    expect(answer?.rows).toEqual([[expected, '700ms']]);
    const transaction = await pooled.fly([saying('BEGIN'), SETTING, saying('COMMIT')]);
    expect(transaction.map((each) => [each.command, ...each.rows])).toEqual([
      ['BEGIN'],
      ['SELECT', [expected, '700ms']],
      ['COMMIT'],
    ]);
    // And nothing stays behind for whoever gets the session next.
    expect((await pooled.fly([SETTING])).map((each) => each.rows)).toEqual([[[given, '0']]]);
  } finally {
    await lane.close();
    await pooled.close();
  }
});

it('is said at the start when the settings of the database give less than what is promised [RET-10]', async () => {
  await set('off');
  const sql = openDatabase({ url: database.url, max: 1, applicationName: 'start' });
  const pooled = openDatabase({ url: database.url, max: 1, applicationName: 'start', pooled: true });
  try {
    const warnings = await durabilityWarnings(sql, false);
    expect(warnings).toContainEqual(expect.stringMatching(/^synchronous_commit is off: money is written with it on/));
    // The database of the tests is usually one that may be lost.
    const [settings] = await sql`SELECT current_setting('fsync') AS fsync`;
    expect(warnings.some((warning) => warning.startsWith('fsync is off'))).toBe(settings?.['fsync'] === 'off');
    expect(await durabilityWarnings(pooled, true)).toContainEqual(
      expect.stringMatching(/time limits are those of the role/),
    );
    for (const warning of warnings) expect(warning).not.toMatch(/\n/);
  } finally {
    await sql.end();
    await pooled.end();
  }
});
