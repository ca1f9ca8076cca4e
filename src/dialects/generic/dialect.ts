/**
 * The generic dialect: Croupier's own plain protocol, for the sandbox and for aggregators that adopt it (docs/dialects/generic.md).
 * A pure value that only wires its parts together; what each part promises is said there.
 */
import { signingKey } from '../../wire/index.ts';
import type { Dialect } from '../dialect.ts';
import { decodeGeneric } from './decode.ts';
import { encodeGeneric } from './encode.ts';
import { gamesErrand } from './games.ts';
import { LAUNCH_SKEW_SECONDS, launchUrl } from './launch.ts';
import { genericMirror } from './mirror.ts';
import { GENERIC_POLICY, GENERIC_REACTIONS } from './policy.ts';
import { GENERIC_REPORT } from './report.ts';
import { GENERIC_KEYS, genericExample, settingsSchema } from './settings.ts';
import type { GenericSettings } from './settings.ts';
import { transactionLists } from './transactions.ts';
import { verifyGeneric } from './verify.ts';
import { decodeWebhook } from './webhooks.ts';

export const generic: Dialect<GenericSettings> = {
  name: 'generic',
  standing: 'house',
  weakSignature: false,
  policy: GENERIC_POLICY,
  launchWindow: { aheadMs: LAUNCH_SKEW_SECONDS * 1_000, behindMs: 'ttl' },
  reactions: GENERIC_REACTIONS,
  callbackPaths: [''],
  contentTypes: ['application/json'],
  keys: GENERIC_KEYS,
  example: genericExample,
  settings: settingsSchema,
  report: GENERIC_REPORT,
  open: (settings, policy, currencies) => {
    const verifying = {
      keys: settings.callbacks.signing_secrets.map((secret, index) => signingKey(`signing-${index + 1}`, secret)),
      timestamped: settings.callbacks.timestamped,
      hexCase: policy['sig.hexCase'],
    };
    const launchKey = signingKey('launch', settings.launch.secret);
    const lists = transactionLists(settings.catalogue);
    return {
      verify: (request, nowMs) => verifyGeneric(verifying, request, nowMs),
      decode: (request) => {
        const reading = decodeGeneric(request.body, currencies);
        return { ...reading, encode: encodeGeneric(reading.kind === 'call' ? reading.call : null, policy) };
      },
      encode: encodeGeneric(null, policy),
      decodeWebhook: (topic, request) => decodeWebhook(topic, request.body),
      launch: (order) => ({ kind: 'url', url: launchUrl(settings.launch.url, launchKey, order) }),
      games: { kind: 'call', page: (page, etag) => gamesErrand(settings.catalogue, page, etag) },
      ...(lists === undefined ? {} : { transactions: lists }),
    };
  },
  mirror: genericMirror,
};
