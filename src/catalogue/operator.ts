/**
 * What the operator says about games: switches, order, names, preference among offers, which games are one, further codes.
 * Each is one transaction with its entries in the change log, and every replica looks again afterwards.
 */
import type { Clock, Database, DatabaseTransaction } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import type { AggregatorName, GameCode } from '../wallet/index.ts';
import { insertChanges } from './change-store.ts';
import type { NewChange } from './change-store.ts';
import { selectOffersOf } from './game-store.ts';
import { bumpVersions, lockCatalogue, lockGames, lockOffers, mergeGames, splitGame } from './merge-store.ts';
import { deleteAlias, insertAlias, lockOwn, lockOwnOffer } from './operator-store.ts';
import type { OwnRow } from './operator-store.ts';
import { updateOwn, updateOwnOffer, updateRanks } from './operator-store.ts';
import { decideProposal, selectProposals } from './proposal-store.ts';
import { searchable } from './rules.ts';
import type { ChangedBy, Game } from './rules.ts';
import { refreshGames } from './takeover-store.ts';

export interface OperatorContext {
  readonly sql: Database;
  readonly clock: Clock;
  /** in the configuration's order */
  readonly aggregators: readonly AggregatorName[];
}

/** What came of it: done; there is no such thing; or it makes no sense, with one sentence that says why. */
export type Done<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly message: string };

export const UNKNOWN = { kind: 'unknown' } as const;
export const refusal = (message: string) => ({ kind: 'refused', message }) as const;

export interface GamePatch {
  readonly enabled?: boolean;
  readonly order?: number;
  /** null: the aggregator's own again */
  readonly category?: string | null;
  /** null: the aggregator's own again */
  readonly name?: string | null;
  /** besides the aggregator's */
  readonly tags?: readonly string[];
  /** ids of offers, the preferred one first; those not named come after them; empty: the order of the configuration */
  readonly offers?: readonly string[];
}

export interface OfferPatch {
  readonly enabled?: boolean;
  readonly variant?: string | null;
}

/** A transaction that has the catalogue to itself; afterwards every replica looks again, unless nothing was done. */
export async function changing<Value>(
  { sql, clock }: Pick<OperatorContext, 'sql' | 'clock'>,
  work: (transaction: DatabaseTransaction, now: Date) => Promise<Done<Value>>,
): Promise<Done<Value>> {
  const done = await sql.begin(async (transaction) => {
    await lockCatalogue(transaction);
    const result = await work(transaction, new Date(clock.now()));
    if (result.kind === 'done') await bumpVersions(transaction);
    return { result };
  });
  return done.result;
}

/** Sets what is named. The id of a merged game means the game it became. */
export async function patchGame(
  context: OperatorContext,
  asked: string,
  patch: GamePatch,
  by: ChangedBy,
): Promise<Done<readonly Game[]>> {
  return changing<readonly Game[]>(context, async (transaction, now) => {
    const offers = await selectOffersOf(transaction, asked, context.aggregators);
    const id = offers[0]?.id;
    const own = id === undefined ? null : await lockOwn(transaction, id);
    if (id === undefined || own === null) return UNKNOWN;
    const known = new Set(offers.map((game) => game.offer));
    const ranked = patch.offers ?? null;
    if (ranked !== null && (ranked.some((offer) => !known.has(offer)) || new Set(ranked).size !== ranked.length)) {
      return refusal('offers: name offers of this game, each once.');
    }
    const changes = changesOf(own, patch);
    if (changes.length > 0) await updateOwn(transaction, id, patched(own, patch), now);
    const before = offers.filter((game) => game.own.rank !== null).map((game) => game.offer);
    const reranked = ranked !== null && ranked.join() !== before.join();
    if (reranked) await updateRanks(transaction, id, ranked, now);
    const log = reranked ? [...changes, { field: 'offers', was: before, became: ranked }] : changes;
    await insertChanges(
      transaction,
      log.map((change) => ({ what: 'game.changed', gameId: id, ...change })),
      by,
      now.getTime(),
    );
    await refreshGames(transaction, context.aggregators, { games: [id] });
    return { kind: 'done', value: await selectOffersOf(transaction, id, context.aggregators) };
  });
}

