/**
 * What holds for everything a pipeline sends: time limits, plans, formats, and that a COMMIT is on disk before it is answered.
 * Said once when the session begins; where a pooler gives every transaction another session, by each transaction for itself.
 */
import type { PipelineOptions, Sending } from './pipeline.ts';

type Settings = Readonly<Record<string, string>>;

function settingsOf(options: PipelineOptions): Settings {
  return {
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    client_min_messages: 'warning',
    statement_timeout: String(options.statementTimeoutMs),
    lock_timeout: String(options.lockTimeoutMs),
    // A transaction whose owner froze must not keep a player's wallet locked.
    idle_in_transaction_session_timeout: '10000',
    ...options.settings,
  };
}

/**
 * Money is not acknowledged before it is on disk (RET-10), whatever the server's setting is. Only "off" is raised: what asks
 * for more than the local disk stays, and "local" is a choice about standbys, not about this disk.
 */
const durable = (isLocal: boolean) => `
    set_config(
      'synchronous_commit',
      CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END,
      ${isLocal}
    )`;

/** The settings as the server takes them at the start of a session. */
export function startupOptions(options: PipelineOptions): string {
  return Object.entries(settingsOf(options))
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** The first statement of a connection; its first column is whether this is a standby. */
export function openingWords(options: PipelineOptions): string {
  const settings = options.pooled === true ? '' : `,${durable(false)}`;
  return `/* pipeline.open */ SELECT pg_is_in_recovery()${settings}`;
}

/** The same settings for the transaction that has just begun, and no longer. */
export function localSettings(options: PipelineOptions): Sending {
  const settings = Object.entries(settingsOf(options));
  const each = settings.map(([name], index) => `set_config('${name}', $${index + 1}, true)`);
  return {
    statement: {
      name: 'pipeline.settings',
      text: `/* pipeline.settings */ SELECT ${each.join(', ')},${durable(true)}`,
    },
    parameters: settings.map(([, value]) => value),
  };
}
