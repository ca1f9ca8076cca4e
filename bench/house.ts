/**
 * What all contestants of a run share: one PostgreSQL, proven durable before anything is measured, one load generator, one
 * directory for everything temporary. A server that does not force its log to disk is refused: its figures would be void.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLog, startEmbeddedPostgres } from '../src/platform/index.ts';
import type { Log, Shutdown } from '../src/platform/index.ts';
import { serverFacts } from './house-store.ts';
import type { ServerFacts } from './house-store.ts';
import { startGenerator } from './load/generator.ts';
import type { Generator } from './load/generator.ts';
import { BenchProblem } from './options.ts';
import type { BenchOptions } from './options.ts';

export interface House {
  readonly options: BenchOptions;
  readonly log: Log;
  readonly shutdown: Shutdown;
  readonly say: (step: string) => void;
  /** a directory that is gone after the run */
  readonly workDir: string;
  readonly generator: Generator;
  readonly postgres: Postgres | null;
}

export interface Postgres {
  readonly url: string;
  readonly facts: ServerFacts;
  /** null: not on this machine */
  readonly pid: number | null;
}

export interface HouseOptions {
  readonly options: BenchOptions;
  readonly shutdown: Shutdown;
  readonly say: (step: string) => void;
}

export async function openHouse({ options, shutdown, say }: HouseOptions): Promise<House> {
  const log = createLog({ level: 'warn', pretty: true });
  const workDir = await mkdtemp(path.join(tmpdir(), 'croupier-bench-'));
  // PostgreSQL may run as another user, who has to come in: else its cluster would live elsewhere and stay there.
  await chmod(workDir, 0o711);
  shutdown.onShutdown('work directory', async () => rm(workDir, { recursive: true, force: true, maxRetries: 5 }));
  const needsPostgres = options.only.some((name) => name !== 'ceiling');
  const postgres = needsPostgres ? await openPostgres(options, { log, shutdown, say, workDir }) : null;
  const generator = startGenerator();
  shutdown.onShutdown('load generator', generator.stop);
  return { options, log, shutdown, say, workDir, generator, postgres };
}

async function openPostgres(
  options: BenchOptions,
  { log, shutdown, say, workDir }: Pick<House, 'log' | 'shutdown' | 'say' | 'workDir'>,
): Promise<Postgres> {
  let url = options.databaseUrl;
  if (url === null) {
    say('starting a PostgreSQL for the bench');
    const embedded = await startEmbeddedPostgres({ dir: options.dataDir ?? path.join(workDir, 'postgres'), log });
    shutdown.onShutdown('PostgreSQL', async () => embedded.stop());
    url = embedded.url;
  }
  const facts = await serverFacts(url);
  if (facts.fsync !== 'on' || facts.synchronousCommit !== 'on') {
    throw new BenchProblem(
      `this PostgreSQL is not durable (fsync ${facts.fsync}, synchronous_commit ${facts.synchronousCommit}): figures would be void`,
    );
  }
  return { url, facts, pid: facts.postmasterPid };
}
