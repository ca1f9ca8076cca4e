-- In which currencies the games of each aggregator are played. A new table of a few rows, read before lists are asked for by currency.
-- It begins with what was opened in the last sixty days, by the block index on created_at; reading holds up nobody.

CREATE TABLE played_currency (
  aggregator text        COLLATE "C" NOT NULL,
  currency   text        COLLATE "C" NOT NULL,
  first_at   timestamptz NOT NULL,
  PRIMARY KEY (aggregator, currency)
);
COMMENT ON TABLE played_currency IS 'Currencies in which anybody opened a game of the aggregator for money: a list of transactions in any other is empty and not asked for.';

INSERT INTO played_currency (aggregator, currency, first_at)
SELECT aggregator, coalesce(game_currency, currency), min(created_at)
FROM session
WHERE mode = 'real' AND created_at > now() - interval '60 days'
GROUP BY aggregator, coalesce(game_currency, currency);
