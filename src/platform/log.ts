/**
 * The house's log: one JSON object a line (pino), or plain lines for a person when `pretty` is set.
 *
 * It promises that no secret leaves through it. Redaction looks at the finished line rather than at
 * chosen paths of the object, because secrets also travel inside nested objects, error messages and
 * URLs. It never decides what is worth logging.
 */
import { pino, stdTimeFunctions, type DestinationStream, type LevelWithSilent, type Logger } from 'pino';

export type Log = Logger;
export type LogLevel = LevelWithSilent;

export interface LogOptions {
  readonly level: LogLevel;
  /** Lines for a person at a terminal instead of JSON. */
  readonly pretty?: boolean;
  /** Where the lines go; standard output unless given. */
  readonly destination?: DestinationStream;
}

/** Makes a logger. Children made with `.child()` are redacted in the same way. */
export function createLog(options: LogOptions): Log {
  const write = options.pretty === true ? (line: string) => prettyLine(redact(line)) : redact;
  const settings = {
    level: options.level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: write },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

/** A logger that says nothing: for tests and for callers who do not care. */
export const silentLog: Log = pino({ level: 'silent' });

const SECRET_NAME =
  /(?:authorization|api[-_]?key|secrets?|token|password|passwd|private[-_]?key|cookie|^x-signature|^sig)$/i;
// A field's name with its quotes, which carry backslashes when JSON travels inside a string.
const FIELD = /(\\{0,15})"([\w-]{1,80})\1":\s*/g;
// Query values and `name=value` pairs: `?sig=…&session=…`.
const QUERY_FIELD = /([?&;\s"])([\w-]{1,80})=([^&;\s"'\\#]+)/g;
// `scheme://user:password@host`.
const URL_PASSWORD = /(:\/\/[^:/?#\s"@]*:)[^@/\s"]+(?=@)/g;
// `Authorization: Bearer …` quoted inside a message.
const BEARER = /\b(Bearer|Basic) [\w.~+/=-]{6,}/gi;

/** Blanks the secrets in a piece of text, in linear time. Also for whoever prints without the log. */
export function redact(text: string): string {
  return redactFields(text)
    .replace(QUERY_FIELD, (whole, before: string, name: string) =>
      SECRET_NAME.test(name) || name === 'session' ? `${before}${name}=[redacted]` : whole,
    )
    .replace(URL_PASSWORD, '$1[redacted]')
    .replace(BEARER, '$1 [redacted]');
}

function redactFields(text: string): string {
  let result = '';
  let copied = 0;
  FIELD.lastIndex = 0;
  for (let found = FIELD.exec(text); found !== null; found = FIELD.exec(text)) {
    const [whole, escape = '', name = ''] = found;
    if (!SECRET_NAME.test(name)) continue;
    const start = found.index + whole.length;
    const end = valueEnd(text, start, escape.length);
    result += `${text.slice(copied, start)}${escape}"[redacted]${escape}"`;
    copied = end;
    FIELD.lastIndex = end;
  }
  return result + text.slice(copied);
}

// Where the JSON value beginning at `start` ends; the end of the text when it is cut off.
function valueEnd(text: string, start: number, escapes: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (char === '[' || char === '{') depth += 1;
    else if (char === '"') at = stringEnd(text, at, escapes);
    else if (char === ']' || char === '}') depth -= 1;
    else if (depth > 0 || (char !== ',' && char !== '\n')) continue;
    if (depth < 0 || ((char === ',' || char === '\n') && depth === 0)) return at;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

// The closing quote of the string opened at `open`. In JSON nested n strings deep a closing quote
// carries 2^n - 1 backslashes, and a backslash of the content a multiple of 2^(n+1).
function stringEnd(text: string, open: number, escapes: number): number {
  let run = 0;
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === '\\') {
      run += 1;
      continue;
    }
    if (text[at] === '"' && run % (2 * (escapes + 1)) === escapes) return at;
    run = 0;
  }
  return text.length;
}

function prettyLine(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line);
  } catch {
    return line;
  }
  const { level, time, msg, err, ...rest } = entry;
  const at = typeof time === 'string' ? time.slice(11, 19) : '';
  const details = Object.entries(rest).map(([name, value]) => `${name}=${plain(value)}`);
  const problem = err === undefined ? [] : [errorText(err)];
  return `${[at, plain(level).toUpperCase().padEnd(5), plain(msg), ...details, ...problem].join(' ').trimEnd()}\n`;
}

function plain(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function errorText(err: unknown): string {
  if (typeof err !== 'object' || err === null) return plain(err);
  if ('stack' in err && typeof err.stack === 'string') return `\n${err.stack}`;
  return JSON.stringify(err);
}
