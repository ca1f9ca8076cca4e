-- The catalogue: what each aggregator offers, under ids of our own that survive every change of names (CAT-01, CAT-02).
-- Rows are never deleted: a game that left the list is hidden, and its open rounds still pay (CAT-03, CAT-04).

CREATE TABLE provider (
  aggregator    text        COLLATE "C" NOT NULL,
  code          text        COLLATE "C" NOT NULL,
  name          text        NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at  timestamptz NOT NULL,
  PRIMARY KEY (aggregator, code)
);
COMMENT ON TABLE provider IS 'Studios by the aggregator''s code for them; the name is for display and may change.';

CREATE TABLE game (
  id                uuid        PRIMARY KEY,
  aggregator        text        COLLATE "C" NOT NULL,
  provider_code     text        COLLATE "C" NOT NULL,
  code              text        COLLATE "C" NOT NULL,
  name              text        NOT NULL,
  category          text        COLLATE "C" NOT NULL,
  tags              text[]      NOT NULL,
  features          text[]      NOT NULL,
  rtp               text        COLLATE "C",
  volatility        text        COLLATE "C" CHECK (volatility IN ('low', 'medium', 'high')),
  lines             integer,
  thumbnail         text,
  demo              boolean     NOT NULL,
  platforms         text[]      NOT NULL,
  currencies        text[]      NOT NULL,
  blocked_countries text[]      NOT NULL,
  released_at       text        COLLATE "C",
  vendor_enabled    boolean     NOT NULL,
  operator_enabled  boolean     NOT NULL DEFAULT true,
  sort_order        integer     NOT NULL DEFAULT 1000,
  category_override text        COLLATE "C",
  sort_name         text        COLLATE "C" NOT NULL,
  search_text       text        COLLATE "C" NOT NULL,
  first_seen_at     timestamptz NOT NULL,
  last_seen_at      timestamptz NOT NULL,
  changed_at        timestamptz NOT NULL,
  removed_at        timestamptz,
  UNIQUE (aggregator, provider_code, code)
);
COMMENT ON TABLE game IS 'One offer of one aggregator. `vendor_enabled` is the aggregator''s switch, `operator_enabled` ours; `removed_at` says since when the list lacks it.';
CREATE INDEX game_lobby ON game (sort_order, sort_name, id);

CREATE TABLE game_code_alias (
  aggregator    text        COLLATE "C" NOT NULL,
  provider_code text        COLLATE "C" NOT NULL,
  code          text        COLLATE "C" NOT NULL,
  game_id       uuid        NOT NULL REFERENCES game (id),
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (aggregator, provider_code, code)
);
COMMENT ON TABLE game_code_alias IS 'Former codes of a game: callbacks may still carry them (CAT-01).';

CREATE TABLE catalogue_state (
  aggregator text   COLLATE "C" PRIMARY KEY,
  version    bigint NOT NULL,
  etag       text
);
COMMENT ON TABLE catalogue_state IS 'Grows with every change of an aggregator''s games, so that every replica notices that its memory is old.';

CREATE TABLE catalogue_sync (
  id           uuid        PRIMARY KEY,
  aggregator   text        COLLATE "C" NOT NULL,
  started_at   timestamptz NOT NULL,
  heartbeat_at timestamptz NOT NULL,
  finished_at  timestamptz,
  outcome      text        COLLATE "C" NOT NULL CHECK (outcome IN ('running', 'applied', 'unchanged', 'failed', 'quarantined', 'abandoned')),
  reason       text,
  listed       integer     NOT NULL DEFAULT 0,
  added        integer     NOT NULL DEFAULT 0,
  changed      integer     NOT NULL DEFAULT 0,
  removed      integer     NOT NULL DEFAULT 0,
  returned     integer     NOT NULL DEFAULT 0,
  duplicates   integer     NOT NULL DEFAULT 0,
  malformed    integer     NOT NULL DEFAULT 0,
  malformed_sample text[]  NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE catalogue_sync IS 'Every attempt to take over an aggregator''s list and how it ended.';
CREATE INDEX catalogue_sync_started_at ON catalogue_sync (aggregator, started_at);
-- One run at a time per aggregator, on however many nodes (CAT-18).
CREATE UNIQUE INDEX catalogue_sync_running ON catalogue_sync (aggregator) WHERE outcome = 'running';

-- Pages wait here until the list is complete. Unlogged: what a crash loses belongs to a run that failed with it.
CREATE UNLOGGED TABLE catalogue_staging (
  run               uuid    NOT NULL,
  seq               integer NOT NULL,
  new_id            uuid    NOT NULL,
  provider_code     text    COLLATE "C" NOT NULL,
  provider_name     text    NOT NULL,
  code              text    COLLATE "C" NOT NULL,
  name              text    NOT NULL,
  category          text    COLLATE "C" NOT NULL,
  tags              text[]  NOT NULL,
  features          text[]  NOT NULL,
  rtp               text    COLLATE "C",
  volatility        text    COLLATE "C",
  lines             integer,
  thumbnail         text,
  demo              boolean NOT NULL,
  platforms         text[]  NOT NULL,
  currencies        text[]  NOT NULL,
  blocked_countries text[]  NOT NULL,
  released_at       text    COLLATE "C",
  vendor_enabled    boolean NOT NULL,
  sort_name         text    COLLATE "C" NOT NULL,
  search_text       text    COLLATE "C" NOT NULL,
  PRIMARY KEY (run, seq)
);
COMMENT ON TABLE catalogue_staging IS 'Pages of a running sync; all of them become games together or not at all (CAT-07).';
