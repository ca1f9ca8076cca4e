/**
 * Recorded exchanges as text (fixtures/README.md): how one is written, and the keys beside them. What reads them is the tests'
 * (test/dialects/fixture.ts), which take from here what both must spell alike.
 */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { openNamedDialect } from '../dialects/index.ts';
import type { OpenedAggregator, OutboundRequest, RawRequest, Verification } from '../dialects/index.ts';
import { formatDecimal } from '../money/index.ts';
import type { Currencies, Decimal } from '../money/index.ts';
import type { ErrandRequest } from '../wire/index.ts';

const variantSchema = z.strictObject({ settings: z.unknown(), policy: z.record(z.string(), z.unknown()) });
const keysSchema = z.strictObject({
  note: z.string(),
  currencies: z.record(z.string(), z.strictObject({ scale: z.number() })),
  balance_digits: z.number().int().optional(),
  launch_names_session: z.boolean().default(true),
  launch_signed: z.boolean().default(true),
  variants: z.record(z.string(), variantSchema),
});

/** The content of a folder's `keys.json`. */
export type RecordingKeys = z.output<typeof keysSchema>;

export function readKeys(folder: string): RecordingKeys {
  return keysSchema.parse(JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')));
}

/** The dialect opened with one of its variants. Throws what is wrong with it: keys of recordings are written by hand. */
export function openVariant(
  keys: RecordingKeys,
  dialect: string,
  variant: string,
  currencies: Currencies,
): OpenedAggregator {
  const chosen = keys.variants[variant];
  if (chosen === undefined) throw new Error(`${dialect}: keys.json has no variant ${variant}`);
  const opening = openNamedDialect(dialect, chosen.settings, chosen.policy, currencies);
  if (opening.kind === 'problem') throw new Error(`${dialect}, ${variant}: ${opening.message}`);
  return opening;
}

/** The value as recordings write it: decimals and bigints are text. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (isDecimal(value)) return formatDecimal(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

const isDecimal = (value: object): value is Decimal => 'unscaled' in value && 'scale' in value;

export function verdictOf(verification: Verification): string {
  if (verification.kind === 'distrust') return `distrust ${verification.reason}`;
  return `${verification.late ? 'late' : 'genuine'} ${verification.keyId}`;
}

export type Section = readonly [name: string, content: string | Buffer];

export interface Recording {
  readonly kind: 'callback' | 'launch' | 'launch_call' | 'games';
  /** one sentence */
  readonly title: string;
  /** ids of the situations it shows */
  readonly scenarios: readonly string[];
  readonly nowMs: number;
  readonly variant: string;
  readonly sections: readonly Section[];
}

/** The bytes of its file. */
export function recordingBytes({ kind, title, scenarios, nowMs, variant, sections }: Recording): Buffer {
  const lines = [
    `kind: ${kind}`,
    `title: ${title}`,
    ...(scenarios.length === 0 ? [] : [`scenarios: ${scenarios.join(' ')}`]),
    `now: ${new Date(nowMs).toISOString().replace('.000Z', 'Z')}`,
    ...(variant === 'default' ? [] : [`variant: ${variant}`]),
  ];
  const parts = sections.map(([name, content]) =>
    Buffer.concat([Buffer.from(`--- ${name}\n`), Buffer.from(content), Buffer.from('\n')]),
  );
  return Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`), ...parts]);
}

export const jsonSection = (name: string, value: unknown): Section => [name, JSON.stringify(plain(value), null, 2)];

/** A message as HTTP writes it, with line feeds alone; headers spelled as people know them. */
export function messageSection(
  name: 'request' | 'response',
  firstLine: string,
  headers: Readonly<Record<string, string | undefined>>,
  body: Uint8Array | string,
): Section {
  const bytes = Buffer.from(body);
  const written = Object.entries(headers).flatMap(([header, value]) =>
    value === undefined ? [] : [`${spelled(header)}: ${value}`],
  );
  const head = [firstLine, ...written, `Content-Length: ${bytes.length}`].join('\n');
  return [name, Buffer.concat([Buffer.from(`${head}\n\n`), bytes])];
}

/** `x-signature` → `X-Signature`. */
const spelled = (header: string): string => header.replaceAll(/(^|-)([a-z])/g, (found) => found.toUpperCase());

/** What came off our socket when the aggregator sends this. */
export function received(outbound: OutboundRequest, basePath: string, nowMs: number): RawRequest {
  const [subpath = '', ...query] = outbound.path.split('?');
  const { method, headers, body } = outbound;
  return {
    method,
    path: `${basePath}${subpath}`,
    subpath,
    rawQuery: query.join('?'),
    headers,
    body,
    arrivedAtMs: nowMs,
  };
}

/** What came off the aggregator's socket when we ask for this. */
export function arrivedThere({ method, url, headers, body = '' }: ErrandRequest, nowMs: number): RawRequest {
  const { pathname: path, search } = new URL(url);
  const lower = Object.fromEntries(Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value]));
  const bytes = Buffer.from(body);
  return { method, path, subpath: '', rawQuery: search.slice(1), headers: lower, body: bytes, arrivedAtMs: nowMs };
}
