/** When calls that were sent at once have all arrived, as the kernel tells it. Linux only, as the tests are. */
import { readFileSync } from 'node:fs';
import { until } from '../support/wait.ts';
import { sleep } from './settings.ts';

/**
 * Until whoever listens on the port has read that many calls, each on a connection of its own. Two looks must agree: at the first,
 * a connection may be there whose call is not written yet.
 */
export async function allArrived(port: number, calls: number): Promise<void> {
  let before = false;
  await until('all calls have arrived', async () => {
    await sleep(50);
    const { connections, unread } = connectionsTo(port);
    const now = connections >= calls && unread === 0;
    const both = before && now;
    before = now;
    return both;
  });
}

/** The connections that somebody has to the port, and how many bytes of them are still to be read by whoever serves it. */
function connectionsTo(port: number): { readonly connections: number; readonly unread: number } {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    // 01 is an established connection.
    .filter(([, local, , state]) => local?.endsWith(`:${hex}`) === true && state === '01');
  const unread = rows.map((row) => Number.parseInt(row[4]?.split(':')[1] ?? '0', 16));
  return { connections: rows.length, unread: unread.reduce((sum, bytes) => sum + bytes, 0) };
}
