-- Until here a row of `game` was what one aggregator lists. From here a game is ours, under the id it always had, and an
-- offer is one aggregator's listing of it: a game may have several (CAT-06), and a listing may change its code (CAT-01), its
-- studio's name (CAT-02) or its game without anybody losing a favourite, a limit or a report.
-- Locks: the catalogue's tables, for the time it takes to copy some ten thousand rows. No table of the book is touched.
-- A node of the version before knows games from memory; for a code it would have to look up it answers "ask again".

-- Studios: what an aggregator calls one is its listing; the provider is ours and keeps its key.

ALTER TABLE provider RENAME TO provider_listing;
ALTER TABLE provider_listing RENAME CONSTRAINT provider_pkey TO provider_listing_pkey;

CREATE TABLE provider (
  key           text        COLLATE "C" PRIMARY KEY,
  name          text        NOT NULL,
  own_name      text,
  search_name   text        COLLATE "C" NOT NULL,
  merged_into   text        COLLATE "C" REFERENCES provider (key),
  first_seen_at timestamptz NOT NULL,
  changed_at    timestamptz NOT NULL,
  CHECK (merged_into <> key)
);
COMMENT ON TABLE provider IS 'Studios under our own key, which never changes. `name` is the one of the preferred listing, `own_name` the operator''s; `search_name` is of the one that is shown. A merged one has no listings any more.';

ALTER TABLE provider_listing
  ADD COLUMN provider_key text COLLATE "C",
  ADD COLUMN match_key    text COLLATE "C";
-- Spaces, case and punctuation do not count; the next sync writes what the program makes of a name.
UPDATE provider_listing
SET match_key = coalesce(nullif(lower(regexp_replace(name, '[^[:alnum:]]+', '', 'g')), ''), '=' || code);

-- The first of equal codes keeps it as its key; one code with another name at another aggregator is another studio.
INSERT INTO provider (key, name, search_name, first_seen_at, changed_at)
SELECT
  CASE WHEN turn = 1 THEN code ELSE code || '-' || left(md5(aggregator || '/' || code), 6) END,
  name,
  coalesce(
    (
      SELECT nullif(split_part(g.search_text, chr(10), 2), '')
      FROM game g
      WHERE g.aggregator = kind.aggregator AND g.provider_code = kind.code
      LIMIT 1
    ),
    lower(name)
  ),
  first_seen_at, last_seen_at
FROM (
  SELECT DISTINCT ON (l.code, l.match_key)
    l.*, dense_rank() OVER (PARTITION BY l.code ORDER BY first.at, l.match_key) AS turn
  FROM provider_listing l
  JOIN (
    SELECT code, match_key, min(first_seen_at) AS at FROM provider_listing GROUP BY code, match_key
  ) first USING (code, match_key)
  ORDER BY l.code, l.match_key, l.first_seen_at, l.aggregator
) kind;
UPDATE provider_listing l
SET provider_key = kind.key
FROM (
  SELECT DISTINCT ON (first.code, first.match_key) first.code, first.match_key, p.key
  FROM provider_listing first
  JOIN provider p
    ON p.key IN (first.code, first.code || '-' || left(md5(first.aggregator || '/' || first.code), 6))
    AND p.name = first.name
  ORDER BY first.code, first.match_key, first.first_seen_at, first.aggregator, length(p.key) DESC
) kind
WHERE l.code = kind.code AND l.match_key = kind.match_key;
ALTER TABLE provider_listing
  ALTER COLUMN provider_key SET NOT NULL,
  ALTER COLUMN match_key SET NOT NULL,
  ADD FOREIGN KEY (provider_key) REFERENCES provider (key),
  DROP COLUMN last_seen_at;
CREATE INDEX provider_listing_key ON provider_listing (provider_key);
CREATE INDEX provider_listing_match ON provider_listing (match_key);
COMMENT ON TABLE provider_listing IS 'What an aggregator calls a studio, and which of ours it is. `match_key` is the name without what does not tell studios apart: an equal one is linked by itself.';

-- Offers.

