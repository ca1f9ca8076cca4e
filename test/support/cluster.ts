/**
 * The files of an embedded PostgreSQL that has been started before and holds the schema: copied in a moment, where making them
 * takes seconds. For tests that need a cluster of their own and are not about its first start.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import type { TestHome } from './global-setup.ts';

/** Puts them into the directory, which is made if it is missing; whoever starts there finds its port anew. */
export async function usedHome(dir: string): Promise<void> {
  const response = await fetch(new URL('home', inject('databaseDoor')));
  if (!response.ok) throw new Error(`no cluster to copy: ${await response.text()}`);
  const home = (await response.json()) as TestHome;
  await promisify(execFile)('mkdir', ['-p', dir]);
  // Owners and modes as they are: PostgreSQL does not run on files of somebody else.
  await promisify(execFile)('cp', ['-a', `${home.dir}/.`, dir]);
}
