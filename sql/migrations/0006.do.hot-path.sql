-- How many of the player's wins wait for a bet, or were paid before theirs. Kept on a row that every call locks anyway, so
-- that the hot path asks for waiting wins only when there are any. A player's count is the sum over all wallets.
ALTER TABLE wallet ADD COLUMN waiting integer NOT NULL DEFAULT 0;

UPDATE wallet w
SET waiting = n.waiting
FROM (
  SELECT t.shard, t.player, count(*)::integer AS waiting, min(v.currency) AS currency
  FROM transaction t
  JOIN LATERAL (SELECT min(currency) AS currency FROM wallet o WHERE o.shard = t.shard AND o.player = t.player) v ON true
  WHERE t.state = 'parked' OR 'before_bet' = ANY (t.flags)
  GROUP BY t.shard, t.player
) n
WHERE w.shard = n.shard AND w.player = n.player AND w.currency = n.currency;

-- The time alone: with shard and player in it, a planner without statistics took this index for lookups by round, and walked
-- all of it. Pages of rounds opened at the same instant are sorted on the way.
DROP INDEX round_opened;
CREATE INDEX round_opened ON round (opened_at);

-- What every replica asks each second: which sessions have ended? Counted by the database's clock, so that replicas need
-- not agree on the time.
ALTER TABLE session_event ADD COLUMN stored_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX session_event_ended ON session_event (stored_at) WHERE type = 'ended';
