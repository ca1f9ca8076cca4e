-- Settlement asks aggregators for the span of what is open, and hears of ids that callbacks used for other facts.
ALTER TABLE settlement_pull DROP CONSTRAINT settlement_pull_list_check;
ALTER TABLE settlement_pull ADD CONSTRAINT settlement_pull_list_check
  CHECK (list IN ('transactions', 'timed_out', 'inquiry'));
COMMENT ON COLUMN settlement_pull.list IS 'inquiry: whose turn it is to ask for the spans of what is open.';

ALTER TABLE discrepancy ADD COLUMN asked_at timestamptz;
COMMENT ON COLUMN discrepancy.asked_at IS 'When the aggregator was asked for the span of this disagreement; null: it was not.';

CREATE TABLE callback_conflict (
  shard         smallint    NOT NULL CHECK (shard BETWEEN 0 AND 1023),
  -- whose the booked transaction is
  player        text        COLLATE "C" NOT NULL,
  aggregator    text        COLLATE "C" NOT NULL,
  -- the round of the booked transaction
  round_id      text        COLLATE "C" NOT NULL,
  external_id   text        COLLATE "C" NOT NULL,
  -- whom the refused call named
  named_player  text        COLLATE "C" NOT NULL,
  first_seen    timestamptz NOT NULL,
  PRIMARY KEY (shard, player, aggregator, round_id, external_id, named_player)
);
COMMENT ON TABLE callback_conflict IS 'Ids that a callback used again for other facts than those booked, and was refused for (TX_CONFLICT).';
