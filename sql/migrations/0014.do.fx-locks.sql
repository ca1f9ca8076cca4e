-- How a round keeps its rate (docs/fx.md): what a round is converted by, and on each of its transactions the same with what
-- rounding left over, as JSON in one column. Null on everything that is played in the wallet's own currency, so these columns
-- cost such rows nothing.
ALTER TABLE round ADD COLUMN fx_lock text COLLATE "C";
COMMENT ON COLUMN round.fx_lock IS 'JSON: quoteId, pair, rate, market, spreadBps, source, walletScale, gameScale, rounding, lockedAtMs, isStale. Written with the row, never changed.';
ALTER TABLE transaction ADD COLUMN fx text COLLATE "C";
COMMENT ON COLUMN transaction.fx IS 'The lock it was converted by, and "residue": units + residue is exactly what was said, in wallet units ("num/den" or a whole number).';

-- What the game of a session is played in, when it is not the wallet's currency, and the quote the player was last shown.
ALTER TABLE session ADD COLUMN game_currency text COLLATE "C";
ALTER TABLE session ADD COLUMN quote_id uuid;
