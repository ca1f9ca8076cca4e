/** `croupier sandbox`: an aggregator to play against, for any operator's endpoint. */
import path from 'node:path';
import { defineCommand } from 'citty';
import { ConfigProblem, loadConfig, processEnvironment } from '../config.ts';
import { createShutdown, systemClock } from '../platform/index.ts';
import { catalogueKnobsSchema, clockKnobsSchema, startSandbox } from '../sandbox/index.ts';
import type { CatalogueKnobs, ClockKnobs } from '../sandbox/index.ts';
import { command, configArgs, flagsOf, logOf, portOf, print } from './common.ts';

export const sandboxCommand = defineCommand({
  meta: {
    name: 'sandbox',
    description: 'A sandbox aggregator against any operator, with the keys of the configuration file.',
  },
  args: {
    ...configArgs,
    dialect: { type: 'string', description: 'the protocol to speak', default: 'generic' },
    operator: { type: 'string', description: "the operator's base URL, e.g. http://127.0.0.1:4400", required: true },
    aggregator: {
      type: 'string',
      description: 'which aggregator of the file to be; needed when the file has several of the dialect',
    },
    host: { type: 'string', description: 'address to listen on', default: '127.0.0.1' },
    port: { type: 'string', description: 'port to listen on', default: '4401' },
    games: { type: 'string', description: 'how many games its catalogue has (default 3210)' },
    catalogue: {
      type: 'string',
      description: 'what is wrong with its catalogue, as POST /admin/catalogue takes it',
      valueHint: 'JSON',
    },
    'clock-offset-ms': { type: 'string', description: 'how far its clock is ahead of this machine; negative: behind' },
    'launch-ttl': { type: 'string', description: 'seconds after its signing in which it opens a launch' },
    'launch-window': { type: 'string', description: 'seconds from the future that it forgives a launch' },
    'launch-replay': { type: 'string', description: 'refuse, or same_game: what a launch opened twice gets' },
  },
  run: async ({ args }) =>
    command(async () => {
      if (!URL.canParse(args.operator))
        throw new ConfigProblem(`--operator "${args.operator}" is no URL; give one like http://127.0.0.1:4400`);
      const config = loadConfig(flagsOf({ ...args, host: undefined, port: undefined }), processEnvironment());
      const candidates = config.aggregators.filter(
        (each) => each.dialectName === args.dialect && (args.aggregator === undefined || each.name === args.aggregator),
      );
      const [chosen] = candidates;
      if (chosen === undefined || candidates.length > 1) {
        const known = config.aggregators.map((each) => `${each.name} (${each.dialectName})`).join(', ');
        throw new ConfigProblem(
          `name one aggregator of the file with --aggregator; it has: ${known === '' ? 'none' : known}`,
        );
      }
      const { lacks } = chosen.mirror;
      if (lacks !== undefined) throw new ConfigProblem(`aggregator ${chosen.name}: ${lacks}`);
      const log = logOf(config);
      const shutdown = createShutdown({ log });
      const sandbox = await startSandbox({
        mirror: chosen.mirror,
        policy: chosen.policy,
        reactions: chosen.reactions,
        currencies: config.currencies,
        operatorUrl: args.operator,
        aggregator: chosen.name,
        host: args.host,
        port: portOf(args.port),
        dataDir: path.join(config.dataDir, 'sandbox'),
        clock: systemClock,
        time: clockKnobsOf(args),
        listing: catalogueKnobsOf(args),
        log,
      });
      shutdown.onShutdown('sandbox', sandbox.close);
      print(
        `Sandbox aggregator "${chosen.name}" (${args.dialect}) listens on ${sandbox.url}, calling ${args.operator}`,
      );
    }),
});

interface ClockArgs {
  readonly 'clock-offset-ms'?: string | undefined;
  readonly 'launch-ttl'?: string | undefined;
  readonly 'launch-window'?: string | undefined;
  readonly 'launch-replay'?: string | undefined;
}

function clockKnobsOf(args: ClockArgs): ClockKnobs {
  const whole = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const knobs = clockKnobsSchema.safeParse({
    offsetMs: whole(args['clock-offset-ms']),
    launchTtlSeconds: whole(args['launch-ttl']),
    launchWindowSeconds: whole(args['launch-window']),
    launchReplay: args['launch-replay'],
  });
  if (knobs.success) return knobs.data;
  throw new ConfigProblem(
    '--clock-offset-ms takes whole milliseconds within a day, --launch-ttl and --launch-window whole seconds, --launch-replay refuse or same_game',
  );
}

/** The knobs of the list from the words of the command line: `--games` and, for everything else, `--catalogue`. */
export function catalogueKnobsOf(args: {
  readonly games?: string | undefined;
  readonly catalogue?: string | undefined;
}): CatalogueKnobs {
  const given = jsonOf(args.catalogue ?? '{}');
  const size = args.games === undefined ? {} : { games: Number(args.games) };
  const knobs = catalogueKnobsSchema.safeParse(typeof given === 'object' ? { ...given, ...size } : given);
  if (knobs.success) return knobs.data;
  const [issue] = knobs.error.issues;
  throw new ConfigProblem(
    `--games takes a number from 1 to 50000, --catalogue what docs/sandbox.md lists: ${[...(issue?.path ?? []), issue?.message ?? ''].join(': ')}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigProblem('--catalogue is no JSON; write it like \'{"empty": true}\'');
  }
}
