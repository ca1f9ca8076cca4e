-- Settlement asks aggregators for their lists by itself, and hears of the rates they converted by.
ALTER TABLE claim ADD COLUMN rate numeric;
COMMENT ON COLUMN claim.rate IS 'Units of the game''s currency for 1 of the wallet''s, as the aggregator says it converted. Compared, never used.';

CREATE TABLE settlement_pull (
  aggregator    text        COLLATE "C" NOT NULL,
  list          text        COLLATE "C" NOT NULL CHECK (list IN ('transactions', 'timed_out')),
  -- '' where the list is not asked for by currency
  currency      text        COLLATE "C" NOT NULL,
  -- everything before was asked for and kept
  asked_until   timestamptz NOT NULL,
  due_at        timestamptz NOT NULL,
  -- who is asking now, and until when nobody else does
  lease         uuid,
  leased_until  timestamptz,
  failures      smallint    NOT NULL DEFAULT 0,
  -- why the last try failed
  problem       text,
  PRIMARY KEY (aggregator, list, currency)
);
COMMENT ON TABLE settlement_pull IS 'How far each list of each aggregator was asked for, and by whom it is being asked now.';

-- A quote by which nothing was ever converted may go after its time, with the words only it was made of. That it was not used is
-- looked up by an index over the few rows that were converted. Making it reads the table while writers wait: where the book is
-- large, run it by hand before the upgrade as CREATE INDEX CONCURRENTLY under this name: what is there is not made again.
CREATE INDEX IF NOT EXISTS transaction_fx_quote ON transaction ((fx::jsonb ->> 'quoteId')) WHERE fx IS NOT NULL;
CREATE INDEX fx_quote_expires ON fx_quote (expires_at);
CREATE INDEX fx_quote_ticks ON fx_quote USING gin (ticks);

DROP TRIGGER fx_quote_never_changed ON fx_quote;
DROP TRIGGER fx_tick_never_changed ON fx_tick;
CREATE TRIGGER fx_quote_never_changed BEFORE UPDATE OR TRUNCATE ON fx_quote
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fx_tick_never_changed BEFORE UPDATE OR TRUNCATE ON fx_tick
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_used_quote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.expires_at > now() - interval '7 days'
    OR EXISTS (SELECT 1 FROM transaction WHERE fx IS NOT NULL AND fx::jsonb ->> 'quoteId' = OLD.id::text) THEN
    RAISE EXCEPTION 'the quote % is young, or money was converted by it: it is kept', OLD.id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END
$$;
CREATE TRIGGER fx_quote_kept BEFORE DELETE ON fx_quote FOR EACH ROW EXECUTE FUNCTION refuse_used_quote();

CREATE FUNCTION refuse_used_tick() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM fx_quote WHERE ticks @> ARRAY[OLD.id]) THEN
    RAISE EXCEPTION 'a quote was made of the tick %: it is kept', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END
$$;
CREATE TRIGGER fx_tick_kept BEFORE DELETE ON fx_tick FOR EACH ROW EXECUTE FUNCTION refuse_used_tick();
COMMENT ON TABLE fx_quote IS 'One rate for everybody who plays a pair in a window of time (FX-21). Never changed; deleted only when nothing was converted by it.';
