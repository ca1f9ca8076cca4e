/**
 * A small casino operator that speaks the generic dialect over HTTP: it believes a message by its signature, reads it, books it
 * and answers. Everything it knows is in memory and gone when it closes. It is as plain as can be, so that one sees where each
 * broken one goes wrong.
 */
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import { newId } from '../../platform/index.ts';
import type { Call, Money, Outcome } from './book.ts';
import { createDatabase } from './database.ts';
import type { Database, Pace } from './database.ts';
import { answerDesk } from './desk.ts';
import { rateOf } from './exchange.ts';
import type { Rate, Till } from './exchange.ts';
import { playerLock } from './habits.ts';
import type { Answer, Habits } from './habits.ts';
import { readCall, Unreadable } from './reading.ts';
import { balanceFor, decide, decideClose, walletFor } from './rules.ts';
import type { Sight } from './rules.ts';
import { error, moneyText, UNBELIEVED, worded } from './words.ts';
import { scaleOf, worldOf } from './world.ts';
import type { World, ZooCast } from './world.ts';

export interface OperatorOptions {
  readonly habits: Habits;
  readonly cast: ZooCast;
  /** of each player at the start, in the currency's smallest units */
  readonly balance: bigint;
  readonly signingSecrets: readonly string[];
  /** the signed bytes are `<X-Timestamp>.<body>` */
  readonly timestamped: boolean;
  readonly clock: Clock;
  readonly pace: Pace;
  /** 0: any free port */
  readonly port: number;
}

export interface RunningOperator {
  readonly port: number;
  readonly database: Database;
  /** units of the game's currency for 1 of the exchanged player's, from now on */
  readonly setRate: (text: string) => void;
  readonly close: () => Promise<void>;
}

interface Shop extends OperatorOptions {
  readonly database: Database;
  readonly world: World;
  /** how this player's money is converted now; null: not at all */
  readonly till: (player: string) => Till | null;
}

const BODY_BYTES_MAX = 65_536;
const BODY_BYTES_IGNORED_MAX = 16 * BODY_BYTES_MAX;
/** The aggregator gives up after three seconds; it shall hear "not known" before. */
const ANSWER_MS = 2_400;
const WINDOW_SECONDS = 300;
const BODY_MS = 10_000;
/** Units of the game's currency for 1 of the exchanged player's. */
const RATE = '64123.45';

