/**
 * The invariants of the book, each as one query of its own that returns what breaks it. Written from the tables alone:
 * nothing of the wallet's rules or the ledger's store is imported, because an auditor who shares code shares mistakes.
 */

export interface Invariant {
  readonly id: string;
  /** one sentence that is true of a sound book */
  readonly promise: string;
  /** how many rows the promise speaks of */
  readonly population: string;
  /** rows that break it; every query names the player or id to look at in a column `subject` and says what is wrong in `detail` */
  readonly violations: string;
}

export const INVARIANTS: readonly Invariant[] = [
  {
    id: 'balance-is-sum',
    promise: 'Every wallet balance equals the sum of its postings (I1).',
    population: 'SELECT count(*) FROM wallet',
    violations: `
      SELECT w.player || ' ' || w.currency AS subject,
             'balance ' || w.balance || ', postings sum to ' || coalesce(p.total, 0) AS detail
      FROM wallet w
      LEFT JOIN (
        SELECT shard, player, currency,
               sum(CASE WHEN credit = 'player' THEN units WHEN debit = 'player' THEN -units ELSE 0 END) AS total
        FROM posting
        GROUP BY shard, player, currency
      ) p USING (shard, player, currency)
      WHERE w.balance <> coalesce(p.total, 0)`,
  },
  {
    id: 'postings-have-wallets',
    promise: 'Every posting belongs to a wallet.',
    population: 'SELECT count(*) FROM posting',
    violations: `
      SELECT p.player || ' ' || p.currency AS subject, 'posting ' || p.seq || ' has no wallet' AS detail
      FROM posting p
      LEFT JOIN wallet w USING (shard, player, currency)
      WHERE w.player IS NULL`,
  },
  {
    id: 'sequence-without-gap',
    promise: "Every wallet's postings are numbered from 1 without a gap, up to the wallet's own number.",
    population: 'SELECT count(*) FROM wallet',
    violations: `
      SELECT w.player || ' ' || w.currency AS subject,
             'wallet at ' || w.seq || ', ' || coalesce(p.n, 0) || ' postings up to ' || coalesce(p.last, 0) AS detail
      FROM wallet w
      LEFT JOIN (
        SELECT shard, player, currency, count(*) AS n, max(seq) AS last FROM posting GROUP BY shard, player, currency
      ) p USING (shard, player, currency)
      WHERE w.seq <> coalesce(p.n, 0) OR w.seq <> coalesce(p.last, 0)`,
  },
  {
    id: 'running-balance',
    promise: 'Every posting states the balance that follows from all postings before it.',
    population: 'SELECT count(*) FROM posting',
    violations: `
      SELECT player || ' ' || currency AS subject, 'posting ' || seq || ' says ' || balance_after || ', should be ' || running AS detail
      FROM (
        SELECT player, currency, seq, balance_after,
               sum(CASE WHEN credit = 'player' THEN units WHEN debit = 'player' THEN -units ELSE 0 END)
                 OVER (PARTITION BY shard, player, currency ORDER BY seq) AS running
        FROM posting
      ) r
      WHERE balance_after <> running`,
  },
  {
    id: 'no-silent-overdraft',
    promise: 'No posting takes a wallet below zero but a reversal recorded as overdrawing (I2).',
    population: "SELECT count(*) FROM posting WHERE debit = 'player'",
    violations: `
      SELECT p.player || ' ' || p.currency AS subject, 'posting ' || p.seq || ' leaves ' || p.balance_after AS detail
      FROM posting p
      LEFT JOIN transaction t ON t.shard = p.shard AND t.player = p.player AND t.id = p.transaction_id
      WHERE p.debit = 'player' AND p.balance_after < 0
        AND (NOT p.overdrawn OR t.kind IS NULL OR t.kind NOT IN ('rollback', 'adjust') OR NOT 'overdrawn' = ANY (t.flags))`,
  },
  {
    id: 'applied-once',
    promise: 'An external id of one kind stands in the book once per aggregator and scope (I3).',
    population: 'SELECT count(*) FROM transaction',
    violations: `
      SELECT aggregator || ' ' || kind || ' ' || external_id AS subject,
             count(*) || ' rows, of ' || string_agg(DISTINCT player, ', ') AS detail
      FROM transaction
      GROUP BY aggregator, id_scope, kind, external_id
      HAVING count(*) > 1`,
  },
  {
    id: 'not-reversed-above',
    promise: 'Nothing was returned above what was taken, and states agree with what was returned (I4).',
    population: "SELECT count(*) FROM transaction WHERE kind IN ('bet', 'win', 'adjust')",
    violations: `
      SELECT player || ' ' || aggregator || ' ' || kind || ' ' || external_id AS subject,
             state || ' with ' || reversed_units || ' of ' || units || ' returned' AS detail
      FROM transaction
      WHERE kind IN ('bet', 'win', 'adjust')
        AND (
          (kind <> 'adjust' AND (reversed_units > units OR reversed_units < 0))
          -- a correction goes back as a whole, with its sign
          OR (kind = 'adjust' AND reversed_units NOT IN (0, units))
          OR (state = 'reversed' AND reversed_units <> units)
          OR (state = 'applied' AND reversed_units <> 0)
          OR (state IN ('rejected', 'tombstone', 'parked') AND units <> 0)
        )`,
  },
  {
    id: 'reversals-counted-once',
    promise: 'What a bet says was returned is what the standing rollbacks of it, or of its round, returned.',
    population:
      "SELECT count(*) FROM transaction WHERE kind = 'bet' AND state IN ('applied', 'part_reversed', 'reversed')",
    violations: `
      WITH
        bets AS (
          SELECT player, aggregator, id_scope, external_id, reversed_units, CASE WHEN flavour <> 'tip' THEN round_id END AS round_id
          FROM transaction
          WHERE kind = 'bet' AND state IN ('applied', 'part_reversed', 'reversed')
        ),
        -- rollbacks of one bet; an id may be both a bet's and a win's, and only the mark tells which was undone
        single AS (
          SELECT player, aggregator, id_scope, reference, sum(units) AS units
          FROM transaction
          WHERE kind = 'rollback' AND state = 'applied' AND 'returned' = ANY (flags)
          GROUP BY player, aggregator, id_scope, reference
        ),
        -- rollbacks of a whole round do not say how much of which bet, so there the round is compared
        whole AS (
          SELECT player, aggregator, id_scope, round_id, sum(units) AS units
          FROM transaction
          WHERE kind = 'rollback' AND state = 'applied' AND flavour = 'round' AND units > 0
          GROUP BY player, aggregator, id_scope, round_id
        ),
        known AS (
          SELECT b.*, coalesce(s.units, 0) AS rolled_back
          FROM bets b
          LEFT JOIN single s
            ON s.player = b.player AND s.aggregator = b.aggregator AND s.id_scope = b.id_scope AND s.reference = b.external_id
        )
      SELECT k.player || ' ' || k.aggregator || ' bet ' || k.external_id AS subject,
             'bet returned ' || k.reversed_units || ', rollbacks moved ' || k.rolled_back AS detail
      FROM known k
      LEFT JOIN whole w
        ON w.player = k.player AND w.aggregator = k.aggregator AND w.id_scope = k.id_scope AND w.round_id = k.round_id
      WHERE w.player IS NULL AND k.rolled_back <> k.reversed_units
      UNION ALL
      SELECT w.player || ' ' || w.aggregator || ' round ' || w.round_id,
             'bets returned ' || coalesce(sum(k.reversed_units), 0) || ', rollbacks moved ' || w.units + coalesce(sum(k.rolled_back), 0)
      FROM whole w
      LEFT JOIN known k
        ON k.player = w.player AND k.aggregator = w.aggregator AND k.id_scope = w.id_scope AND k.round_id = w.round_id
      GROUP BY w.player, w.aggregator, w.id_scope, w.round_id, w.units
      HAVING coalesce(sum(k.reversed_units), 0) <> w.units + coalesce(sum(k.rolled_back), 0)`,
  },
  {
    id: 'money-has-a-cause',
    promise: 'Every posting was caused by a transaction of the same player that was applied.',
    population: 'SELECT count(*) FROM posting',
    violations: `
      SELECT p.player || ' ' || p.currency AS subject,
             'posting ' || p.seq || CASE WHEN t.id IS NULL THEN ' has no transaction' ELSE ' was caused by a transaction that is ' || t.state END AS detail
      FROM posting p
      LEFT JOIN transaction t ON t.shard = p.shard AND t.player = p.player AND t.id = p.transaction_id
      WHERE t.id IS NULL OR t.state IN ('rejected', 'tombstone', 'parked')`,
  },
  {
    id: 'applied-is-posted',
    promise: 'Every applied transaction has the postings that its units demand, no more and no less.',
    population: "SELECT count(*) FROM transaction WHERE state IN ('applied', 'part_reversed', 'reversed')",
    violations: `
      WITH
        posted AS (
          SELECT shard, player, transaction_id, sum(units) AS moved,
                 sum(units) FILTER (WHERE split_part(debit, ':', 1) IN ('stakes', 'tips')) AS returned,
                 sum(units) FILTER (WHERE split_part(credit, ':', 1) IN ('stakes', 'tips')) AS taken_again,
                 sum(units) FILTER (WHERE split_part(credit, ':', 1) IN ('payouts', 'jackpots', 'promotions')
                                       OR 'adjustments' IN (debit, credit)) AS undone
          FROM posting
          GROUP BY shard, player, transaction_id
        ),
        -- a rollback of a bet may take its wins back under the same id: its units are the stake alone
        compared AS (
          SELECT t.player, t.aggregator, t.kind, t.external_id, t.units,
                 coalesce(
                   CASE
                     WHEN t.kind <> 'rollback' THEN p.moved
                     WHEN t.flavour = 'rollback' THEN p.taken_again
                     WHEN t.flavour = 'round' OR 'returned' = ANY (t.flags) THEN p.returned
                     ELSE p.undone
                   END, 0) AS posted
          FROM transaction t
          LEFT JOIN posted p ON p.shard = t.shard AND p.player = t.player AND p.transaction_id = t.id
          WHERE t.state IN ('applied', 'part_reversed', 'reversed')
        )
      SELECT player || ' ' || aggregator || ' ' || kind || ' ' || external_id AS subject,
             'says ' || units || ', posted ' || posted AS detail
      FROM compared
      WHERE abs(units) <> posted`,
  },
  {
    id: 'accounts-agree',
    promise: 'Every account of the house holds of every player what the standing transactions put there.',
    population:
      "SELECT count(*) FROM transaction WHERE state IN ('applied', 'part_reversed', 'reversed') AND kind <> 'rollback'",
    violations: `
      WITH
        -- what of each transaction still stands; a rollback only takes from what others booked
        told AS (
          SELECT shard, player, coalesce(split_part(fx::jsonb ->> 'pair', '/', 1), currency) AS currency,
                 CASE kind
                   WHEN 'bet' THEN CASE flavour WHEN 'tip' THEN 'tips:' ELSE 'stakes:' END || aggregator
                   WHEN 'win' THEN CASE flavour WHEN 'jackpot' THEN 'jackpots:' WHEN 'promo' THEN 'promotions:' WHEN 'free_round' THEN 'promotions:' ELSE 'payouts:' END || aggregator
                   WHEN 'adjust' THEN 'adjustments'
                   ELSE 'cashier'
                 END AS account,
                 sum(CASE WHEN kind IN ('bet', 'withdrawal') THEN units - reversed_units ELSE reversed_units - units END) AS units
          FROM transaction
          WHERE state IN ('applied', 'part_reversed', 'reversed') AND kind <> 'rollback'
          GROUP BY 1, 2, 3, 4
        ),
        held AS (
          SELECT shard, player, currency, account, sum(units) AS units
          FROM (
            SELECT shard, player, currency, credit AS account, units FROM posting
            UNION ALL
            SELECT shard, player, currency, debit, -units FROM posting
          ) sides
          WHERE account NOT IN ('player', 'receivable')
          GROUP BY shard, player, currency, account
        )
      SELECT player || ' ' || currency || ' ' || account AS subject,
             'transactions say ' || coalesce(told.units, 0) || ', postings sum to ' || coalesce(held.units, 0) AS detail
      FROM told
      FULL JOIN held USING (shard, player, currency, account)
      WHERE coalesce(told.units, 0) <> coalesce(held.units, 0)`,
  },
  {
    id: 'remembered-balance',
    promise:
      'Every applied transaction remembers the balance that its last posting left: a repeat may be answered with it.',
    population:
      "SELECT count(*) FROM transaction WHERE state IN ('applied', 'part_reversed', 'reversed') AND units <> 0",
    violations: `
      SELECT t.player || ' ' || t.aggregator || ' ' || t.kind || ' ' || t.external_id AS subject,
             'remembers ' || coalesce(t.balance_after::text, 'nothing') || ', its last posting left ' || p.balance_after AS detail
      FROM transaction t
      JOIN (
        SELECT DISTINCT ON (shard, player, currency, transaction_id) shard, player, currency, transaction_id, balance_after
        FROM posting
        ORDER BY shard, player, currency, transaction_id, seq DESC
      ) p ON p.shard = t.shard AND p.player = t.player AND p.transaction_id = t.id
        AND p.currency = coalesce(split_part(t.fx::jsonb ->> 'pair', '/', 1), t.currency)
      WHERE t.balance_after IS DISTINCT FROM p.balance_after`,
  },
  {
    id: 'books-to-zero',
    promise: "Per currency, players' balances and the house's accounts sum to zero.",
    population: 'SELECT count(DISTINCT currency) FROM wallet',
    violations: `
      SELECT currency AS subject, 'players hold ' || players || ', house accounts ' || house AS detail
      FROM (
        SELECT w.currency, w.players, coalesce(h.house, 0) AS house
        FROM (SELECT currency, sum(balance) AS players FROM wallet GROUP BY currency) w
        LEFT JOIN (
          SELECT currency,
                 sum(CASE WHEN credit <> 'player' THEN units ELSE 0 END) - sum(CASE WHEN debit <> 'player' THEN units ELSE 0 END) AS house
          FROM posting
          GROUP BY currency
        ) h USING (currency)
      ) s
      WHERE players + house <> 0`,
  },
  {
    id: 'rounds-agree',
    promise:
      "Every round's stakes, returns and numbers of bets are those of its bets, and every played round has its row.",
    population: 'SELECT count(*) FROM round',
    violations: `
      SELECT player || ' ' || aggregator || ' round ' || round_id AS subject,
             CASE WHEN r.bets_ever IS NULL THEN 'there is no round'
                  ELSE 'round says ' || r.staked || '/' || r.returned || ' in ' || r.bets_ever || '/' || r.bets_standing END
               || ', bets say ' || coalesce(b.staked, 0) || '/' || coalesce(b.returned, 0) || ' in ' || coalesce(b.ever, 0) || '/' || coalesce(b.standing, 0) AS detail
      FROM round r
      FULL JOIN (
        SELECT shard, player, aggregator, id_scope, round_id, sum(units) AS staked, sum(reversed_units) AS returned,
               count(*) AS ever, count(*) FILTER (WHERE state <> 'reversed') AS standing
        FROM transaction
        WHERE kind = 'bet' AND flavour <> 'tip' AND state IN ('applied', 'part_reversed', 'reversed') AND round_id IS NOT NULL
        GROUP BY shard, player, aggregator, id_scope, round_id
      ) b USING (shard, player, aggregator, id_scope, round_id)
      WHERE r.bets_ever IS NULL
         OR r.staked <> coalesce(b.staked, 0) OR r.returned <> coalesce(b.returned, 0)
         OR r.bets_ever <> coalesce(b.ever, 0) OR r.bets_standing <> coalesce(b.standing, 0)`,
  },
  {
    id: 'rounds-paid',
    promise:
      'Every round paid what its standing wins say (rounds with corrections, or with wins that name only a bet, aside).',
    population: 'SELECT count(*) FROM round',
    violations: `
      SELECT r.player || ' ' || r.aggregator || ' round ' || r.round_id AS subject,
             'round paid ' || r.paid || ', wins say ' || coalesce(w.paid, 0) AS detail
      FROM round r
      LEFT JOIN (
        SELECT shard, player, aggregator, id_scope, round_id, sum(units - reversed_units) AS paid
        FROM transaction
        WHERE kind = 'win' AND state IN ('applied', 'part_reversed', 'reversed') AND round_id IS NOT NULL
        GROUP BY shard, player, aggregator, id_scope, round_id
      ) w USING (shard, player, aggregator, id_scope, round_id)
      WHERE r.paid <> coalesce(w.paid, 0)
        -- a correction counts only if the round was there before it, a win without a round only if its bet was
        AND NOT EXISTS (
          SELECT 1 FROM transaction a
          WHERE a.shard = r.shard AND a.player = r.player AND a.round_id = r.round_id
            AND a.aggregator = r.aggregator AND a.id_scope = r.id_scope AND a.kind = 'adjust'
        )
        AND NOT EXISTS (
          SELECT 1 FROM transaction b
          JOIN transaction v
            ON v.shard = b.shard AND v.player = b.player AND v.aggregator = b.aggregator AND v.id_scope = b.id_scope
            AND v.kind = 'win' AND v.round_id IS NULL AND v.reference = b.external_id
          WHERE b.shard = r.shard AND b.player = r.player AND b.round_id = r.round_id
            AND b.aggregator = r.aggregator AND b.id_scope = r.id_scope AND b.kind = 'bet'
        )`,
  },
  {
    id: 'waiting-counted',
    promise:
      "A player's wallets count every win that waits for its bet or was paid before it: what is not counted is not looked for.",
    population: 'SELECT count(*) FROM wallet',
    violations: `
      SELECT player AS subject,
             'wallets count ' || coalesce(w.waiting, 0) || ', ' || coalesce(t.waiting, 0) || ' wins wait' AS detail
      FROM (SELECT shard, player, sum(waiting) AS waiting FROM wallet GROUP BY shard, player) w
      FULL JOIN (
        SELECT shard, player, count(*) AS waiting
        FROM transaction
        WHERE state = 'parked' OR 'before_bet' = ANY (flags)
        GROUP BY shard, player
      ) t USING (shard, player)
      WHERE coalesce(w.waiting, 0) <> coalesce(t.waiting, 0)`,
  },
  {
    id: 'one-shard',
    promise: 'All rows of a player lie on one shard, so that a player cannot have the same wallet twice.',
    population: 'SELECT count(DISTINCT player) FROM wallet',
    violations: `
      SELECT player AS subject, 'rows on the shards ' || string_agg(DISTINCT shard::text, ', ') AS detail
      FROM (
        SELECT player, shard FROM wallet
        UNION
        SELECT player, shard FROM transaction
        UNION
        SELECT player, shard FROM posting
        UNION
        SELECT player, shard FROM round
      ) places
      GROUP BY player
      HAVING count(DISTINCT shard) > 1`,
  },
  {
    id: 'answers-have-rows',
    promise: 'Every journalled answer that said "applied" has its committed transaction (I6).',
    population: "SELECT count(*) FROM journal WHERE outcome IN ('applied', 'duplicate') AND external_id IS NOT NULL",
    violations: `
      SELECT j.aggregator || ' ' || j.external_id AS subject,
             'answered ' || j.outcome || ' at ' || j.arrived_at || ' (journal ' || j.id || ') but is not in the book' AS detail
      FROM journal j
      WHERE j.outcome IN ('applied', 'duplicate') AND j.external_id IS NOT NULL
        AND NOT EXISTS (
          SELECT 1 FROM transaction t
          WHERE t.aggregator = j.aggregator AND t.external_id = j.external_id
            AND (j.player IS NULL OR t.player = j.player)
            AND (
              t.state IN ('applied', 'part_reversed', 'reversed')
              -- answered as done, by an aggregator's wish, and never done: what came after its own undoing
              OR (t.state = 'tombstone' AND (j.outcome = 'duplicate' OR 'late_bet' = ANY (t.flags)))
            )
        )`,
  },
];
