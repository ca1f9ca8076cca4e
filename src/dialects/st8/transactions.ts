/**
 * St8's list of transactions, both ends: a signed query, asked for one currency. Of its lines no more is known than that they have
 * `round`, `player` and `amount`, and that cancels may have `reference_transaction_id`; all other names and words are settings. A line
 * that lacks what they name, its id before all, is skipped and told: nothing is put in its place.
 */
import { formatDecimal, isProblem } from '../../money/index.ts';
import {
  canonicalQuery,
  errandProblem,
  fieldMessage,
  fields,
  isJsonArray,
  isJsonObject,
  parseQueryStrict,
  readJson,
} from '../../wire/index.ts';
import type { Errand, ErrandProblem, ErrandResponse, JsonValue, VerifyingKey, Writable } from '../../wire/index.ts';
import type {
  ListedTransaction,
  Mirror,
  RawRequest,
  RawResponse,
  TransactionLists,
  TransactionsAsked,
  TransactionsPage,
} from '../dialect.ts';
import { nextWindow, utcText, utcTime, utcTimeOf, windowOf } from '../windows.ts';
import type { Window } from '../windows.ts';
import { answer, API } from './launch.ts';
import type { St8Settings } from './settings.ts';
import { st8Sign, verifySt8 } from './signature.ts';
import type { St8Listing } from './transactions-settings.ts';

export const LIST_PATH = `${API}/transactions`;
const LIMITS = { maxDepth: 8, maxKeys: 1_000_000, maxItems: 1_000_000 };
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** The list; undefined where the settings do not say how its lines are read. */
export function st8Lists({ catalogue, launch }: St8Settings): TransactionLists | undefined {
  const listing = catalogue?.transactions;
  if (listing === undefined) return undefined;
  return {
    lists: ['transactions'],
    byCurrency: true,
    pauseMs: 250,
    longestMs: listing.span_minutes * 60_000,
    page: (asked) => listErrand(launch, listing, asked),
  };
}

function listErrand(
  { url, site, private_key: key }: St8Settings['launch'],
  listing: St8Listing,
  asked: TransactionsAsked,
): Errand<TransactionsPage> {
  const window = windowOf(asked);
  const query = canonicalQuery({
    start_time: utcText(window.fromMs, 'T'),
    end_time: utcText(window.toMs, 'T'),
    currency: asked.currency ?? undefined,
    site,
  });
  return {
    kind: 'transactions',
    request: {
      method: 'GET',
      url: `${url}${LIST_PATH}?${query}`,
      headers: { accept: 'application/json', ...st8Sign(key, query) },
    },
    timeoutMs: 20_000,
    retries: 1,
    maxBodyBytes: MAX_BODY_BYTES,
    read: (response) => readPage(listing, asked, window, response),
  };
}

function readPage(
  listing: St8Listing,
  asked: TransactionsAsked,
  window: Window,
  { status, body }: ErrandResponse,
): TransactionsPage | ErrandProblem {
  if (status < 200 || status > 299) {
    const reason = status >= 500 || status === 429 ? 'unavailable' : 'refused';
    return errandProblem(reason, `transactions: the aggregator answered ${status}`, status);
  }
  const json = readJson(body, LIMITS);
  if (isProblem(json) || !isJsonObject(json))
    return errandProblem('unreadable', 'transactions: the answer is not the list', status);
  if (json.get('status') === 'error')
    return errandProblem('refused', 'transactions: the aggregator says error', status);
  const list = json.get('transactions');
  if (!isJsonArray(list)) return errandProblem('unreadable', 'transactions: the answer has no transactions', status);
  const next = nextWindow(asked, window, list.length >= listing.full_at);
  if (next === 'too_full') {
    const message = `transactions: ${listing.full_at} or more in one second; the list may be cut. Ask St8 how many it gives at most, and set catalogue.transactions.full_at to that`;
    return errandProblem('unreadable', message, status);
  }
  const transactions: ListedTransaction[] = [];
  const malformed: string[] = [];
  list.forEach((entry, index) => {
    const listed = readLine(entry, listing, asked.currency);
    if (typeof listed === 'string') malformed.push(`${utcText(window.fromMs, 'T')}, line ${index + 1}: ${listed}`);
    else transactions.push(listed);
  });
  return { transactions, malformed, next: next?.cursor ?? null };
}

