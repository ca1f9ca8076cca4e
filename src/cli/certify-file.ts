/** Reads what `croupier certify` is told: its file, its flags, the mapping file, and the commands that crash an operator. */
import { exec } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { readSettings } from '../certify/index.ts';
import type { CertifySettings, Faults, Protocol, Rates } from '../certify/index.ts';
import { ConfigProblem, substitute } from '../config-variables.ts';
import { processEnvironment } from '../config.ts';

export interface CertifyFlags {
  readonly config?: string | undefined;
  readonly dialect?: string | undefined;
  readonly url?: string | undefined;
  readonly protocol?: string | undefined;
  readonly 'kill-command'?: string | undefined;
  readonly 'restart-command'?: string | undefined;
}

const FILE = 'certify.yaml';

/** The file with what the flags say over it. */
export function settingsOf(flags: CertifyFlags): CertifySettings {
  const file = flags.config ?? FILE;
  const written = substitute(parsed(file), '', file, processEnvironment());
  const over = {
    ...(flags.url === undefined ? {} : { url: flags.url }),
    ...(flags.dialect === undefined ? {} : { dialect: flags.dialect }),
    ...(flags.protocol === undefined ? {} : { protocol: flags.protocol }),
    ...(flags['kill-command'] === undefined ? {} : { kill_command: flags['kill-command'] }),
    ...(flags['restart-command'] === undefined ? {} : { restart_command: flags['restart-command'] }),
  };
  const settings = readSettings({ ...(typeof written === 'object' ? written : {}), ...over });
  if (typeof settings === 'string') throw new ConfigProblem(`${file}: ${settings}`);
  return settings;
}

function parsed(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new ConfigProblem(`there is no file ${file}; write one with \`croupier certify init\``);
  }
  try {
    return parse(text);
  } catch (error) {
    throw new ConfigProblem(`${file} is no YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The mapping file of an operator with a private protocol, beside the configuration. */
export async function protocolOf(settings: CertifySettings, flags: CertifyFlags): Promise<Protocol | null> {
  if (settings.protocol === undefined) return null;
  const beside = flags.protocol === undefined ? path.dirname(flags.config ?? FILE) : '.';
  const file = path.resolve(beside, settings.protocol);
  const module: unknown = await import(pathToFileURL(file).href).catch((error: unknown) => {
    throw new ConfigProblem(
      `the mapping file ${file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  if (!isProtocol(module))
    throw new ConfigProblem(`the mapping file ${file} must export the functions say and understand`);
  return module;
}

function isProtocol(value: unknown): value is Protocol {
  if (typeof value !== 'object' || value === null) return false;
  return ['say', 'understand'].every((name) => typeof Reflect.get(value, name) === 'function');
}

/** Commands of a shell that kill the operator and start it again; each must end by itself. */
export function faultsOf({ kill_command: kill, restart_command: restart }: CertifySettings): Faults | null {
  if (kill === undefined || restart === undefined) return null;
  return { kill: async () => shell(kill, 'kill command'), restart: async () => shell(restart, 'restart command') };
}

/** A command of a shell that moves the operator's exchange rate to what `RATE` of its environment says. */
export function ratesOf({ rate_command: command, rates }: CertifySettings): Rates | null {
  if (command === undefined || rates === undefined) return null;
  const [usual, moved] = rates;
  return { set: async (which) => shell(command, 'rate command', { RATE: which === 'usual' ? usual : moved }) };
}

const shell = async (command: string, name: string, more: Readonly<Record<string, string>> = {}): Promise<void> =>
  new Promise((resolve, reject) => {
    exec(command, { timeout: 60_000, env: { ...processEnvironment(), ...more } }, (error) => {
      if (error === null) resolve();
      else reject(new ConfigProblem(`the ${name} failed: ${error.message}`));
    });
  });
