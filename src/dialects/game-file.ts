/**
 * Lists of games that are handed out as files: CSV with a header, or JSON lines, told apart by the first character. A file is read
 * whole or not at all; an entry that cannot be used is named and skipped (CAT-15). Never throws on any bytes.
 */
import { isUtf8 } from 'node:buffer';
import { isProblem } from '../money/index.ts';
import type { Problem } from '../money/index.ts';
import { csvRecords, isJsonArray, isJsonNumber, isJsonObject, readJson, writeJson } from '../wire/index.ts';
import type { JsonValue, Writable } from '../wire/index.ts';
import type { GamesPage, ListedGame } from './dialect.ts';
import { categoryOf, volatilityOf } from './vocabulary.ts';

/** What a file may say of a game. `code` and `name` must be there. */
export const COLUMN_NAMES = [
  'code',
  'name',
  'provider_code',
  'provider',
  'category',
  'tags',
  'features',
  'rtp',
  'volatility',
  'lines',
  'thumbnail',
  'demo',
  'platforms',
  'currencies',
  'blocked_countries',
  'released_at',
  'enabled',
] as const;
export type ColumnName = (typeof COLUMN_NAMES)[number];

export interface GameFileForm {
  /** their names of columns, where they differ from ours */
  readonly columns: Readonly<Partial<Record<ColumnName, string>>>;
  readonly separator: string;
}

type GameFileReason = 'empty' | 'not_utf8' | 'no_header' | 'lacks_code' | 'lacks_name' | 'unreadable';

/** The text of each column of one entry; lists with `|` or `;` between their parts. */
type Entry = ReadonlyMap<string, string>;

export function readGameFile(bytes: Uint8Array, form: GameFileForm): GamesPage | Problem<GameFileReason> {
  if (!isUtf8(bytes)) return { kind: 'problem', reason: 'not_utf8' };
  const text = new TextDecoder('utf-8').decode(bytes);
  if (text.trim() === '') return { kind: 'problem', reason: 'empty' };
  const read = text.trimStart().startsWith('{') ? jsonLines(text) : csvEntries(text, form);
  if (isProblem(read)) return read;
  const games: ListedGame[] = [];
  const malformed: string[] = [];
  for (const { line, entry } of read) {
    const game = typeof entry === 'string' ? entry : gameOf(entry, form.columns);
    if (typeof game === 'string') malformed.push(`line ${line}: ${game}`);
    else games.push(game);
  }
  return { games, malformed, page: 1, pages: 1, total: games.length + malformed.length, etag: null };
}

interface Read {
  readonly line: number;
  /** text: why it cannot be used */
  readonly entry: Entry | string;
}

function csvEntries(text: string, { columns, separator }: GameFileForm): readonly Read[] | Problem<GameFileReason> {
  const [header, ...rest] = csvRecords(text, separator);
  if (header?.fields === undefined || header.fields === null) return { kind: 'problem', reason: 'no_header' };
  const names = header.fields;
  for (const must of ['code', 'name'] as const)
    if (!names.includes(columns[must] ?? must))
      return { kind: 'problem', reason: must === 'code' ? 'lacks_code' : 'lacks_name' };
  return rest.map(({ line, fields }) => {
    if (fields === null) return { line, entry: 'a quote stands in a place that means nothing' };
    if (fields.length !== names.length)
      return { line, entry: `${fields.length} fields where the header has ${names.length}` };
    return { line, entry: new Map(names.map((name, index) => [name, fields[index] ?? ''])) };
  });
}

function jsonLines(text: string): readonly Read[] {
  return text.split('\n').flatMap((each, index): readonly Read[] => {
    if (each.trim() === '') return [];
    const json = readJson(Buffer.from(each, 'utf8'));
    if (isProblem(json) || !isJsonObject(json)) return [{ line: index + 1, entry: 'not a JSON object' }];
    return [{ line: index + 1, entry: new Map([...json].map(([name, value]) => [name, textOf(value)])) }];
  });
}

function textOf(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (isJsonNumber(value)) return value.text;
  return isJsonArray(value) ? value.map(textOf).join('|') : '';
}

const YES: ReadonlySet<string> = new Set(['1', 'true', 'yes', 'y']);
const NO: ReadonlySet<string> = new Set(['0', 'false', 'no', 'n']);
const DECIMAL = /^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;

function gameOf(entry: Entry, columns: GameFileForm['columns']): ListedGame | string {
  const text = (name: ColumnName): string => (entry.get(columns[name] ?? name) ?? '').trim();
  const list = (name: ColumnName): readonly string[] =>
    text(name)
      .split(/[|;]/)
      .map((part) => part.trim())
      .filter((part) => part !== '');
  const [code, name] = [text('code'), text('name')];
  if (code === '' || name === '') return `lacks its ${code === '' ? 'code' : 'name'}`;
  const provider = text('provider');
  const providerCode = text('provider_code');
  if (provider === '' && providerCode === '') return 'names no provider';
  const demo = flagOf(text('demo'), false);
  const enabled = flagOf(text('enabled'), true);
  if (demo === null || enabled === null) return 'says neither yes nor no';
  const { category, tag } = categoryOf(text('category') === '' ? 'other' : text('category'));
  const [rtp, lines] = [text('rtp').replace(/\s*%$/, ''), text('lines')];
  return {
    code,
    name,
    provider: { code: providerCode === '' ? provider : providerCode, name: provider === '' ? providerCode : provider },
    category,
    tags: tag === null ? list('tags') : [...list('tags'), tag],
    features: list('features'),
    rtp: DECIMAL.test(rtp) ? rtp : null,
    volatility: volatilityOf(text('volatility')),
    lines: /^[1-9][0-9]{0,5}$/.test(lines) ? Number.parseInt(lines, 10) : null,
    thumbnail: text('thumbnail') === '' ? null : text('thumbnail'),
    demo,
    platforms: list('platforms').map((platform) => platform.toLowerCase()),
    currencies: list('currencies'),
    blockedCountries: list('blocked_countries'),
    releasedAt: text('released_at') === '' ? null : text('released_at'),
    enabled,
  };
}

function flagOf(text: string, otherwise: boolean): boolean | null {
  const word = text.toLowerCase();
  if (word === '') return otherwise;
  if (YES.has(word)) return true;
  return NO.has(word) ? false : null;
}

/** The same as JSON lines, one game a line, under our names of columns. */
export function writeGameFile(games: readonly ListedGame[]): string {
  return games.map((game) => `${writeJson(lineOf(game))}\n`).join('');
}

function lineOf(game: ListedGame): Readonly<Record<ColumnName, Writable>> {
  return {
    code: game.code,
    name: game.name,
    provider_code: game.provider.code,
    provider: game.provider.name,
    category: game.category,
    tags: game.tags,
    features: game.features,
    rtp: game.rtp,
    volatility: game.volatility,
    lines: game.lines,
    thumbnail: game.thumbnail,
    demo: game.demo,
    platforms: game.platforms,
    currencies: game.currencies,
    blocked_countries: game.blockedCountries,
    released_at: game.releasedAt,
    enabled: game.enabled,
  };
}
