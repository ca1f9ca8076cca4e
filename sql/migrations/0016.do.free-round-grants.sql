-- Free rounds an operator issued at an aggregator whose summary of them names the issue and nobody. A new table, read by its key
-- when such a summary comes; a version before this one answers those calls as uncertain.

CREATE TABLE free_round_grant (
  aggregator text        COLLATE "C" NOT NULL,
  issue      text        COLLATE "C" NOT NULL,
  player     text        COLLATE "C" NOT NULL,
  currency   text        COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (aggregator, issue)
);
COMMENT ON TABLE free_round_grant IS 'Whose an issue of free rounds is, and what its winnings are counted in. Written once by the operator''s platform, never changed: money was, or will be, paid by it.';
