/** `croupier keys generate`: key material in the form a dialect needs. Printed once, stored nowhere. */
import { defineCommand } from 'citty';
import { ConfigProblem } from '../config.ts';
import { newToken } from '../platform/index.ts';
import { command, print } from './common.ts';

const generate = defineCommand({
  meta: { name: 'generate', description: 'Fresh keys for an aggregator of this dialect.' },
  args: { dialect: { type: 'string', description: 'the dialect the keys are for', default: 'generic' } },
  run: async ({ args }) =>
    command(async () => {
      if (args.dialect !== 'generic') throw new ConfigProblem(`there is no dialect "${args.dialect}"; known: generic`);
      print('# Keep these out of version control; the aggregator needs the same three.');
      for (const name of ['SIGNING_SECRET', 'LAUNCH_SECRET', 'API_KEY']) print(`ACME_${name}=${newToken(32)}`);
    }),
});

export const keysCommand = defineCommand({
  meta: { name: 'keys', description: 'Key material.' },
  subCommands: { generate },
});
