-- The book (docs/architecture.md): wallets, the idempotency records of transactions, postings, rounds.
-- `shard` is a stable hash of the player id, 0..1023, computed by Croupier, and leads every key that the hot path writes.
-- Text that came from outside compares byte by byte (COLLATE "C"): ids that differ stay different (BET-32, SIG-05).

CREATE TABLE wallet (
  shard            smallint      NOT NULL CHECK (shard BETWEEN 0 AND 1023),
  player           text          COLLATE "C" NOT NULL,
  currency         text          COLLATE "C" NOT NULL,
  scale            smallint      NOT NULL CHECK (scale BETWEEN 0 AND 18),
  balance          numeric(38,0) NOT NULL DEFAULT 0,
  seq              bigint        NOT NULL DEFAULT 0,
  status           text          NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'blocked', 'self_excluded', 'closed')),
  max_stake        numeric(38,0),
  daily_loss_limit numeric(38,0),
  loss_day         text          COLLATE "C" NOT NULL DEFAULT '0001-01-01',
  loss_used        numeric(38,0) NOT NULL DEFAULT 0,
  created_at       timestamptz   NOT NULL DEFAULT now(),
  PRIMARY KEY (shard, player, currency)
) WITH (fillfactor = 70);
COMMENT ON TABLE wallet IS 'One player''s money in one currency. Amounts are minor units at `scale`. Updated in place (HOT); all wallets of a player are locked together.';

CREATE TABLE transaction (
  shard           smallint      NOT NULL CHECK (shard BETWEEN 0 AND 1023),
  player          text          COLLATE "C" NOT NULL,
  id              uuid          NOT NULL,
  aggregator      text          COLLATE "C" NOT NULL,
  id_scope        text          COLLATE "C" NOT NULL DEFAULT '',
  kind            text          COLLATE "C" NOT NULL CHECK (kind IN ('bet', 'win', 'rollback', 'adjust', 'deposit', 'withdrawal')),
  external_id     text          COLLATE "C" NOT NULL,
  flavour         text          COLLATE "C" NOT NULL,
  combined        boolean       NOT NULL,
  state           text          COLLATE "C" NOT NULL CHECK (state IN ('applied', 'rejected', 'tombstone', 'parked', 'part_reversed', 'reversed')),
  refusal         text          COLLATE "C",
  round_id        text          COLLATE "C",
  reference       text          COLLATE "C",
  game_code       text          COLLATE "C",
  session_id      text          COLLATE "C",
  currency        text          COLLATE "C",
  amount          numeric,
  units           numeric(38,0) NOT NULL DEFAULT 0,
  reversed_units  numeric(38,0) NOT NULL DEFAULT 0,
  reversed_amount numeric       NOT NULL DEFAULT 0,
  wins            integer       NOT NULL DEFAULT 0,
  balance_after   numeric(38,0),
  flags           text[]        NOT NULL DEFAULT '{}',
  deadline_at     timestamptz,
  created_at      timestamptz   NOT NULL,
  changed_at      timestamptz   NOT NULL,
  PRIMARY KEY (shard, player, id),
  CHECK ((state = 'rejected') = (refusal IS NOT NULL)),
  CHECK ((state = 'parked') = (deadline_at IS NOT NULL)),
  -- I4: what was returned never exceeds what was taken.
  CHECK (kind = 'adjust' OR (units >= 0 AND reversed_units BETWEEN 0 AND units))
) WITH (fillfactor = 85);
COMMENT ON TABLE transaction IS 'The idempotency record, the facts that tell a duplicate from a conflict, and the stored outcome, in one row.';

-- I3: an external id of one kind is applied at most once per aggregator, whoever the player is (BET-28). This key does not
-- lead with the shard: two players' first uses of one id in the same instant must collide, and only one index can do that.
CREATE UNIQUE INDEX transaction_external_id ON transaction (aggregator, external_id, kind, id_scope);
CREATE INDEX transaction_round ON transaction (shard, player, round_id) WHERE round_id IS NOT NULL;
CREATE INDEX transaction_waiting ON transaction (shard, player) WHERE state = 'parked' OR 'before_bet' = ANY (flags);

CREATE TABLE posting (
  shard          smallint      NOT NULL CHECK (shard BETWEEN 0 AND 1023),
  player         text          COLLATE "C" NOT NULL,
  currency       text          COLLATE "C" NOT NULL,
  seq            bigint        NOT NULL CHECK (seq > 0),
  debit          text          COLLATE "C" NOT NULL,
  credit         text          COLLATE "C" NOT NULL,
  units          numeric(38,0) NOT NULL CHECK (units > 0),
  transaction_id uuid          NOT NULL,
  balance_after  numeric(38,0) NOT NULL,
  overdrawn      boolean       NOT NULL DEFAULT false,
  created_at     timestamptz   NOT NULL,
  PRIMARY KEY (shard, player, currency, seq),
  CHECK (debit <> credit),
  -- I2: nothing but a reversal that policy allows to overdraw takes a wallet below zero.
  CHECK (debit <> 'player' OR balance_after >= 0 OR overdrawn)
);
COMMENT ON TABLE posting IS 'Append-only double entry: one row moves units from the credit of one account to the debit of another, so an unbalanced entry cannot be written. The database refuses UPDATE, DELETE and TRUNCATE.';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the book is append-only: % on % is refused; correct a mistake with a new entry', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transaction_never_deleted BEFORE DELETE OR TRUNCATE ON transaction
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE round (
  shard         smallint      NOT NULL CHECK (shard BETWEEN 0 AND 1023),
  player        text          COLLATE "C" NOT NULL,
  aggregator    text          COLLATE "C" NOT NULL,
  id_scope      text          COLLATE "C" NOT NULL DEFAULT '',
  round_id      text          COLLATE "C" NOT NULL,
  currency      text          COLLATE "C" NOT NULL,
  game_code     text          COLLATE "C",
  session_id    text          COLLATE "C",
  state         text          COLLATE "C" NOT NULL CHECK (state IN ('open', 'closed', 'void', 'reopened')),
  bets_ever     integer       NOT NULL,
  bets_standing integer       NOT NULL CHECK (bets_standing BETWEEN 0 AND bets_ever),
  loose_wins    integer       NOT NULL CHECK (loose_wins >= 0),
  staked        numeric(38,0) NOT NULL,
  returned      numeric(38,0) NOT NULL CHECK (returned BETWEEN 0 AND staked),
  paid          numeric(38,0) NOT NULL,
  opened_at     timestamptz   NOT NULL,
  changed_at    timestamptz   NOT NULL,
  closed_at     timestamptz,
  PRIMARY KEY (shard, player, aggregator, id_scope, round_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE round IS 'One player''s part of one round. Live tables share a round id between players, so the player is part of the key (BET-43).';
CREATE INDEX round_opened ON round (opened_at, shard, player);
