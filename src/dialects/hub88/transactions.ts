/**
 * Hub88's list of transactions, both ends: one signed call for one currency. It is both of the house's lists: records of calls that it
 * gave up repeating are `timed_out`, all others `transactions`, so that no record is evidence twice. An entry that cannot be
 * understood is named and skipped; an answer that cannot be, is a problem, and nothing of it is kept.
 */
import { isProblem, toUnits } from '../../money/index.ts';
import { errandProblem, fieldMessage, fields, isJsonArray, isJsonObject, readJson } from '../../wire/index.ts';
import type { Errand, ErrandProblem, ErrandResponse, Fields, JsonValue, Writable } from '../../wire/index.ts';
import type {
  AssertedStatus,
  AssertedTransaction,
  ListedTransaction,
  Mirror,
  RawRequest,
  RawResponse,
  TransactionLists,
  TransactionsAsked,
  TransactionsPage,
} from '../dialect.ts';
import { believed, gameNamed, refuse, refusedBy, respond, signedRequest, uuidFrom } from '../rs-family/calls.ts';
import { FAMILY_SCALE } from '../rs-family/family.ts';
import { nextWindow, utcText, utcTimeOf, windowOf } from '../windows.ts';
import type { Window } from '../windows.ts';
import type { Hub88Settings } from './settings.ts';

export const LIST_PATH = '/transactions/list';
const HEADER = 'x-hub88-signature';
const LIMITS = { maxDepth: 8, maxKeys: 1_000_000, maxItems: 1_000_000 };
const MAX_BODY_BYTES = 32 * 1024 * 1024;

const KIND_WORDS = [
  'TK_BET',
  'TK_FREE_BET',
  'TK_WIN',
  'TK_FREE_WIN',
  'TK_JP_WIN',
  'TK_BONUS_WIN',
  'TK_ROLLBACK',
] as const;
/** `TK_NEG_BET` is not among them: what moves by it is nowhere said. */
const KINDS: Readonly<Record<(typeof KIND_WORDS)[number], AssertedTransaction['kind']>> = {
  TK_BET: 'bet',
  TK_FREE_BET: 'bet',
  TK_WIN: 'win',
  TK_FREE_WIN: 'win',
  TK_JP_WIN: 'win',
  TK_BONUS_WIN: 'win',
  TK_ROLLBACK: 'rollback',
};

const GIVEN_UP = 'TS_RETRY_ATTEMPTS_LIMIT_EXCEEDED' as const;
const STATUS_WORDS = ['TS_SUCCESS', 'TS_DECLINED', 'TS_ROLLEDBACK', GIVEN_UP] as const;
type StatusWord = (typeof STATUS_WORDS)[number];

/** A bet that was given up counts as failed with them; a win is still owed, and what a rollback was sent for is undone. */
function statusOf(word: StatusWord, kind: AssertedTransaction['kind']): AssertedStatus {
  switch (word) {
    case 'TS_SUCCESS':
      return 'ok';
    case 'TS_DECLINED':
      return 'failed';
    case 'TS_ROLLEDBACK':
      return 'rolled_back';
    case GIVEN_UP:
      return kind === 'bet' ? 'failed' : 'ok';
  }
}

/** The lists; undefined where the settings say that they are not asked for. */
export function hub88Lists(settings: Hub88Settings): TransactionLists | undefined {
  const { enabled, span_minutes: minutes } = settings.catalogue.transactions;
  if (!enabled) return undefined;
  return {
    lists: ['transactions', 'timed_out'],
    byCurrency: true,
    pauseMs: 250,
    longestMs: minutes * 60_000,
    page: (asked) => listErrand(settings, asked),
  };
}

function listErrand(settings: Hub88Settings, asked: TransactionsAsked): Errand<TransactionsPage> {
  const { catalogue, launch } = settings;
  const window = windowOf(asked);
  const content = {
    operator_id: launch.operator_id,
    sub_partner_id: launch.sub_partner_id,
    start_time: utcText(window.fromMs, ' '),
    end_time: utcText(window.toMs, ' '),
    currency: asked.currency ?? undefined,
  };
  return {
    kind: 'transactions',
    request: signedRequest(catalogue.url + LIST_PATH, HEADER, launch.private_key, {
      ...content,
      request_uuid: uuidFrom(JSON.stringify([asked.list, content])),
    }),
    timeoutMs: 20_000,
    retries: 1,
    maxBodyBytes: MAX_BODY_BYTES,
    read: (response) => readPage(settings.catalogue, asked, window, response),
  };
}

function readPage(
  { games_by: gamesBy, transactions: { full_at: fullAt } }: Hub88Settings['catalogue'],
  asked: TransactionsAsked,
  window: Window,
  response: ErrandResponse,
): TransactionsPage | ErrandProblem {
  const { status, body } = response;
  if (status !== 200) return refusedBy('transactions', response);
  const json = readJson(body, LIMITS);
  if (isProblem(json) || !isJsonArray(json))
    return errandProblem('unreadable', 'transactions: the answer is not a list of transactions', status);
  const next = nextWindow(asked, window, json.length >= fullAt);
  if (next === 'too_full') {
    const message = `transactions: ${fullAt} or more in one second; their list may be cut. Ask Hub88 how many it gives at most, and set catalogue.transactions.full_at to that`;
    return errandProblem('unreadable', message, status);
  }
  const transactions: ListedTransaction[] = [];
  const malformed: string[] = [];
  json.forEach((entry, index) => {
    const read = readEntry(entry, gamesBy);
    if (typeof read === 'string') malformed.push(`${utcText(window.fromMs, ' ')}, entry ${index + 1}: ${read}`);
    else if (read.list === asked.list) transactions.push(read.listed);
  });
  return { transactions, malformed, next: next?.cursor ?? null };
}

