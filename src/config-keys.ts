/**
 * Keys that stand in files: `private_key: file:/run/secrets/hub88.pem`, or `private_key_file: /run/secrets/hub88.pem`, wherever an
 * aggregator's settings, the console's or a key of our own API is secret. Read once, here, before anything else looks at the configuration; dialects
 * never open a file. A message names the place and the file, never what is in it.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ConfigProblem } from './config-variables.ts';

/** Names under which keys and secrets stand. */
const KEY_NAME = /(^|_)(secret|key|token|password)s?$/;
const FILE_SUFFIX = '_file';
const FILE_PREFIX = 'file:';
/** The longest keys there are take a few thousand bytes. */
const MAX_BYTES = 65_536;

interface Reader {
  readonly where: string;
  readonly read: (file: string, at: string) => string;
}

/** The configuration with every key of a file in its place. Relative names start at `directory`, where the configuration is. */
export function withKeysOfFiles(raw: unknown, where: string, directory: string): unknown {
  if (!isMap(raw)) return raw;
  const reader: Reader = {
    where,
    read: (file, at) => contentOf(path.resolve(directory, file), `${where}: ${at}`),
  };
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [
      name,
      ['aggregators', 'api_keys', 'console'].includes(name) ? inside(value, name, false, reader) : value,
    ]),
  );
}

function inside(value: unknown, at: string, isKey: boolean, reader: Reader): unknown {
  if (typeof value === 'string')
    return isKey && value.startsWith(FILE_PREFIX) ? reader.read(value.slice(FILE_PREFIX.length), at) : value;
  if (Array.isArray(value)) return value.map((each, index) => inside(each, `${at}[${index}]`, isKey, reader));
  return isMap(value) ? members(value, at, isKey, reader) : value;
}

function members(value: Readonly<Record<string, unknown>>, at: string, isKey: boolean, reader: Reader): unknown {
  const found: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    const place = `${at}.${name}`;
    const meant = name.endsWith(FILE_SUFFIX) ? name.slice(0, -FILE_SUFFIX.length) : name;
    if (meant === name || !KEY_NAME.test(meant)) {
      found[name] = inside(each, place, isKey || KEY_NAME.test(name), reader);
      continue;
    }
    if (value[meant] !== undefined)
      throw new ConfigProblem(`${reader.where}: ${place}: ${meant} is given as well; keep one of the two`);
    found[meant] = Array.isArray(each)
      ? each.map((file, index) => fileAt(file, `${place}[${index}]`, reader))
      : fileAt(each, place, reader);
  }
  return found;
}

function fileAt(file: unknown, at: string, { where, read }: Reader): string {
  if (typeof file === 'string' && file !== '') return read(file, at);
  throw new ConfigProblem(`${where}: ${at} is not the name of a file`);
}

/** The file's text without the line feed that editors put at its end. */
function contentOf(file: string, place: string): string {
  let text: string;
  try {
    if (statSync(file).size > MAX_BYTES) throw new ConfigProblem(`${place}: ${file} is too large for a key`);
    text = readFileSync(file, 'utf8').replace(/[\r\n]+$/, '');
  } catch (error) {
    if (error instanceof ConfigProblem) throw error;
    throw new ConfigProblem(`${place}: cannot read the file ${file}: does it exist, and may this user read it?`);
  }
  if (text === '') throw new ConfigProblem(`${place}: the file ${file} is empty`);
  return text;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
