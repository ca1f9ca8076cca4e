/**
 * Reads recorded exchanges (fixtures/README.md) and opens dialects with the keys beside them. Strict about the file's form, so
 * that a broken recording fails loudly instead of testing nothing.
 */
import { Buffer } from 'node:buffer';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { openNamedDialect } from '../../src/dialects/index.ts';
import type { Answer, LaunchOrder, OpenedAggregator, RawRequest } from '../../src/dialects/index.ts';
import { currencies, formatDecimal } from '../../src/money/index.ts';
import type { Currencies, Decimal } from '../../src/money/index.ts';
import type { ErrandResponse } from '../../src/wire/index.ts';

const ROOT = path.resolve(import.meta.dirname, '../../fixtures');

/** The folders there are, one a dialect. */
export const FIXTURE_FOLDERS: readonly string[] = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

interface Common {
  /** the file's name without its ending */
  readonly name: string;
  readonly title: string;
  readonly scenarios: readonly string[];
  readonly nowMs: number;
  readonly variant: string;
}

export interface Message {
  readonly firstLine: string;
  /** names in lower case, repeated ones joined with `, ` as Node does */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface CallbackFixture extends Common {
  readonly kind: 'callback';
  readonly request: RawRequest;
  readonly verdict: string;
  readonly call: unknown;
  readonly badRequest: string | null;
  readonly answer: Answer;
  readonly response: Message;
}

export interface WebhookFixture extends Common {
  readonly kind: 'webhook';
  readonly topic: string;
  readonly request: RawRequest;
  readonly verdict: string;
  readonly event: unknown;
  readonly badRequest: string | null;
}

export interface LaunchFixture extends Common {
  readonly kind: 'launch';
  readonly order: LaunchOrder;
  readonly url: string;
}

/** A launch that is a call: what we ask for, and what we make of the answer. */
export interface LaunchCallFixture extends Common {
  readonly kind: 'launch_call';
  readonly order: LaunchOrder;
  readonly request: Message;
  readonly response: ErrandResponse;
  readonly reading: unknown;
}

export interface GamesFixture extends Common {
  readonly kind: 'games';
  readonly ask: { readonly page: number; readonly etag: string | null };
  readonly request: Message;
  readonly response: ErrandResponse;
  readonly reading: unknown;
}

export type Fixture = CallbackFixture | WebhookFixture | LaunchFixture | LaunchCallFixture | GamesFixture;

const variantSchema = z.strictObject({ settings: z.unknown(), policy: z.record(z.string(), z.unknown()) });
const keysSchema = z.strictObject({
  note: z.string(),
  currencies: z.record(z.string(), z.strictObject({ scale: z.number() })),
  balance_digits: z.number().int().optional(),
  launch_names_session: z.boolean().default(true),
  launch_signed: z.boolean().default(true),
  variants: z.record(z.string(), variantSchema),
});

export interface FixtureFolder {
  readonly dialect: string;
  readonly currencies: Currencies;
  /** how many digits of a balance the dialect can say; null: all */
  readonly balanceDigits: number | null;
  /** false: a launch does not tell the aggregator our session */
  readonly launchNamesSession: boolean;
  /** false: a launch address is composed and not signed, so a changed one opens as well */
  readonly launchSigned: boolean;
  readonly fixtures: readonly Fixture[];
  /** every string of the settings that is called secret or key */
  readonly secrets: readonly string[];
  readonly variants: readonly string[];
  readonly open: (variant: string) => OpenedAggregator;
}

export function fixtureFolder(dialect: string): FixtureFolder {
  const folder = path.join(ROOT, dialect);
  const keys = keysSchema.parse(JSON.parse(readFileSync(path.join(folder, 'keys.json'), 'utf8')));
  const known = currencies(keys.currencies);
  const files = readdirSync(folder).filter((file) => file.endsWith('.txt'));
  return {
    dialect,
    currencies: known,
    balanceDigits: keys.balance_digits ?? null,
    launchNamesSession: keys.launch_names_session,
    launchSigned: keys.launch_signed,
    fixtures: files
      .toSorted()
      .map((file) => readFixture(path.basename(file, '.txt'), readFileSync(path.join(folder, file)))),
    secrets: Object.values(keys.variants).flatMap(({ settings }) => secretsOf(settings, false)),
    variants: Object.keys(keys.variants),
    open: (variant) => {
      const chosen = keys.variants[variant];
      if (chosen === undefined) throw new Error(`${dialect}: keys.json has no variant ${variant}`);
      const opening = openNamedDialect(dialect, chosen.settings, chosen.policy, known);
      if (opening.kind === 'problem') throw new Error(`${dialect}, ${variant}: ${opening.message}`);
      return opening;
    },
  };
}

function secretsOf(value: unknown, isSecret: boolean): readonly string[] {
  if (typeof value === 'string') return isSecret ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    secretsOf(each, isSecret || (!Array.isArray(value) && /secret|key/.test(name))),
  );
}

