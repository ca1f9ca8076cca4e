/**
 * St8's seamless wallet (docs/dialects/st8.md). A pure value that only wires its parts together; what each part promises is said
 * there.
 */
import type { Dialect } from '../dialect.ts';
import { CALLBACK_PATHS, decodeSt8 } from './decode.ts';
import { encodeSt8 } from './encode.ts';
import { gamesErrand } from './games.ts';
import { launchErrand } from './launch.ts';
import { st8Mirror } from './mirror.ts';
import { ST8_POLICY, ST8_REACTIONS } from './policy.ts';
import { settingsSchema, st8Example, ST8_KEYS } from './settings.ts';
import type { St8Settings } from './settings.ts';
import { verifySt8 } from './signature.ts';
import { st8Lists } from './transactions.ts';

export const st8: Dialect<St8Settings> = {
  name: 'st8',
  standing: 'reconstructed',
  weakSignature: false,
  policy: ST8_POLICY,
  // their signature carries no time
  launchWindow: { aheadMs: 86_400_000, behindMs: 86_400_000 },
  reactions: ST8_REACTIONS,
  callbackPaths: CALLBACK_PATHS,
  contentTypes: ['application/json'],
  keys: ST8_KEYS,
  example: st8Example,
  settings: settingsSchema,
  open: (settings, policy, currencies) => {
    const keys = settings.callbacks.public_keys.map((key, index) => ({ id: `public-${index + 1}`, key }));
    const wording = { policy, profile: settings.launch.profile };
    const reader = { currencies, site: settings.launch.site };
    const lists = st8Lists(settings);
    return {
      verify: (request) => verifySt8(keys, request),
      decode: (request) => {
        const reading = decodeSt8(request, reader);
        if (reading.kind === 'call') return { ...reading, encode: encodeSt8(wording) };
        const { kind, message } = reading;
        return { kind, message, encode: encodeSt8(wording, reading.foreign ? 'site_disabled' : 'unknown') };
      },
      encode: encodeSt8(wording),
      decodeWebhook: () => ({ kind: 'bad_request', message: 'topic: not served; the protocol has no webhooks' }),
      launch: (order) => ({ kind: 'errand', errand: launchErrand(settings.launch, order) }),
      games: { kind: 'call', page: (_page, _etag, stamp) => gamesErrand(settings, stamp.nowMs) },
      ...(lists === undefined ? {} : { transactions: lists }),
    };
  },
  mirror: st8Mirror,
};
