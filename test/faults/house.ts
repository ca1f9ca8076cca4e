/**
 * A house to try faults on: a durable PostgreSQL cluster of its own, gateways as processes, each with its own wire to the
 * database, players with money and sessions. Everything is gone when it is closed, whatever happened in it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { fillBook } from '../../bench/book-store.ts';
import { benchConfig } from '../../bench/contestant-config.ts';
import { openDatabase, silentLog, startEmbeddedPostgres } from '../../src/platform/index.ts';
import type { Database, EmbeddedPostgres } from '../../src/platform/index.ts';
import { usedHome } from '../support/cluster.ts';
import { startGateway } from './gateway.ts';
import type { Gateway, GatewayOrder } from './gateway.ts';
import { childrenOf, signal, titleOf } from './processes.ts';
import { openWire } from './wire.ts';
import type { Wire } from './wire.ts';

export interface Replica {
  readonly gateway: Gateway;
  /** its way to the database */
  readonly wire: Wire;
}

export interface House {
  readonly postgres: EmbeddedPostgres;
  readonly url: string;
  readonly configFile: string;
  readonly players: number;
  readonly replicas: readonly Replica[];
  readonly replica: (at: number) => Replica;
  /** Adds a gateway. */
  readonly open: (more?: Pick<GatewayOrder, 'environment' | 'words'>) => Promise<Replica>;
  /** Does something with a connection of one's own that is not the gateways'. */
  readonly ask: <T>(work: (sql: Database) => Promise<T>) => Promise<T>;
  /** PostgreSQL's processes that serve somebody, as they are now. */
  readonly backends: () => readonly number[];
  /** how often PostgreSQL was started again after it died */
  readonly restarts: () => number;
  readonly close: () => Promise<void>;
}

export interface HouseOptions {
  readonly players: number;
  readonly gateways: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function openHouse(options: HouseOptions): Promise<House> {
  const dir = await mkdtemp(path.join(tmpdir(), 'croupier-faults-'));
  const closers: (() => Promise<unknown>)[] = [async () => rm(dir, { recursive: true, force: true, maxRetries: 5 })];
  const close = async () => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer().catch(console.error);
  };
  try {
    let restarts = 0;
    const onRestart = () => void (restarts += 1);
    await usedHome(dir);
    const cluster = await startEmbeddedPostgres({ dir, log: silentLog, onRestart });
    closers.push(async () => {
      // Somebody may have left it stopped.
      for (const pid of [cluster.pid, ...childrenOf(cluster.pid)]) signal(pid, 'SIGCONT');
      await cluster.stop();
    });
    const { url } = cluster;
    const ask = askAt(url);
    await ask(async (sql) =>
      fillBook(sql, { players: options.players, rounds: 0, nowMs: Date.now(), onProgress: () => undefined }),
    );
    const configFile = path.join(dir, 'croupier.yaml');
    await writeFile(configFile, JSON.stringify(benchConfig(2)));
    const replicas: Replica[] = [];
    const open: House['open'] = async (more = {}) => {
      const wire = await openWire(url);
      closers.push(wire.close);
      const gateway = await startGateway({ configFile, databaseUrl: wire.url, ...more });
      closers.push(async () => {
        gateway.signal('SIGCONT');
        await gateway.kill();
      });
      const replica = { gateway, wire };
      replicas.push(replica);
      return replica;
    };
    for (let count = 0; count < options.gateways; count += 1) await open({ environment: options.environment ?? {} });
    return {
      postgres: cluster,
      url,
      configFile,
      players: options.players,
      replicas,
      replica: (at) => {
        const replica = replicas[at];
        if (replica === undefined) throw new Error(`there is no gateway ${at}`);
        return replica;
      },
      open,
      ask,
      backends: () => childrenOf(cluster.pid).filter((pid) => titleOf(pid).includes('127.0.0.1(')),
      restarts: () => restarts,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits for a database that is just starting again. */
function askAt(url: string): House['ask'] {
  return async (work) => {
    for (let tries = 1; ; tries += 1) {
      const sql = openDatabase({ url, max: 2, applicationName: 'faults', statementTimeoutMs: 60_000 });
      try {
        await sql`SELECT 1`;
        return await work(sql);
      } catch (error) {
        const isSql = error instanceof postgres.PostgresError && !error.code.startsWith('57P');
        if (isSql || tries >= 300 || !isConnectionTrouble(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      } finally {
        await sql.end({ timeout: 1 });
      }
    }
  };
}

function isConnectionTrouble(error: unknown): boolean {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && /^(57P|08|E[A-Z]+$|CONNECT|CONNECTION)/.test(code);
}
