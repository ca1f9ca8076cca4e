/** Webhooks of the generic dialect: session events and "the catalogue changed". Settlement events join with reconciliation. */
import { isProblem } from '../../money/index.ts';
import { fieldMessage, fields, readJson } from '../../wire/index.ts';
import type { DecodedWebhook, WebhookEvent } from '../dialect.ts';

export function decodeWebhook(topic: string, body: Uint8Array): DecodedWebhook {
  const json = readJson(body);
  if (isProblem(json)) return bad(`body: ${json.reason}`);
  const f = fields(json);
  switch (topic) {
    case 'catalogue': {
      const eventId = f.id('event_id');
      f.oneOf('type', ['catalogue.changed']);
      return f.problem === null ? { kind: 'event', event: { kind: 'catalogue_changed', eventId } } : bad(fieldMessage(f.problem));
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
        occurredAtMs: Date.parse(f.text('occurred_at', 40)),
      };
      if (f.problem !== null) return bad(fieldMessage(f.problem));
      return Number.isNaN(event.occurredAtMs) ? bad('occurred_at: not an ISO 8601 time') : { kind: 'event', event };
    }
    default:
      return bad('this webhook topic is not served');
  }
}

const TYPES = { 'session.started': 'started', 'session.ended': 'ended', 'session.heartbeat': 'heartbeat' } as const;

const bad = (message: string): DecodedWebhook => ({ kind: 'bad_request', message });

/** The body the aggregator would send for an event. */
export function webhookBody(event: WebhookEvent): { readonly topic: string; readonly body: Readonly<Record<string, string>> } {
  if (event.kind === 'catalogue_changed') return { topic: 'catalogue', body: { event_id: event.eventId, type: 'catalogue.changed' } };
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
