/** SQL of what is the operator's own: switches, order, names, tags, preference among offers, further codes. */
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';

export interface OwnRow {
  readonly operator_enabled: boolean;
  readonly sort_order: number;
  readonly category_override: string | null;
  readonly name_override: string | null;
  readonly sort_name_override: string | null;
  readonly own_tags: readonly string[];
}

/** What the operator has set of a game, locked; null when there is none. Relies on game_pkey. */
export async function lockOwn(transaction: DatabaseTransaction, id: string): Promise<OwnRow | null> {
  const [row] = await transaction<OwnRow[]>`
    /* game.own */
    SELECT operator_enabled, sort_order, category_override, name_override, sort_name_override, own_tags
    FROM game
    WHERE id = ${id}
    FOR UPDATE`;
  return row ?? null;
}

export async function updateOwn(transaction: DatabaseTransaction, id: string, own: OwnRow, now: Date): Promise<void> {
  await transaction`
    /* game.patch */
    UPDATE game
    SET
      operator_enabled = ${own.operator_enabled}, sort_order = ${own.sort_order},
      category_override = ${own.category_override}, name_override = ${own.name_override},
      sort_name_override = ${own.sort_name_override}, own_tags = ${[...own.own_tags]}, changed_at = ${now}
    WHERE id = ${id}`;
}

/** Ranks the game's offers as they are named; the others have no rank. Relies on offer_game. */
export async function updateRanks(
  transaction: DatabaseTransaction,
  game: string,
  offers: readonly string[],
  now: Date,
) {
  await transaction`
    /* offer.ranks */
    UPDATE offer
    SET rank = array_position(${[...offers]}::uuid[], id) - 1, changed_at = ${now}
    WHERE game_id = ${game}`;
}

export interface OwnOfferRow {
  readonly game_id: string;
  readonly aggregator: string;
  readonly operator_enabled: boolean;
  readonly variant: string | null;
}

/** What the operator has set of an offer, locked. Relies on offer_pkey. */
export async function lockOwnOffer(transaction: DatabaseTransaction, id: string): Promise<OwnOfferRow | null> {
  const [row] = await transaction<OwnOfferRow[]>`
    /* offer.own */
    SELECT game_id, aggregator, operator_enabled, variant FROM offer WHERE id = ${id} FOR UPDATE`;
  return row ?? null;
}

export async function updateOwnOffer(
  transaction: DatabaseTransaction,
  id: string,
  own: Pick<OwnOfferRow, 'operator_enabled' | 'variant'>,
  now: Date,
): Promise<void> {
  await transaction`
    /* offer.patch */
    UPDATE offer SET operator_enabled = ${own.operator_enabled}, variant = ${own.variant}, changed_at = ${now}
    WHERE id = ${id}`;
}

export interface Alias {
  readonly aggregator: string;
  /** the aggregator's code of the studio */
  readonly provider: string;
  readonly code: string;
  readonly offer: string;
  readonly createdAtMs: number;
}

/** Further codes of a game's offers, oldest first. Relies on offer_game and offer_code_alias_offer. */
export async function selectAliases(sql: Database, game: string): Promise<readonly Alias[]> {
  const rows = await sql<
    { aggregator: string; provider_code: string; code: string; offer_id: string; created_at: Date }[]
  >`
    /* offer.aliases */
    SELECT a.aggregator, a.provider_code, a.code, a.offer_id, a.created_at
    FROM offer o
    JOIN offer_code_alias a ON a.offer_id = o.id
    WHERE o.game_id = ${game}
    ORDER BY a.created_at, a.aggregator, a.provider_code, a.code
    LIMIT 1000`;
  return rows.map((row) => ({
    aggregator: row.aggregator,
    provider: row.provider_code,
    code: row.code,
    offer: row.offer_id,
    createdAtMs: row.created_at.getTime(),
  }));
}

export interface AliasKey {
  readonly aggregator: AggregatorName;
  readonly provider: string;
  readonly code: string;
}

/** Notes a further code of an offer, whoever had it. Relies on offer_code_alias_pkey. */
export async function insertAlias(
  transaction: DatabaseTransaction,
  offer: string,
  alias: AliasKey,
  now: Date,
): Promise<void> {
  await transaction`
    /* offer.alias */
    INSERT INTO offer_code_alias (aggregator, provider_code, code, offer_id, created_at)
    VALUES (${alias.aggregator}, ${alias.provider}, ${alias.code}, ${offer}, ${now})
    ON CONFLICT (aggregator, provider_code, code) DO UPDATE SET offer_id = EXCLUDED.offer_id`;
}

/** Forgets a further code of the offer; false when it has none such. */
export async function deleteAlias(transaction: DatabaseTransaction, offer: string, alias: AliasKey): Promise<boolean> {
  const rows = await transaction`
    /* offer.forget_alias */
    DELETE FROM offer_code_alias
    WHERE aggregator = ${alias.aggregator} AND provider_code = ${alias.provider} AND code = ${alias.code}
      AND offer_id = ${offer}`;
  return rows.count === 1;
}
