/**
 * Slotegrator's APIgrator, also known as GIS: forms signed with their headers, one address, two codes (docs/dialects/slotegrator.md).
 * A pure value that only wires its parts together; what each part promises is said there.
 */
import { signingKey } from '../../wire/index.ts';
import type { Dialect } from '../dialect.ts';
import { decodeSlotegrator } from './decode.ts';
import { encodeSlotegrator } from './encode.ts';
import { gamesErrand } from './games.ts';
import { launchErrand } from './launch.ts';
import { lobbyErrand } from './lobby.ts';
import { slotegratorMirror } from './mirror.ts';
import { SLOTEGRATOR_POLICY, SLOTEGRATOR_REACTIONS } from './policy.ts';
import { settingsSchema, SLOTEGRATOR_KEYS, slotegratorExample } from './settings.ts';
import type { SlotegratorSettings } from './settings.ts';
import { verifySlotegrator, WINDOW_SECONDS } from './verify.ts';

export const slotegrator: Dialect<SlotegratorSettings> = {
  name: 'slotegrator',
  standing: 'reconstructed',
  weakSignature: false,
  policy: SLOTEGRATOR_POLICY,
  reactions: SLOTEGRATOR_REACTIONS,
  callbackPaths: [''],
  keys: SLOTEGRATOR_KEYS,
  pace: ({ catalogue }) => ({ betweenPagesMs: Math.ceil(1_000 / catalogue.pages_per_second), betweenListsMs: 0 }),
  example: slotegratorExample,
  hidesVendorImages: true,
  launchWindow: { aheadMs: WINDOW_SECONDS * 1_000, behindMs: WINDOW_SECONDS * 1_000 },
  contentTypes: ['application/x-www-form-urlencoded'],
  settings: settingsSchema,
  open: ({ catalogue, launch, callbacks }, policy, currencies) => {
    const keys = callbacks.merchant_keys.map((secret, index) => signingKey(`merchant-${index + 1}`, secret));
    const merchantId = callbacks.merchant_id;
    const verifying = { merchantId, keys, hexCase: policy['sig.hexCase'] };
    const merchant = { id: merchantId, key: signingKey('merchant', callbacks.merchant_keys[0] ?? '') };
    const listing = { url: catalogue.url, perPage: catalogue.per_page, demo: catalogue.demo };
    const wording = {
      policy,
      unauthenticatedStatus: callbacks.unauthenticated_status,
      rollbackAnswer: callbacks.rollback_answer,
    };
    const decoding = { currencies, promoTypes: callbacks.promo_types };
    return {
      verify: (request, nowMs) => verifySlotegrator(verifying, request, nowMs),
      decode: (request) => {
        const reading = decodeSlotegrator(request.body, decoding);
        if (reading.kind === 'bad_request') return { ...reading, encode: encodeSlotegrator(null, wording) };
        return { kind: 'call', call: reading.call, encode: encodeSlotegrator(reading.asked, wording) };
      },
      encode: encodeSlotegrator(null, wording),
      decodeWebhook: () => ({ kind: 'bad_request', message: 'topic: not served; Slotegrator sends no webhooks' }),
      launch: (order) => ({ kind: 'errand', errand: launchErrand(merchant, launch.url, order) }),
      games: { kind: 'call', page: (page, _etag, stamp) => gamesErrand(merchant, listing, page, stamp) },
      tables: (asked, stamp) => lobbyErrand(merchant, launch.url, asked, stamp),
    };
  },
  mirror: slotegratorMirror,
};