function patched(own: OwnRow, patch: GamePatch): OwnRow {
  const { name } = patch;
  return {
    operator_enabled: patch.enabled ?? own.operator_enabled,
    sort_order: patch.order ?? own.sort_order,
    category_override: patch.category === undefined ? own.category_override : patch.category,
    name_override: name === undefined ? own.name_override : name,
    sort_name_override: name === undefined ? own.sort_name_override : name === null ? null : searchable(name),
    own_tags: patch.tags === undefined ? own.own_tags : [...new Set(patch.tags)],
  };
}

function changesOf(own: OwnRow, patch: GamePatch): readonly Pick<NewChange, 'field' | 'was' | 'became'>[] {
  const next = patched(own, patch);
  return (
    [
      ['enabled', own.operator_enabled, next.operator_enabled],
      ['order', own.sort_order, next.sort_order],
      ['category', own.category_override, next.category_override],
      ['name', own.name_override, next.name_override],
      ['tags', own.own_tags, next.own_tags],
    ] as const
  )
    .filter(([, was, became]) => JSON.stringify(was) !== JSON.stringify(became))
    .map(([field, was, became]) => ({ field, was, became }));
}

/** Sets what is named of one offer; answers with all offers of its game. */
export async function patchOffer(
  context: OperatorContext,
  id: string,
  patch: OfferPatch,
  by: ChangedBy,
): Promise<Done<readonly Game[]>> {
  return changing<readonly Game[]>(context, async (transaction, now) => {
    const own = await lockOwnOffer(transaction, id);
    if (own === null) return UNKNOWN;
    const next = {
      operator_enabled: patch.enabled ?? own.operator_enabled,
      variant: patch.variant === undefined ? own.variant : patch.variant,
    };
    const changes = (
      [
        ['enabled', own.operator_enabled, next.operator_enabled],
        ['variant', own.variant, next.variant],
      ] as const
    ).filter(([, was, became]) => was !== became);
    if (changes.length > 0) await updateOwnOffer(transaction, id, next, now);
    const place = { what: 'offer.changed', aggregator: own.aggregator, gameId: own.game_id, offerId: id };
    await insertChanges(
      transaction,
      changes.map(([field, was, became]) => ({ ...place, field, was, became })),
      by,
      now.getTime(),
    );
    await refreshGames(transaction, context.aggregators, { games: [own.game_id] });
    return { kind: 'done', value: await selectOffersOf(transaction, own.game_id, context.aggregators) };
  });
}

/** Makes the other games part of this one, whose id and settings stay (CAT-06). */
export async function merge(
  context: OperatorContext,
  into: string,
  others: readonly string[],
  by: ChangedBy,
): Promise<Done<readonly Game[]>> {
  return changing<readonly Game[]>(context, async (transaction, now) =>
    mergeWithin(context, transaction, { into, others, by, now }),
  );
}

async function mergeWithin(
  context: OperatorContext,
  transaction: DatabaseTransaction,
  { into, others, by, now }: { into: string; others: readonly string[]; by: ChangedBy; now: Date },
): Promise<Done<readonly Game[]>> {
  const known = new Map((await lockGames(transaction, [into, ...others])).map((game) => [game.id, game]));
  if (known.size !== new Set([into, ...others]).size) return UNKNOWN;
  if (others.includes(into)) return refusal('A game cannot be merged into itself.');
  const merged = [...known.values()].find((game) => game.merged_into !== null);
  if (merged !== undefined) return refusal(`${merged.id} is part of ${merged.merged_into} already.`);
  const merges = [...new Set(others)].map((other) => ({ into, other }));
  await mergeGames(transaction, merges, by, now);
  await refreshGames(transaction, context.aggregators, { games: [into] });
  return { kind: 'done', value: await selectOffersOf(transaction, into, context.aggregators) };
}

