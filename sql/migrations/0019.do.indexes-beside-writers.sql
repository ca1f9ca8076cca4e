-- outside a transaction
-- What is open and was not asked about yet, of the kinds an aggregator can say something about.
CREATE INDEX CONCURRENTLY IF NOT EXISTS discrepancy_unasked ON discrepancy (aggregator, id)
  WHERE state = 'open' AND asked_at IS NULL AND kind IN ('STUCK_ROUND', 'BET_EXTRA');

-- The few converted rows by when they were booked, whatever round they belong to, if any.
CREATE INDEX CONCURRENTLY IF NOT EXISTS transaction_fx_created ON transaction (created_at) WHERE fx IS NOT NULL;

-- The few calls that were refused for a conflict, in the order they came.
CREATE INDEX CONCURRENTLY IF NOT EXISTS journal_conflict ON journal (arrived_at, id) WHERE outcome = 'conflict';
