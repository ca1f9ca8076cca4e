-- The operator's console: who may sign in, who is signed in, corrections by hand that wait for a second person, and what was
-- done. None of it is on the way of a bet.

CREATE TABLE console_user (
  id            uuid        PRIMARY KEY,
  -- compared without regard to case: two names that look alike are one person
  name          text        COLLATE "C" NOT NULL,
  role          text        COLLATE "C" NOT NULL CHECK (role IN ('viewer', 'support', 'finance', 'admin', 'auditor')),
  -- scrypt with the parameters it was made with: "scrypt$N$r$p$salt$key"
  password      text        COLLATE "C" NOT NULL,
  -- base32; null: no second factor. `totp_step` is the last time step a code was taken for, so that none is taken twice
  totp_secret   text        COLLATE "C",
  totp_step     bigint,
  -- shown once and not yet confirmed by a code
  totp_offered  text        COLLATE "C",
  failures      integer     NOT NULL DEFAULT 0,
  locked_until  timestamptz,
  disabled      boolean     NOT NULL DEFAULT false,
  created_at    timestamptz NOT NULL,
  changed_at    timestamptz NOT NULL
);
CREATE UNIQUE INDEX console_user_name ON console_user (lower(name));
COMMENT ON TABLE console_user IS 'Accounts of the console. Passwords and second factors are never shown again.';

CREATE TABLE console_session (
  -- SHA-256 of the cookie: who reads this table cannot sign in with it
  token_hash    bytea       PRIMARY KEY,
  user_id       uuid        NOT NULL REFERENCES console_user (id),
  csrf          text        COLLATE "C" NOT NULL,
  created_at    timestamptz NOT NULL,
  seen_at       timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL
);
CREATE INDEX console_session_expires ON console_session (expires_at);
CREATE INDEX console_session_user ON console_session (user_id);

CREATE TABLE console_adjustment (
  id             uuid          PRIMARY KEY,
  player         text          COLLATE "C" NOT NULL,
  currency       text          COLLATE "C" NOT NULL,
  -- signed decimal of the currency; negative takes money from the player
  amount         numeric       NOT NULL CHECK (amount <> 0),
  reason         text          NOT NULL,
  state          text          COLLATE "C" NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'booked', 'failed')),
  proposed_by    text          COLLATE "C" NOT NULL,
  proposed_at    timestamptz   NOT NULL,
  decided_by     text          COLLATE "C",
  decided_reason text,
  decided_at     timestamptz,
  transaction_id uuid,
  problem        text,
  CHECK ((state = 'proposed') = (decided_at IS NULL)),
  CHECK ((state = 'failed') = (problem IS NOT NULL)),
  CHECK ((state = 'booked') = (transaction_id IS NOT NULL))
);
CREATE INDEX console_adjustment_player ON console_adjustment (player, id);
CREATE INDEX console_adjustment_waiting ON console_adjustment (id) WHERE state IN ('proposed', 'approved');
COMMENT ON TABLE console_adjustment IS 'Corrections by hand. What is approved is booked as one adjust of the cashier whose external id is "adjustment-" and this id.';

-- A write is two rows: what was asked and what was there before, written first; then, under `of`, what it came to and what is
-- there now. One without the other is a write that was cut off, and nobody can say that it was not looked at.
CREATE TABLE console_audit (
  id       uuid        PRIMARY KEY,
  of       uuid        REFERENCES console_audit (id),
  at       timestamptz NOT NULL,
  who      text        COLLATE "C" NOT NULL,
  role     text        COLLATE "C",
  address  text        COLLATE "C",
  action   text        COLLATE "C" NOT NULL,
  subject  text        COLLATE "C" NOT NULL,
  outcome  text        COLLATE "C" CHECK (outcome IN ('done', 'refused', 'uncertain')),
  asked    jsonb,
  before   jsonb,
  after    jsonb,
  CHECK ((of IS NULL) = (outcome IS NULL))
);
CREATE UNIQUE INDEX console_audit_of ON console_audit (of) WHERE of IS NOT NULL;
COMMENT ON TABLE console_audit IS 'Every write that was made through the console. Append-only; no password and no second factor is ever in it.';
CREATE TRIGGER console_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON console_audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A round's id alone finds its player by what was heard of it. On the journal and not on the book, whose writers it would cost.
-- Making it reads the journal while its writer waits, which drops entries and holds up nobody's money; where the journal is
-- large, run CREATE INDEX CONCURRENTLY under this name by hand before the upgrade.
CREATE INDEX IF NOT EXISTS journal_round ON journal (round_id) WHERE round_id IS NOT NULL;