/** Gives offers a game of their own again: the one they came with where it was merged into this, else a new one. */
export async function split(
  context: OperatorContext,
  from: string,
  offers: readonly string[],
  by: ChangedBy,
): Promise<Done<{ readonly from: readonly Game[]; readonly to: readonly Game[] }>> {
  type Parts = { readonly from: readonly Game[]; readonly to: readonly Game[] };
  return changing<Parts>(context, async (transaction, now) => {
    const known = await lockOffers(transaction, from);
    if (known.length === 0) return UNKNOWN;
    const moving = known.filter((offer) => offers.includes(offer.id));
    if (moving.length !== new Set(offers).size) return refusal('offers: name offers of this game.');
    if (moving.length === known.length) return refusal('A game keeps at least one offer.');
    const home = moving.find((offer) => offer.home_merged_into === from)?.home_game_id ?? null;
    const to = home ?? newId();
    await splitGame(transaction, { from, to, revived: home !== null, offers }, by, now);
    await insertChanges(transaction, [{ what: 'game.split', gameId: from, became: to }], by, now.getTime());
    await refreshGames(transaction, context.aggregators, { games: [from, to] });
    const { aggregators } = context;
    return {
      kind: 'done',
      value: {
        from: await selectOffersOf(transaction, from, aggregators),
        to: await selectOffersOf(transaction, to, aggregators),
      },
    };
  });
}

/** Accepts a proposal, which merges its games, or rejects it, after which the pair is not proposed again. */
export async function decide(
  context: OperatorContext,
  proposal: string,
  decision: 'accept' | 'reject',
  by: ChangedBy,
): Promise<Done<null>> {
  const [pair] = await selectProposals(context.sql, { id: proposal }, 1);
  if (pair === undefined) return UNKNOWN;
  return changing<null>(context, async (transaction, now) => {
    const state = decision === 'accept' ? 'accepted' : 'rejected';
    if (!(await decideProposal(transaction, proposal, { state, by: by.id, now }))) {
      return refusal('The proposal was decided before, or one of its games has become another.');
    }
    if (decision === 'reject') return { kind: 'done', value: null };
    const merged = await mergeWithin(context, transaction, { into: pair.game.id, others: [pair.other.id], by, now });
    // The decision is taken back with the transaction: nothing was merged.
    if (merged.kind !== 'done')
      throw new Error(`defect: an open proposal names games that cannot be merged (${proposal})`);
    return { kind: 'done', value: null };
  });
}

export interface AliasWish {
  /** may be left out when the game has one offer */
  readonly aggregator?: string;
  /** the aggregator's code of the studio; the offer's unless given */
  readonly provider?: string;
  readonly code: GameCode;
  /** the code is taken back */
  readonly remove?: boolean;
}

/**
 * Notes a further code of a game: a former one, so that callbacks that carry it are understood, or one the aggregator has
 * announced, so that the next list does not make a new game of it (CAT-01). Or takes one back.
 */
export async function noteAlias(
  context: OperatorContext,
  id: string,
  wish: AliasWish,
  by: ChangedBy,
): Promise<Done<readonly Game[]>> {
  return changing<readonly Game[]>(context, async (transaction, now) => {
    const offers = await selectOffersOf(transaction, id, context.aggregators);
    if (offers.length === 0) return UNKNOWN;
    const [offer, another] = offers.filter(
      (each) => wish.aggregator === undefined || each.aggregator === wish.aggregator,
    );
    if (offer === undefined) return refusal('aggregator: the game has no offer there.');
    if (another !== undefined && wish.aggregator === undefined)
      return refusal('aggregator: the game has several offers; say whose code this is.');
    const text = `${wish.provider ?? offer.providerCode}/${wish.code}`;
    const key = { aggregator: offer.aggregator, provider: wish.provider ?? offer.providerCode, code: wish.code };
    if (wish.remove !== true) await insertAlias(transaction, offer.offer, key, now);
    else if (!(await deleteAlias(transaction, offer.offer, key)))
      return refusal('code: is no further code of the game.');
    const place = { aggregator: offer.aggregator, gameId: offer.id, offerId: offer.offer, field: 'alias' };
    const change = { what: 'offer.alias', ...place, ...(wish.remove === true ? { was: text } : { became: text }) };
    await insertChanges(transaction, [change], by, now.getTime());
    return { kind: 'done', value: offers };
  });
}
