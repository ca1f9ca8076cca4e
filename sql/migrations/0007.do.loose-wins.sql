-- A win that names no bet settles the bets placed before it, not those placed after it: bets and such wins remember how many
-- of them stood in their round before (RB-01, RB-07, RB-20).
ALTER TABLE transaction ADD COLUMN loose_before integer NOT NULL DEFAULT 0;

-- A round that was rolled back before a bet of it was known: bets that come later meet that (RB-04, RB-15).
ALTER TABLE round ADD COLUMN undone boolean NOT NULL DEFAULT false;
