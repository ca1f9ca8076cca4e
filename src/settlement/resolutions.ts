/**
 * Resolutions at work: proposed and decided by people or by the house's own rule. What is approved is booked elsewhere
 * (booking.ts), under a key of its own.
 */
import { selectDiscrepancy, updateDiscrepancyState } from './discrepancy-store.ts';
import { Uncertain } from '../ledger/index.ts';
import { isProblem, parseDecimal } from '../money/index.ts';
import type { Database, DatabaseTransaction } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import type { Discrepancy } from './discrepancies.ts';
import { book, bookApproved, isCurrent } from './booking.ts';
import { gather } from './gather.ts';
import type { Gathered } from './gather.ts';
import { markRounds } from './inbox-store.ts';
import type { SettlementOptions } from './ports.ts';
import { insertResolution, selectResolutions, updateDecided, useAllowance } from './resolution-store.ts';
import type { Resolution } from './resolution-store.ts';
import { automatic, isSamePerson, needsTwo, planOf } from './rules.ts';
import type { Action, Person, Plan, Refused } from './rules.ts';
import { holdRound } from './view-store.ts';

export interface Proposal {
  readonly discrepancy: string;
  readonly action: Action | null;
  /** decimal text; null: what is at stake */
  readonly amount: string | null;
  readonly reason: string;
  readonly person: Person;
}

export interface Decision {
  readonly discrepancy: string;
  readonly decision: 'approve' | 'reject';
  readonly reason: string;
  readonly person: Person;
}

export type Decided =
  | { readonly kind: 'done'; readonly resolution: Resolution }
  | { readonly kind: 'unknown' }
  | (Omit<Refused, 'reason'> & { readonly reason: Refused['reason'] | 'no_proposal' | 'decided' | 'bad_amount' });

export interface Resolutions {
  readonly propose: (proposal: Proposal) => Promise<Decided>;
  readonly decide: (decision: Decision) => Promise<Decided>;
  /** within a judgement: the house's own decision, if its rules allow one; the id of what is to be booked then */
  readonly automatically: (
    tx: DatabaseTransaction,
    discrepancy: Discrepancy,
    gathered: Gathered,
  ) => Promise<string | null>;
  /** books what is approved and was not booked yet; how many it finished */
  readonly bookApproved: (olderThanMs?: number) => Promise<number>;
}

const HOUSE: Person = { key: '', by: 'croupier' };
const no = (reason: Extract<Decided, { kind: 'refused' }>['reason'], message: string): Decided => ({
  kind: 'refused',
  reason,
  message,
});

export function createResolutions(options: SettlementOptions): Resolutions {
  return {
    propose: async (proposal) => propose(options, proposal),
    decide: async (decision) => decide(options, decision),
    automatically: async (tx, discrepancy, gathered) => automatically(options, tx, discrepancy, gathered),
    bookApproved: async (olderThanMs = 0) => bookApproved(options, olderThanMs),
  };
}

async function propose(options: SettlementOptions, { discrepancy: id, ...wish }: Proposal): Promise<Decided> {
  const { sql, clock } = options;
  const amount = wish.amount === null ? null : parseDecimal(wish.amount);
  if (amount !== null && isProblem(amount)) return no('bad_amount', 'amount: write plain digits like "12.50"');
  return inRound(sql, id, async (tx, discrepancy) => {
    const plan = planOf(discrepancy, { action: wish.action, amount });
    if (plan.kind === 'refused') return plan;
    const resolution = resolutionOf(discrepancy, plan, { ...wish, nowMs: clock.now() });
    if (!(await insertResolution(tx, resolution))) return no('decided', 'It was proposed or decided already.');
    await updateDiscrepancyState(tx, discrepancy.id, 'proposed', null, clock.now());
    return { kind: 'done', resolution };
  });
}

async function approve(options: SettlementOptions, decision: Decision): Promise<Decided> {
  const { sql, clock, settings } = options;
  return inRound(sql, decision.discrepancy, async (tx, discrepancy) => {
    const proposal = (await selectResolutions(tx, discrepancy.id)).find((each) => each.state === 'proposed');
    if (proposal === undefined) return no('no_proposal', 'Nothing is proposed: propose a resolution first.');
    const two = needsTwo(proposal, proposal.currency, settings.fourEyesAbove);
    if (two && isSamePerson(proposal.proposed, decision.person))
      return no('four_eyes', 'Above the limit, somebody else than who proposed it has to decide.');
    // The facts may have moved since: what is decided must still be what is disagreed about.
    const [gathered] = await gather(tx, options, [{ ...discrepancy.key, shard: discrepancy.shard }]);
    if (gathered === undefined || !isCurrent(options, discrepancy, gathered)) {
      await markRounds(tx, [{ ...discrepancy.key, shard: discrepancy.shard }], clock.now());
      return no('stale', 'The facts have changed since it was proposed; look again.');
    }
    await updateDecided(tx, proposal, { ...decision, state: 'approved', nowMs: clock.now() });
    return {
      kind: 'done',
      resolution: { ...proposal, state: 'approved', decided: { ...decision.person, reason: decision.reason } },
    };
  });
}

