/**
 * Says one thing until the answer is definite, as an aggregator does, with growing pauses and a limit. Every try is written
 * down. Nothing here judges.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Understood } from '../dialects/index.ts';
import { gameCode, playerId, sessionId } from '../wallet/index.ts';
import type { Call } from '../wallet/index.ts';
import type { Ending } from './judge.ts';
import { TRIES_TO_BELIEVE } from './judge.ts';
import type { CastPlayer } from './lookup.ts';
import type { Message } from './message.ts';
import type { Tamper } from './scenario.ts';
import { oddityOf } from './shown.ts';
import { messageOf } from './tamper.ts';
import type { Carried } from './transport.ts';
import type { Exchange, World } from './world.ts';

/** The notebook of one scenario. */
export interface Notes {
  readonly startedAtMs: number;
  readonly exchanges: Exchange[];
  /** the last message of each label, for sending the same bytes again */
  readonly messages: Map<string, Message>;
}

export interface Asking {
  readonly call: Call;
  readonly label: string;
  readonly tampers: readonly Tamper[];
  /** one try only, whatever comes */
  readonly once: boolean;
  /** the last message of this label again, byte for byte */
  readonly replays: boolean;
  /** a clear no is expected, so persistent "ask again" is soon believed */
  readonly expectsNo: boolean;
}

const FIRST_PAUSE_MS = 40;
const LONGEST_PAUSE_MS = 2_000;
/** How long a no is waited for when "ask again" comes instead, at least. */
const NO_PATIENCE_MS = 4_000;

export async function ask(world: World, notes: Notes, asking: Asking): Promise<Ending> {
  const since = world.clock.monotonic();
  const limitMs = asking.expectsNo ? Math.min(NO_PATIENCE_MS, world.patienceMs) : world.patienceMs;
  for (let tries = 1; ; tries += 1) {
    const url = world.urls[(tries - 1) % world.urls.length] ?? world.urls[0];
    const message = messageFor(world, notes, asking, url);
    const carried = await world.transport.carry(message, timeoutFor(world, message));
    const exchange = note(world, notes, { call: asking.call, label: asking.label, message, carried, burst: null });
    const { reading } = exchange;
    const isDefinite = reading.kind === 'applied' || reading.kind === 'rejected';
    const ending = { reading, status: exchange.reply?.status ?? null, silence: exchange.silence, tries };
    if (isDefinite || asking.once) return { ...ending, isAlive: true };
    const isLate = world.clock.monotonic() - since > limitMs;
    if (isLate && tries >= TRIES_TO_BELIEVE) return { ...ending, isAlive: await isAlive(world) };
    // a time out has waited long enough by itself
    if (isLate && exchange.silence === 'timeout') return { ...ending, isAlive: await isAlive(world) };
    await sleep(Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS));
  }
}

/** A message that stalls on purpose is answered when the operator loses patience, so it is waited for longer. */
const timeoutFor = (world: World, message: Message): number =>
  message.transport === 'stalls' || message.transport === 'length_too_long'
    ? Math.min(3_000, world.timeoutMs)
    : world.timeoutMs;

export function messageFor(world: World, notes: Notes, asking: Asking, url: string): Message {
  const earlier = notes.messages.get(asking.label);
  if (asking.replays && earlier !== undefined) return { ...earlier, url: earlier.url };
  const { aggregator, clock } = world;
  const message = messageOf({ aggregator, call: asking.call, url, nowMs: clock.now() }, asking.tampers);
  notes.messages.set(asking.label, message);
  return message;
}

export function note(
  world: World,
  notes: Notes,
  said: {
    /** what is answered; null: no call, such as a webhook */
    readonly call: Call | null;
    readonly label: string;
    readonly message: Message;
    readonly carried: Carried;
    readonly burst: number | null;
  },
): Exchange {
  const { carried, message, label, burst } = said;
  const reply = carried.heard.kind === 'reply' ? carried.heard.reply : null;
  const silence = carried.heard.kind === 'silence' ? carried.heard.silence : null;
  const reading = readingOf(world, carried, said.call);
  const exchange: Exchange = {
    atMs: carried.sentAtMs - notes.startedAtMs,
    tookMs: carried.tookMs,
    wire: carried.wire,
    label,
    burst,
    message,
    reply,
    silence,
    reading,
    oddity: oddityOf(world.cast, said.call, reading),
    isWrong: false,
  };
  notes.exchanges.push(exchange);
  return exchange;
}

function readingOf({ aggregator }: World, { heard }: Carried, call: Call | null): Understood {
  if (heard.kind === 'silence') return { kind: 'uncertain', reason: SILENCES[heard.silence] };
  const { status, headers, body } = heard.reply;
  const reading = aggregator.understand(status, headers, body, call);
  // What stands in front of an operator answers in plain HTTP: no dialect's words, and still a clear no.
  if (reading.kind === 'nonsense' && status >= 400 && status < 500)
    return { kind: 'rejected', code: String(status), balance: null, meanings: [] };
  return reading;
}

const SILENCES = {
  timeout: 'no answer in time',
  closed: 'the connection was closed without an answer',
  refused: 'no connection',
  garbled: 'an answer that is no HTTP',
  cut: 'the kit hung up',
} as const;

/** Whether the operator answers something definite at all, right now. */
export async function isAlive(world: World): Promise<boolean> {
  const [first] = world.cast.players;
  if (first === undefined) return false;
  const notes: Notes = { startedAtMs: world.clock.monotonic(), exchanges: [], messages: new Map() };
  const call: Call = balanceCall(world, first);
  const message = messageFor(world, notes, { ...ASKING, call, label: 'balance' }, world.urls[0]);
  const { reading } = note(world, notes, {
    call,
    label: 'balance',
    message,
    carried: await world.transport.carry(message, world.timeoutMs),
    burst: null,
  });
  return reading.kind === 'applied' || reading.kind === 'rejected';
}

export const ASKING: Omit<Asking, 'call' | 'label'> = {
  tampers: [],
  once: false,
  replays: false,
  expectsNo: false,
};

export function balanceCall({ cast }: Pick<World, 'cast'>, player: CastPlayer): Call {
  return {
    kind: 'balance',
    player: { kind: 'id', player: playerId(player.id) },
    session: sessionId(player.session),
    currency: cast.currency,
    game: gameCode(cast.game),
    provider: null,
    requestId: null,
  };
}
