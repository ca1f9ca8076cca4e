-- outside a transaction
-- One player's rounds, newest first: without it every page of a long history reads and sorts all of it. It costs each new round one
-- more entry.
CREATE INDEX CONCURRENTLY IF NOT EXISTS round_of_player ON round (shard, player, opened_at);