/** One record and the list it belongs to, or why it cannot be used. */
function readEntry(
  entry: JsonValue,
  gamesBy: 'game_code' | 'game_id',
): { readonly list: TransactionsAsked['list']; readonly listed: ListedTransaction } | string {
  if (!isJsonObject(entry)) return 'not an object';
  const f = fields(entry);
  const word = f.oneOf('kind', KIND_WORDS);
  const kind = KINDS[word];
  const said = wordOfStatus(f);
  const changedAtMs = f.optional('updated_at', (name) => utcTimeOf(f, name));
  const reference = f.optional('reference_transaction_uuid', f.id);
  const listed: ListedTransaction = {
    transaction: {
      kind,
      id: f.id('transaction_uuid'),
      // theirs undo everything, whatever amount stands beside them
      amount: kind === 'rollback' ? null : f.minorAmount('amount', FAMILY_SCALE),
      status: statusOf(said, kind),
      bet: kind === 'bet' ? null : reference,
      free: word === 'TK_FREE_BET',
    },
    player: f.optional('user', f.id),
    round: f.optional('round', f.id),
    game: f.optional(gamesBy, f.id),
    provider: null,
    currency: f.optional('currency', f.id),
    occurredAtMs: f.optional('inserted_at', (name) => utcTimeOf(f, name)),
    // a record that does not say when it was changed is rolled back after it succeeded
    version: changedAtMs ?? (said === 'TS_ROLLEDBACK' ? 1 : 0),
  };
  if (f.problem !== null) return fieldMessage(f.problem);
  return { list: said === GIVEN_UP ? 'timed_out' : 'transactions', listed };
}

/** Their page names the field one way, older records another; two that differ are no status. */
function wordOfStatus(f: Fields): StatusWord {
  const read = (name: string): StatusWord => f.oneOf(name, STATUS_WORDS);
  const [named, older] = [f.optional('transaction_status', read), f.optional('status', read)];
  if (named === null && older === null) f.refuse('transaction_status', 'missing');
  const word = named ?? older ?? 'TS_SUCCESS';
  if (older !== null && word !== older) f.refuse('status', 'unknown_value');
  return word;
}

/** The list as Hub88 answers it: to its operator's signature, cut where the settings say that an answer may be. */
export function serveHub88List(
  { catalogue, launch }: Hub88Settings,
  request: RawRequest,
  of: Parameters<NonNullable<Mirror['serveTransactions']>>[1],
): RawResponse {
  const asked = believed(request, HEADER, launch.private_key);
  if (asked.kind === 'refused') return asked.response;
  const f = asked.fields;
  const [fromMs, toMs] = [utcTimeOf(f, 'start_time'), utcTimeOf(f, 'end_time')];
  const currency = f.optional('currency', f.id);
  f.id('request_uuid');
  if (f.id('operator_id') !== String(launch.operator_id)) return refuse(404, 'Operator not found');
  if (f.problem !== null || fromMs > toMs) return refuse(400, 'Invalid request');
  const span = { fromMs, toMs };
  const givenUp = of('timed_out', span);
  const ids = new Set(givenUp.map(({ transaction }) => `${transaction.kind} ${transaction.id}`));
  const others = of('transactions', span).filter(
    ({ transaction }) => !ids.has(`${transaction.kind} ${transaction.id}`),
  );
  const records = [
    ...givenUp.map((listed) => ({ listed, status: GIVEN_UP })),
    ...others.map((listed) => ({ listed, status: STATUS_NAMES[listed.transaction.status] })),
  ]
    .filter(({ listed }) => currency === null || listed.currency === currency)
    .toSorted((a, b) => (a.listed.occurredAtMs ?? 0) - (b.listed.occurredAtMs ?? 0))
    .slice(0, catalogue.transactions.full_at);
  return respond(
    200,
    records.map(({ listed, status }) => wireRecord(catalogue.games_by, listed, status)),
  );
}

const STATUS_NAMES: Readonly<Record<AssertedStatus, StatusWord>> = {
  ok: 'TS_SUCCESS',
  failed: 'TS_DECLINED',
  rolled_back: 'TS_ROLLEDBACK',
};
const KIND_NAMES = { bet: 'TK_BET', win: 'TK_WIN', rollback: 'TK_ROLLBACK' } as const;

function wireRecord(by: 'game_code' | 'game_id', listed: ListedTransaction, status: StatusWord): Writable {
  const { transaction, occurredAtMs } = listed;
  const units = transaction.amount === null ? 0n : toUnits(transaction.amount, FAMILY_SCALE);
  if (isProblem(units)) throw new RangeError('an amount has at most five digits here');
  return {
    user: listed.player,
    transaction_uuid: transaction.id,
    transaction_status: status,
    kind: transaction.free ? 'TK_FREE_BET' : KIND_NAMES[transaction.kind],
    amount: units,
    currency: listed.currency,
    round: listed.round,
    reference_transaction_uuid: transaction.bet,
    ...(listed.game === null ? {} : gameNamed(by, listed.game)),
    inserted_at: occurredAtMs === null ? null : utcText(occurredAtMs, ' '),
  };
}
