/**
 * Tells the operator's session webhook that sessions of real and demo play start and end: once, without insisting, and as badly
 * as the tester asked for – late, twice, in the wrong order, without the mode, or not at all. Events assert; they never move
 * money.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Mirror, OutboundRequest, WebhookEvent } from '../dialects/dialect.ts';
import type { Clock, Log } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import type { Random } from './random.ts';
import type { Table } from './tables.ts';

/** Faults of session events, all off by default. Chances are from 0 to 1. */
export interface SessionKnobs {
  /** an event is sent twice, under the same id */
  readonly duplicateRate: number;
  /** an event is not sent */
  readonly omitRate: number;
  /** a start is held back and sent after the end of its session, or never where there is none */
  readonly reorderRate: number;
  /** an event does not say the mode */
  readonly withoutModeRate: number;
  /** an event waits a random time, up to this long */
  readonly delayMs: number;
}
export const GOOD_EVENTS: SessionKnobs = {
  duplicateRate: 0,
  omitRate: 0,
  reorderRate: 0,
  withoutModeRate: 0,
  delayMs: 0,
};

const chance = z.number().min(0).max(1).default(0);
export const sessionKnobsSchema = z.strictObject({
  duplicateRate: chance,
  omitRate: chance,
  reorderRate: chance,
  withoutModeRate: chance,
  delayMs: z.number().int().min(0).max(86_400_000).default(0),
});

export interface SessionEventsOptions {
  readonly mirror: Mirror;
  /** the operator's address for webhooks of this aggregator */
  readonly url: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly knobs?: SessionKnobs;
}

export interface SessionEvents {
  readonly tell: (type: 'started' | 'ended', table: Table) => void;
  readonly knobs: () => SessionKnobs;
  readonly set: (knobs: SessionKnobs) => void;
  readonly counters: () => { readonly sent: number; readonly omitted: number; readonly heldBack: number };
}

type Told = Extract<WebhookEvent, { kind: 'session' }>;
const MAX_HELD_BACK = 10_000;

export function createSessionEvents(options: SessionEventsOptions): SessionEvents {
  const { clock, random } = options;
  const heldBack = new Map<string, Told>();
  let knobs = options.knobs ?? GOOD_EVENTS;
  let [sent, omitted] = [0, 0];

  const dispatch = async (event: Told): Promise<void> => {
    const delayMs = Math.floor(random() * knobs.delayMs);
    const isTwice = random() < knobs.duplicateRate;
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: options.signal, ref: false });
    for (let times = isTwice ? 2 : 1; times > 0; times -= 1) {
      sent += 1;
      await post(options, options.mirror.sayWebhook(event, clock.now()));
    }
  };
  const send = async (events: readonly Told[]): Promise<void> => {
    for (const event of events) {
      await dispatch(event).catch((error: unknown) =>
        options.log.debug({ err: error }, 'a session event was not delivered'),
      );
    }
  };

  return {
    tell: (type, table) => {
      const event = eventOf(type, table, clock.now(), random() < knobs.withoutModeRate);
      const isOmitted = random() < knobs.omitRate;
      const isHeld = type === 'started' && random() < knobs.reorderRate && heldBack.size < MAX_HELD_BACK;
      if (isOmitted) omitted += 1;
      else if (isHeld) heldBack.set(event.session, event);
      const now = isOmitted || isHeld ? [] : [event];
      const late = type === 'ended' ? heldBack.get(event.session) : undefined;
      if (late !== undefined) heldBack.delete(event.session);
      void send(late === undefined ? now : [...now, late]);
    },
    knobs: () => knobs,
    set: (next) => {
      knobs = next;
    },
    counters: () => ({ sent, omitted, heldBack: heldBack.size }),
  };
}

function eventOf(
  type: 'started' | 'ended',
  { order, game, openedAtMs }: Table,
  nowMs: number,
  isModeless: boolean,
): Told {
  return {
    kind: 'session',
    eventId: newId(),
    type,
    session: order.session,
    mode: isModeless ? null : order.mode,
    player: order.player,
    game: game.code,
    occurredAtMs: type === 'started' ? openedAtMs : nowMs,
  };
}

async function post({ url, signal, timeoutMs }: SessionEventsOptions, request: OutboundRequest): Promise<void> {
  const response = await fetch(`${url}${request.path}`, {
    method: request.method,
    headers: request.headers,
    body: request.body,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  await response.arrayBuffer();
}
