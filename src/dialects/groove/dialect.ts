/**
 * Groove's Transaction API: questions in the query of a GET, codes in JSON, and a signature that may be off (docs/dialects/groove.md).
 * A pure value that only wires its parts together; what each part promises is said there.
 */
import { signingKey } from '../../wire/index.ts';
import type { Dialect } from '../dialect.ts';
import { readGameFile } from '../game-file.ts';
import { decodeGroove } from './decode.ts';
import { encodeGroove } from './encode.ts';
import { launchUrl } from './launch.ts';
import { grooveMirror } from './mirror.ts';
import { GROOVE_POLICY, GROOVE_REACTIONS } from './policy.ts';
import { GROOVE_KEYS, grooveExample, settingsSchema } from './settings.ts';
import type { GrooveSettings } from './settings.ts';
import { verifyGroove } from './verify.ts';

export const groove: Dialect<GrooveSettings> = {
  name: 'groove',
  standing: 'vendor-documented',
  // even signed: neither names nor the bounds of values are covered
  weakSignature: true,
  policy: GROOVE_POLICY,
  reactions: GROOVE_REACTIONS,
  callbackPaths: [''],
  keys: GROOVE_KEYS,
  example: grooveExample,
  // a launch carries no time that clocks could differ about
  launchWindow: { aheadMs: 86_400_000, behindMs: 86_400_000 },
  contentTypes: [''],
  settings: settingsSchema,
  open: ({ catalogue, launch, callbacks }, policy) => {
    const keys = callbacks.security_keys.map((secret, index) => signingKey(`security-${index + 1}`, secret));
    const verifying = { keys, hexCase: policy['sig.hexCase'] };
    return {
      verify: (request) => verifyGroove(verifying, request),
      decode: (request) => {
        const reading = decodeGroove(request.rawQuery, launch.operator_id);
        if (reading.kind === 'bad_request') return { ...reading, encode: encodeGroove(null, callbacks) };
        return { kind: 'call', call: reading.call, encode: encodeGroove(reading.asked, callbacks) };
      },
      encode: encodeGroove(null, callbacks),
      decodeWebhook: () => ({ kind: 'bad_request', message: 'topic: not served; Groove sends no webhooks' }),
      launch: (order) => launchUrl(launch, order),
      games: { kind: 'file', read: (bytes) => readGameFile(bytes, catalogue) },
    };
  },
  mirror: grooveMirror,
};
