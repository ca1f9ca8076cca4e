/** `croupier certify init`: asks a few things and writes a certify.yaml; with flags it asks nothing. */
import { existsSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { defineCommand } from 'citty';
import { stringify } from 'yaml';
import { ConfigProblem } from '../config-variables.ts';
import { DIALECT_NAMES, knownDialect } from '../dialects/index.ts';
import { command, print } from './common.ts';

const QUESTIONS = [
  ['url', 'Where are callbacks posted?', 'http://127.0.0.1:4400/callbacks/acme'],
  ['dialect', 'Which dialect?', 'generic'],
  ['secret', 'The signing secret, or the environment variable that has it, as ${NAME}?', '${CERTIFY_SIGNING_SECRET}'],
  ['currency', 'Which currency do the test players have?', 'USD'],
  ['game', 'The code of a game they are let into?', ''],
  ['player', 'The id of a test player?', ''],
  ['session', 'A valid session token of that player?', ''],
] as const;

export const certifyInitCommand = defineCommand({
  meta: { name: 'init', description: 'Write a certify.yaml.' },
  args: {
    file: { type: 'string', description: 'the file to write', default: 'certify.yaml' },
    url: { type: 'string', description: 'where callbacks are posted' },
    dialect: { type: 'string', description: 'the protocol' },
    secret: { type: 'string', description: 'the signing secret, best as ${NAME}' },
    currency: { type: 'string', description: 'of the test players' },
    game: { type: 'string', description: 'a game they are let into' },
    player: { type: 'string', description: 'a test player' },
    session: { type: 'string', description: 'a session of that player' },
    croupier: {
      type: 'string',
      description: 'for an operator that is Croupier: the address of its API; the kit then seats players itself',
    },
    'api-key': { type: 'string', description: 'of that API, best as ${NAME}', default: '${CROUPIER_API_KEY}' },
    force: { type: 'boolean', description: 'overwrite the file' },
  },
  run: async ({ args }) =>
    command(async () => {
      if (existsSync(args.file) && args.force !== true)
        throw new ConfigProblem(`${args.file} is there already; --force overwrites it`);
      const given = { ...args, ...(args.croupier === undefined ? {} : { game: '-', player: '-', session: '-' }) };
      const told = await answersTo(given);
      if (!/^https?:\/\/[^\s]+$/.test(told.url))
        throw new ConfigProblem(
          `--url "${told.url}" is no address; callbacks are posted to one like http://127.0.0.1:4400/callbacks/acme`,
        );
      writeFileSync(args.file, fileOf(told, args.croupier, args['api-key']));
      print(`Written: ${args.file}. Look it over, then run: croupier certify --config ${args.file}`);
    }),
});

type Told = Readonly<Record<(typeof QUESTIONS)[number][0], string>>;

async function answersTo(given: Readonly<Record<string, unknown>>): Promise<Told> {
  const told: Record<string, string> = {};
  const isAsked = process.stdin.isTTY;
  const asking = isAsked ? createInterface({ input: process.stdin, output: process.stdout }) : null;
  for (const [name, question, usual] of QUESTIONS) {
    const value = given[name];
    if (typeof value === 'string') told[name] = value;
    else if (asking === null) told[name] = usual;
    else told[name] = (await asking.question(`${question}${usual === '' ? '' : ` [${usual}]`} `)).trim() || usual;
  }
  asking?.close();
  const { url = '', dialect = '', secret = '', currency = '', game = '', player = '', session = '' } = told;
  return { url, dialect, secret, currency, game, player, session };
}

/** The sections whose keys the kit signs with, as the dialect has them; what is secret is left to the environment. */
function settingsFor({ dialect, secret, url }: Told): object {
  const known = knownDialect(dialect);
  if (known === null) throw new ConfigProblem(`there is no dialect "${dialect}"; known: ${DIALECT_NAMES.join(', ')}`);
  const named = (name: string): string => `\${CERTIFY_${name.toUpperCase()}}`;
  const pair = (_kind: unknown, name: string) => ({
    publicKey: named(`${name}_public`),
    privateKey: named(`${name}_private`),
  });
  const { callbacks, sandbox } = known.example(url, { secret: () => secret, pair });
  return { callbacks, ...(sandbox === undefined ? {} : { sandbox }) };
}

function fileOf(told: Told, croupier: string | undefined, apiKey: string): string {
  const aggregator = /\/callbacks\/([^/?]+)/.exec(told.url)?.[1] ?? 'acme';
  const common = {
    url: told.url,
    dialect: told.dialect,
    settings: settingsFor(told),
    currency: told.currency,
  };
  const who =
    croupier === undefined
      ? { game: told.game, players: [{ id: told.player, session: told.session }] }
      : { croupier: { url: `${croupier.replace(/\/$/, '')}/v1`, api_key: apiKey, aggregator } };
  return `# What croupier certify plays with. Every key is explained in docs/certify.md.\n${stringify({ ...common, ...who })}`;
}
