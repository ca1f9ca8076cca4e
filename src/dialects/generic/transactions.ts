/**
 * The generic lists of transactions, both ends: `transactions`, everything of a span, and `timed_out`, calls whose answer the
 * aggregator never got. A page is read whole or not at all; an entry that cannot be understood is named and skipped. The API key is
 * the catalogue's, and never stands in a URL or a message.
 */
import { isProblem } from '../../money/index.ts';
import {
  errandProblem,
  fieldMessage,
  fields,
  isJsonArray,
  isJsonObject,
  parseQueryStrict,
  readJson,
} from '../../wire/index.ts';
import type { Errand, ErrandProblem, ErrandResponse, JsonValue } from '../../wire/index.ts';
import type {
  ListedTransaction,
  ListName,
  RawRequest,
  RawResponse,
  TransactionLists,
  TransactionsAsked,
  TransactionsPage,
} from '../dialect.ts';
import { positive, respond, sameKey } from './pages.ts';
import { transactionBody, transactionOf } from './settlement.ts';
import { timeOf } from './time.ts';

const PER_PAGE = 500;
const LIMITS = { maxDepth: 8, maxKeys: 50_000, maxItems: 50_000 };

/** The lists an aggregator has; undefined where the configuration names no address of them. */
export function transactionLists(settings: {
  readonly transactions_url?: string | undefined;
  readonly api_key: string;
}): TransactionLists | undefined {
  const { transactions_url: address, api_key: key } = settings;
  if (address === undefined) return undefined;
  return {
    lists: ['transactions', 'timed_out'],
    byCurrency: false,
    pauseMs: 0,
    longestMs: 24 * 3_600_000,
    page: (asked) => pageErrand(address, key, asked),
  };
}

function pageErrand(address: string, key: string, asked: TransactionsAsked): Errand<TransactionsPage> {
  const url = new URL(address);
  const parameters = {
    list: asked.list,
    from: new Date(asked.fromMs).toISOString(),
    to: new Date(asked.toMs).toISOString(),
    page: asked.cursor ?? '1',
    per_page: String(PER_PAGE),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return {
    kind: 'transactions',
    request: { method: 'GET', url: url.href, headers: { 'x-api-key': key, accept: 'application/json' } },
    timeoutMs: 10_000,
    retries: 2,
    read: readPage,
  };
}

function readPage({ status, body }: ErrandResponse): TransactionsPage | ErrandProblem {
  if (status === 401 || status === 403)
    return errandProblem('refused', 'transactions: the aggregator refuses the API key', status);
  if (status !== 200) {
    const reason = status >= 500 || status === 429 ? 'unavailable' : 'refused';
    return errandProblem(reason, `transactions: the aggregator answered ${status}`, status);
  }
  const json = readJson(body, LIMITS);
  if (isProblem(json) || !isJsonObject(json))
    return errandProblem('unreadable', 'transactions: the answer is no list', status);
  const f = fields(json);
  const [page, pages] = [f.integer('page'), f.integer('pages')];
  const list = json.get('transactions');
  if (f.problem !== null || !isJsonArray(list) || page < 1 || pages < 0)
    return errandProblem('unreadable', 'transactions: the answer lacks page, pages or transactions', status);
  const transactions: ListedTransaction[] = [];
  const malformed: string[] = [];
  list.forEach((entry, index) => {
    const listed = readEntry(entry);
    if (typeof listed === 'string') malformed.push(`page ${page}, entry ${index + 1}: ${listed}`);
    else transactions.push(listed);
  });
  return { transactions, malformed, next: page < pages ? String(page + 1) : null };
}

/** One entry, or why it cannot be used. */
function readEntry(entry: JsonValue): ListedTransaction | string {
  if (!isJsonObject(entry)) return 'not an object';
  const f = fields(entry);
  const version = f.optional('version', f.integer) ?? 0;
  if (version < 0) f.refuse('version', 'negative');
  const listed: ListedTransaction = {
    transaction: transactionOf(f),
    player: f.optional('player_id', f.id),
    round: f.optional('round_id', f.id),
    game: f.optional('game_code', f.id),
    provider: f.optional('provider', f.id),
    currency: f.optional('currency', f.id),
    occurredAtMs: timeOf(f, 'occurred_at'),
    version,
  };
  return f.problem === null ? listed : fieldMessage(f.problem);
}

/** One page as the aggregator serves it, key checked in constant time; `of` gives a list's entries of a span, oldest first. */
export function serveTransactions(
  apiKey: string,
  request: RawRequest,
  of: (list: ListName, span: { readonly fromMs: number; readonly toMs: number }) => readonly ListedTransaction[],
): RawResponse {
  if (!sameKey(request.headers['x-api-key'] ?? '', apiKey)) return respond(401, { error: 'bad_api_key' });
  const query = parseQueryStrict(request.rawQuery, { plus: 'space' });
  if (isProblem(query)) return respond(400, { error: 'bad_query' });
  const asked = new Map(query.pairs.map((pair) => [pair.name, pair.value]));
  const list = asked.get('list') ?? 'transactions';
  const [fromMs, toMs] = [Date.parse(asked.get('from') ?? ''), Date.parse(asked.get('to') ?? '')];
  if ((list !== 'transactions' && list !== 'timed_out') || !(fromMs <= toMs))
    return respond(400, { error: 'bad_query' });
  const perPage = Math.min(PER_PAGE, positive(asked.get('per_page'), PER_PAGE));
  const page = positive(asked.get('page'), 1);
  const entries = of(list, { fromMs, toMs });
  const pages = Math.max(1, Math.ceil(entries.length / perPage));
  return respond(200, {
    transactions: entries.slice((page - 1) * perPage, page * perPage).map(wireEntry),
    page,
    pages,
  });
}

function wireEntry({ transaction, occurredAtMs, version, ...listed }: ListedTransaction) {
  const told = {
    player_id: listed.player,
    round_id: listed.round,
    game_code: listed.game,
    provider: listed.provider,
    currency: listed.currency,
    occurred_at: occurredAtMs === null ? null : new Date(occurredAtMs).toISOString(),
  };
  const said = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null));
  return { ...transactionBody(transaction), ...said, ...(version === 0 ? {} : { version }) };
}
