/** How another process of the same owner reaches the embedded PostgreSQL of a running server. Starts nothing. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { ROLE } from './cluster.ts';
import { recall } from './place.ts';

/** The URL of the PostgreSQL that was last started from this directory, or null when none ever was. */
export async function embeddedAddress(dir: string): Promise<string | null> {
  try {
    await access(path.join(dir, 'postgres.json'));
  } catch {
    return null;
  }
  const { memory } = await recall(dir);
  return memory.port === undefined ? null : `postgres://${ROLE}:${memory.password}@127.0.0.1:${memory.port}/${ROLE}`;
}
