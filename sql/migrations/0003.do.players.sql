-- Players as the operator's API knows them, and the memory behind Idempotency-Key. Money is not here: a player's wallets
-- are rows of the book, and a wallet's own status is what a bet meets.

CREATE TABLE player (
  id            text        COLLATE "C" PRIMARY KEY CHECK (id <> ''),
  currency      text        COLLATE "C" NOT NULL,
  country       text        COLLATE "C" CHECK (country ~ '^[A-Z]{2}$'),
  test          boolean     NOT NULL DEFAULT false,
  status        text        COLLATE "C" NOT NULL CHECK (status IN ('active', 'blocked', 'self_excluded', 'closed')),
  created_at    timestamptz NOT NULL,
  changed_at    timestamptz NOT NULL
);
COMMENT ON TABLE player IS 'The operator''s players. The id is the operator''s own, opaque bytes; `currency` is the one the player was created with.';

CREATE TABLE idempotency_key (
  api_key      text        COLLATE "C" NOT NULL,
  route        text        COLLATE "C" NOT NULL,
  key          text        COLLATE "C" NOT NULL,
  fingerprint  text        COLLATE "C" NOT NULL,
  owner        uuid        NOT NULL,
  status       smallint,
  body         text,
  created_at   timestamptz NOT NULL,
  locked_until timestamptz NOT NULL,
  PRIMARY KEY (api_key, route, key),
  CHECK ((status IS NULL) = (body IS NULL))
);
COMMENT ON TABLE idempotency_key IS 'Answers of writes by the caller''s Idempotency-Key, kept 48 hours. `status` is null while the first call is still at work.';
CREATE INDEX idempotency_key_created_at ON idempotency_key (created_at);
