/**
 * `croupier dialect`: for whoever adds an aggregator, in a checkout of the sources. `new` writes the skeleton of a dialect, `record`
 * writes recordings of it. Neither ever writes over a file.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineCommand } from 'citty';
import { ConfigProblem } from '../config.ts';
import { DIALECT_NAMES } from '../dialects/index.ts';
import { command, print } from './common.ts';
import { recordDialect } from './dialect-record.ts';
import { refusalOfName, writeSkeleton } from './dialect-skeleton.ts';

const PAGE = 'docs/adding-an-aggregator.md';
const name = { type: 'positional', description: 'the name of the dialect', required: true, valueHint: 'NAME' } as const;

const newCommand = defineCommand({
  meta: {
    name: 'new',
    description: 'The skeleton of a dialect: a small complete protocol to change into the real one.',
  },
  args: { name },
  run: async ({ args }) =>
    command(async () => {
      const root = checkout();
      const refusal = refusalOfName(root, args.name);
      if (refusal !== null) throw new ConfigProblem(refusal);
      const { written, byHand } = writeSkeleton(root, args.name);
      for (const file of written) print(`wrote  ${file}`);
      for (const { file, line } of byHand) print(`add to ${file}:\n  ${line}`);
      print(`Next: make it say what the aggregator's document says, as ${PAGE} shows, and then`);
      print(`  npm run croupier -- dialect record ${args.name}`);
    }),
});

const recordCommand = defineCommand({
  meta: { name: 'record', description: 'Recordings of a standard set of calls, through both halves of the dialect.' },
  args: { name },
  run: async ({ args }) =>
    command(async () => {
      const root = checkout();
      if (!DIALECT_NAMES.includes(args.name))
        throw new ConfigProblem(`there is no dialect "${args.name}"; known: ${DIALECT_NAMES.join(', ')}`);
      const folder = path.join(root, 'fixtures', args.name);
      if (!existsSync(path.join(folder, 'keys.json')))
        throw new ConfigProblem(
          `fixtures/${args.name}/keys.json is missing; fixtures/README.md says what stands in it`,
        );
      const { written, kept, left, missing } = recordDialect(folder, args.name);
      for (const file of written) print(`wrote  fixtures/${args.name}/${file}`);
      for (const file of kept) print(`kept   fixtures/${args.name}/${file}, which was there`);
      for (const { what, why } of left) print(`left out ${what}: ${why}`);
      for (const what of missing) print(`still to be recorded by hand: ${what}`);
      print('');
      print(
        "These bytes are what the code says. Compare each with the aggregator's document by eye, and add what its test",
      );
      print('environment really sent: only then do they prove anything. To record one anew, delete it first.');
      if (missing.length > 0) process.exitCode = 1;
    }),
});

/** The sources in the current directory; the installed package has none to add to. */
function checkout(): string {
  const root = process.cwd();
  const manifest = path.join(root, 'package.json');
  const isOurs = existsSync(manifest) && /"name":\s*"croupier"/.test(readFileSync(manifest, 'utf8'));
  if (!isOurs || !existsSync(path.join(root, 'src/dialects/index.ts')))
    throw new ConfigProblem(
      `${root} is no checkout of Croupier's sources; a dialect is part of them. Clone them, and run this in their folder`,
    );
  return root;
}

export const dialectCommand = defineCommand({
  meta: {
    name: 'dialect',
    description: 'A new dialect: its skeleton, and recordings of it. In a checkout of the sources.',
  },
  subCommands: { new: newCommand, record: recordCommand },
});
