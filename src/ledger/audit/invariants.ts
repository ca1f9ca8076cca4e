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
      SELECT aggregator || ' ' || kind || ' ' || external_id AS subject, count(*) || ' rows' AS detail
      FROM transaction
      GROUP BY aggregator, id_scope, kind, external_id
      HAVING count(*) > 1`,
  },
  {
    id: 'not-reversed-above',
    promise: 'Nothing was returned above what was taken, and states agree with what was returned (I4).',
    population: "SELECT count(*) FROM transaction WHERE kind IN ('bet', 'win')",
    violations: `
      SELECT kind || ' ' || external_id AS subject, state || ' with ' || reversed_units || ' of ' || units || ' returned' AS detail
      FROM transaction
      WHERE kind IN ('bet', 'win')
        AND (
          reversed_units > units OR reversed_units < 0
          OR (state = 'reversed' AND reversed_units <> units)
          OR (state = 'applied' AND reversed_units <> 0)
          OR (state IN ('rejected', 'tombstone', 'parked') AND units <> 0)
        )`,
  },
  {
    id: 'reversals-posted-once',
    promise: 'What rollbacks paid back for a bet equals what the bet says was returned.',
    population: "SELECT count(*) FROM transaction WHERE kind = 'bet' AND reversed_units > 0",
    violations: `
      SELECT b.external_id AS subject, 'bet returned ' || b.reversed_units || ', rollbacks moved ' || coalesce(sum(r.units), 0) AS detail
      FROM transaction b
      LEFT JOIN transaction r
        ON r.aggregator = b.aggregator AND r.id_scope = b.id_scope AND r.player = b.player
        AND r.kind = 'rollback' AND r.state = 'applied' AND r.reference = b.external_id AND r.flavour IN ('bet', 'any')
      WHERE b.kind = 'bet' AND b.reversed_units > 0
        AND NOT EXISTS (
          SELECT 1 FROM transaction x
          WHERE x.aggregator = b.aggregator AND x.id_scope = b.id_scope AND x.player = b.player
            AND x.kind = 'rollback' AND x.state = 'applied' AND x.flavour = 'round' AND x.round_id = b.round_id
        )
      GROUP BY b.aggregator, b.id_scope, b.external_id, b.reversed_units
      HAVING coalesce(sum(r.units), 0) <> b.reversed_units`,
  },
  {
    id: 'money-has-a-cause',
    promise:
      'Every posting was caused by a transaction of the same player that was applied, and moved no more than it says.',
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
    promise: 'Every applied transaction has the postings that its units demand.',
    population: "SELECT count(*) FROM transaction WHERE state IN ('applied', 'part_reversed', 'reversed')",
    violations: `
      SELECT t.kind || ' ' || t.external_id AS subject, 'says ' || t.units || ', posted ' || coalesce(p.moved, 0) AS detail
      FROM transaction t
      LEFT JOIN (
        SELECT shard, player, transaction_id, sum(units) AS moved FROM posting GROUP BY shard, player, transaction_id
      ) p ON p.shard = t.shard AND p.player = t.player AND p.transaction_id = t.id
      WHERE t.state IN ('applied', 'part_reversed', 'reversed')
        AND t.kind <> 'rollback'
        AND abs(t.units) <> coalesce(p.moved, 0)`,
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
    promise: "Every round's stakes and returns are the sums of its bets.",
    population: 'SELECT count(*) FROM round',
    violations: `
      SELECT r.round_id AS subject,
             'round says ' || r.staked || '/' || r.returned || ', bets say ' || coalesce(b.staked, 0) || '/' || coalesce(b.returned, 0) AS detail
      FROM round r
      LEFT JOIN (
        SELECT shard, player, aggregator, id_scope, round_id, sum(units) AS staked, sum(reversed_units) AS returned
        FROM transaction
        WHERE kind = 'bet' AND flavour <> 'tip' AND state IN ('applied', 'part_reversed', 'reversed')
        GROUP BY shard, player, aggregator, id_scope, round_id
      ) b USING (shard, player, aggregator, id_scope, round_id)
      WHERE r.staked <> coalesce(b.staked, 0) OR r.returned <> coalesce(b.returned, 0)`,
  },
  {
    id: 'answers-have-rows',
    promise: 'Every journalled answer that said "applied" has its committed transaction (I6).',
    population: "SELECT count(*) FROM journal WHERE outcome = 'applied' AND external_id IS NOT NULL",
    violations: `
      SELECT j.aggregator || ' ' || j.external_id AS subject, 'answered applied at ' || j.arrived_at || ' but is not in the book' AS detail
      FROM journal j
      WHERE j.outcome = 'applied' AND j.external_id IS NOT NULL
        AND NOT EXISTS (
          SELECT 1 FROM transaction t
          WHERE t.aggregator = j.aggregator AND t.external_id = j.external_id AND t.state IN ('applied', 'part_reversed', 'reversed')
        )`,
  },
];