/** One line, or why it cannot be used. `currency` is what was asked for: a line that names none is in it. */
function readLine(
  entry: JsonValue,
  { fields: names, kinds, statuses }: St8Listing,
  currency: string | null,
): ListedTransaction | string {
  if (!isJsonObject(entry)) return 'not an object';
  const f = fields(entry);
  const word = f.id(names.kind);
  const kind = meaningOf(kinds, word);
  if (kind === undefined) f.refuse(names.kind, 'unknown_value');
  const status = meaningOf(statuses, f.optional(names.status, f.text) ?? '');
  if (status === undefined) f.refuse(names.status, 'unknown_value');
  const listed: ListedTransaction = {
    transaction: {
      kind: kind === 'free_bet' ? 'bet' : (kind ?? 'bet'),
      id: f.id(names.id),
      amount: kind === 'rollback' ? f.optional('amount', f.amount) : f.amount('amount'),
      status: status ?? 'ok',
      bet: kind === 'rollback' ? f.optional('reference_transaction_id', f.id) : null,
      free: kind === 'free_bet',
    },
    player: f.optional('player', f.id),
    round: f.optional('round', f.id),
    game: f.optional(names.game, f.id),
    provider: f.optional(names.provider, f.id),
    currency: f.optional(names.currency, f.id) ?? currency,
    occurredAtMs: f.optional(names.time, (name) => utcTimeOf(f, name)),
    version: 0,
  };
  return f.problem === null ? listed : fieldMessage(f.problem);
}

/** What the settings say a word means; words that every object has are none of theirs. */
function meaningOf<Meaning>(words: Readonly<Record<string, Meaning>>, word: string): Meaning | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined;
}

/** The list as the aggregator serves it to whoever signed the query, in the names and words that the settings have. */
export function serveSt8List(
  keys: readonly VerifyingKey[],
  { catalogue, launch }: St8Settings,
  request: RawRequest,
  of: Parameters<NonNullable<Mirror['serveTransactions']>>[1],
): RawResponse {
  const listing = catalogue?.transactions;
  if (verifySt8(keys, request).kind !== 'genuine') return answer(401, { status: 'error' });
  const query = parseQueryStrict(request.rawQuery);
  if (listing === undefined || isProblem(query)) return answer(400, { status: 'error' });
  const asked = new Map(query.pairs.map((pair) => [pair.name, pair.value]));
  const [fromMs, toMs] = [utcTime(asked.get('start_time') ?? ''), utcTime(asked.get('end_time') ?? '')];
  if (fromMs === null || toMs === null || fromMs > toMs || asked.get('site') !== launch.site)
    return answer(400, { status: 'error' });
  const currency = asked.get('currency') ?? null;
  const lines = of('transactions', { fromMs, toMs })
    .filter((listed) => currency === null || listed.currency === currency)
    .slice(0, listing.full_at);
  return answer(200, { transactions: lines.map((listed) => wireLine(listing, listed)) });
}

function wireLine({ fields: names, kinds, statuses }: St8Listing, listed: ListedTransaction): Writable {
  const { transaction, occurredAtMs } = listed;
  const meant = transaction.kind === 'bet' && transaction.free ? 'free_bet' : transaction.kind;
  const word = Object.keys(kinds).find((each) => kinds[each] === meant);
  const status = Object.keys(statuses).find((each) => each !== '' && statuses[each] === transaction.status);
  if (word === undefined || status === undefined) throw new RangeError('the settings have no word for it');
  return {
    [names.id]: transaction.id,
    [names.kind]: word,
    [names.status]: status,
    round: listed.round,
    player: listed.player,
    amount: transaction.amount === null ? null : formatDecimal(transaction.amount),
    [names.currency]: listed.currency,
    [names.game]: listed.game,
    [names.provider]: listed.provider,
    [names.time]: occurredAtMs === null ? null : utcText(occurredAtMs, 'T'),
    ...(transaction.kind === 'rollback' ? { reference_transaction_id: transaction.bet } : {}),
  };
}