export async function runOperator(options: OperatorOptions): Promise<RunningOperator> {
  const world = worldOf(options.cast, options.balance);
  const database = createDatabase(world.wallets, options.pace, () => options.clock.now());
  const { exchanged, currency, scale } = options.cast;
  const priced = (text: string): Rate => rateOf(text, scale, exchanged.wallet.scale);
  let spot = priced(RATE);
  const till = (player: string): Till | null =>
    player === exchanged.id ? { game: { currency, scale }, currency: exchanged.wallet.currency, spot } : null;
  const shop: Shop = { ...options, world, database, till };
  const server = createServer({ requestTimeout: BODY_MS, connectionsCheckingInterval: 1_000 }, (request, response) => {
    void serve(shop, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the operator has no port');
  const setRate = (text: string): void => {
    spot = priced(text);
  };
  return { port: address.port, database, setRate, close: async () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(shop: Shop, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  let answer: Answer;
  try {
    const body = await bodyOf(request);
    if (body === 'too large') answer = error(413, 'bad_request', 'The body is too large.');
    else if (path.startsWith('/v1/')) {
      const nowMs = shop.clock.now();
      const question = { method: request.method ?? '', path: path.slice('/v1'.length), query, body, nowMs };
      answer = answerDesk(shop.database, shop.cast, question);
    } else answer = await answerAggregator(shop, request, path, body);
  } catch {
    // Whatever it was, nobody knows whether something was booked.
    answer = shop.habits.whenUnsure({});
  }
  const text = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    ...(answer.status === 503 ? { 'retry-after': '1' } : {}),
    ...(answer.status === 413 ? { connection: 'close' } : {}),
  });
  response.end(text);
}

/** The bytes of the body. What is beyond the limit is not kept, only let by for a while, so that the caller hears the answer. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | 'too large'> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const chunks: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    length += chunk.byteLength;
    if (length > BODY_BYTES_IGNORED_MAX) break;
    if (length <= BODY_BYTES_MAX) parts.push(chunk);
  }
  return length > BODY_BYTES_MAX ? 'too large' : Buffer.concat(parts);
}

async function answerAggregator(shop: Shop, request: IncomingMessage, path: string, body: Uint8Array): Promise<Answer> {
  const isCallback = path === '/callbacks/zoo';
  if (request.method !== 'POST' || (!isCallback && !path.startsWith('/webhooks/zoo/')))
    return error(404, 'not_found', 'There is nothing here.');
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (type !== 'application/json' || encoding.toLowerCase() !== 'identity')
    return error(415, 'bad_request', 'Send application/json without a content encoding.');
  const trust = trustIn(shop, request, body);
  if (trust === 'none') return UNBELIEVED;
  if (!isCallback) return answerWebhook(body);
  let call: Call;
  try {
    call = readCall(body, { unitsOf: shop.habits.unitsOf, scaleOf });
  } catch (problem) {
    if (problem instanceof Unreadable) return error(400, 'bad_request', problem.message);
    throw problem;
  }
  try {
    const outcome = await within(ANSWER_MS, book(shop, call, trust === 'late'));
    return worded(outcome, call, shop.habits, moneyNow(shop, call));
  } catch {
    return shop.habits.whenUnsure(moneyText(moneyNow(shop, call)));
  }
}

function moneyNow({ database, clock }: Shop, { player, currency }: Call): Money | null {
  const units = database.balanceAt(player, currency, clock.now());
  const scale = scaleOf(currency);
  return units === null || scale === null ? null : { units, scale, currency };
}

/** `late`: genuine, but of another hour, so it is only told what is booked already. */
function trustIn(shop: Shop, request: IncomingMessage, body: Uint8Array): 'full' | 'late' | 'none' {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  const timestamp = header('x-timestamp') ?? '';
  const message = { body, signature: header('x-signature'), prefix: shop.timestamped ? `${timestamp}.` : '' };
  if (!shop.habits.isGenuine(message, shop.signingSecrets)) return 'none';
  if (!shop.timestamped) return 'full';
  if (!/^[1-9][0-9]{0,10}$/.test(timestamp)) return 'none';
  const ageSeconds = Math.floor(shop.clock.now() / 1000) - Number(timestamp);
  if (ageSeconds < -WINDOW_SECONDS) return 'none';
  return ageSeconds > WINDOW_SECONDS ? 'late' : 'full';
}

async function book(shop: Shop, call: Call, onlyKnown: boolean): Promise<Outcome> {
  const { database, habits, world, clock } = shop;
  const session = call.session === null ? null : world.session(call.session);
  const knowsGame = call.game === null || world.knowsGame(call.game, session);
  const till = shop.till(call.player);
  const sight: Sight = { habits, session, knowsGame, till, onlyKnown, nowMs: clock.now(), newId };
  switch (call.type) {
    case 'balance':
      return onlyKnown ? { kind: 'stale' } : tellBalance(shop, call, sight);
    case 'close':
      return database.locked([playerLock(call.player)], async () => {
        const draft = await database.read();
        const outcome = decideClose(draft, call, sight);
        await database.commit(draft);
        return outcome;
      });
    case 'money':
      return habits.perform(call, async (legs) =>
        habits.transact(database, { ...call, legs }, (draft) => decide(draft, { ...call, legs }, sight)),
      );
  }
}

async function tellBalance({ database, habits }: Shop, call: Call, { session, till, nowMs }: Sight): Promise<Outcome> {
  const draft = await database.read();
  const shown = balanceFor(draft, call, till);
  if (shown === null) return { kind: 'no', code: 'unknown_player', balance: null };
  const code = habits.sessionRefusal('bet', session, call);
  // Nobody is told what is in another player's wallet.
  if (code !== null) return { kind: 'no', code, balance: code === 'session_invalid' ? null : shown };
  const wallet = walletFor(draft, call, till, till?.spot ?? null);
  if (wallet === null) return { kind: 'no', code: 'wrong_currency', balance: shown };
  const balance = { ...shown, units: habits.shownBalance(database, wallet, nowMs) };
  return { kind: 'ok', operatorId: null, duplicate: false, balance };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the answer would come too late')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Events tell, they move no money: genuine ones are taken. */
function answerWebhook(body: Uint8Array): Answer {
  return body.byteLength === 0
    ? error(400, 'bad_request', 'body: empty')
    : { status: 200, body: { status: 'accepted' } };
}
