-- Settlement: what aggregators assert about rounds that were played, what follows from comparing it with the book, and what was
-- decided. None of it moves money: that is a transaction of the ledger, under a key of its own. Facts are inserted and counted,
-- never changed; views and discrepancies are derived and may be computed again at any time.

CREATE TABLE settlement_event (
  aggregator   text        COLLATE "C" NOT NULL,
  -- the event's id, or the hash of its body where it has none
  event_key    text        COLLATE "C" NOT NULL,
  body_hash    bytea       NOT NULL,
  body         bytea       NOT NULL,
  received_at  timestamptz NOT NULL,
  deliveries   integer     NOT NULL DEFAULT 1,
  state        text        COLLATE "C" NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'read', 'poison', 'demo')),
  -- of a poison event, what could not be understood
  problem      text,
  -- how often reading it failed for another reason than its content
  failures     smallint    NOT NULL DEFAULT 0,
  shard        smallint,
  player       text        COLLATE "C",
  round_id     text        COLLATE "C",
  session_id   text        COLLATE "C",
  version      bigint,
  final        boolean,
  occurred_at  timestamptz,
  PRIMARY KEY (aggregator, event_key, body_hash),
  CHECK ((state = 'poison') = (problem IS NOT NULL))
);
CREATE INDEX settlement_event_new ON settlement_event (received_at) WHERE state = 'new';
CREATE INDEX settlement_event_set_aside ON settlement_event (received_at) WHERE state = 'poison';
CREATE INDEX settlement_event_round ON settlement_event (aggregator, round_id, player) WHERE round_id IS NOT NULL;
CREATE INDEX settlement_event_received ON settlement_event USING brin (received_at);
COMMENT ON TABLE settlement_event IS 'The inbox: genuine settlement events as they came, stored before they are understood. Another body under a known id is a row of its own.';

CREATE TABLE claim (
  aggregator   text        COLLATE "C" NOT NULL,
  source       text        COLLATE "C" NOT NULL CHECK (source IN ('transactions', 'report', 'timed_out')),
  kind         text        COLLATE "C" NOT NULL CHECK (kind IN ('bet', 'win', 'rollback')),
  tx_id        text        COLLATE "C" NOT NULL,
  version      bigint      NOT NULL DEFAULT 0,
  content_hash bytea       NOT NULL,
  shard        smallint    NOT NULL,
  -- '' where the source does not say and the book does not know the transaction
  player       text        COLLATE "C" NOT NULL,
  round_id     text        COLLATE "C" NOT NULL,
  game_code    text        COLLATE "C",
  provider     text        COLLATE "C",
  amount       numeric,
  currency     text        COLLATE "C",
  status       text        COLLATE "C" NOT NULL CHECK (status IN ('ok', 'rolled_back', 'failed')),
  reference    text        COLLATE "C",
  free         boolean     NOT NULL DEFAULT false,
  occurred_at  timestamptz,
  received_at  timestamptz NOT NULL,
  origin       text        NOT NULL,
  PRIMARY KEY (aggregator, source, kind, tx_id, version, content_hash)
);
CREATE INDEX claim_round ON claim (aggregator, round_id, player);
CREATE INDEX claim_occurred ON claim (aggregator, source, occurred_at) WHERE occurred_at IS NOT NULL;
CREATE INDEX claim_received ON claim USING brin (received_at);
COMMENT ON TABLE claim IS 'One row a transaction that a list or report asserts. What a webhook lists stays with its event, which is superseded as a whole.';

