-- Launches by node, and what became of them; sessions that are resumed, and the jurisdiction they were opened under. New columns
-- have no default for the rows that are there, so nothing is rewritten; launches wait for the one index as long as it takes.

-- What the request said about where the play is licensed, passed on to the aggregator (LCH-24); and since when the session
-- counts as opened anew because a round of it was unfinished (LCH-23): an ending from before that is old news.
ALTER TABLE session
  ADD COLUMN jurisdiction text COLLATE "C",
  ADD COLUMN region       text COLLATE "C",
  ADD COLUMN resumed_at   timestamptz;

-- `recorded_at` is the database's time, because the node whose clock is wrong is the one that is looked for. Launches from
-- before have none and are in no figure. A launch that a wrong clock forbade opens no session.
ALTER TABLE launch
  ALTER COLUMN session_id DROP NOT NULL,
  ADD COLUMN node        text COLLATE "C",
  ADD COLUMN mode        text COLLATE "C",
  ADD COLUMN recorded_at timestamptz,
  ADD COLUMN opened_at   timestamptz,
  ADD COLUMN opened_by   text COLLATE "C" CHECK (opened_by IN ('session_started', 'call'));
ALTER TABLE launch ALTER COLUMN recorded_at SET DEFAULT now();
CREATE INDEX launch_recorded_at ON launch (recorded_at);
