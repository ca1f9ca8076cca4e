-- Analytics are built from what is new in the book, and "new" must not hang on anybody's clock or on the order of commits: each
-- row says which transaction of the database put it there, and a reader compares that with a snapshot. The default costs the
-- writers no statement, eight bytes a row, and one entry of a BRIN index for every 32 pages. Rows from before have none and are
-- read once, by their key.
--
-- Making an index reads the table while writers wait. Where the book is large, run the ALTER TABLEs and CREATE INDEX
-- CONCURRENTLY under these names by hand before the upgrade: what is there already is not made again.
ALTER TABLE transaction ADD COLUMN IF NOT EXISTS written bigint;
ALTER TABLE transaction ALTER COLUMN written SET DEFAULT pg_current_xact_id()::text::bigint;
ALTER TABLE session ADD COLUMN IF NOT EXISTS written bigint;
ALTER TABLE session ALTER COLUMN written SET DEFAULT pg_current_xact_id()::text::bigint;
ALTER TABLE session_event ADD COLUMN IF NOT EXISTS written bigint;
ALTER TABLE session_event ALTER COLUMN written SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX IF NOT EXISTS transaction_written
  ON transaction USING brin (written) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX IF NOT EXISTS session_written
  ON session USING brin (written) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX IF NOT EXISTS session_event_written
  ON session_event USING brin (written) WITH (pages_per_range = 32, autosummarize = on);

-- How far the builder is; one row. Whoever holds it locked is the builder. `cluster` is the database server the transaction
-- numbers belong to: on another one (a restored dump) they mean nothing, and everything is built anew.
CREATE TABLE analytics_state (
  id            smallint     NOT NULL DEFAULT 1 PRIMARY KEY CHECK (id = 1),
  time_zone     text         COLLATE "C" NOT NULL,
  idle_minutes  integer      NOT NULL,
  cluster       text         COLLATE "C" NOT NULL,
  -- every row visible to this snapshot is counted; null while the first reading is under way
  counted       text         COLLATE "C",
  counted_at    timestamptz,
  -- the snapshot being worked towards, and how far the work on it is
  target        text         COLLATE "C",
  target_at     timestamptz,
  stage         text         COLLATE "C" NOT NULL CHECK (stage IN ('transactions', 'sessions', 'events', 'signs', 'follow')),
  place         text[]       COLLATE "C",
  built_rows    bigint       NOT NULL DEFAULT 0
);

-- What one play (a round, or what belongs to none) counted last, so that counting it again replaces and never adds. `members`
-- are the transactions of a play that no index of the book finds together.
CREATE TABLE analytics_play (
  shard       smallint  NOT NULL,
  player      text      COLLATE "C" NOT NULL,
  aggregator  text      COLLATE "C" NOT NULL,
  id_scope    text      COLLATE "C" NOT NULL,
  play        text      COLLATE "C" NOT NULL,
  members     uuid[]    NOT NULL DEFAULT '{}',
  portions    jsonb     NOT NULL,
  PRIMARY KEY (shard, player, aggregator, id_scope, play)
);

-- Sums of a day, in minor units of the currency at `scale`. The last three are of squares and products of single plays, for the
-- confidence interval of the return.
CREATE TABLE analytics_cell (
  day          date      NOT NULL,
  aggregator   text      COLLATE "C" NOT NULL,
  game_code    text      COLLATE "C" NOT NULL,
  currency     text      COLLATE "C" NOT NULL,
  scale        smallint  NOT NULL,
  rounds       numeric   NOT NULL,
  bets         numeric   NOT NULL,
  free_bets    numeric   NOT NULL,
  stakes       numeric   NOT NULL,
  payouts      numeric   NOT NULL,
  jackpots     numeric   NOT NULL,
  free_stakes  numeric   NOT NULL,
  free_wins    numeric   NOT NULL,
  promotions   numeric   NOT NULL,
  tips         numeric   NOT NULL,
  adjustments  numeric   NOT NULL,
  plays        numeric   NOT NULL,
  stakes2      numeric   NOT NULL,
  crossed      numeric   NOT NULL,
  payouts2     numeric   NOT NULL,
  PRIMARY KEY (day, aggregator, game_code, currency)
);

-- Whose standing bets a day has, by cell: a player is counted once a day however many cells they are in (SES-11).
CREATE TABLE analytics_bettor (
  day         date     NOT NULL,
  player      text     COLLATE "C" NOT NULL,
  aggregator  text     COLLATE "C" NOT NULL,
  game_code   text     COLLATE "C" NOT NULL,
  currency    text     COLLATE "C" NOT NULL,
  bets        bigint   NOT NULL,
  free_bets   bigint   NOT NULL,
  PRIMARY KEY (day, player, aggregator, game_code, currency)
);

-- What wallet calls said about a session. Everything in it only grows: least, greatest, union.
CREATE TABLE analytics_session (
  aggregator   text         COLLATE "C" NOT NULL,
  session_id   text         COLLATE "C" NOT NULL,
  player       text         COLLATE "C",
  game_code    text         COLLATE "C",
  currency     text         COLLATE "C",
  first_at     timestamptz,
  last_at      timestamptz,
  -- the five minutes with a call in them, counted from the epoch
  marks        integer[]    NOT NULL DEFAULT '{}',
  -- null until it was judged for the first time
  mode         text         COLLATE "C" CHECK (mode IN ('real', 'demo', 'unknown')),
  conflict     boolean      NOT NULL DEFAULT false,
  PRIMARY KEY (aggregator, session_id)
);

-- The days on which a session gave a sign of life, as it is classified now.
CREATE TABLE analytics_session_day (
  day         date     NOT NULL,
  aggregator  text     COLLATE "C" NOT NULL,
  session_id  text     COLLATE "C" NOT NULL,
  mode        text     COLLATE "C" NOT NULL,
  conflict    boolean  NOT NULL,
  -- whom a visit is counted for: a real player, a demo visitor, or nobody known
  visitor     text     COLLATE "C" NOT NULL,
  game_code   text     COLLATE "C" NOT NULL,
  currency    text     COLLATE "C" NOT NULL,
  -- of a session that began this day: first to last sign of life, cut where nobody gave one for the idle time; else null
  seconds     bigint,
  PRIMARY KEY (day, aggregator, session_id)
);
CREATE INDEX analytics_session_day_session ON analytics_session_day (aggregator, session_id);

-- Days whose figures changed since they were last published.
CREATE TABLE analytics_touched (
  day  date  NOT NULL PRIMARY KEY
);

-- Every figure that was ever published: a revision has only the rows that changed, and nothing is ever taken away (SES-13).
CREATE TABLE analytics_day (
  time_zone     text         COLLATE "C" NOT NULL,
  day           date         NOT NULL,
  revision      integer      NOT NULL CHECK (revision > 0),
  aggregator    text         COLLATE "C" NOT NULL,
  game_code     text         COLLATE "C" NOT NULL,
  currency      text         COLLATE "C" NOT NULL,
  mode          text         COLLATE "C" NOT NULL,
  figures       jsonb        NOT NULL,
  published_at  timestamptz  NOT NULL,
  PRIMARY KEY (time_zone, day, aggregator, game_code, currency, mode, revision)
);
CREATE TRIGGER analytics_day_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON analytics_day
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
