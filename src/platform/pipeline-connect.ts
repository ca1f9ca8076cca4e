/**
 * How a pipeline comes by its connection: by the address, the hosts of which are tried in turn until one accepts writes, so
 * that a pipeline follows the primary when a standby takes over. It sends nothing but its first words.
 */
import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import type { PipelineOptions } from './pipeline.ts';
import { openingWords, startupOptions } from './pipeline-session.ts';

/** Connects to the first host that accepts writes. Several hosts stand in the URL with commas between them. */
export async function connect(options: PipelineOptions): Promise<Client> {
  const hosts = hostsOf(options.url);
  let failure: unknown = new Error('the database URL names no host');
  for (const host of hosts) {
    const client = new Client(configOf(host, options));
    // The driver throws what nobody listens to; after connecting the pipeline listens itself.
    client.on('error', (error) => options.log.debug({ err: error }, 'a database connection failed'));
    try {
      await client.connect();
      if (!(await isStandby(client, options))) return client;
      failure = new Error('every host of the database URL is a standby');
    } catch (error) {
      failure = error;
    }
    destroyClient(client);
  }
  throw failure;
}

/**
 * The first words on a connection; true from a standby. A host that froze after it took the connection must not keep us from
 * asking the next.
 */
async function isStandby(client: Client, options: PipelineOptions): Promise<boolean> {
  const silent = setTimeout(() => destroyClient(client), connectTimeoutOf(options));
  try {
    const { rows } = await client.query<[boolean]>({ text: openingWords(options), rowMode: 'array' });
    return rows[0]?.[0] === true;
  } finally {
    clearTimeout(silent);
  }
}

function hostsOf(url: string): readonly URL[] {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]*)(.*)$/i.exec(url);
  if (parts === null) return [];
  const [, before = '', hosts = '', after = ''] = parts;
  return hosts.split(',').map((host) => new URL(before + host + after));
}

function connectTimeoutOf(options: PipelineOptions): number {
  return options.connectTimeoutMs ?? 5_000;
}

function configOf(url: URL, options: PipelineOptions): ClientConfig {
  return {
    host: decodeURIComponent(url.hostname),
    port: url.port === '' ? 5432 : Math.trunc(+url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ssl: tlsOf(url.searchParams.get('sslmode') ?? url.searchParams.get('ssl')),
    application_name: options.applicationName,
    connectionTimeoutMillis: connectTimeoutOf(options),
    keepAlive: true,
    // A pooler refuses them, or would hand them on to whoever gets the session next.
    ...(options.pooled === true ? {} : { options: startupOptions(options) }),
  };
}

/** As the pool reads it: `require` encrypts and trusts any certificate, the `verify` modes check it. */
function tlsOf(mode: string | null): ClientConfig['ssl'] {
  if (mode === null || mode === 'disable' || mode === 'allow' || mode === 'prefer') return false;
  return { rejectUnauthorized: mode !== 'require' };
}

/** Cuts the connection without a word. */
export function destroyClient(client: Client): void {
  streamOf(client)?.destroy();
}

// The driver has no public way to cut a connection without waiting for the server.
function streamOf(client: Client): { destroy: () => void } | null {
  const connection: unknown = Reflect.get(client, 'connection');
  if (typeof connection !== 'object' || connection === null) return null;
  const stream: unknown = Reflect.get(connection, 'stream');
  return isDestroyable(stream) ? stream : null;
}

function isDestroyable(stream: unknown): stream is { destroy: () => void } {
  return typeof stream === 'object' && stream !== null && 'destroy' in stream && typeof stream.destroy === 'function';
}
