/** `croupier certify`: a hostile aggregator against any operator's backend; exit 0 only when nothing that can lose money failed. */
import { writeFileSync } from 'node:fs';
import { defineCommand } from 'citty';
import {
  answers,
  announcement,
  CertifyProblem,
  certify,
  exitCodeOf,
  htmlReport,
  jsonReport,
  junitReport,
  openWorld,
  playedLines,
  redactorOf,
  selected,
  SeatingProblem,
  summaryLines,
} from '../certify/index.ts';
import type { Redact, RunResult } from '../certify/index.ts';
import { ConfigProblem } from '../config-variables.ts';
import { randomInteger, systemClock } from '../platform/index.ts';
import { certifyInitCommand } from './certify-init.ts';
import { faultsOf, protocolOf, ratesOf, settingsOf } from './certify-file.ts';
import { command, print } from './common.ts';

export const certifyCommand = defineCommand({
  meta: {
    name: 'certify',
    description: 'Play a hostile aggregator against an operator, and say what would lose money.',
  },
  args: {
    config: { type: 'string', description: 'the file with players and secrets (else certify.yaml)', valueHint: 'FILE' },
    dialect: { type: 'string', description: 'the protocol to speak (else the file, else generic)' },
    url: { type: 'string', description: 'where callbacks are posted (else the file)' },
    only: { type: 'string', description: 'groups or scenarios, e.g. SIG,BET-24' },
    seed: { type: 'string', description: 'of what is random; printed by every run' },
    report: { type: 'string', description: 'write an HTML report', valueHint: 'FILE' },
    junit: { type: 'string', description: 'write a JUnit report', valueHint: 'FILE' },
    json: { type: 'string', description: 'write a JSON report', valueHint: 'FILE' },
    verbose: { type: 'boolean', description: 'a line for every scenario, not only for what went wrong' },
    storm: { type: 'string', description: 'also play random histories for so many seconds', valueHint: 'SECONDS' },
    sweep: { type: 'string', description: 'also find a window by bisection: clock' },
    protocol: { type: 'string', description: 'a mapping file for a protocol of your own', valueHint: 'FILE' },
    'kill-command': { type: 'string', description: 'a shell command that kills the operator' },
    'restart-command': { type: 'string', description: 'a shell command that starts it again' },
  },
  subCommands: { init: certifyInitCommand },
  run: async ({ args, rawArgs }) => {
    // citty runs a command as well when one of its subcommands was run
    if (rawArgs[0] === 'init') return;
    await command(async () => {
      try {
        await runKit(args);
      } catch (error) {
        if (error instanceof CertifyProblem || error instanceof SeatingProblem) throw new ConfigProblem(error.message);
        throw error;
      }
    });
  },
});

interface Args {
  readonly config?: string | undefined;
  readonly dialect?: string | undefined;
  readonly url?: string | undefined;
  readonly only?: string | undefined;
  readonly seed?: string | undefined;
  readonly report?: string | undefined;
  readonly junit?: string | undefined;
  readonly json?: string | undefined;
  readonly verbose?: boolean | undefined;
  readonly storm?: string | undefined;
  readonly sweep?: string | undefined;
  readonly protocol?: string | undefined;
}

async function runKit(args: Args): Promise<void> {
  const settings = settingsOf(args);
  const scenarios = selected((args.only ?? '').split(',').filter((each) => each !== ''));
  if (scenarios.length === 0)
    throw new ConfigProblem(
      `--only "${args.only ?? ''}" names no scenario; give groups like SIG or scenarios like BET-24`,
    );
  if (args.sweep !== undefined && args.sweep !== 'clock')
    throw new ConfigProblem(`--sweep knows clock, not "${args.sweep}"`);
  const world = await openWorld({
    settings,
    clock: systemClock,
    protocol: await protocolOf(settings, args),
    faults: faultsOf(settings),
    rates: ratesOf(settings),
  });
  const redact = redactorOf(world.aggregator, world.cast, secretsOf(settings));
  for (const line of announcement(world, scenarios.length)) print(line);
  if (!(await answers(world, 5_000)))
    throw new ConfigProblem(
      `${world.urls[0]} does not answer a balance of ${world.cast.players[0]?.id ?? 'nobody'}; is it running, and are secret, player and session right?`,
    );
  const seed = args.seed === undefined ? randomInteger(2 ** 31) : wholeOf('--seed', args.seed);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const progress = progressTo(args.verbose === true, redact);
  const result = await certify({
    world,
    scenarios,
    seed,
    stormSeconds: args.storm === undefined ? 0 : wholeOf('--storm', args.storm),
    sweepsClock: args.sweep === 'clock',
    signal: stop.signal,
    onPlayed: progress.played,
  });
  progress.end();
  world.transport.close();
  for (const line of summaryLines(result)) print(line);
  writeReports(args, result, redact);
  process.exitCode = exitCodeOf(result.played);
}

function secretsOf(settings: ReturnType<typeof settingsOf>): readonly string[] {
  return [settings.croupier?.api_key, settings.lookup?.api_key, settings.backstage?.api_key].filter(
    (each) => typeof each === 'string',
  );
}

function wholeOf(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new ConfigProblem(`${flag} "${text}" is no whole number`);
  return value;
}

/** What goes wrong at once; on a terminal also how far it is. */
function progressTo(verbose: boolean, redact: Redact) {
  const isTerminal = process.stderr.isTTY;
  const clear = () => void (isTerminal && process.stderr.write('\r\u001B[K'));
  return {
    played: (played: RunResult['played'][number], done: number, all: number): void => {
      clear();
      const isQuiet = played.outcome === 'clean' || played.outcome === 'not run';
      if (verbose || !isQuiet) for (const line of playedLines(played, redact)) print(line);
      if (isTerminal) process.stderr.write(`${done} of ${all}  ${played.scenario.id}`);
    },
    end: clear,
  };
}

function writeReports(args: Args, result: RunResult, redact: Redact): void {
  const reports = [
    [args.report, htmlReport],
    [args.junit, junitReport],
    [args.json, jsonReport],
  ] as const;
  for (const [file, write] of reports) {
    if (file === undefined) continue;
    writeFileSync(file, write(result, redact));
    print(`Written: ${file}`);
  }
}
