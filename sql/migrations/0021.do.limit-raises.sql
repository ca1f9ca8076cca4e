-- A limit that is raised counts after a cool-off; until then the stricter of both stands in the wallet (CMP-12).
CREATE TABLE limit_raise (
  player            text        COLLATE "C" NOT NULL,
  currency          text        COLLATE "C" NOT NULL,
  -- what was asked for, whole: null lifts a limit
  max_stake         numeric(38,0),
  daily_loss_limit  numeric(38,0),
  due_at            timestamptz NOT NULL,
  PRIMARY KEY (player, currency)
);
CREATE INDEX limit_raise_due ON limit_raise (due_at);
COMMENT ON TABLE limit_raise IS 'Limits of wallets that were raised and do not count yet. Gone when they do, or when stricter ones are set.';