/** The value as the fixture files write it: decimals and bigints are text. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('unscaled' in value && 'scale' in value) return formatDecimal(value as Decimal);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

/** Exported for its own test. */
export function readFixture(name: string, bytes: Buffer): Fixture {
  const { lines, sections } = cut(name, bytes);
  const allowed = new Set(['kind', 'title', 'scenarios', 'now', 'variant']);
  for (const line of lines.keys()) if (!allowed.has(line)) throw new Error(`${name}: unknown line ${line}`);
  const common: Common = {
    name,
    title: must(lines, name, 'title'),
    scenarios: (lines.get('scenarios') ?? '').split(' ').filter((id) => id !== ''),
    nowMs: timeOf(name, must(lines, name, 'now')),
    variant: lines.get('variant') ?? 'default',
  };
  const text = (section: string): string => must(sections, name, section).toString('utf8');
  const json = (section: string): unknown => JSON.parse(text(section));
  const maybe = (section: string): string | null => sections.get(section)?.toString('utf8') ?? null;
  const kind = must(lines, name, 'kind');
  switch (kind) {
    case 'callback': {
      const request = requestOf(name, must(sections, name, 'request'), common.nowMs);
      const call = sections.has('call') ? json('call') : null;
      const response = messageOf(name, must(sections, name, 'response'));
      const badRequest = maybe('bad request');
      return {
        kind,
        ...common,
        request,
        verdict: text('verdict'),
        call,
        badRequest,
        answer: reviveAnswer(json('answer')),
        response,
      };
    }
    case 'webhook': {
      const request = requestOf(name, must(sections, name, 'request'), common.nowMs);
      const event = sections.has('event') ? json('event') : null;
      const topic = request.path.split('/').at(-1) ?? '';
      return { kind, ...common, request, topic, verdict: text('verdict'), event, badRequest: maybe('bad request') };
    }
    case 'launch':
      return { kind, ...common, order: json('order') as LaunchOrder, url: text('url') };
    case 'launch_call': {
      const { firstLine, headers, body } = messageOf(name, must(sections, name, 'response'));
      return {
        kind,
        ...common,
        order: json('order') as LaunchOrder,
        request: messageOf(name, must(sections, name, 'request')),
        response: { status: statusOf(firstLine), headers, body },
        reading: json('reading'),
      };
    }
    case 'games': {
      const { firstLine, headers, body } = messageOf(name, must(sections, name, 'response'));
      const response: ErrandResponse = { status: statusOf(firstLine), headers, body };
      const ask = json('ask') as GamesFixture['ask'];
      return {
        kind,
        ...common,
        ask,
        request: messageOf(name, must(sections, name, 'request')),
        response,
        reading: json('reading'),
      };
    }
    default:
      throw new Error(`${name}: unknown kind ${kind}`);
  }
}