async function reject({ sql, clock }: SettlementOptions, decision: Decision): Promise<Decided> {
  return inRound(sql, decision.discrepancy, async (tx, discrepancy) => {
    const proposal = (await selectResolutions(tx, discrepancy.id)).find((each) => each.state === 'proposed');
    if (proposal === undefined) return no('no_proposal', 'Nothing is proposed.');
    await updateDecided(tx, proposal, { ...decision, state: 'rejected', nowMs: clock.now() });
    const state = discrepancy.dueAtMs <= clock.now() ? 'open' : 'waiting';
    await updateDiscrepancyState(tx, discrepancy.id, state, null, clock.now());
    return {
      kind: 'done',
      resolution: { ...proposal, state: 'rejected', decided: { ...decision.person, reason: decision.reason } },
    };
  });
}

/** Decides, and books at once what was approved. */
async function decide(options: SettlementOptions, decision: Decision): Promise<Decided> {
  if (decision.decision === 'reject') return reject(options, decision);
  const decided = await approve(options, decision);
  if (decided.kind !== 'done') return decided;
  await book(options, decided.resolution).catch((error: unknown) => {
    // It stays approved and is booked at the next turn.
    if (!(error instanceof Uncertain)) throw error;
  });
  const after = (await selectResolutions(options.sql, decision.discrepancy)).find(
    (each) => each.id === decided.resolution.id,
  );
  return { kind: 'done', resolution: after ?? decided.resolution };
}

async function automatically(
  options: SettlementOptions,
  tx: DatabaseTransaction,
  discrepancy: Discrepancy,
  gathered: Gathered,
): Promise<string | null> {
  const { clock, log, settings } = options;
  const verdict = automatic(discrepancy, gathered.facts, settings.automatic);
  if (verdict.kind === 'no' || discrepancy.currency === null) return null;
  const cap = settings.automatic.get(discrepancy.currency);
  const earlier = await selectResolutions(tx, discrepancy.id);
  // What was turned down, or could not be booked, is for a person.
  if (cap === undefined || earlier.some((each) => each.version === discrepancy.version)) return null;
  const nowMs = clock.now();
  const { aggregator } = discrepancy.key;
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const { currency } = discrepancy;
  if (!(await useAllowance(tx, { day, aggregator, currency, amount: verdict.plan.amount, cap: cap.perDay }))) {
    log.warn(
      { aggregator, currency, day },
      'the day’s cap of automatic corrections is reached; what is left waits for a person',
    );
    return null;
  }
  const proposed = { reason: 'Two sources agree, in the player’s favour, under the caps.', person: HOUSE, nowMs };
  const resolution: Resolution = {
    ...resolutionOf(discrepancy, verdict.plan, proposed),
    state: 'approved',
    automatic: true,
    decided: { ...HOUSE, reason: proposed.reason },
    decidedAtMs: nowMs,
  };
  return (await insertResolution(tx, resolution)) ? resolution.id : null;
}

/** One decision at a time for a round, and none while it is being judged. */
async function inRound(
  sql: Database,
  id: string,
  work: (tx: DatabaseTransaction, discrepancy: Discrepancy) => Promise<Decided>,
): Promise<Decided> {
  const found = await selectDiscrepancy(sql, id);
  if (found === null) return { kind: 'unknown' };
  const result = await sql.begin(async (tx) => {
    await holdRound(tx, { ...found.key, shard: found.shard });
    const discrepancy = await selectDiscrepancy(tx, id);
    return { value: discrepancy === null ? ({ kind: 'unknown' } as const) : await work(tx, discrepancy) };
  });
  return result.value;
}

function resolutionOf(
  discrepancy: Discrepancy,
  plan: Plan,
  given: { readonly reason: string; readonly person: Person; readonly nowMs: number },
): Resolution {
  return {
    id: newId(),
    discrepancy: discrepancy.id,
    version: discrepancy.version,
    action: plan.action,
    amount: plan.amount,
    currency: discrepancy.currency,
    state: 'proposed',
    automatic: false,
    reason: given.reason,
    evidence: discrepancy.evidence,
    proposed: given.person,
    decided: null,
    entry: null,
    transactionId: null,
    problem: null,
    createdAtMs: given.nowMs,
    decidedAtMs: null,
    finishedAtMs: null,
  };
}
