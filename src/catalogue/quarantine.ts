/** Quarantined lists: what they would change, and a person's decision, without asking the aggregator again (CAT-08). */
import type { Log } from '../platform/index.ts';
import { aggregatorName } from '../wallet/index.ts';
import { decideHeld, lockHeld, selectDifferences, unhold } from './held-store.ts';
import type { Differences } from './held-store.ts';
import { refusal, UNKNOWN } from './operator.ts';
import type { Done } from './operator.ts';
import { selectRun } from './runs-store.ts';
import { applyStaged, match } from './sync.ts';
import type { SyncContext } from './sync.ts';
import { lockAggregator } from './sync-store.ts';
import type { SyncRun } from './sync-store.ts';

export type SyncDetail = SyncRun & {
  /** of a list that waits: how it differs from the catalogue as it is now; null for every other */
  readonly differences: Differences | null;
};

/** One sync, and when its list waits for a decision, the first differences of each kind. */
export async function syncDetail(
  context: Pick<SyncContext, 'sql'>,
  id: string,
  limit: number,
): Promise<SyncDetail | null> {
  const run = await selectRun(context.sql, id);
  if (run === null) return null;
  const waits = run.decision === 'waiting';
  const differences = waits ? await selectDifferences(context.sql, id, run.aggregator, limit) : null;
  return { ...run, differences };
}

/** Takes the kept list over, hiding what it lacks at once, or turns it down for good. */
export async function decideQuarantined(
  context: Pick<SyncContext, 'sql' | 'clock' | 'rules' | 'aggregators' | 'merge'> & { readonly log: Log },
  id: string,
  decision: 'accept' | 'reject',
  by: string,
): Promise<Done<SyncRun>> {
  const nowMs = context.clock.now();
  const known = await selectRun(context.sql, id);
  if (known === null) return UNKNOWN;
  const done = await context.sql.begin(async (transaction): Promise<Done<null>> => {
    const aggregator = aggregatorName(known.aggregator);
    await lockAggregator(transaction, aggregator);
    const held = await lockHeld(transaction, id);
    if (held?.decision !== 'waiting') {
      return refusal('The list does not wait for a decision: it was decided, or a newer list took its place.');
    }
    if (decision === 'accept') {
      await unhold(transaction, id);
      await match(transaction, id, aggregator);
      await applyStaged(context, transaction, { run: id, aggregator, etag: held.etag, hideAtOnce: true, nowMs });
    }
    const said = decision === 'accept' ? 'accepted' : 'rejected';
    await decideHeld(transaction, id, { decision: said, by, nowMs });
    return { kind: 'done', value: null };
  });
  if (done.kind !== 'done') return done;
  const run = await selectRun(context.sql, id);
  if (run === null) return UNKNOWN;
  context.log.info({ aggregator: run.aggregator, sync: id, by }, `a quarantined list was ${run.decision ?? ''}`);
  return { kind: 'done', value: run };
}
