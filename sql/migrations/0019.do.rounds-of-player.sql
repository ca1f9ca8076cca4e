-- One player's rounds, newest first: without it every page of a long history reads and sorts all of it. It costs each new round one
-- more entry. Making it holds up bets while it reads the table: where that is large, run it by hand before the upgrade as
-- CREATE INDEX CONCURRENTLY under this name; what is there is not made again.
CREATE INDEX IF NOT EXISTS round_of_player ON round (shard, player, opened_at);
