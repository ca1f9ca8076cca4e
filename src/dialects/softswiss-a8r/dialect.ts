/**
 * SOFTSWISS's second protocol, which its papers call A8R (docs/dialects/softswiss-a8r.md). A pure value that only wires its parts
 * together; what each part promises is said there.
 */
import { signingKey } from '../../wire/index.ts';
import type { Dialect } from '../dialect.ts';
import { signingKeys, verifyRequestSign } from '../request-sign.ts';
import { decodeA8r, PATHS } from './decode.ts';
import { encodeA8r } from './encode.ts';
import { gamesErrand } from './games.ts';
import { launchErrand } from './launch.ts';
import { a8rMirror } from './mirror.ts';
import { A8R_POLICY, A8R_REACTIONS } from './policy.ts';
import { a8rExample, A8R_KEYS, ownSecretOf, settingsSchema } from './settings.ts';
import type { A8rSettings } from './settings.ts';

export const softswissA8r: Dialect<A8rSettings> = {
  name: 'softswiss-a8r',
  standing: 'reconstructed',
  weakSignature: false,
  policy: A8R_POLICY,
  // their signature carries no time
  launchWindow: { aheadMs: 86_400_000, behindMs: 86_400_000 },
  reactions: A8R_REACTIONS,
  callbackPaths: Object.values(PATHS),
  contentTypes: ['application/json'],
  keys: A8R_KEYS,
  example: a8rExample,
  settings: settingsSchema,
  open: (settings, policy, currencies) => {
    const keys = signingKeys(settings.callbacks.signing_secrets);
    const ownKey = signingKey('operator', ownSecretOf(settings));
    const wording = { policy };
    return {
      verify: (request) => verifyRequestSign(keys, policy['sig.hexCase'], request),
      decode: (request) => {
        const reading = decodeA8r(request, currencies);
        const call = reading.kind === 'call' ? reading.call : null;
        return { ...reading, encode: encodeA8r(call, wording, request.arrivedAtMs) };
      },
      encode: encodeA8r(null, wording, 0),
      decodeWebhook: () => ({ kind: 'bad_request', message: 'topic: not served; the protocol has no webhooks' }),
      namesNoSession: true,
      launch: (order) => ({ kind: 'errand', errand: launchErrand(settings.launch, ownKey, order) }),
      games: { kind: 'call', page: (_page, _etag, stamp) => gamesErrand(settings.launch, ownKey, stamp.nowMs) },
    };
  },
  mirror: a8rMirror,
};
