/**
 * What the settings of a database mean for what people are promised, in one line each, for the start of the server. It only
 * reads; the settings are the operator's.
 */
import type { Database } from './database.ts';

interface Settings {
  readonly fsync: string;
  readonly synchronous_commit: string;
  readonly standby_names: string;
  readonly standbys: number;
  readonly statement_timeout: string;
  readonly idle_timeout: string;
}

/** What is to be mended in the settings of the database, or nothing. */
export async function durabilityWarnings(sql: Database, pooled: boolean): Promise<readonly string[]> {
  const [settings] = await sql<Settings[]>`
    /* platform.settings */
    SELECT
      current_setting('fsync') AS fsync,
      current_setting('synchronous_commit') AS synchronous_commit,
      current_setting('synchronous_standby_names') AS standby_names,
      (SELECT count(*)::int FROM pg_stat_replication) AS standbys,
      current_setting('statement_timeout') AS statement_timeout,
      current_setting('idle_in_transaction_session_timeout') AS idle_timeout`;
  return settings === undefined ? [] : warningsOf(settings, pooled);
}

function warningsOf(settings: Settings, pooled: boolean): readonly string[] {
  const { fsync, synchronous_commit: commit, standby_names: names, standbys } = settings;
  const found: string[] = [];
  if (fsync === 'off') found.push('fsync is off: a crash of the machine loses or destroys the book; set fsync = on');
  if (commit === 'off')
    found.push(
      'synchronous_commit is off: money is written with it on all the same, everything else may lose the last moment',
    );
  if (names !== '' && (commit === 'off' || commit === 'local'))
    found.push(
      `synchronous_commit is ${commit} although synchronous_standby_names is set: what is acknowledged may be missing on the standby when it takes over; set synchronous_commit = on`,
    );
  if (names === '' && standbys > 0)
    found.push(
      'the standbys are asynchronous: when one takes over, what was acknowledged last may be missing; set synchronous_standby_names',
    );
  if (pooled && (settings.statement_timeout === '0' || settings.idle_timeout === '0'))
    found.push(
      'behind a pooler the time limits are those of the role: ALTER ROLE … SET statement_timeout = 15000, and SET idle_in_transaction_session_timeout = 15000',
    );
  return found;
}
