/**
 * Which migrations this Croupier knows: the numbered files of `sql/migrations`.
 *
 * Reads the directory only. A file whose name would be skipped silently by the migrator is an
 * error, because a forgotten migration is found out much later and at a worse time.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** `sql/migrations` of this package; the same from `src/` and from `dist/`. */
export const MIGRATIONS_DIR = path.resolve(import.meta.dirname, '../../sql/migrations');

export interface MigrationFile {
  readonly version: number;
  readonly file: string;
}

const NAME = /^(\d{4})\.do\.[a-z0-9-]+\.sql$/;

/** Every migration file in ascending order; refuses bad names, gaps and repeated numbers. */
export async function listMigrations(dir = MIGRATIONS_DIR): Promise<readonly MigrationFile[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).toSorted();
  return names.map((file, index) => {
    const digits = NAME.exec(file)?.[1];
    if (digits === undefined) {
      throw new Error(`sql/migrations/${file}: name it NNNN.do.what-it-does.sql (lower case, digits, dashes)`);
    }
    const version = Number.parseInt(digits, 10);
    if (version !== index + 1) {
      throw new Error(
        `sql/migrations/${file}: expected number ${String(index + 1).padStart(4, '0')} (no gaps, no repeats)`,
      );
    }
    return { version, file };
  });
}

/** The schema version this Croupier brings; 0 when there are no migrations. */
export async function latestMigration(dir = MIGRATIONS_DIR): Promise<number> {
  return (await listMigrations(dir)).length;
}
