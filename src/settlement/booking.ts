/**
 * Booking what was approved. What is to be submitted is written down before it is, by whoever holds the round: so a crash in
 * between is made good by submitting the same again, and nobody decides on facts from which a payment under way is missing.
 */
import { selectDiscrepancy, updateDiscrepancyState } from './discrepancy-store.ts';
import { Uncertain } from '../ledger/index.ts';
import type { DatabaseTransaction } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import { aggregatorName, playerId, transactionId } from '../wallet/index.ts';
import type { Outcome, WalletRequest } from '../wallet/index.ts';
import type { Discrepancy } from './discrepancies.ts';
import { findingName } from './findings.ts';
import { gather } from './gather.ts';
import type { Gathered } from './gather.ts';
import { markRounds } from './inbox-store.ts';
import type { SettlementOptions } from './ports.ts';
import { selectApproved, selectApprovedEntry, updateEntry, updateFinished } from './resolution-store.ts';
import type { Resolution } from './resolution-store.ts';
import { entryOf, policyFor } from './rules.ts';
import type { Entry } from './rules.ts';
import { holdRound } from './view-store.ts';
import { standAt, viewOf } from './view.ts';

const SUBMIT_TIMEOUT_MS = 5_000;

/** Books what is approved and was not booked yet; how many it finished. */
export async function bookApproved(options: SettlementOptions, olderThanMs: number): Promise<number> {
  const { sql, clock, log } = options;
  let finished = 0;
  for (const resolution of await selectApproved(sql, clock.now() - olderThanMs, 100)) {
    try {
      if (await book(options, resolution)) finished += 1;
    } catch (error) {
      if (!(error instanceof Uncertain)) throw error;
      log.warn({ err: error, resolution: resolution.id }, 'a resolution could not be booked yet; it is tried again');
    }
  }
  return finished;
}

/** Whether the facts as they are now still say what the discrepancy says. */
export function isCurrent(options: SettlementOptions, discrepancy: Discrepancy, { facts }: Gathered): boolean {
  const aggregator = options.aggregators.find((each) => each.name === discrepancy.key.aggregator);
  if (aggregator === undefined) return false;
  const { graceMs, stuckAfterMs } = options.settings;
  const view = viewOf(facts, { policy: aggregator.policy, leastGraceMs: graceMs, stuckAfterMs });
  const { open, waiting } = standAt(view, options.clock.now());
  return [...open, ...waiting].some(
    (each) => findingName(each) === findingName(discrepancy) && each.version === discrepancy.version,
  );
}

/** Books one approved resolution; false when the ledger said no, which ends it, or when it was finished meanwhile. */
export async function book(options: SettlementOptions, resolution: Resolution): Promise<boolean> {
  const { sql, ledger, clock } = options;
  const discrepancy = await selectDiscrepancy(sql, resolution.discrepancy);
  const aggregator = options.aggregators.find((each) => each.name === discrepancy?.key.aggregator);
  if (discrepancy === null || aggregator === undefined) return false;
  if (resolution.action === 'accept')
    return finish(options, resolution, discrepancy, { kind: 'booked', transaction: null });
  const prepared = await prepare(options, resolution, discrepancy);
  if (prepared.kind === 'over') return false;
  if (prepared.kind === 'stale') {
    tell(options, resolution, discrepancy, STALE);
    return false;
  }
  const { entry } = prepared;
  const request = requestOf(entry, discrepancy, clock.now());
  const outcome = await ledger.submit(request, policyFor(entry, aggregator.policy), SUBMIT_TIMEOUT_MS);
  return finish(options, resolution, discrepancy, endOf(outcome));
}

type Prepared =
  | { readonly kind: 'entry'; readonly entry: Entry }
  /** the facts no longer ask for it, and it was ended for that */
  | { readonly kind: 'stale' }
  /** somebody else has ended it */
  | { readonly kind: 'over' };

/**
 * Finds what was written down to be submitted, or writes it: once there it is submitted, whatever comes. Holds the round, so that
 * two who prepare for it see each other's entry, and one that is under way is never taken for one that came too late.
 */
