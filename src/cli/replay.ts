/**
 * `croupier replay`: a message of an aggregator said again, as the console shows it, to a sandbox. Signed anew by the dialect's own
 * mirror with the keys of the sandbox's configuration, so that it works for every dialect and for a message of any age. It asks one
 * server, which is named on the command line, and never one of its own accord.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { defineCommand } from 'citty';
import { ConfigProblem, loadConfig, processEnvironment } from '../config.ts';
import type { AggregatorConfig, Flags } from '../config.ts';
import { withSession } from '../console/index.ts';
import { demoConfig } from '../demo.ts';
import { redact, systemClock } from '../platform/index.ts';
import { isProblem } from '../money/index.ts';
import { performErrand } from '../wire/index.ts';
import type { ErrandRequest } from '../wire/index.ts';
import { command, configArgs, flagsOf, print } from './common.ts';

const TIMEOUT_MS = 20_000;
const MESSAGE_MAX_BYTES = 1_048_576;
const ANSWER_MAX_BYTES = 1_048_576;
/** A sandbox port to fill the demo's settings with; nothing is asked there. */
const NO_MATTER = 4_401;

export const replayCommand = defineCommand({
  meta: {
    name: 'replay',
    description:
      'Says a message of an aggregator again, signed anew with the keys of a sandbox. Its body is read from standard input.',
  },
  args: {
    ...configArgs,
    address: {
      type: 'positional',
      description:
        'where it went, as the console shows it: /callbacks/acme, with the query of a message that has no body',
      required: true,
    },
    to: { type: 'string', description: 'the gateway it is said to, like http://127.0.0.1:4400', required: true },
    type: { type: 'string', description: 'the Content-Type of the body; without it the message is its query' },
    session: { type: 'string', description: 'a session of the sandbox, in place of the one that was blanked' },
    aggregator: {
      type: 'string',
      description: 'whose keys sign it and whose address it goes to, if another of the file',
    },
    print: { type: 'boolean', description: 'say it as a curl command, and send nothing', default: false },
  },
  run: async ({ args }) =>
    command(async () => {
      if (!URL.canParse(args.to) || !/^https?:/.test(args.to))
        throw new ConfigProblem(
          `--to "${args.to}" is no address; give the sandbox's gateway, like http://127.0.0.1:4400`,
        );
      const body = args.type === undefined ? '' : await standardInput();
      const request = signedMessage(args, body, flagsOf(args));
      if (args.print) print(curlOf(request));
      else await send(request);
    }),
});

interface Said {
  readonly address: string;
  readonly to: string;
  readonly type?: string | undefined;
  readonly session?: string | undefined;
  readonly aggregator?: string | undefined;
}

function signedMessage(args: Said, given: string, flags: Flags): ErrandRequest {
  const [, door, named = '', rest = ''] = /^\/(callbacks|webhooks)\/([^/?]+)(.*)$/s.exec(args.address) ?? [];
  if (door === undefined)
    throw new ConfigProblem(
      `"${args.address}" is no address of an aggregator; copy it from the console: /callbacks/NAME`,
    );
  const { session = '' } = args;
  const [below, text] = session === '' ? [rest, given] : [withSession(rest, session), withSession(given, session)];
  if (below.includes('…') || text.includes('…'))
    process.stderr.write('croupier: a session is blanked in it; give one of the sandbox with --session\n');
  const name = args.aggregator ?? named;
  const { signing, lacks } = aggregatorOf(name, flags).mirror;
  if (signing === undefined)
    throw new ConfigProblem(`aggregator ${name}: ${lacks ?? 'the settings have no key that it would sign with'}`);
  const body = Buffer.from(text, 'utf8');
  const base = args.to.replace(/\/$/, '');
  try {
    return {
      method: args.type === undefined ? 'GET' : 'POST',
      url: `${base}/${door}/${name}${below}`,
      headers: {
        ...(args.type === undefined ? {} : { 'content-type': args.type }),
        ...signing.headersOf({ path: below, body }, systemClock.now()),
      },
      ...(args.type === undefined ? {} : { body }),
    };
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigProblem(`the message cannot be signed: ${error.message}`);
    throw error;
  }
}

/** Of the file; without one, of the demo whose keys are in the data directory. */
function aggregatorOf(name: string, flags: Flags): AggregatorConfig {
  const environment = processEnvironment();
  const dataDir = path.resolve(flags.dataDir ?? environment['CROUPIER_DATA_DIR'] ?? '.croupier');
  const isDemo = flags.config === undefined && environment['CROUPIER_CONFIG'] === undefined;
  if (isDemo && !existsSync(path.join(dataDir, 'demo.json')))
    throw new ConfigProblem('no configuration: name that of the sandbox with --config, or the demo’s --data-dir');
  const config = isDemo
    ? demoConfig(flags, NO_MATTER, [name === 'acme' ? 'generic' : name])
    : loadConfig(flags, environment);
  const found = config.aggregators.find((each) => each.name === name);
  if (found !== undefined) return found;
  const known = config.aggregators.map((each) => each.name).join(', ');
  throw new ConfigProblem(`the file has no aggregator ${name}; it has: ${known === '' ? 'none' : known}`);
}

/** The body as it is piped in. */
async function standardInput(): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of process.stdin) {
    const chunk = Buffer.from(part);
    bytes += chunk.byteLength;
    if (bytes > MESSAGE_MAX_BYTES) throw new ConfigProblem('the message is longer than a gateway would take');
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function send(request: ErrandRequest): Promise<void> {
  const answer = await performErrand(
    {
      kind: 'replay',
      request,
      timeoutMs: TIMEOUT_MS,
      retries: 0,
      maxBodyBytes: ANSWER_MAX_BYTES,
      read: ({ status, body }) => ({ status, text: Buffer.from(body).toString('utf8') }),
    },
    { clock: systemClock },
  );
  if (isProblem(answer)) throw new ConfigProblem(`${new URL(request.url).origin} did not answer: ${answer.message}`);
  print(`${request.method} ${request.url.split('?')[0] ?? ''} was answered ${answer.status}`);
  print(redact(answer.text));
}

/** Good for as long as the aggregator's signature is. */
function curlOf({ method, url, headers, body }: ErrandRequest): string {
  const words = [
    `curl -sS -X ${method} ${quoted(url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`--data-binary ${quoted(Buffer.from(body).toString('utf8'))}`]),
  ];
  return words.join(' \\\n  ');
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
