/**
 * How sources are asked, as errands: a price server's JSON, or the daily file. Pure; `performErrand` carries them out. Addresses
 * and headers, which may hold keys, never become part of an answer or a log line.
 */
import type { Pair } from '../../money/index.ts';
import { isProblem } from '../../money/index.ts';
import type { Errand, ErrandProblem, ErrandResponse, JsonValue } from '../../wire/index.ts';
import { errandProblem, readJson } from '../../wire/index.ts';
import type { EcbSource, JsonSource } from '../settings.ts';
import type { EcbFile } from './ecb-file.ts';
import { ECB_MAX_BYTES, readEcbFile } from './ecb-file.ts';
import { parsePath, textOf, valueAt } from './path.ts';

/** What a price server said. */
export type Word =
  | { readonly kind: 'word'; readonly value: string; readonly statedAtMs: number | null }
  | { readonly kind: 'wrong_pair' };

const MAX_JSON_BYTES = 4 * 1024 * 1024;
/** Lists of all tickers are long. */
const LIMITS = { maxDepth: 16, maxKeys: 500_000, maxItems: 200_000 };

/** A template with the pair's codes in place of `{wallet}`, `{game}` and their lower cases, as the server calls them. */
export function fillIn(template: string, pair: Pair, symbols: Readonly<Record<string, string>>, escape = asIs): string {
  const [wallet, game] = [pair.wallet, pair.game].map(
    (code) => (Object.hasOwn(symbols, code) ? symbols[code] : code) ?? code,
  );
  const words: Readonly<Record<string, string | undefined>> = {
    wallet,
    game,
    wallet_lower: wallet?.toLowerCase(),
    game_lower: game?.toLowerCase(),
  };
  return template.replaceAll(/\{(wallet|game|wallet_lower|game_lower)\}/g, (_all, name: string) =>
    escape(words[name] ?? ''),
  );
}

const asIs = (text: string): string => text;

export function jsonErrand(source: JsonSource, pair: Pair): Errand<Word> {
  return {
    kind: `rate of ${source.name}`,
    request: {
      method: 'GET',
      url: fillIn(source.url, pair, source.symbols, encodeURIComponent),
      headers: { accept: 'application/json', ...source.headers },
    },
    timeoutMs: source.timeoutMs,
    retries: 1,
    maxBodyBytes: MAX_JSON_BYTES,
    read: (response) => readWord(response, source, pair),
  };
}

function readWord(response: ErrandResponse, source: JsonSource, pair: Pair): Word | ErrandProblem {
  const refusal = refusalOf(response, source.name);
  if (refusal !== null) return refusal;
  const json = readJson(response.body, LIMITS);
  if (isProblem(json)) return errandProblem('unreadable', `the answer is no JSON (${json.reason})`, response.status);
  const at = (template: string): string | undefined => lookUp(json, fillIn(template, pair, source.symbols));
  if (source.check !== null && at(source.check.path) !== fillIn(source.check.equals, pair, source.symbols))
    return { kind: 'wrong_pair' };
  const value = at(source.path);
  if (value === undefined) return errandProblem('unreadable', 'nothing to read at the path', response.status);
  if (source.timePath === null) return { kind: 'word', value, statedAtMs: null };
  const statedAtMs = readTime(at(source.timePath) ?? '');
  if (statedAtMs === null) return errandProblem('unreadable', 'no time at the time_path', response.status);
  return { kind: 'word', value, statedAtMs };
}

function lookUp(json: JsonValue, path: string): string | undefined {
  const steps = parsePath(path);
  return steps === null ? undefined : textOf(valueAt(json, steps));
}

const EPOCH = /^([0-9]{10})(?:\.[0-9]+)?$|^([0-9]{13})$|^([0-9]{13})[0-9]{3}$|^([0-9]{13})[0-9]{6}$/;
const WITH_ZONE = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/;

/** Seconds, milli-, micro- or nanoseconds since 1970, told apart by their length, or an ISO time with its zone; else null. */
export function readTime(text: string): number | null {
  const digits = EPOCH.exec(text);
  if (digits !== null) {
    const [, seconds, ...milliseconds] = digits;
    return seconds === undefined
      ? Number.parseInt(milliseconds.find((each) => each !== undefined) ?? '', 10)
      : Number.parseInt(seconds, 10) * 1_000;
  }
  const parsed = WITH_ZONE.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

export function ecbErrand(source: EcbSource): Errand<EcbFile> {
  return {
    kind: `rates of ${source.name}`,
    request: { method: 'GET', url: source.url, headers: { accept: 'application/xml, text/xml' } },
    timeoutMs: source.timeoutMs,
    retries: 1,
    maxBodyBytes: ECB_MAX_BYTES,
    read: (response) =>
      refusalOf(response, source.name) ??
      readEcbFile(response.body) ??
      errandProblem('unreadable', 'the answer is not the file of daily rates', response.status),
  };
}

function refusalOf({ status }: ErrandResponse, name: string): ErrandProblem | null {
  if (status === 200) return null;
  const reason = status >= 500 || status === 429 ? 'unavailable' : 'refused';
  return errandProblem(reason, `${name} answered ${status}`, status);
}
