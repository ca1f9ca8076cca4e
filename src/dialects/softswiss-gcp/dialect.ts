/**
 * SOFTSWISS's first protocol, which its papers call the provider API (docs/dialects/softswiss-gcp.md). A pure value that only wires
 * its parts together; what each part promises is said there.
 */
import { signingKey } from '../../wire/index.ts';
import type { Dialect } from '../dialect.ts';
import { signingKeys, verifyRequestSign } from '../request-sign.ts';
import { CALLBACK_PATHS, decodeGcp } from './decode.ts';
import { encodeGcp } from './encode.ts';
import { readGames } from './games.ts';
import { launchErrand } from './launch.ts';
import { gcpMirror } from './mirror.ts';
import { GCP_POLICY, GCP_REACTIONS } from './policy.ts';
import { GCP_KEYS, gcpExample, launchSecretOf, settingsSchema } from './settings.ts';
import type { GcpSettings } from './settings.ts';
import { subunitsOf } from './subunits.ts';

export const softswissGcp: Dialect<GcpSettings> = {
  name: 'softswiss-gcp',
  standing: 'reconstructed',
  weakSignature: false,
  policy: GCP_POLICY,
  // their signature carries no time
  launchWindow: { aheadMs: 86_400_000, behindMs: 86_400_000 },
  reactions: GCP_REACTIONS,
  callbackPaths: CALLBACK_PATHS,
  contentTypes: ['application/json'],
  keys: GCP_KEYS,
  example: gcpExample,
  settings: settingsSchema,
  open: (settings, policy, currencies) => {
    const keys = signingKeys(settings.callbacks.signing_secrets);
    const launchKey = signingKey('launch', launchSecretOf(settings));
    const subunits = subunitsOf(currencies, settings.callbacks.subunits);
    const wording = { policy, subunits };
    const reader = { currencies, subunits, freespins: settings.callbacks.freespins };
    return {
      verify: (request) => verifyRequestSign(keys, policy['sig.hexCase'], request),
      decode: (request) => {
        const reading = decodeGcp(request, reader);
        return { ...reading, encode: encodeGcp(reading.kind === 'call' ? reading.call : null, wording) };
      },
      encode: encodeGcp(null, wording),
      decodeWebhook: () => ({ kind: 'bad_request', message: 'topic: not served; the protocol has no webhooks' }),
      namesNoSession: true,
      launch: (order) => ({ kind: 'errand', errand: launchErrand(settings.launch, launchKey, order) }),
      games: { kind: 'file', read: readGames },
    };
  },
  mirror: gcpMirror,
};