async function prepare(
  options: SettlementOptions,
  resolution: Resolution,
  discrepancy: Discrepancy,
): Promise<Prepared> {
  const key = { ...discrepancy.key, shard: discrepancy.shard };
  const result = await options.sql.begin(async (tx): Promise<{ readonly value: Prepared }> => {
    if (!(await holdRound(tx, key))) await markRounds(tx, [key], options.clock.now());
    const known = await selectApprovedEntry(tx, resolution.id);
    if (known === null) return { value: { kind: 'over' } };
    if (known.entry !== null) return { value: { kind: 'entry', entry: known.entry } };
    const [gathered] = await gather(tx, options, [key]);
    const isAsked =
      gathered !== undefined && isCurrent(options, { ...discrepancy, version: resolution.version }, gathered);
    const entry = isAsked ? entryOf(resolution, discrepancy, gathered.facts) : null;
    if (entry === null) {
      await close(tx, options, resolution, discrepancy, STALE);
      return { value: { kind: 'stale' } };
    }
    await updateEntry(tx, resolution.id, entry);
    return { value: { kind: 'entry', entry } };
  });
  return result.value;
}

type End =
  | { readonly kind: 'booked'; readonly transaction: string | null }
  | { readonly kind: 'failed'; readonly problem: string };

const STALE: End = { kind: 'failed', problem: 'the facts had changed before it was booked' };

/** Writes down how it ended; false when it had ended before. Holds the round. */
async function close(
  tx: DatabaseTransaction,
  { clock }: SettlementOptions,
  resolution: Resolution,
  discrepancy: Discrepancy,
  end: End,
): Promise<boolean> {
  const key = { ...discrepancy.key, shard: discrepancy.shard };
  const nowMs = clock.now();
  await holdRound(tx, key);
  const last =
    end.kind === 'booked'
      ? ({ state: 'booked', transactionId: end.transaction, nowMs } as const)
      : ({ state: 'failed', problem: end.problem, nowMs } as const);
  if (!(await updateFinished(tx, resolution.id, last))) return false;
  const state = end.kind === 'failed' ? 'open' : resolution.action === 'accept' ? 'accepted' : 'resolved';
  await updateDiscrepancyState(tx, discrepancy.id, state, end.kind === 'booked' ? resolution.id : null, nowMs);
  // Judged again with the new entry: whatever it left open comes back.
  await markRounds(tx, [key], nowMs);
  return true;
}

async function finish(
  options: SettlementOptions,
  resolution: Resolution,
  discrepancy: Discrepancy,
  end: End,
): Promise<boolean> {
  const isLast = await options.sql.begin(async (tx) => close(tx, options, resolution, discrepancy, end));
  if (isLast) tell(options, resolution, discrepancy, end);
  return isLast && end.kind === 'booked';
}

function tell({ log }: SettlementOptions, resolution: Resolution, discrepancy: Discrepancy, end: End): void {
  const about = {
    resolution: resolution.id,
    discrepancy: discrepancy.id,
    kind: discrepancy.kind,
    action: resolution.action,
  };
  if (end.kind === 'failed')
    log.error({ ...about, problem: end.problem }, 'a resolution could not be booked; the discrepancy is open again');
  else
    log.info({ ...about, automatic: resolution.automatic, transaction: end.transaction }, 'a discrepancy was resolved');
}

function requestOf(entry: Entry, discrepancy: Discrepancy, nowMs: number): WalletRequest {
  return {
    aggregator: aggregatorName(discrepancy.key.aggregator),
    idScope: entry.idScope,
    player: playerId(discrepancy.key.player),
    currency: entry.currency,
    // What it corrects has its round's or its bet's rate already.
    exchange: null,
    session: { kind: 'none' },
    sessionId: entry.session,
    gameCode: entry.game,
    gameKnown: true,
    operations: [entry.operation],
    onlyKnown: false,
    nowMs,
    nextId: () => transactionId(newId()),
  };
}

function endOf(outcome: Outcome): End {
  switch (outcome.kind) {
    case 'applied':
      return { kind: 'booked', transaction: outcome.results[0]?.id ?? null };
    case 'rejected':
      return { kind: 'failed', problem: `${outcome.refusal}: ${outcome.message}` };
    case 'parked':
      return { kind: 'failed', problem: 'the win would wait for a bet that is not booked' };
    case 'unpriced':
      return { kind: 'failed', problem: 'there is no exchange rate for it' };
    case 'stale':
      throw new Error('defect: a resolution is never asked as a known transaction only');
  }
}
