-- Sessions and launches: who was let into which game, with which currency, and for how long. A demo session has no player
-- and never meets a wallet.

CREATE TABLE session (
  id           text        COLLATE "C" PRIMARY KEY,
  player       text        COLLATE "C",
  aggregator   text        COLLATE "C" NOT NULL,
  game_id      uuid        NOT NULL,
  game_code    text        COLLATE "C" NOT NULL,
  mode         text        COLLATE "C" NOT NULL CHECK (mode IN ('real', 'demo')),
  currency     text        COLLATE "C",
  country      text        COLLATE "C",
  lang         text        COLLATE "C",
  platform     text        COLLATE "C",
  ip           text        COLLATE "C",
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  idle_ms      bigint      CHECK (idle_ms > 0),
  last_seen_at timestamptz NOT NULL,
  started_at   timestamptz,
  ended_at     timestamptz,
  CHECK ((mode = 'real') = (player IS NOT NULL)),
  CHECK (mode = 'demo' OR currency IS NOT NULL)
);
COMMENT ON TABLE session IS 'The token that went out with a launch, and the facts it stands for. They never change; only the times of use do.';
CREATE INDEX session_player ON session (player, created_at) WHERE player IS NOT NULL;
CREATE INDEX session_created_at ON session USING brin (created_at);

CREATE TABLE session_event (
  aggregator  text        COLLATE "C" NOT NULL,
  event_id    text        COLLATE "C" NOT NULL,
  session_id  text        COLLATE "C" NOT NULL,
  type        text        COLLATE "C" NOT NULL CHECK (type IN ('started', 'ended', 'heartbeat')),
  mode        text        COLLATE "C" CHECK (mode IN ('real', 'demo')),
  player      text        COLLATE "C",
  game_code   text        COLLATE "C",
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (aggregator, event_id)
);
COMMENT ON TABLE session_event IS 'What aggregators say about sessions, each event once, as they said it. `mode` is null where they did not say (SES-02).';
CREATE INDEX session_event_session ON session_event (aggregator, session_id);
CREATE INDEX session_event_occurred_at ON session_event USING brin (occurred_at);

CREATE TABLE launch (
  id         uuid        PRIMARY KEY,
  session_id text        COLLATE "C" NOT NULL REFERENCES session (id),
  aggregator text        COLLATE "C" NOT NULL,
  issued_at  timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  outcome    text        COLLATE "C" NOT NULL CHECK (outcome IN ('issued', 'failed')),
  reason     text        COLLATE "C",
  skew_ms    bigint,
  CHECK ((outcome = 'failed') = (reason IS NOT NULL))
);
COMMENT ON TABLE launch IS 'Every launch that passed the checks: a signed URL, or why the aggregator gave none. The URL itself is not part of it.';
CREATE INDEX launch_session ON launch (session_id);
CREATE INDEX launch_issued_at ON launch USING brin (issued_at);