CREATE TABLE offer (
  id                uuid        PRIMARY KEY,
  game_id           uuid        NOT NULL REFERENCES game (id),
  home_game_id      uuid        NOT NULL REFERENCES game (id),
  aggregator        text        COLLATE "C" NOT NULL,
  provider_code     text        COLLATE "C" NOT NULL,
  code              text        COLLATE "C" NOT NULL,
  vendor_id         text        COLLATE "C",
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
  rank              integer,
  variant           text,
  sort_name         text        COLLATE "C" NOT NULL,
  name_key          text        COLLATE "C" NOT NULL,
  first_seen_at     timestamptz NOT NULL,
  last_seen_at      timestamptz,
  changed_at        timestamptz NOT NULL,
  missing_since     timestamptz,
  missing_syncs     integer     NOT NULL DEFAULT 0,
  hidden_at         timestamptz,
  UNIQUE (aggregator, provider_code, code),
  FOREIGN KEY (aggregator, provider_code) REFERENCES provider_listing (aggregator, code),
  CHECK (hidden_at IS NULL OR missing_since IS NOT NULL),
  CHECK ((missing_since IS NULL) = (last_seen_at IS NULL))
);
COMMENT ON TABLE offer IS 'One aggregator''s listing of a game, never deleted. `vendor_enabled` is the aggregator''s switch, `operator_enabled` ours; `rank` is the operator''s preference among the offers of a game, `variant` the operator''s word for one (CAT-16). `missing_since`: the list lacks it; `hidden_at`: for so long that nobody is let in any more (CAT-04). `home_game_id`: the game it came with, to which a split returns it.';
INSERT INTO offer (
  id, game_id, home_game_id, aggregator, provider_code, code, name, category, tags, features, rtp, volatility, lines,
  thumbnail, demo, platforms, currencies, blocked_countries, released_at, vendor_enabled, sort_name, name_key,
  first_seen_at, last_seen_at, changed_at, missing_since, hidden_at
)
SELECT
  gen_random_uuid(), id, id, aggregator, provider_code, code, name, category, tags, features, rtp, volatility, lines,
  thumbnail, demo, platforms, currencies, blocked_countries, released_at, vendor_enabled, sort_name, '',
  first_seen_at, CASE WHEN removed_at IS NOT NULL THEN last_seen_at END, changed_at, removed_at, removed_at
FROM game;
CREATE INDEX offer_game ON offer (game_id);
CREATE INDEX offer_vendor_id ON offer (aggregator, vendor_id) WHERE vendor_id IS NOT NULL;
CREATE INDEX offer_name_key ON offer (name_key);

ALTER TABLE game_code_alias RENAME TO offer_code_alias;
ALTER TABLE offer_code_alias RENAME CONSTRAINT game_code_alias_pkey TO offer_code_alias_pkey;
ALTER TABLE offer_code_alias ADD COLUMN offer_id uuid REFERENCES offer (id);
UPDATE offer_code_alias a SET offer_id = o.id FROM offer o WHERE o.game_id = a.game_id;
ALTER TABLE offer_code_alias
  ALTER COLUMN offer_id SET NOT NULL,
  DROP COLUMN game_id;
CREATE INDEX offer_code_alias_offer ON offer_code_alias (offer_id);
COMMENT ON TABLE offer_code_alias IS 'Further codes of an offer: former ones, which callbacks may still carry, and those an aggregator has announced (CAT-01).';

-- Games: what is the operator's, and what is taken over from the preferred offer so that a list can be sorted and searched.

ALTER TABLE game
  DROP COLUMN aggregator,
  DROP COLUMN provider_code,
  DROP COLUMN code,
  DROP COLUMN tags,
  DROP COLUMN features,
  DROP COLUMN rtp,
  DROP COLUMN volatility,
  DROP COLUMN lines,
  DROP COLUMN thumbnail,
  DROP COLUMN demo,
  DROP COLUMN platforms,
  DROP COLUMN currencies,
  DROP COLUMN blocked_countries,
  DROP COLUMN released_at,
  DROP COLUMN vendor_enabled,
  DROP COLUMN last_seen_at,
  DROP COLUMN removed_at,
  ADD COLUMN name_override text,
  ADD COLUMN sort_name_override text COLLATE "C",
  ADD COLUMN own_tags text[] NOT NULL DEFAULT '{}',
  ADD COLUMN merged_into uuid REFERENCES game (id),
  ADD CHECK ((name_override IS NULL) = (sort_name_override IS NULL)),
  ADD CHECK (merged_into <> id);
CREATE INDEX game_merged_into ON game (merged_into) WHERE merged_into IS NOT NULL;
COMMENT ON TABLE game IS 'Games under ids of our own, which favourites, limits, sessions and reports keep. `name` and `category` are those of the preferred offer, `sort_name` and `search_text` of what is shown. `merged_into`: it turned out to be another game; its id still works.';

-- Syncs: what asked for one, and lists that wait for a person (CAT-08).

