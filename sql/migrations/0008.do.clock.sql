-- What every node last said about its clock: replaced every minute, so that one page and one alert can tell which node of
-- twenty has drifted, and whose launches fail on what share of them. `seen_at` is the database's time, because a node whose
-- clock is wrong must not look dead.

CREATE TABLE clock_node (
  node              text             COLLATE "C" PRIMARY KEY,
  level             text             COLLATE "C" NOT NULL CHECK (level IN ('ok', 'warn', 'critical', 'launch_fail')),
  reason            text             COLLATE "C" NOT NULL,
  message           text             NOT NULL,
  probe             text             COLLATE "C",
  ahead_ms          double precision,
  bound_ms          double precision,
  database_ahead_ms double precision,
  database_bound_ms double precision,
  aggregators       jsonb            NOT NULL,
  alert             jsonb,
  seen_at           timestamptz      NOT NULL,
  CHECK ((ahead_ms IS NULL) = (bound_ms IS NULL))
);
COMMENT ON TABLE clock_node IS 'One row a machine: how its clock stands by its own last sample. Nothing is kept of the past.';