/** The lines on top and the sections. A section with a message is as long as its Content-Length says, whatever its body looks like. */
function cut(name: string, bytes: Buffer): { lines: Map<string, string>; sections: Map<string, Buffer> } {
  const lines = new Map<string, string>();
  const sections = new Map<string, Buffer>();
  const top = bytes.indexOf('\n\n');
  for (const line of bytes.subarray(0, top).toString('utf8').split('\n')) {
    const colon = line.indexOf(': ');
    if (colon < 1) throw new Error(`${name}: the line "${line}" is not "name: value"`);
    lines.set(line.slice(0, colon), line.slice(colon + 2));
  }
  let at = top + 2;
  while (at < bytes.length) {
    const headEnd = bytes.indexOf('\n', at);
    const title = /^--- ([a-z ]+)$/.exec(bytes.subarray(at, headEnd).toString('utf8'))?.[1];
    if (title === undefined || headEnd < 0) throw new Error(`${name}: a section must start at byte ${at}`);
    if (sections.has(title)) throw new Error(`${name}: two sections ${title}`);
    const start = headEnd + 1;
    const end = start + sectionLength(name, title, bytes.subarray(start));
    if (bytes[end] !== 0x0a) throw new Error(`${name}: ${title} does not end where its Content-Length says`);
    sections.set(title, bytes.subarray(start, end));
    at = end + 1;
  }
  return { lines, sections };
}

function sectionLength(name: string, title: string, rest: Buffer): number {
  if (title === 'request' || title === 'response') {
    const head = rest.indexOf('\n\n');
    const length = /^content-length: ([0-9]+)$/im.exec(rest.subarray(0, head).toString('utf8'))?.[1];
    if (head < 0 || length === undefined) throw new Error(`${name}: ${title} has no Content-Length`);
    return head + 2 + Number(length);
  }
  const next = rest.indexOf('\n--- ');
  return next < 0 ? rest.length - 1 : next;
}

function messageOf(name: string, section: Buffer): Message {
  const end = section.indexOf('\n\n');
  const [firstLine = '', ...rest] = section.subarray(0, end).toString('utf8').split('\n');
  const headers: Record<string, string> = {};
  for (const line of rest) {
    const colon = line.indexOf(': ');
    if (colon < 1) throw new Error(`${name}: "${line}" is no header`);
    const header = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 2);
    headers[header] = headers[header] === undefined ? value : `${headers[header]}, ${value}`;
  }
  delete headers['content-length'];
  return { firstLine, headers, body: Buffer.from(section.subarray(end + 2)) };
}

function requestOf(name: string, section: Buffer, nowMs: number): RawRequest {
  const { firstLine, headers, body } = messageOf(name, section);
  const [method = '', target = '', version] = firstLine.split(' ');
  if (version !== 'HTTP/1.1') throw new Error(`${name}: "${firstLine}" is no request line`);
  const [path = '', ...query] = target.split('?');
  const subpath = path.replace(/^\/callbacks\/[^/]+/, '');
  return { method, path, subpath, rawQuery: query.join('?'), headers, body, arrivedAtMs: nowMs };
}

export function statusOf(firstLine: string): number {
  const status = /^HTTP\/1\.1 ([0-9]{3})$/.exec(firstLine)?.[1];
  if (status === undefined) throw new Error(`"${firstLine}" is no status line`);
  return Number(status);
}

/** Minor units come back as bigints. */
function reviveAnswer(value: unknown): Answer {
  const revive = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(revive);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(
      Object.entries(each).map(([name, of]) => [name, name === 'units' ? BigInt(String(of)) : revive(of)]),
    );
  };
  return revive(value) as Answer;
}

function timeOf(name: string, text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Error(`${name}: "${text}" is no time`);
  return ms;
}

function must<T>(from: ReadonlyMap<string, T>, name: string, what: string): T {
  const found = from.get(what);
  if (found === undefined) throw new Error(`${name}: lacks ${what}`);
  return found;
}