ALTER TABLE catalogue_state ADD COLUMN synced_at timestamptz;
COMMENT ON COLUMN catalogue_state.synced_at IS 'When the list was last taken over, or found unchanged.';
ALTER TABLE catalogue_sync
  ADD COLUMN asked_by   text    COLLATE "C" NOT NULL DEFAULT 'schedule',
  ADD COLUMN renamed    integer NOT NULL DEFAULT 0,
  ADD COLUMN missing    integer NOT NULL DEFAULT 0,
  ADD COLUMN digest     text    COLLATE "C",
  ADD COLUMN etag       text,
  ADD COLUMN decision   text    COLLATE "C" CHECK (decision IN ('waiting', 'accepted', 'rejected', 'superseded')),
  ADD COLUMN decided_at timestamptz,
  ADD COLUMN decided_by text    COLLATE "C";
CREATE INDEX catalogue_sync_decision ON catalogue_sync (aggregator, decision) WHERE decision IS NOT NULL;
COMMENT ON COLUMN catalogue_sync.decision IS 'Of a quarantined list: `waiting` for a person while its entries are in catalogue_held.';

DROP TABLE catalogue_staging;
-- Pages wait here until the list is complete. Unlogged: what a crash loses belongs to a run that failed with it.
CREATE UNLOGGED TABLE catalogue_staging (
  run               uuid    NOT NULL,
  seq               integer NOT NULL,
  new_id            uuid    NOT NULL,
  new_offer_id      uuid    NOT NULL,
  offer_id          uuid,
  provider_code     text    COLLATE "C" NOT NULL,
  provider_name     text    NOT NULL,
  provider_search   text    COLLATE "C" NOT NULL,
  provider_match    text    COLLATE "C" NOT NULL,
  code              text    COLLATE "C" NOT NULL,
  vendor_id         text    COLLATE "C",
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
  name_key          text    COLLATE "C" NOT NULL,
  PRIMARY KEY (run, seq)
);
COMMENT ON TABLE catalogue_staging IS 'Pages of a running sync; all of them become offers together or not at all (CAT-07). `offer_id`: the known offer an entry means.';

CREATE TABLE catalogue_held (LIKE catalogue_staging INCLUDING ALL);
COMMENT ON TABLE catalogue_held IS 'The whole list of a quarantined sync, so that a person can look at it and accept it without asking the aggregator again. The newest of each aggregator only.';

-- Games that may be one and the same; a person decides.

CREATE TABLE catalogue_proposal (
  id         uuid        PRIMARY KEY,
  game_id    uuid        NOT NULL REFERENCES game (id),
  other_id   uuid        NOT NULL REFERENCES game (id),
  reason     text        COLLATE "C" NOT NULL CHECK (reason IN ('same_game', 'rtp_variant', 'renamed')),
  state      text        COLLATE "C" NOT NULL CHECK (state IN ('open', 'accepted', 'rejected', 'outdated')),
  made_at    timestamptz NOT NULL,
  decided_at timestamptz,
  decided_by text        COLLATE "C",
  CHECK (game_id <> other_id)
);
CREATE UNIQUE INDEX catalogue_proposal_pair ON catalogue_proposal (game_id, other_id);
CREATE INDEX catalogue_proposal_other ON catalogue_proposal (other_id);
CREATE INDEX catalogue_proposal_open ON catalogue_proposal (id) WHERE state = 'open';
COMMENT ON TABLE catalogue_proposal IS 'Pairs of games that look like one: `other_id` would be merged into `game_id`. A pair is proposed once, whatever was said about it.';

-- Everything that changed, written in the transaction that changed it.

CREATE TABLE catalogue_change (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL,
  what       text        COLLATE "C" NOT NULL,
  aggregator text        COLLATE "C",
  game_id    uuid,
  offer_id   uuid,
  provider   text        COLLATE "C",
  field      text        COLLATE "C",
  was        jsonb,
  became     jsonb,
  source     text        COLLATE "C" NOT NULL CHECK (source IN ('sync', 'api', 'rule')),
  source_id  text        COLLATE "C" NOT NULL
);
COMMENT ON TABLE catalogue_change IS 'What changed in the catalogue, from what to what, when, and by which sync or API key. Rows older than `catalogue.change_retention_days` are deleted.';
CREATE INDEX catalogue_change_game ON catalogue_change (game_id, id) WHERE game_id IS NOT NULL;
CREATE INDEX catalogue_change_aggregator ON catalogue_change (aggregator, id) WHERE aggregator IS NOT NULL;
CREATE INDEX catalogue_change_at ON catalogue_change (at);
