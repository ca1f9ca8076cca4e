/**
 * Webhooks of the generic dialect, both halves: settlement and session events and "the catalogue changed". They assert and
 * never move money.
 */
import { isProblem } from '../../money/index.ts';
import { fieldMessage, fields, readJson } from '../../wire/index.ts';
import type { Writable } from '../../wire/index.ts';
import type { DecodedWebhook, WebhookEvent } from '../dialect.ts';
import { decodeSettlement, settlementBody } from './settlement.ts';
import { timeOf } from './time.ts';

export function decodeWebhook(topic: string, body: Uint8Array): DecodedWebhook {
  if (topic === 'settlement') return { kind: 'event', event: decodeSettlement(body) };
  const json = readJson(body);
  if (isProblem(json)) return bad(`body: ${json.reason}`);
  const f = fields(json);
  switch (topic) {
    case 'catalogue': {
      const eventId = f.id('event_id');
      f.oneOf('type', ['catalogue.changed']);
      return f.problem === null
        ? { kind: 'event', event: { kind: 'catalogue_changed', eventId } }
        : bad(fieldMessage(f.problem));
    }
    case 'session': {
      const event: WebhookEvent = {
        kind: 'session',
        eventId: f.id('event_id'),
        type: TYPES[f.oneOf('type', ['session.started', 'session.ended', 'session.heartbeat'])],
        session: f.id('session_id'),
        mode: f.optional('mode', (name) => f.oneOf(name, ['real', 'demo'])),
        player: f.optional('player_id', f.id),
        game: f.optional('game_code', f.id),
        occurredAtMs: timeOf(f, 'occurred_at'),
      };
      return f.problem === null ? { kind: 'event', event } : bad(fieldMessage(f.problem));
    }
    default:
      return bad('topic: not served; there are settlement, session and catalogue');
  }
}

const TYPES = { 'session.started': 'started', 'session.ended': 'ended', 'session.heartbeat': 'heartbeat' } as const;

const bad = (message: string): DecodedWebhook => ({ kind: 'bad_request', message });

/** The body the aggregator would send for an event. */
export function webhookBody(event: WebhookEvent): {
  readonly topic: string;
  readonly body: Readonly<Record<string, Writable>>;
} {
  if (event.kind === 'settlement_unread') throw new RangeError('nobody sends what cannot be understood');
  if (event.kind === 'settlement') return { topic: 'settlement', body: settlementBody(event) };
  if (event.kind === 'catalogue_changed')
    return { topic: 'catalogue', body: { event_id: event.eventId, type: 'catalogue.changed' } };
  return {
    topic: 'session',
    body: {
      event_id: event.eventId,
      type: `session.${event.type}`,
      session_id: event.session,
      ...(event.mode === null ? {} : { mode: event.mode }),
      ...(event.player === null ? {} : { player_id: event.player }),
      ...(event.game === null ? {} : { game_code: event.game }),
      occurred_at: new Date(event.occurredAtMs).toISOString(),
    },
  };
}
