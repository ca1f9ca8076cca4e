/** What the calls about the catalogue's upkeep take and answer: offers, merges, proposals, changes, studios, syncs. */
import { z } from 'zod';
import * as schemas from './schemas.ts';

const UNFIT = /[\p{Cc}\p{Cs}]/u;
const fit = (text: string): boolean => !UNFIT.test(text);
const word = z.string().min(1).max(255).refine(fit, 'carries control characters');
const name = z.string().min(1).max(500).refine(fit, 'carries control characters');
const id = z.string().min(1).max(64).refine(fit, 'carries control characters');
const time = z.string().describe('ISO 8601, UTC.');
const ids = z.array(id).min(1).max(100);
const limit = z.coerce.number().int().min(1).max(200).default(50).describe('Items of a page, 1 to 200.');
const cursor = z.string().min(1).max(4_000).optional().describe('`next_cursor` of the page before; opaque.');
const next = z.string().nullable();

export const gamePatch = schemas.gamePatch.extend({
  name: name.nullable().optional().describe("Instead of the aggregator's; null for the aggregator's again."),
  tags: z.array(word).max(100).optional().describe("The operator's own, shown besides the aggregator's."),
  offers: z
    .array(id)
    .max(100)
    .optional()
    .describe('Ids of the offers of the game, the preferred first; an empty list for the order of the configuration.'),
});

const offer = z.object({
  id: z.string(),
  aggregator: z.string(),
  provider: z.object({ code: z.string(), name: z.string() }),
  provider_code: z.string().describe("The aggregator's code of the studio."),
  code: z.string(),
  variant: z.string().nullable().describe('What tells this offer from others of the game, such as its RTP.'),
  rtp: z.string().nullable(),
  demo: z.boolean(),
  platforms: z.array(z.string()),
  currencies: z.array(z.string()),
  blocked_countries: z.array(z.string()),
  available: z.boolean(),
  enabled: z.boolean().describe("The operator's switch of this offer."),
  vendor_enabled: z.boolean(),
  rank: z.int().nullable().describe('Place in the preference that the operator has set, from 0.'),
  last_seen_at: time.describe('When the list had it last.'),
  missing_at: time.nullable().describe('Since when the list lacks it.'),
  removed_at: time.nullable().describe('Since when it has been missing for so long that nobody is let in.'),
});
export const game = schemas.game.extend({
  own: z
    .object({ name: z.string().nullable(), category: z.string().nullable(), tags: z.array(z.string()) })
    .describe('What the operator has set.'),
  offers: z.array(offer).describe('Best preferred first; a launch takes the first that fits the player.'),
  aliases: z.array(
    z.object({
      aggregator: z.string(),
      provider_code: z.string(),
      code: z.string(),
      offer_id: z.string(),
      created_at: time,
    }),
  ),
});
export const offerPatch = z.object({
  enabled: z
    .boolean()
    .optional()
    .describe('Off: no new launches of this offer; others of the game may take its place.'),
  variant: word.nullable().optional(),
});
export const mergeWish = z.object({ game_ids: ids.describe('Games that become part of this one.') });
export const splitWish = z.object({ offer_ids: ids.describe('Offers that get a game of their own.') });
export const splitDone = z.object({ from: game, to: game });
export const aliasWish = z.object({
  code: word.describe('A former code, or one the aggregator has announced.'),
  aggregator: word.optional().describe('May be left out when the game has one offer.'),
  provider: word.optional().describe("The aggregator's code of the studio; the offer's unless given."),
  remove: z.boolean().optional().describe('The code was noted wrongly: it is taken back.'),
});

export const decision = z.object({ decision: z.enum(['accept', 'reject']) });
export const proposalsQuery = z.object({
  state: z.enum(['open', 'accepted', 'rejected', 'outdated']).default('open'),
  cursor,
  limit,
});
const proposedGame = z.object({
  id: z.string(),
  name: z.string(),
  offers: z.array(
    z.object({
      aggregator: z.string(),
      provider: z.string(),
      code: z.string(),
      rtp: z.string().nullable(),
      listed: z.boolean(),
    }),
  ),
});
export const proposals = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      reason: z.enum(['same_game', 'rtp_variant', 'renamed']),
      state: z.enum(['open', 'accepted', 'rejected', 'outdated']),
      game: proposedGame,
      other: proposedGame.describe('Would become part of `game`.'),
      made_at: time,
      decided_at: time.nullable(),
      decided_by: z.string().nullable(),
    }),
  ),
  next_cursor: next,
});
export const decided = z.object({ id: z.string(), decision: z.enum(['accept', 'reject']) });

export const changesQuery = z.object({
  game: id.optional(),
  aggregator: word.optional(),
  provider: word.optional().describe('Key of a studio.'),
  what: word.optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  cursor,
  limit,
});
export const changes = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      at: time,
      what: z.string(),
      aggregator: z.string().nullable(),
      game_id: z.string().nullable(),
      offer_id: z.string().nullable(),
      provider: z.string().nullable(),
      field: z.string().nullable(),
      was: z.unknown(),
      became: z.unknown(),
      by: z.object({ source: z.enum(['sync', 'api', 'rule']), id: z.string() }),
    }),
  ),
  next_cursor: next,
});

export const provider = z.object({
  code: z.string().describe('Our own key, which never changes.'),
  name: z.string(),
  own_name: z.string().nullable(),
  merged_into: z.string().nullable(),
  games: z.int(),
  listings: z.array(z.object({ aggregator: z.string(), code: z.string(), name: z.string() })),
});
export const providersQuery = z.object({ cursor, limit });
export const providers = z.object({ items: z.array(provider), next_cursor: next });
export const providerPatch = z.object({ name: name.nullable().describe("null for the aggregators' again.") });
export const providerMerge = z.object({ providers: z.array(word).min(1).max(100) });
export const providerSplit = z.object({
  aggregator: word,
  code: word.describe("The aggregator's code of the studio."),
});

export const syncDetailQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('Differences shown of each kind.'),
});
export const syncDetail = schemas.syncRun.extend({
  differences: z
    .object({
      added: z.int(),
      removed: z.int(),
      changed: z.int(),
      first: z.array(
        z.object({
          kind: z.enum(['added', 'removed', 'changed']),
          provider: z.string(),
          code: z.string(),
          name: z.string(),
          fields: z.record(z.string(), z.object({ was: z.unknown(), becomes: z.unknown() })),
        }),
      ),
    })
    .nullable()
    .describe('While the list waits for a decision: how it differs from the catalogue as it is now.'),
});
