/** `croupier keys generate`: key material in the form a dialect needs. Printed once, stored nowhere. */
import { defineCommand } from 'citty';
import { ConfigProblem } from '../config.ts';
import { keyPair } from '../demo-secrets.ts';
import { DIALECT_NAMES, knownDialect } from '../dialects/index.ts';
import type { KeyNeed } from '../dialects/index.ts';
import { newToken } from '../platform/index.ts';
import { command, print } from './common.ts';

const generate = defineCommand({
  meta: { name: 'generate', description: 'Fresh keys for an aggregator of this dialect.' },
  args: {
    dialect: { type: 'string', description: 'the dialect the keys are for', default: 'generic' },
    aggregator: { type: 'string', description: "the aggregator's name in the file", default: 'acme' },
  },
  run: async ({ args }) =>
    command(async () => {
      const dialect = knownDialect(args.dialect);
      if (dialect === null)
        throw new ConfigProblem(`there is no dialect "${args.dialect}"; known: ${DIALECT_NAMES.join(', ')}`);
      print('# Keep these out of version control.');
      const prefix = args.aggregator.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
      for (const need of dialect.keys) for (const line of linesOf(need, prefix)) print(line);
    }),
});

/** One key as lines of an environment file: PEM on one line, as such files want it. */
function linesOf({ kind, name, place, note, publicHalf }: KeyNeed, prefix: string): readonly string[] {
  const about = `# ${place}: ${note}`;
  if (kind === 'secret') return [about, `${prefix}_${name}=${newToken(32)}`];
  const pair = keyPair(kind === 'rsa_pair' ? 'rsa' : 'ec_p256');
  const onOneLine = (key: string): string => JSON.stringify(key.trimEnd());
  return [
    about,
    `${prefix}_${name}=${onOneLine(pair.privateKey)}`,
    ...(publicHalf === undefined
      ? ['# its public half, for the aggregator:', ...commented(pair.publicKey)]
      : [`# ${publicHalf.place}: its public half`, `${prefix}_${publicHalf.name}=${onOneLine(pair.publicKey)}`]),
  ];
}

const commented = (pem: string): readonly string[] =>
  pem
    .trimEnd()
    .split('\n')
    .map((line) => `# ${line}`);

export const keysCommand = defineCommand({
  meta: { name: 'keys', description: 'Key material.' },
  subCommands: { generate },
});