CREATE TABLE round_view (
  shard        smallint    NOT NULL,
  player       text        COLLATE "C" NOT NULL,
  aggregator   text        COLLATE "C" NOT NULL,
  round_id     text        COLLATE "C" NOT NULL,
  state        text        COLLATE "C" NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'balanced', 'pending', 'incomplete', 'open', 'demo')),
  game_code    text        COLLATE "C",
  currency     text        COLLATE "C",
  declared     jsonb,
  booked       jsonb,
  missing      text[]      NOT NULL DEFAULT '{}',
  extra        text[]      NOT NULL DEFAULT '{}',
  notes        text[]      NOT NULL DEFAULT '{}',
  hash         text        COLLATE "C",
  -- when it is to be computed next; null: only when a new fact asks for it
  due_at       timestamptz,
  failures     smallint    NOT NULL DEFAULT 0,
  created_at   timestamptz NOT NULL,
  computed_at  timestamptz,
  PRIMARY KEY (shard, player, aggregator, round_id)
);
CREATE INDEX round_view_due ON round_view (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX round_view_created ON round_view USING brin (created_at);
COMMENT ON TABLE round_view IS 'Derived from facts alone, and the queue of rounds to derive: a new fact sets due_at.';

CREATE TABLE discrepancy (
  id           uuid        PRIMARY KEY,
  shard        smallint    NOT NULL,
  player       text        COLLATE "C" NOT NULL,
  aggregator   text        COLLATE "C" NOT NULL,
  round_id     text        COLLATE "C" NOT NULL,
  kind         text        COLLATE "C" NOT NULL,
  tx_kind      text        COLLATE "C" NOT NULL,
  tx_id        text        COLLATE "C" NOT NULL,
  -- what exactly is disagreed about: a decision holds for one version
  version      text        COLLATE "C" NOT NULL,
  weight       text        COLLATE "C" NOT NULL,
  state        text        COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'open', 'proposed', 'resolved', 'accepted')),
  currency     text        COLLATE "C",
  claimed      numeric,
  booked       numeric,
  amount       numeric     NOT NULL,
  favour       text        COLLATE "C" NOT NULL,
  contested    boolean     NOT NULL,
  detail       text        NOT NULL,
  game_code    text        COLLATE "C",
  evidence     jsonb       NOT NULL,
  due_at       timestamptz NOT NULL,
  first_seen   timestamptz NOT NULL,
  last_seen    timestamptz NOT NULL,
  -- the facts agree now, or a resolution was booked
  resolved_at  timestamptz,
  resolution   uuid,
  UNIQUE (shard, player, aggregator, round_id, kind, tx_kind, tx_id)
);
CREATE INDEX discrepancy_state ON discrepancy (state, id);
COMMENT ON TABLE discrepancy IS 'One row a disagreement. It clears by itself when the facts agree, and comes back under the same id when they do not any more.';

CREATE TABLE resolution (
  id             uuid        PRIMARY KEY,
  discrepancy    uuid        NOT NULL REFERENCES discrepancy (id),
  version        text        COLLATE "C" NOT NULL,
  action         text        COLLATE "C" NOT NULL CHECK (action IN ('credit', 'debit', 'refund', 'accept')),
  amount         numeric     NOT NULL CHECK (amount >= 0),
  currency       text        COLLATE "C",
  state          text        COLLATE "C" NOT NULL CHECK (state IN ('proposed', 'rejected', 'approved', 'booked', 'failed')),
  automatic      boolean     NOT NULL,
  reason         text        NOT NULL,
  evidence       jsonb       NOT NULL,
  proposed_key   text        COLLATE "C" NOT NULL,
  proposed_by    text        NOT NULL,
  decided_key    text        COLLATE "C",
  decided_by     text,
  decided_reason text,
  -- what is submitted to the ledger, written before it is submitted and never changed: a second try submits the same
  entry          jsonb,
  transaction_id uuid,
  problem        text,
  created_at     timestamptz NOT NULL,
  decided_at     timestamptz,
  finished_at    timestamptz,
  CHECK ((state = 'failed') = (problem IS NOT NULL))
);
-- Its idempotency key: one decision for one version of a disagreement, unless it was turned down or could not be booked.
CREATE UNIQUE INDEX resolution_once ON resolution (discrepancy, version) WHERE state IN ('proposed', 'approved', 'booked');
CREATE INDEX resolution_of ON resolution (discrepancy, created_at);
CREATE INDEX resolution_approved ON resolution (decided_at) WHERE state = 'approved';
COMMENT ON TABLE resolution IS 'Who decided what about a disagreement, when, on which evidence, and the entry of the book that came of it. Never deleted.';

CREATE TABLE settlement_allowance (
  day        date    NOT NULL,
  aggregator text    COLLATE "C" NOT NULL,
  currency   text    COLLATE "C" NOT NULL,
  used       numeric NOT NULL,
  PRIMARY KEY (day, aggregator, currency)
);
COMMENT ON TABLE settlement_allowance IS 'What was corrected automatically on a UTC day, counted against its cap before it is booked.';

CREATE TABLE settlement_mark (
  name text        COLLATE "C" PRIMARY KEY,
  at   timestamptz NOT NULL
);
COMMENT ON TABLE settlement_mark IS 'How far a sweep has come.';

CREATE TABLE daily_comparison (
  aggregator  text        COLLATE "C" NOT NULL,
  day         date        NOT NULL,
  cut_off     text        COLLATE "C" NOT NULL CHECK (cut_off IN ('transaction', 'close')),
  provider    text        COLLATE "C" NOT NULL,
  game_code   text        COLLATE "C" NOT NULL,
  currency    text        COLLATE "C" NOT NULL,
  ours        jsonb       NOT NULL,
  theirs      jsonb,
  differs     boolean     NOT NULL,
  -- with the other cut-off both sides agree: nothing is missing, they count another day
  explained   boolean     NOT NULL DEFAULT false,
  compared_at timestamptz NOT NULL,
  -- days after the day: 1, then 3
  run         smallint    NOT NULL,
  PRIMARY KEY (aggregator, day, cut_off, provider, game_code, currency)
);
COMMENT ON TABLE daily_comparison IS 'Counts and sums of a UTC day by provider, game and currency, of the book and of the aggregator''s report.';
