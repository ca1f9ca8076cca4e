/** Launches, both ends: `Launcher/Real` and `Launcher/Demo`. What they want to know of a player and nobody told us is left out. */
import { createHash } from 'node:crypto';
import { errandProblem, fields } from '../../wire/index.ts';
import type { Errand, SigningKey } from '../../wire/index.ts';
import type { LaunchOrder, RawRequest, RawResponse } from '../dialect.ts';
import { answered, API, asked, genuineBody, refused, respond } from './api.ts';
import type { Body } from './api.ts';
import { BAD_REQUEST } from './codes.ts';
import type { A8rSettings } from './settings.ts';

export function launchErrand(settings: A8rSettings['launch'], key: SigningKey, order: LaunchOrder): Errand<string> {
  return {
    kind: 'launch',
    request: asked(settings.url, API[order.mode], key, bodyOf(settings, order)),
    timeoutMs: 5_000,
    retries: 1,
    read: (response) => {
      const json = answered('launch', response);
      if ('kind' in json) return json;
      const f = fields(json);
      const url = f.text('launch_url', 4_000);
      return f.problem === null && url !== ''
        ? url
        : errandProblem('unreadable', 'launch: the answer has no launch_url', response.status);
    },
  };
}

function bodyOf(settings: A8rSettings['launch'], order: LaunchOrder): Body {
  const common = {
    casino_id: settings.casino_id,
    client_type: order.platform ?? 'desktop',
    game: order.game,
    ip: order.ip ?? undefined,
    locale: order.lang ?? settings.locale,
  };
  if (order.mode === 'demo') return common;
  return {
    ...common,
    jurisdiction: order.jurisdiction ?? settings.jurisdiction,
    player: {
      id: order.player ?? '',
      currency: order.currency ?? '',
      country: order.country ?? undefined,
      ...settings.player,
    },
    urls: { deposit_url: settings.deposit_url, return_url: order.returnUrl ?? settings.return_url },
  };
}

/** The aggregator's end. */
export function serveLaunch(
  key: SigningKey,
  request: RawRequest,
  open: (order: LaunchOrder) => string | null,
): RawResponse {
  const json = genuineBody(key, request);
  if ('status' in json) return json;
  const mode = request.path.endsWith(API.demo) ? 'demo' : 'real';
  const f = fields(json);
  const player = mode === 'real' ? f.object('player') : null;
  const urls = f.optional('urls', f.object);
  // They name their sessions themselves; ours is not told.
  const session = createHash('sha256')
    .update(request.body)
    .update(String(request.arrivedAtMs))
    .digest('hex')
    .slice(0, 32);
  const issuedAt = Math.floor(request.arrivedAtMs / 1_000);
  f.id('casino_id');
  const order: LaunchOrder = {
    session,
    game: f.id('game'),
    mode,
    player: player?.id('id') ?? null,
    currency: player?.id('currency') ?? null,
    lang: f.optional('locale', f.id),
    country: player?.optional('country', player.id) ?? null,
    ip: f.optional('ip', f.id),
    platform: f.optional('client_type', (name) => f.oneOf(name, ['desktop', 'mobile'])),
    jurisdiction: f.optional('jurisdiction', f.id),
    region: null,
    returnUrl: urls?.optional('return_url', urls.text) ?? null,
    nonce: session,
    issuedAt,
    expiresAt: issuedAt + 60,
  };
  if (f.problem !== null) return refused(BAD_REQUEST, 'Bad request');
  const url = open(order);
  return url === null ? refused(BAD_REQUEST, 'No such game') : respond(200, { launch_url: url });
}
