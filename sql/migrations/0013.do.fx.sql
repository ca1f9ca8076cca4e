-- Exchange rates (docs/fx.md): one quote for a pair and a window, whichever process of the house wrote it first; every source's
-- word that a quote was made of; and the words that were not believed, for people. None of it is read while a bet is decided.

CREATE TABLE fx_quote (
  id               uuid        PRIMARY KEY,
  pair             text        COLLATE "C" NOT NULL,
  -- units of the game's currency for 1 of the wallet's: as the sources say it, and what conversions use
  market           numeric     NOT NULL CHECK (market > 0),
  spread_bps       smallint    NOT NULL CHECK (spread_bps BETWEEN 0 AND 9999),
  rate             numeric     NOT NULL CHECK (rate > 0),
  source           text        COLLATE "C" NOT NULL,
  ticks            uuid[]      NOT NULL,
  observed_at      timestamptz NOT NULL,
  issued_at        timestamptz NOT NULL,
  starts_at        timestamptz NOT NULL,
  expires_at       timestamptz NOT NULL,
  CHECK (expires_at > starts_at),
  CHECK (rate * 10000 = market * (10000 - spread_bps))
);
COMMENT ON TABLE fx_quote IS 'One rate for everybody who plays a pair in a window of time (FX-21). Never changed, never deleted.';
-- Also finds the last quote of a pair.
CREATE UNIQUE INDEX fx_quote_window ON fx_quote (pair, starts_at);

CREATE TABLE fx_tick (
  id               uuid        PRIMARY KEY,
  pair             text        COLLATE "C" NOT NULL,
  source           text        COLLATE "C" NOT NULL,
  value            text        COLLATE "C" NOT NULL,
  observed_at      timestamptz NOT NULL,
  received_at      timestamptz NOT NULL
);
COMMENT ON TABLE fx_tick IS 'What a source said, as written (1/x: its inverse is meant), for every word that a quote was made of.';

CREATE TABLE fx_rejection (
  id               uuid        PRIMARY KEY,
  pair             text        COLLATE "C" NOT NULL,
  source           text        COLLATE "C" NOT NULL,
  value            text        COLLATE "C",
  reason           text        COLLATE "C" NOT NULL,
  detail           text        NOT NULL,
  rejected_at      timestamptz NOT NULL
);
COMMENT ON TABLE fx_rejection IS 'Words of sources that were not believed, and why. Kept for a week.';
CREATE INDEX fx_rejection_pair ON fx_rejection (pair, rejected_at DESC);
CREATE INDEX fx_rejection_age ON fx_rejection (rejected_at);

CREATE TRIGGER fx_quote_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON fx_quote
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fx_tick_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON fx_tick
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
