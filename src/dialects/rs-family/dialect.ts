/** A member of the family as a dialect: wires the shared parts together by what the member says of itself. */
import type { ZodType } from 'zod';
import type { Dialect, KeyNeed, Mirror, Pace, RawRequest, RawResponse, TransactionLists } from '../dialect.ts';
import { decodeFamily } from './decode.ts';
import { encodeFamily } from './encode.ts';
import type { Family } from './family.ts';
import { gamesErrand } from './games.ts';
import { launchErrand } from './launch.ts';
import { below, familyMirror } from './mirror.ts';
import type { FamilySettings } from './settings.ts';
import { verifyFamily } from './signature.ts';

/** Nothing in their messages tells the time, so no clock can make them fail. */
const ANY_CLOCK_MS = 365 * 86_400_000;

/** A member's list of transactions, both ends. */
interface Lists<Settings> {
  /** below the address of its list of games */
  readonly path: string;
  readonly of: (settings: Settings) => TransactionLists | undefined;
  readonly serve: (
    settings: Settings,
    request: RawRequest,
    of: Parameters<NonNullable<Mirror['serveTransactions']>>[1],
  ) => RawResponse;
}

export interface Membership<Settings extends FamilySettings> {
  readonly standing: Dialect<Settings>['standing'];
  readonly settings: ZodType<Settings>;
  readonly keys: readonly KeyNeed[];
  readonly pace?: Pace;
  readonly example: Dialect<Settings>['example'];
  /** the member as these settings have it */
  readonly family: (settings: Settings) => Family;
  /** absent: it has no lists of transactions */
  readonly lists?: Lists<Settings>;
  /** the member as it is unless its settings say otherwise */
  readonly usual: Family;
}

export function memberOf<Settings extends FamilySettings>(membership: Membership<Settings>): Dialect<Settings> {
  const { usual } = membership;
  return {
    name: usual.name,
    standing: membership.standing,
    weakSignature: false,
    policy: usual.policy,
    reactions: usual.reactions,
    callbackPaths: [...usual.subjects.keys()],
    keys: membership.keys,
    ...(membership.pace === undefined ? {} : { pace: membership.pace }),
    example: membership.example,
    launchWindow: { aheadMs: ANY_CLOCK_MS, behindMs: ANY_CLOCK_MS },
    contentTypes: ['application/json'],
    settings: membership.settings,
    open: (settings, policy, currencies) => {
      const family = membership.family(settings);
      const lists = membership.lists?.of(settings);
      const keys = settings.callbacks.public_keys.map((key, index) => ({ id: `public-${index + 1}`, key }));
      const encoding = { family, wording: policy, subPartner: settings.launch.sub_partner_id ?? null };
      const decoding = { family, gamesBy: settings.catalogue.games_by, currencies };
      return {
        verify: (request) =>
          verifyFamily(family.signatureHeader, keys, request, (requestId) =>
            encodeFamily(encoding, { subject: null, requestId, user: null }),
          ),
        decode: (request) => {
          const reading = decodeFamily(decoding, request.subpath, request.body);
          return reading.kind === 'call'
            ? { kind: 'call', call: reading.call, encode: encodeFamily(encoding, reading.asked) }
            : {
                kind: 'bad_request',
                message: reading.message,
                encode: encodeFamily(encoding, reading.asked, reading.status),
              };
        },
        encode: encodeFamily(encoding),
        decodeWebhook: () => ({ kind: 'bad_request', message: `topic: not served; ${family.title} has no webhooks` }),
        launch: (order) => ({ kind: 'errand', errand: launchErrand(family, settings, order) }),
        games: { kind: 'call', page: () => gamesErrand(family, settings) },
        ...(lists === undefined ? {} : { transactions: lists }),
      };
    },
    mirror: (settings) => {
      const { lists } = membership;
      const mirror = familyMirror(membership.family(settings), settings);
      if (lists === undefined) return mirror;
      const path = below(settings.catalogue.url, lists.path);
      return {
        ...mirror,
        api: [...mirror.api, { method: 'POST', path, what: 'transactions' }],
        serveTransactions: (request, of) => lists.serve(settings, request, of),
      };
    },
  };
}
