/**
 * `croupier console user add|list`: accounts of the operator's console. A password comes from a person at the terminal, who is
 * not echoed, or from standard input; never from a flag, which other users of the machine could read.
 */
import { createInterface } from 'node:readline';
import { defineCommand } from 'citty';
import { ConfigProblem, loadConfig, processEnvironment } from '../config.ts';
import { openAccounts, ROLES } from '../console/index.ts';
import type { Accounts } from '../console/index.ts';
import { closeDatabase, migrate, openDatabase, systemClock } from '../platform/index.ts';
import { databaseOf } from '../serve.ts';
import { command, configArgs, flagsOf, logOf, print } from './common.ts';

const add = defineCommand({
  meta: {
    name: 'add',
    description:
      'A new account; the password is asked for, or read from standard input. Also for the first administrator.',
  },
  args: {
    ...configArgs,
    name: { type: 'string', description: 'who signs in with it', required: true },
    role: { type: 'string', description: `one of ${ROLES.join(', ')}`, default: 'viewer' },
  },
  run: async ({ args }) =>
    command(async () => {
      const role = ROLES.find((each) => each === args.role);
      if (role === undefined) throw new ConfigProblem(`--role takes ${ROLES.join(', ')}`);
      await withAccounts(args, async (accounts) => {
        const added = await accounts.add({ name: args.name, role, password: await readPassword() });
        if (added.kind === 'refused') throw new ConfigProblem(added.message);
        print(`${added.account.name} may sign in as ${added.account.role}.`);
      });
    }),
});

const list = defineCommand({
  meta: { name: 'list', description: 'Who may sign in, and as what.' },
  args: configArgs,
  run: async ({ args }) =>
    command(async () =>
      withAccounts(args, async (accounts) => {
        for (const { name, role, disabled, secondFactor, issuer } of await accounts.list())
          print(
            `${name}\t${role}\t${disabled ? 'disabled' : issuer !== null ? 'identity provider' : secondFactor ? 'second factor' : 'password'}`,
          );
      }),
    ),
});

export const consoleCommand = defineCommand({
  meta: { name: 'console', description: "The operator's console." },
  subCommands: {
    user: defineCommand({ meta: { name: 'user', description: 'Accounts.' }, subCommands: { add, list } }),
  },
});

/** The accounts of the configured database, also beside a server that is running. */
async function withAccounts(
  args: Readonly<Record<string, unknown>>,
  work: (accounts: Accounts) => Promise<void>,
): Promise<void> {
  const config = loadConfig(flagsOf(args), processEnvironment(), { currencies: {} });
  const log = logOf({ ...config, server: { ...config.server, logLevel: 'warn' } });
  const database = await databaseOf(config, log, { beside: true });
  try {
    await migrate(database.directUrl, { log });
    const sql = openDatabase({ url: database.directUrl, max: 1, applicationName: 'croupier-console-user', log });
    try {
      await work(openAccounts({ sql, clock: systemClock }));
    } finally {
      await closeDatabase(sql);
    }
  } finally {
    await database.stop();
  }
}

/** One line, without the end of the line. */
async function readPassword(): Promise<string> {
  const { stdin } = process;
  if (stdin.isTTY) process.stderr.write('Password: ');
  // Without an output nothing that is typed is shown.
  const lines = createInterface({ input: stdin, terminal: stdin.isTTY });
  try {
    for await (const line of lines) return line;
    throw new ConfigProblem('no password came: type one, or send one line on standard input');
  } finally {
    lines.close();
    if (stdin.isTTY) process.stderr.write('\n');
  }
}
