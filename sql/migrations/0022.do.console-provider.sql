-- Sign-in to the console by a company's identity provider (OpenID Connect). All of these tables are small, and none is on the way
-- of a bet: the locks below are held for an instant.

-- Whoever the provider vouches for is known by issuer and subject and has no password here; nobody is both.
ALTER TABLE console_user
  ALTER COLUMN password DROP NOT NULL,
  ADD COLUMN issuer  text COLLATE "C",
  ADD COLUMN subject text COLLATE "C",
  ADD CONSTRAINT console_user_way CHECK ((issuer IS NULL) = (subject IS NULL) AND (issuer IS NULL) <> (password IS NULL));
CREATE UNIQUE INDEX console_user_subject ON console_user (issuer, subject) WHERE issuer IS NOT NULL;

-- What the provider is told when somebody signs out here; opens nothing.
ALTER TABLE console_session ADD COLUMN id_token text COLLATE "C";

-- Sign-ins that are on their way to the provider and back. Each is deleted by the first that comes back for it.
CREATE TABLE console_sign_in (
  -- SHA-256 of what the provider repeats
  state_hash    bytea       PRIMARY KEY,
  -- SHA-256 of the cookie of the browser that set out: only this one may come back
  browser_hash  bytea       NOT NULL,
  nonce         text        COLLATE "C" NOT NULL,
  verifier      text        COLLATE "C" NOT NULL,
  -- a path of the console
  return_to     text        COLLATE "C" NOT NULL,
  expires_at    timestamptz NOT NULL
);
CREATE INDEX console_sign_in_expires ON console_sign_in (expires_at);
COMMENT ON TABLE console_sign_in IS 'Sign-ins by an identity provider that are under way, for ten minutes each.';
