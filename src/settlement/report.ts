/**
 * Reading an aggregator's report by its mapping: CSV (RFC 4180, any separator) or JSON lines, as a stream. A line that does not
 * fit is told with its number and why, and never guessed. Pure but for the stream it is given.
 */
import type { AssertedTransaction, ReportMapping } from '../dialects/dialect.ts';
import { decimalOf, isProblem, parseDecimal } from '../money/index.ts';
import type { Currencies, Decimal } from '../money/index.ts';
import { csvFields, isJsonNumber, isJsonObject, readJson } from '../wire/index.ts';

export interface ReportLine {
  readonly kind: 'line';
  readonly line: number;
  readonly transaction: AssertedTransaction;
  /** '' where the report does not say */
  readonly player: string;
  readonly round: string;
  readonly currency: string | null;
  readonly game: string | null;
  readonly provider: string | null;
  readonly occurredAtMs: number | null;
  readonly version: number;
}
export interface UnreadLine {
  readonly kind: 'unread';
  readonly line: number;
  readonly problem: string;
}

/** No line of a report is longer; a file without line ends must not fill the memory. */
const LINE_MAX = 65_536;
const ID_MAX = 255;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})$/;
const UNFIT = /[\p{Cc}\p{Cs}]/u;

type Values = ReadonlyMap<string, string>;

/** Every line of the report, in its order. */
export async function* readReport(
  chunks: AsyncIterable<string>,
  mapping: ReportMapping,
  currencies: Currencies,
): AsyncGenerator<ReportLine | UnreadLine> {
  const records = mapping.format === 'csv' ? csvRecords(chunks, mapping.separator) : jsonRecords(chunks);
  for await (const record of records)
    yield record.kind === 'unread' ? record : lineOf(record.line, record.values, mapping, currencies);
}

type RecordRead = UnreadLine | { readonly kind: 'record'; readonly line: number; readonly values: Values };

async function* jsonRecords(chunks: AsyncIterable<string>): AsyncGenerator<RecordRead> {
  for await (const { line, text } of linesOf(chunks)) {
    if (text === null) yield { kind: 'unread', line, problem: 'is too long' };
    else if (text.trim() !== '') yield jsonRecord(line, text);
  }
}

function jsonRecord(line: number, text: string): RecordRead {
  const json = readJson(Buffer.from(text, 'utf8'));
  if (isProblem(json) || !isJsonObject(json)) return { kind: 'unread', line, problem: 'is no JSON object' };
  const values = new Map<string, string>();
  for (const [name, value] of json) {
    if (typeof value === 'string') values.set(name, value);
    else if (isJsonNumber(value)) values.set(name, value.text);
  }
  return { kind: 'record', line, values };
}

interface Line {
  readonly line: number;
  /** null: longer than a line may be */
  readonly text: string | null;
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<Line> {
  let rest = '';
  let line = 0;
  let dropping = false;
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      line += 1;
      const text = part.endsWith('\r') ? part.slice(0, -1) : part;
      yield { line, text: dropping || text.length > LINE_MAX ? null : text };
      dropping = false;
    }
    if (rest.length > LINE_MAX) {
      dropping = true;
      rest = '';
    }
  }
  if (rest !== '' || dropping) yield { line: line + 1, text: dropping ? null : rest };
}

async function* csvRecords(chunks: AsyncIterable<string>, separator: string): AsyncGenerator<RecordRead> {
  let header: readonly string[] | null = null;
  let open = '';
  let from = 0;
  for await (const { line, text } of linesOf(chunks)) {
    if (text === null) {
      yield { kind: 'unread', line, problem: 'is too long' };
      open = '';
      continue;
    }
    const whole: string = open === '' ? text : `${open}\n${text}`;
    if (open === '') from = line;
    // A quoted field may hold line ends: an odd number of quotes means that the record goes on.
    if (((whole.match(/"/g)?.length ?? 0) & 1) === 1 && whole.length <= LINE_MAX) {
      open = whole;
      continue;
    }
    open = '';
    if (whole.trim() === '') continue;
    const fields = csvFields(header === null ? whole.replace(/^\uFEFF/, '') : whole, separator);
    if (header === null) header = fields ?? [];
    else if (fields === null || fields.length !== header.length)
      yield { kind: 'unread', line: from, problem: `has not the ${header.length} columns of the header` };
    else
      yield { kind: 'record', line: from, values: new Map(header.map((name, index) => [name, fields[index] ?? ''])) };
  }
  if (open !== '') yield { kind: 'unread', line: from, problem: 'ends inside a quoted field' };
}

function lineOf(line: number, values: Values, mapping: ReportMapping, currencies: Currencies): ReportLine | UnreadLine {
  const unread = (problem: string): UnreadLine => ({ kind: 'unread', line, problem });
  const { columns } = mapping;
  const of = (column: string | null): string => (column === null ? '' : (values.get(column) ?? ''));
  const kind = Object.hasOwn(mapping.kinds, of(columns.kind)) ? mapping.kinds[of(columns.kind)] : undefined;
  if (kind === undefined) return unread(`${columns.kind}: a word the mapping does not know`);
  const word = of(columns.status);
  const status =
    columns.status === null ? 'ok' : Object.hasOwn(mapping.statuses, word) ? mapping.statuses[word] : undefined;
  if (status === undefined) return unread(`${columns.status ?? 'status'}: a word the mapping does not know`);
  for (const column of [columns.id, columns.round, columns.player, columns.bet, columns.game, columns.provider]) {
    if (of(column).length > ID_MAX || UNFIT.test(of(column))) return unread(`${column ?? ''}: is no id`);
  }
  if (of(columns.id) === '') return unread(`${columns.id}: is missing`);
  const currency = of(columns.currency) === '' ? null : of(columns.currency);
  const scale = currency === null ? null : (currencies.get(currency)?.scale ?? null);
  const amount = amountOf(of(columns.amount), mapping.amounts, scale);
  if (typeof amount === 'string') return unread(`${columns.amount}: ${amount}`);
  if (amount === null && kind !== 'rollback') return unread(`${columns.amount}: is missing`);
  const time = of(columns.occurredAt);
  if (time !== '' && (!ISO_TIME.test(time) || Number.isNaN(Date.parse(time))))
    return unread(`${columns.occurredAt ?? ''}: is no time with a zone`);
  const version = of(columns.version);
  if (version !== '' && !/^\d{1,15}$/.test(version)) return unread(`${columns.version ?? ''}: is no number`);
  const orNull = (text: string): string | null => (text === '' ? null : text);
  return {
    kind: 'line',
    line,
    transaction: { kind, id: of(columns.id), amount, status, bet: orNull(of(columns.bet)), free: false },
    player: of(columns.player),
    round: of(columns.round),
    currency,
    game: orNull(of(columns.game)),
    provider: orNull(of(columns.provider)),
    occurredAtMs: time === '' ? null : Date.parse(time),
    version: version === '' ? 0 : Number.parseInt(version, 10),
  };
}

/** The amount, null for none, or what is wrong with it. */
function amountOf(text: string, unit: ReportMapping['amounts'], scale: number | null): Decimal | null | string {
  if (text === '') return null;
  const amount = parseDecimal(text);
  if (isProblem(amount)) return 'is no plain decimal';
  if (amount.unscaled < 0n) return 'is below zero';
  if (unit === 'major') return amount;
  if (scale === null) return 'counts smallest units of a currency that is not configured';
  return amount.scale === 0 ? decimalOf(amount.unscaled, scale) : 'is no whole number of smallest units';
}
