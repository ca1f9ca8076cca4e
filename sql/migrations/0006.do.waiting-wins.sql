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
