/** Settlement and session events, as far as they can be judged from outside: how they are answered, and that they move no money. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebhookEvent } from '../dialects/index.ts';
import { fromUnits } from '../money/index.ts';
import { note } from './ask.ts';
import { accuse, Undecided, wordsFor } from './playing.ts';
import type { Playing } from './playing.ts';
import type { SettlementLine, Step, Tamper, Word } from './scenario.ts';
import { idOf, NotPlayable, unitsOfText } from './speak.ts';
import { plain } from './tamper.ts';
import { worded } from './judge.ts';
import { withHeader } from './message.ts';
import type { Message } from './message.ts';

export async function playSettlement(playing: Playing, step: Extract<Step, { do: 'settlement' }>): Promise<void> {
  const event = summaryOf(playing, step.say);
  for (let count = 0; count < step.times; count += 1)
    await deliver(playing, {
      event,
      label: `settlement ${step.say.event}`,
      tampers: step.tamper,
      words: wordsFor(playing, step.expect),
    });
}

export async function playEvent(playing: Playing, step: Extract<Step, { do: 'session_event' }>): Promise<void> {
  const { roles, world } = playing;
  const event: WebhookEvent = {
    kind: 'session',
    eventId: idOf(roles, step.event),
    type: step.type,
    // never a session that other scenarios play in
    session: idOf(roles, 'session'),
    mode: step.mode,
    player: step.mode === 'demo' ? null : roles.player.id,
    game: roles.cast.game,
    occurredAtMs: world.clock.now(),
  };
  await deliver(playing, { event, label: `session ${step.type}`, tampers: [], words: wordsFor(playing, step.expect) });
}

function summaryOf({ roles, world }: Playing, say: SettlementLine): WebhookEvent {
  const money = (text: string) => fromUnits(unitsOfText(text, roles.cast), roles.cast.scale);
  return {
    kind: 'settlement',
    eventId: idOf(roles, say.event),
    version: say.version,
    final: say.final,
    complete: say.complete,
    occurredAtMs: world.clock.now(),
    round: idOf(roles, say.round),
    session: roles.player.session,
    player: roles.player.id,
    mode: say.mode,
    game: roles.cast.game,
    currency: roles.cast.currency,
    totals: { bet: money(say.bet), win: money(say.win), refund: money(say.refund) },
    transactions:
      say.transactions?.map((each) => ({
        kind: each.kind,
        id: idOf(roles, each.id),
        amount: money(each.amount),
        status: each.status,
        bet: null,
        free: false,
      })) ?? null,
  };
}

interface Delivery {
  readonly event: WebhookEvent;
  readonly label: string;
  readonly tampers: readonly Tamper[];
  readonly words: readonly Word[];
}

const TRIES = 8;

async function deliver(playing: Playing, { event, label, tampers, words }: Delivery): Promise<void> {
  const { world, notes } = playing;
  const { aggregator, webhookUrl } = world;
  if (webhookUrl === null || aggregator.sayWebhook === null) throw new NotPlayable('the operator takes no webhooks');
  for (let tries = 1; ; tries += 1) {
    const said = aggregator.sayWebhook(event, world.clock.now());
    const message = broken(playing, plain(said, webhookUrl), tampers);
    const carried = await world.transport.carry(message, world.timeoutMs);
    const { reply } = note(world, notes, { call: null, label, message, carried, burst: null });
    const status = reply?.status ?? 0;
    if (status >= 200 && status < 500) {
      const isFine = words.some((word) => isStatus(word, status));
      if (!isFine) {
        const severity = status < 300 ? 'money' : 'players';
        accuse(playing, {
          severity,
          message: `${label}: answered ${status}; expected ${worded(words)}`,
          wrongBy: null,
        });
      }
      return;
    }
    if (tries === TRIES)
      throw new Undecided(`${label}: no definite answer in ${tries} tries (${status === 0 ? 'silence' : status})`);
    await sleep(50 * tries);
  }
}

function broken({ world }: Playing, message: Message, tampers: readonly Tamper[]): Message {
  let result = message;
  for (const tamper of tampers) {
    const name = world.aggregator.signatureHeader;
    if (tamper.on !== 'signature' || name === null)
      throw new NotPlayable('the signature of this dialect is in no header');
    result = withHeader(result, name, tamper.how.kind === 'absent' ? null : '0'.repeat(64));
  }
  return result;
}

function isStatus(word: Word, status: number): boolean {
  if (word === 'ok' || word === 'ok_dup') return status >= 200 && status < 300;
  if (word === 'unauth') return status === 401 || status === 403;
  if (word === 'bad_request') return status === 400 || status === 422;
  return word === 'refused' && status >= 400;
}
