/**
 * The invariants of converted money. One row that moved wallet units through a lock is two balanced moves: in the wallet's
 * currency between the player and the account `fx:<game currency>`, in the game's between `fx:<wallet currency>` and the account
 * of the house that its posting names; what rounding left over is the account `dust`. Those accounts are never rows: they are
 * derived here, from the transactions and the postings alone.
 */
import type { Invariant } from './invariants.ts';

/** A lock's fields and its residue, as columns, of a transaction `t`; null on rows that were not converted. */
export const LOCKED = `
  LEFT JOIN LATERAL (
    SELECT split_part(j ->> 'pair', '/', 1) AS wallet, split_part(j ->> 'pair', '/', 2) AS game, (j ->> 'rate')::numeric AS rate,
           10::numeric ^ (j ->> 'walletScale')::integer AS unit, j ->> 'rounding' AS rounding, (j ->> 'quoteId')::uuid AS quote_id,
           (j ->> 'market')::numeric AS market, j ->> 'pair' AS pair,
           split_part(j ->> 'residue', '/', 1)::numeric AS num, coalesce(nullif(split_part(j ->> 'residue', '/', 2), ''), '1')::numeric AS den
    FROM (SELECT t.fx::jsonb AS j) parsed
    WHERE t.fx IS NOT NULL
  ) x ON true`;

const STANDS = "t.state IN ('applied', 'part_reversed', 'reversed')";

export const EXCHANGE_INVARIANTS: readonly Invariant[] = [
  {
    id: 'exchange-exact',
    promise: 'Converted units and what rounding left over are together exactly the amount at the locked rate.',
    population: `SELECT count(*) FROM transaction t WHERE fx IS NOT NULL AND ${STANDS}`,
    violations: `
      SELECT t.player || ' ' || t.aggregator || ' ' || t.kind || ' ' || t.external_id AS subject,
             t.units || ' units and ' || x.num || '/' || x.den || ' for ' || told.amount || ' ' || x.game || ' at ' || x.rate AS detail
      FROM transaction t
      ${LOCKED}
      -- a rollback says what of its bet it returned; one of a win or of a round names it elsewhere
      CROSS JOIN LATERAL (
        SELECT CASE
          WHEN t.kind IN ('bet', 'win', 'adjust') THEN t.amount
          WHEN t.kind = 'rollback' AND t.flavour <> 'round' AND 'returned' = ANY (t.flags) THEN t.reversed_amount
        END AS amount
      ) told
      WHERE t.fx IS NOT NULL AND ${STANDS} AND told.amount IS NOT NULL
        -- nothing was taken for a free bet and nothing went back for it; a win undone while it waited never moved anything
        AND NOT (t.units = 0 AND x.num = 0 AND (t.flavour = 'free' OR t.kind = 'rollback' OR t.balance_after IS NULL))
        AND (
          (t.units * x.den + x.num) * x.rate <> told.amount * x.unit * x.den
          OR (t.kind <> 'rollback' AND x.rounding = 'half_even' AND 2 * abs(x.num) > x.den)
          OR (t.kind <> 'rollback' AND abs(x.num) >= x.den)
        )`,
  },
  {
    id: 'exchange-to-zero',
    promise: "Per currency the players' side, the house's accounts, those of exchange and the dust sum to zero.",
    population: 'SELECT count(DISTINCT currency) FROM wallet',
    violations: `
      WITH
        -- what the house got in each currency, by the postings
        posted AS (
          SELECT currency,
                 sum(CASE WHEN credit IN ('player', 'receivable') THEN 0 ELSE units END
                   - CASE WHEN debit IN ('player', 'receivable') THEN 0 ELSE units END) AS units
          FROM posting
          GROUP BY currency
        ),
        -- what of each row still stands: of a converted one its exact value and its residue, counted in 10^-30 of a unit
        standing AS (
          SELECT coalesce(x.wallet, t.currency) AS currency, CASE WHEN t.kind IN ('bet', 'withdrawal') THEN 1 ELSE -1 END AS sign,
                 CASE WHEN x.rate IS NULL OR t.state = 'reversed' OR (t.kind = 'bet' AND t.flavour = 'free') THEN (t.units - t.reversed_units) * 1e30
                      ELSE round((t.amount - t.reversed_amount) * x.unit * 1e30 / x.rate) END AS exact,
                 CASE WHEN x.rate IS NULL OR t.state = 'reversed' OR (t.kind = 'bet' AND t.flavour = 'free') THEN 0
                      WHEN t.state = 'applied' THEN round(x.num * 1e30 / x.den)
                      ELSE round((t.amount - t.reversed_amount) * x.unit * 1e30 / x.rate) - (t.units - t.reversed_units) * 1e30 END AS dust
          FROM transaction t
          ${LOCKED}
          WHERE ${STANDS} AND t.kind <> 'rollback'
        ),
        accounts AS (
          SELECT currency, sum(sign * exact) AS exact, sum(sign * dust) AS dust FROM standing GROUP BY currency
        )
      SELECT currency AS subject,
             'the house got ' || coalesce(p.units, 0) || ', its accounts hold ' || round(coalesce(a.exact, 0) / 1e30, 9)
               || ' with a dust of ' || round(coalesce(a.dust, 0) / 1e30, 9) AS detail
      FROM accounts a
      FULL JOIN posted p USING (currency)
      -- the last digit of each row may be rounded
      WHERE abs(coalesce(p.units, 0) * 1e30 + coalesce(a.dust, 0) - coalesce(a.exact, 0)) > 1e15`,
  },
  {
    id: 'exchange-by-round',
    promise: 'A round is played from one wallet, and if it is converted by one pair of currencies: that of its lock.',
    population: 'SELECT count(*) FROM round',
    violations: `
      SELECT r.player || ' ' || r.aggregator || ' round ' || r.round_id AS subject,
             'plays ' || coalesce(r.fx_lock::jsonb ->> 'pair', r.currency) || ', and its ' || t.kind || ' ' || t.external_id
               || ' ' || coalesce(x.pair, t.currency) AS detail
      FROM round r
      JOIN transaction t
        ON t.shard = r.shard AND t.player = r.player AND t.round_id = r.round_id AND t.aggregator = r.aggregator
        AND t.id_scope = r.id_scope
      ${LOCKED}
      WHERE ${STANDS} AND (t.kind = 'win' OR (t.kind = 'bet' AND t.flavour <> 'tip'))
        AND t.balance_after IS NOT NULL
        AND (r.fx_lock::jsonb ->> 'pair' IS DISTINCT FROM x.pair OR r.currency IS DISTINCT FROM coalesce(x.wallet, t.currency))`,
  },
  {
    id: 'exchange-by-quote',
    promise: 'A lock says what the quote it names says.',
    population: 'SELECT count(*) FROM transaction WHERE fx IS NOT NULL',
    violations: `
      SELECT t.player || ' ' || t.aggregator || ' ' || t.kind || ' ' || t.external_id AS subject,
             x.pair || ' at ' || x.rate || ', its quote is of ' || q.pair || ' at ' || q.rate AS detail
      FROM transaction t
      ${LOCKED}
      JOIN fx_quote q ON q.id = x.quote_id
      WHERE t.fx IS NOT NULL AND (q.pair <> x.pair OR q.rate <> x.rate OR q.market <> x.market)`,
  },
];
