-- The request journal: what every aggregator asked and what it was answered, raw. Written off the hot path, bounded,
-- dropped with a counter rather than blocking; a record for people, never a source of truth about money.

CREATE TABLE journal (
  id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  aggregator    text        COLLATE "C" NOT NULL,
  route         text        COLLATE "C" NOT NULL,
  arrived_at    timestamptz NOT NULL,
  duration_us   integer     NOT NULL,
  verdict       text        COLLATE "C" NOT NULL,
  key_id        text        COLLATE "C",
  player        text        COLLATE "C",
  round_id      text        COLLATE "C",
  external_id   text        COLLATE "C",
  outcome       text        COLLATE "C" NOT NULL,
  remote_address text       COLLATE "C",
  headers       jsonb       NOT NULL,
  body          bytea       NOT NULL,
  status        smallint    NOT NULL,
  answer        text        NOT NULL
);
COMMENT ON TABLE journal IS 'Raw requests of aggregators and our answers; secrets redacted from headers. Bounded and lossy under overload by design.';
CREATE INDEX journal_external_id ON journal (aggregator, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX journal_arrived_at ON journal USING brin (arrived_at);
