/**
 * Seats test players at an operator that is Croupier, or speaks its `/v1`: makes accounts marked as tests, gives them money, lets
 * them into a game. What others write into their configuration by hand comes about here by itself.
 */
import { z } from 'zod';
import type { OutboundRequest, WebhookEvent } from '../dialects/index.ts';
import { newToken } from '../platform/index.ts';
import type { Aggregator } from './aggregator.ts';
import type { Cast, CastPlayer } from './lookup.ts';
import { saidBy } from './said.ts';

export interface SeatingOrder {
  /** of the operator's API, without the slash at its end */
  readonly url: string;
  readonly apiKey: string;
  /** the operator's name of the aggregator the kit plays */
  readonly aggregator: string;
  readonly currency: string;
  readonly scale: number;
  readonly stake: string;
  /** decimal text in the currency */
  readonly money: string;
  readonly players: number;
  readonly otherCurrency: string | null;
  /** for ending a session, so that there is one that has run out; null: there will be none */
  readonly webhookUrl: string | null;
  /** another player, with `money` in this currency and let into a game that is played in the order's, where the dialect can tell the two apart; null: there will be none */
  readonly exchanged: { readonly currency: string; readonly scale: number; readonly money: string } | null;
}

/** The operator would not seat the players: nothing can be played. */
export class SeatingProblem extends Error {
  override readonly name = 'SeatingProblem';
}

const gamesSchema = z.object({
  items: z.array(z.object({ id: z.string(), code: z.string(), available: z.boolean().optional() })),
});
const launchSchema = z.object({ session_id: z.string() });
const anything = z.unknown();

export async function seat(order: SeatingOrder, aggregator: Aggregator, nowMs: () => number): Promise<Cast> {
  const call = callerOf(order);
  const games = await call(
    'GET',
    `/games?aggregator=${encodeURIComponent(order.aggregator)}&limit=10`,
    null,
    gamesSchema,
  );
  const [game, other] = games.items.filter((each) => each.available !== false);
  if (game === undefined)
    throw new SeatingProblem(`the operator lists no game of ${order.aggregator}; sync its catalogue first`);
  const mark = newToken(6).replaceAll(/[^A-Za-z0-9]/g, 'x');
  const launch = async (player: string | null, gameId: string, wallet = order.currency): Promise<string> => {
    const game = wallet === order.currency ? {} : { game_currency: order.currency };
    const wish = player === null ? { mode: 'demo' } : { mode: 'real', player_id: player, currency: wallet, ...game };
    const { session_id } = await call('POST', '/launches', { ...wish, game_id: gameId }, launchSchema);
    return session_id;
  };
  const enrol = async (name: string, money: string | null, currency = order.currency): Promise<string> => {
    // letters and digits only: some aggregators have no other ids
    const id = `certify${mark}${name}`;
    await call('POST', '/players', { id, currency, test: true }, anything);
    const deposit = { amount: money, currency, reference: `${id}-seat` };
    if (money !== null) await call('POST', `/players/${id}/deposits`, deposit, anything);
    return id;
  };
  const seatOne = async (name: string, money: string | null): Promise<CastPlayer> => {
    const id = await enrol(name, money);
    const expired =
      other === undefined ? null : await endedSession(order, aggregator, await launch(id, other.id), nowMs());
    return { id, session: await launch(id, game.id), expired };
  };
  const players: CastPlayer[] = [];
  for (let at = 1; at <= order.players; at += 1) players.push(await seatOne(String(at), order.money));
  const seatExchanged = async ({ currency, scale, money }: NonNullable<SeatingOrder['exchanged']>) => {
    const id = await enrol('exchanged', money, currency);
    return { id, session: await launch(id, game.id, currency), expired: null, wallet: { currency, scale } };
  };
  const blocked = await seatOne('blocked', order.money);
  await call('PATCH', `/players/${blocked.id}`, { status: 'self_excluded' }, anything);
  const cast: Cast = {
    currency: order.currency,
    scale: order.scale,
    stake: order.stake,
    game: game.code,
    players,
    otherGame: other?.code ?? null,
    otherCurrency: order.otherCurrency,
    blocked,
    poor: await seatOne('poor', null),
    demoSession: await launch(null, game.id).catch(() => null),
    exchanged: null,
  };
  // without its session a call cannot say which currency it means: such a launch would be refused, rightly
  if (order.exchanged === null || !saidBy({ cast, aggregator }).namesSession) return cast;
  return { ...cast, exchanged: await seatExchanged(order.exchanged) };
}

/** Ends it as the aggregator would; null when the operator does not take such events. */
async function endedSession(
  order: SeatingOrder,
  aggregator: Aggregator,
  session: string,
  nowMs: number,
): Promise<string | null> {
  if (order.webhookUrl === null || aggregator.sayWebhook === null) return null;
  const event = {
    kind: 'session',
    eventId: newToken(12),
    type: 'ended',
    session,
    mode: 'real',
    player: null,
    game: null,
    occurredAtMs: nowMs,
  } as const;
  const said = wordsFor(aggregator.sayWebhook, event, nowMs);
  if (said === null) return null;
  const response = await fetch(`${order.webhookUrl}${said.path}`, {
    method: said.method,
    headers: said.headers,
    body: said.body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.arrayBuffer();
  return response.ok ? session : null;
}

/** Null where the dialect has no such events. */
function wordsFor(
  say: NonNullable<Aggregator['sayWebhook']>,
  event: WebhookEvent,
  nowMs: number,
): OutboundRequest | null {
  try {
    return say(event, nowMs);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const TIMEOUT_MS = 15_000;

function callerOf(order: SeatingOrder) {
  return async <T>(method: string, path: string, body: object | null, schema: z.ZodType<T>): Promise<T> => {
    const response = await fetch(`${order.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${order.apiKey}`,
        ...(body === null ? {} : { 'content-type': 'application/json', 'idempotency-key': newToken(12) }),
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new SeatingProblem(
        `${order.url} does not answer: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok)
      throw new SeatingProblem(`${method} ${path} was refused with ${response.status}: ${detailOf(answer)}`);
    const parsed = schema.safeParse(answer);
    if (!parsed.success) throw new SeatingProblem(`${method} ${path} answered something else than Croupier's API does`);
    return parsed.data;
  };
}

function detailOf(answer: unknown): string {
  const detail: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'detail') : undefined;
  return typeof detail === 'string' ? detail : 'no reason given';
}
