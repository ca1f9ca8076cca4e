/**
 * What the sandbox says about a round after it was played: settlement webhooks, as good or as bad as the tester wants them.
 * Best effort like an aggregator's: repeated a few times when they are not taken, in no order to the callbacks. They only
 * assert what the sandbox believes; how the operator took it is not asked.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { addDecimals, decimalOf } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import type { Clock, Log } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import type { AssertedTransaction, Mirror, SettlementSummary } from '../dialects/dialect.ts';
import type { Random } from './random.ts';

export const settlementKnobsSchema = z.strictObject({
  /** whether rounds are settled by webhook at all */
  enabled: z.boolean().default(true),
  /** before the first event of a round */
  delayMs: z.number().int().min(0).max(600_000).default(0),
  /** chances, 0 to 1: an event is sent twice */
  duplicateRate: z.number().min(0).max(1).default(0),
  /** a round gets two versions, the later one first */
  outOfOrderRate: z.number().min(0).max(1).default(0),
  /** nothing is said of a round */
  omitRate: z.number().min(0).max(1).default(0),
  /** the totals say one unit of win too many; the list stays right */
  wrongTotalsRate: z.number().min(0).max(1).default(0),
  /** a first version with an error, which lists the bet alone; the whole follows */
  partialRate: z.number().min(0).max(1).default(0),
});
export type SettlementKnobs = z.output<typeof settlementKnobsSchema>;

/** One round as the sandbox has it. */
export interface PlayedRound {
  readonly round: string;
  readonly session: string;
  readonly player: string;
  readonly game: string;
  readonly currency: string;
  readonly scale: number;
  readonly bet: { readonly id: string; readonly amount: Decimal };
  /** null: the stake was asked back */
  readonly win: { readonly id: string; readonly amount: Decimal } | null;
}

export interface SentEvent {
  readonly atMs: number;
  readonly round: string;
  readonly version: number;
  readonly what: string;
  /** null: nobody answered */
  readonly status: number | null;
}

export interface SettlementSender {
  readonly settle: (played: PlayedRound) => void;
  readonly knobs: () => SettlementKnobs;
  readonly set: (knobs: SettlementKnobs) => void;
  /** the last events sent, newest first */
  readonly sent: () => readonly SentEvent[];
  /** Waits for what is under way. */
  readonly idle: () => Promise<void>;
}

export interface SettlementSenderOptions {
  /** the operator's webhooks of this aggregator, without the topic */
  readonly url: string;
  readonly mirror: Mirror;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly knobs?: SettlementKnobs;
}

const TRIES = 4;
const FIRST_PAUSE_MS = 500;
const REMEMBERED = 200;

export function createSettlementSender(options: SettlementSenderOptions): SettlementSender {
  const { clock, random, signal, log } = options;
  const running = new Set<Promise<unknown>>();
  const sent: SentEvent[] = [];
  let knobs = options.knobs ?? settlementKnobsSchema.parse({});

  const post = async (event: SettlementSummary, what: string): Promise<void> => {
    for (let tries = 0; tries < TRIES && !signal.aborted; tries += 1) {
      if (tries > 0) await sleep(FIRST_PAUSE_MS * 2 ** tries, undefined, { signal }).catch(() => undefined);
      const status = await postOnce(options, event);
      sent.push({ atMs: clock.now(), round: event.round, version: event.version ?? 0, what, status });
      if (sent.length > REMEMBERED) sent.shift();
      if (status !== null && status < 500) return;
    }
  };

  const tell = async (played: PlayedRound): Promise<void> => {
    if (knobs.delayMs > 0) await sleep(knobs.delayMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    for (const { event, what } of storyOf(played, knobs, random, clock.now())) {
      await post(event, what);
      if (random() < knobs.duplicateRate) await post(event, `${what}, again`);
    }
  };

  return {
    settle: (played) => {
      if (!knobs.enabled || random() < knobs.omitRate) return;
      const work = tell(played).catch((error: unknown) => log.debug({ err: error }, 'a round was not settled'));
      running.add(work);
      void work.finally(() => running.delete(work));
    },
    knobs: () => knobs,
    set: (next) => {
      knobs = next;
    },
    sent: () => sent.toReversed(),
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

/** The events of one round in the order they are sent. */
function storyOf(
  played: PlayedRound,
  knobs: SettlementKnobs,
  random: Random,
  nowMs: number,
): readonly { readonly event: SettlementSummary; readonly what: string }[] {
  const wrong = random() < knobs.wrongTotalsRate;
  const partial = random() < knobs.partialRate;
  const swapped = random() < knobs.outOfOrderRate;
  const whole = summaryOf(played, { version: partial || swapped ? 2 : 1, atMs: nowMs, wrong });
  const last = { event: whole, what: wrong ? 'with wrong totals' : 'whole' };
  if (!partial && !swapped) return [last];
  const first = {
    event: { ...summaryOf(played, { version: 1, atMs: nowMs - 1, wrong: false }), ...onlyBet(played) },
    what: 'partial',
  };
  return swapped ? [last, first] : [first, last];
}

const onlyBet = ({ bet }: PlayedRound): Partial<SettlementSummary> => ({
  final: false,
  complete: false,
  totals: null,
  transactions: [betOf(bet, 'ok')],
});

const betOf = (bet: PlayedRound['bet'], status: AssertedTransaction['status']): AssertedTransaction => ({
  kind: 'bet',
  id: bet.id,
  amount: bet.amount,
  status,
  bet: null,
  free: false,
});

function summaryOf(
  played: PlayedRound,
  { version, atMs, wrong }: { readonly version: number; readonly atMs: number; readonly wrong: boolean },
): SettlementSummary {
  const { bet, win, scale } = played;
  const none = decimalOf(0n, 0);
  const paid = win?.amount ?? none;
  const won: AssertedTransaction[] =
    win === null ? [] : [{ kind: 'win', id: win.id, amount: win.amount, status: 'ok', bet: bet.id, free: false }];
  return {
    kind: 'settlement',
    eventId: newId(),
    version,
    final: true,
    complete: true,
    occurredAtMs: atMs,
    round: played.round,
    session: played.session,
    player: played.player,
    mode: null,
    game: played.game,
    currency: played.currency,
    totals: {
      bet: win === null ? none : bet.amount,
      win: wrong ? addDecimals(paid, decimalOf(1n, scale)) : paid,
      refund: none,
    },
    transactions: [betOf(bet, win === null ? 'rolled_back' : 'ok'), ...won],
  };
}

async function postOnce(options: SettlementSenderOptions, event: SettlementSummary): Promise<number | null> {
  try {
    const request = options.mirror.sayWebhook(event, options.clock.now());
    const response = await fetch(`${options.url}${request.path}`, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      redirect: 'error',
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}
