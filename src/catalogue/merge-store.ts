/**
 * SQL that makes one game of several, and several of one. Offers move and games stay: an id that was given out goes on meaning
 * the game it became. Whoever calls holds the catalogue (`lockCatalogue`).
 */
import type { DatabaseTransaction } from '../platform/index.ts';
import type { ChangedBy } from './rules.ts';

/** Takes turns with every sync and every other change of the operator's. Relies on catalogue_state_pkey. */
export async function lockCatalogue(transaction: DatabaseTransaction): Promise<void> {
  await transaction`
    /* catalogue.lock_all */
    SELECT aggregator FROM catalogue_state ORDER BY aggregator FOR UPDATE`;
}

/** Makes every replica look again. */
export async function bumpVersions(transaction: DatabaseTransaction): Promise<void> {
  await transaction`
    /* catalogue.changed */
    UPDATE catalogue_state SET version = version + 1`;
}

export interface KnownGame {
  readonly id: string;
  readonly merged_into: string | null;
}

/** Those of the games that there are, locked. The ids must be UUIDs. Relies on game_pkey. */
export async function lockGames(
  transaction: DatabaseTransaction,
  ids: readonly string[],
): Promise<readonly KnownGame[]> {
  return transaction<KnownGame[]>`
    /* game.lock */
    SELECT id, merged_into FROM game WHERE id = ANY (${[...ids]}::uuid[]) ORDER BY id FOR UPDATE`;
}

export interface Merge {
  readonly into: string;
  readonly other: string;
}

/**
 * Every `other` becomes its `into`: offers move, ids that had become `other` follow, open proposals about it are outdated. A
 * game that the operator had switched off brings its offers switched off. No game may be on both sides.
 */
export async function mergeGames(
  transaction: DatabaseTransaction,
  merges: readonly Merge[],
  by: ChangedBy,
  now: Date,
): Promise<void> {
  const pairs = transaction`jsonb_to_recordset(${transaction.json(merges.map(({ into, other }) => ({ into, other })))}) AS pair ("into" uuid, other uuid)`;
  await transaction`
    /* game.merge_offers */
    WITH
      moved AS (
        SELECT o.id, o.game_id, o.aggregator, pair."into", g.operator_enabled
        FROM ${pairs}
        JOIN offer o ON o.game_id = pair.other
        JOIN game g ON g.id = pair.other
      ),
      log AS (
        INSERT INTO catalogue_change (at, what, aggregator, game_id, offer_id, was, became, source, source_id)
        SELECT ${now}, 'offer.moved', aggregator, "into", id, to_jsonb(game_id), to_jsonb("into"), ${by.source}, ${by.id}
        FROM moved
      )
    UPDATE offer o
    SET
      game_id = moved."into", rank = NULL, changed_at = ${now},
      operator_enabled = o.operator_enabled AND moved.operator_enabled
    FROM moved
    WHERE o.id = moved.id`;
  await transaction`
    /* game.merge */
    WITH
      log AS (
        INSERT INTO catalogue_change (at, what, game_id, became, source, source_id)
        SELECT ${now}, 'game.merged', pair.other, to_jsonb(pair."into"), ${by.source}, ${by.id}
        FROM ${pairs}
      )
    UPDATE game g
    SET merged_into = pair."into", changed_at = ${now}
    FROM ${pairs}
    WHERE g.id = pair.other OR g.merged_into = pair.other`;
  await transaction`
    /* proposal.outdate */
    UPDATE catalogue_proposal p
    SET state = 'outdated', decided_at = ${now}
    FROM ${pairs}
    WHERE p.state = 'open' AND (p.game_id = pair.other OR p.other_id = pair.other)`;
}

export interface OfferOfGame {
  readonly id: string;
  readonly home_game_id: string;
  readonly home_merged_into: string | null;
}

/** The offers of a game and where each came from, locked. Relies on offer_game. */
export async function lockOffers(transaction: DatabaseTransaction, game: string): Promise<readonly OfferOfGame[]> {
  return transaction<OfferOfGame[]>`
    /* game.lock_offers */
    SELECT o.id, o.home_game_id, home.merged_into AS home_merged_into
    FROM offer o
    JOIN game home ON home.id = o.home_game_id
    WHERE o.game_id = ${game}
    ORDER BY o.id
    FOR UPDATE OF o`;
}

export interface Split {
  readonly from: string;
  /** the game the offers go to: a former one that is revived, or a new id */
  readonly to: string;
  readonly revived: boolean;
  readonly offers: readonly string[];
}

/** Gives the offers a game of their own, which the operator's switch of the old one holds for as well; the pair is not proposed again. */
export async function splitGame(
  transaction: DatabaseTransaction,
  split: Split,
  by: ChangedBy,
  now: Date,
): Promise<void> {
  const { from, to, revived } = split;
  const offers = [...split.offers];
  if (revived) {
    await transaction`
      /* game.revive */
      UPDATE game g
      SET merged_into = NULL, changed_at = ${now}, operator_enabled = g.operator_enabled AND former.operator_enabled
      FROM game former
      WHERE g.id = ${to} AND former.id = ${from}`;
  } else {
    await transaction`
      /* game.split */
      INSERT INTO game (id, name, category, sort_name, search_text, operator_enabled, first_seen_at, changed_at)
      SELECT ${to}, name, category, sort_name, search_text, operator_enabled, ${now}, ${now}
      FROM game
      WHERE id = ${from}`;
  }
  await transaction`
    /* game.split_offers */
    WITH
      moved AS (
        UPDATE offer
        SET game_id = ${to}, rank = NULL, changed_at = ${now}
        WHERE id = ANY (${offers}::uuid[])
        RETURNING id, aggregator
      ),
      told AS (
        UPDATE catalogue_proposal
        SET state = 'rejected', decided_at = ${now}, decided_by = ${by.id}
        WHERE (game_id, other_id) IN ((${from}::uuid, ${to}::uuid), (${to}::uuid, ${from}::uuid))
        RETURNING id
      ),
      verdict AS (
        INSERT INTO catalogue_proposal (id, game_id, other_id, reason, state, made_at, decided_at, decided_by)
        SELECT gen_random_uuid(), ${from}, ${to}, 'same_game', 'rejected', ${now}, ${now}, ${by.id}
        WHERE NOT EXISTS (SELECT FROM told)
      )
    INSERT INTO catalogue_change (at, what, aggregator, game_id, offer_id, was, became, source, source_id)
    SELECT
      ${now}, 'offer.moved', aggregator, ${to}::uuid, id, to_jsonb(${from}::uuid), to_jsonb(${to}::uuid), ${by.source}, ${by.id}
    FROM moved`;
}
