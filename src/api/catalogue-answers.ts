/** From the catalogue's types to the answers about its upkeep, and from its "no" to problems. Never decides. */
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { bestOffer, isAvailable } from '../catalogue/index.ts';
import type {
  Alias,
  Catalogue,
  Change,
  ChangedBy,
  Done,
  Game,
  Proposal,
  Provider,
  SyncDetail,
} from '../catalogue/index.ts';
import type * as schemas from './catalogue-schemas.ts';
import { refuse } from './problem.ts';
import { renderGame, renderSyncRun } from './render.ts';

type Answer<Name extends keyof typeof schemas> =
  (typeof schemas)[Name] extends z.ZodType<infer Output> ? Output : never;

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

export interface Unknown {
  readonly code: string;
  readonly detail: string;
}
export const UNKNOWN_GAME: Unknown = { code: 'unknown_game', detail: 'There is no such game.' };
export const UNKNOWN_PROVIDER: Unknown = { code: 'unknown_provider', detail: 'There is no such provider.' };
export const UNKNOWN: Unknown = { code: 'not_found', detail: 'There is none of this id.' };

/** What was done, or the problem that says why it was not. */
export function valueOf<Value>(done: Done<Value>, unknown: Unknown): Value {
  switch (done.kind) {
    case 'done':
      return done.value;
    case 'unknown':
      return refuse(404, unknown.code, unknown.detail);
    case 'refused':
      return refuse(409, 'conflict', done.message);
  }
}

/** Whose key the request came with, as the change log names it. */
export function callerOf(request: FastifyRequest): ChangedBy {
  return { source: 'api', id: request.caller?.name ?? '' };
}

/** The whole game, from its offers in order of preference; an empty list is an unknown game. */
export async function gameAnswer(
  catalogue: Pick<Catalogue, 'aliases'>,
  offers: readonly Game[],
): Promise<Answer<'game'>> {
  const game = bestOffer(offers) ?? refuse(404, UNKNOWN_GAME.code, UNKNOWN_GAME.detail);
  const aliases = await catalogue.aliases(game.id);
  const { name, category, tags } = game.own;
  return {
    ...renderGame(game),
    own: { name, category, tags: [...tags] },
    offers: offers.map(renderOffer),
    aliases: aliases.map(renderAlias),
  };
}

function renderOffer(game: Game): Answer<'game'>['offers'][number] {
  return {
    id: game.offer,
    aggregator: game.aggregator,
    provider: { code: game.provider.code, name: game.provider.name },
    provider_code: game.providerCode,
    code: game.code,
    variant: game.own.variant,
    rtp: game.rtp,
    demo: game.demo,
    platforms: [...game.platforms],
    currencies: [...game.currencies],
    blocked_countries: [...game.blockedCountries],
    available: isAvailable(game),
    enabled: game.own.offerEnabled,
    vendor_enabled: game.vendorEnabled,
    rank: game.own.rank,
    last_seen_at: iso(game.lastSeenAtMs),
    missing_at: isoOrNull(game.missingAtMs),
    removed_at: isoOrNull(game.removedAtMs),
  };
}

function renderAlias(alias: Alias): Answer<'game'>['aliases'][number] {
  return {
    aggregator: alias.aggregator,
    provider_code: alias.provider,
    code: alias.code,
    offer_id: alias.offer,
    created_at: iso(alias.createdAtMs),
  };
}

export function renderProposal(proposal: Proposal): Answer<'proposals'>['items'][number] {
  const { id, reason, state, game, other } = proposal;
  const copy = (each: typeof game) => ({ ...each, offers: [...each.offers] });
  return {
    id,
    reason,
    state,
    game: copy(game),
    other: copy(other),
    made_at: iso(proposal.madeAtMs),
    decided_at: isoOrNull(proposal.decidedAtMs),
    decided_by: proposal.decidedBy,
  };
}

export function renderChange(change: Change): Answer<'changes'>['items'][number] {
  const { id, what, aggregator, provider, field, was, became } = change;
  return {
    id,
    at: iso(change.atMs),
    what,
    aggregator,
    game_id: change.gameId,
    offer_id: change.offerId,
    provider,
    field,
    was,
    became,
    by: { source: change.by.source, id: change.by.id },
  };
}

export function renderProvider(provider: Provider): Answer<'provider'> {
  return {
    code: provider.key,
    name: provider.name,
    own_name: provider.ownName,
    merged_into: provider.mergedInto,
    games: provider.games,
    listings: [...provider.listings],
  };
}

export function renderSyncDetail(detail: SyncDetail): Answer<'syncDetail'> {
  const { differences, ...run } = detail;
  return {
    ...renderSyncRun(run),
    differences: differences === null ? null : { ...differences, first: [...differences.first] },
  };
}
