/**
 * The platform room's public face: what any server needs. It knows nothing of wallets and games.
 */
export { createAnswerShelf, type AnswerShelf } from './answers.ts';
export { manualClock, systemClock, type Clock, type ManualClock } from './clock.ts';
export {
  checkDatabase,
  closeDatabase,
  DatabaseProblem,
  describeUrl,
  BY_INDEX,
  errorCode,
  isConnectionTrouble,
  openDatabase,
  toDatabaseProblem,
  type Database,
  type DatabaseOptions,
  type DatabaseProblemKind,
  type DatabaseReport,
  type DatabaseTransaction,
} from './database.ts';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres/index.ts';
export { leastIdAt, newId, newToken, randomInteger } from './ids.ts';
export { createLog, redact, silentLog, type Log, type LogLevel, type LogOptions } from './log.ts';
export { addUpMetrics, createMetrics, type Metrics } from './metrics.ts';
export { migrate, type MigrateOptions, type MigrationReport } from './migrate.ts';
export { latestMigration, listMigrations, MIGRATIONS_DIR, type MigrationFile } from './migrations.ts';
export { durabilityWarnings } from './durability.ts';
export { dumpSchema } from './schema-dump.ts';
export {
  ConnectionLost,
  openPipeline,
  type Answered,
  type Fields,
  type Pipeline,
  type PipelineOptions,
  type Sending,
  type Statement,
} from './pipeline.ts';
export { createShutdown, type Shutdown, type ShutdownOptions, type SignalSource, type StopSignal } from './shutdown.ts';
export { embeddedAddress } from './embedded-postgres/address.ts';
