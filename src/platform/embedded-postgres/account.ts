/**
 * Whom PostgreSQL runs as. It refuses to run as root, so when we are root it gets an unprivileged
 * account: the owner of an existing cluster, else `croupier`, which is made when it is missing, else
 * whatever unprivileged account the machine has. An ordinary user runs PostgreSQL as itself.
 */
import { stat } from 'node:fs/promises';
import { DatabaseProblem } from '../database.ts';
import type { Log } from '../log.ts';
import { runCommand, type Account } from './commands.ts';

const OWN_ACCOUNT = 'croupier';
const LAST_RESORTS = ['postgres', 'nobody'] as const;

/** The account for a cluster that lives, or will live, at the given path. */
export async function chooseAccount(clusterDir: string, log: Log): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await ownerOf(clusterDir);
  if (owner !== undefined && owner.uid !== 0) return owner;

  const existing = await lookUp(OWN_ACCOUNT);
  if (existing !== undefined) return existing;
  if (await createAccount()) {
    const created = await lookUp(OWN_ACCOUNT);
    if (created !== undefined) {
      log.info({ user: OWN_ACCOUNT }, 'made a system user to run PostgreSQL, which refuses to run as root');
      return created;
    }
  }
  for (const name of LAST_RESORTS) {
    const found = await lookUp(name);
    if (found !== undefined) return found;
  }
  throw new DatabaseProblem(
    'not-supported',
    `PostgreSQL refuses to run as root and no other user could be found or made: ` +
      `create one (useradd --system ${OWN_ACCOUNT}), start Croupier as an ordinary user, or set DATABASE_URL.`,
  );
}

async function ownerOf(dir: string): Promise<Account | undefined> {
  try {
    const { uid, gid } = await stat(dir);
    return { uid, gid, name: `uid ${uid}` };
  } catch {
    return undefined;
  }
}

// `id` also knows users that are not in /etc/passwd (LDAP, systemd-homed).
async function lookUp(name: string): Promise<Account | undefined> {
  const [user, group] = await Promise.all([runCommand('id', ['-u', name]), runCommand('id', ['-g', name])]);
  const uid = Number.parseInt(user.output, 10);
  const gid = Number.parseInt(group.output, 10);
  if (user.code !== 0 || group.code !== 0 || !(uid > 0) || !(gid >= 0)) return undefined;
  return { uid, gid, name };
}

// shadow-utils first, then BusyBox (Alpine).
async function createAccount(): Promise<boolean> {
  const home = ['--home-dir', '/var/lib/croupier', '--no-create-home'];
  const made = await runCommand('useradd', ['--system', '--user-group', ...home, '--shell', '/bin/false', OWN_ACCOUNT]);
  if (made.code === 0) return true;
  await runCommand('addgroup', ['-S', OWN_ACCOUNT]);
  const busybox = ['-S', '-D', '-H', '-h', '/var/lib/croupier', '-s', '/bin/false', '-G', OWN_ACCOUNT, OWN_ACCOUNT];
  return (await runCommand('adduser', busybox)).code === 0;
}
