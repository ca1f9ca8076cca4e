/**
 * Corrections by hand: proposed with a reason, decided by somebody else above the limit, booked through the ledger under a key of
 * their own, so that a crash in between is made good by submitting again. The same limits as of resolutions
 * (`settlement.four_eyes_above`): a currency without one always takes two people.
 */
import { Uncertain } from '../ledger/index.ts';
import type { Ledger } from '../ledger/index.ts';
import {
  compareDecimals,
  formatDecimal,
  formatDecimalAtScale,
  isNegative,
  isProblem,
  isZero,
  parseDecimal,
  toUnits,
} from '../money/index.ts';
import type { Currencies, Decimal } from '../money/index.ts';
import type { Clock, Database } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import { CASHIER, externalId, playerId, SAFE_POLICY, transactionId } from '../wallet/index.ts';
import type { Outcome, WalletRequest } from '../wallet/index.ts';
import {
  insertAdjustment,
  selectAdjustment,
  selectAdjustments,
  updateDecided,
  updateFinished,
} from './adjustments-store.ts';
import type { Adjustment } from './adjustments-store.ts';

export type { Adjustment } from './adjustments-store.ts';

export interface AdjustmentWish {
  /** the page's own, so that the same wish sent twice is one */
  readonly id: string;
  readonly player: string;
  readonly currency: string;
  /** signed decimal text */
  readonly amount: string;
  readonly reason: string;
  readonly by: string;
}

export type AdjustmentRefusal =
  | 'bad_amount'
  | 'wrong_currency'
  | 'unknown_player'
  | 'conflict'
  | 'four_eyes'
  | 'decided'
  | 'not_found';

export type Adjusted =
  | { readonly kind: 'done'; readonly adjustment: Adjustment }
  | { readonly kind: 'refused'; readonly reason: AdjustmentRefusal; readonly message: string };

export interface Adjustments {
  /** Writes the wish down; nothing is booked yet. */
  readonly propose: (wish: AdjustmentWish) => Promise<Adjusted>;
  readonly decide: (decision: {
    readonly id: string;
    readonly decision: 'approve' | 'reject';
    readonly reason: string;
    readonly by: string;
  }) => Promise<Adjusted>;
  /** one player's, or with null those that wait; finishes what was approved and cut off */
  readonly list: (player: string | null) => Promise<readonly Adjustment[]>;
  /** as people see it: with all digits of its currency, and whether it takes two of them */
  readonly shown: (adjustment: Adjustment) => Adjustment & { readonly needs_two: boolean };
}

export interface AdjustmentsOptions {
  readonly sql: Database;
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, 'submit' | 'wallets'>;
  readonly currencies: Currencies;
  readonly fourEyesAbove: ReadonlyMap<string, Decimal>;
}

const TIMEOUT_MS = 5_000;
const LISTED_MAX = 200;

const no = (reason: AdjustmentRefusal, message: string): Adjusted => ({ kind: 'refused', reason, message });
const plain = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/** Whether an amount, in either direction, is above what one person may correct alone. Pure. */
export function takesTwo(amount: Decimal, limit: Decimal | undefined): boolean {
  if (limit === undefined) return true;
  const size = isNegative(amount) ? { ...amount, unscaled: -amount.unscaled } : amount;
  return compareDecimals(size, limit) > 0;
}

export function openAdjustments(options: AdjustmentsOptions): Adjustments {
  const { sql, clock, fourEyesAbove } = options;
  const needsTwo = ({ amount, currency }: Pick<Adjustment, 'amount' | 'currency'>): boolean =>
    takesTwo(decimalOf(amount), fourEyesAbove.get(currency));

  return {
    shown: (adjustment) => {
      const scale = options.currencies.get(adjustment.currency)?.scale;
      const text = scale === undefined ? null : formatDecimalAtScale(decimalOf(adjustment.amount), scale);
      const amount = typeof text === 'string' ? text : adjustment.amount;
      return { ...adjustment, amount, needs_two: needsTwo(adjustment) };
    },
    propose: async (wish) => propose(options, wish),
    decide: async ({ id, decision, reason, by }) => {
      const adjustment = await selectAdjustment(sql, id);
      if (adjustment === null) return no('not_found', 'There is no such adjustment.');
      if (adjustment.state !== 'proposed') return no('decided', 'It was decided already.');
      const isOwn = plain(adjustment.proposed_by) === plain(by);
      if (decision === 'approve' && isOwn && needsTwo(adjustment))
        return no('four_eyes', 'Above the limit, somebody else than who proposed it has to approve.');
      const state = decision === 'approve' ? 'approved' : 'rejected';
      if (!(await updateDecided(sql, id, { state, by, reason }, clock.now())))
        return no('decided', 'Somebody else decided it a moment ago.');
      if (decision === 'approve') await book(options, adjustment);
      return { kind: 'done', adjustment: (await selectAdjustment(sql, id)) ?? adjustment };
    },
    list: async (player) => {
      const listed = await selectAdjustments(sql, player, LISTED_MAX);
      const cutOff = listed.filter((each) => each.state === 'approved');
      for (const each of cutOff) await book(options, each);
      return cutOff.length === 0 ? listed : selectAdjustments(sql, player, LISTED_MAX);
    },
  };
}

async function propose(options: AdjustmentsOptions, wish: AdjustmentWish): Promise<Adjusted> {
  const { sql, clock, ledger, currencies } = options;
  const currency = currencies.get(wish.currency);
  if (currency === undefined) return no('wrong_currency', 'The currency is not configured.');
  const amount = parseDecimal(wish.amount);
  if (isProblem(amount) || isZero(amount))
    return no('bad_amount', 'Write plain digits like "12.50", with a minus to take money from the player.');
  if (typeof toUnits(amount, currency.scale) !== 'bigint')
    return no('bad_amount', `${currency.code} has ${currency.scale} decimal digits, and the amount must fit a wallet.`);
  const wallets = await ledger.wallets(playerId(wish.player));
  if (wallets.length === 0) return no('unknown_player', 'There is no such player.');
  if (!wallets.some((each) => each.currency === wish.currency))
    return no('wrong_currency', `The player has no wallet in ${wish.currency}.`);
  await insertAdjustment(sql, { ...wish, amount: formatDecimal(amount), proposed_by: wish.by }, clock.now());
  const stored = await selectAdjustment(sql, wish.id);
  if (stored === null) throw new Error('defect: an adjustment vanished');
  const same =
    stored.player === wish.player &&
    stored.currency === wish.currency &&
    stored.reason === wish.reason &&
    compareDecimals(decimalOf(stored.amount), amount) === 0;
  return same ? { kind: 'done', adjustment: stored } : no('conflict', 'This id was used for another adjustment.');
}

/** Under the same key however often: booked once. What could not be found out stays approved and is submitted again. */
async function book({ sql, clock, ledger }: AdjustmentsOptions, adjustment: Adjustment): Promise<void> {
  const request: WalletRequest = {
    aggregator: CASHIER,
    idScope: '',
    player: playerId(adjustment.player),
    currency: adjustment.currency,
    exchange: null,
    session: { kind: 'none' },
    sessionId: null,
    gameCode: null,
    gameKnown: true,
    operations: [
      {
        kind: 'adjust',
        id: externalId(`adjustment-${adjustment.id}`),
        round: null,
        reference: null,
        amount: decimalOf(adjustment.amount),
      },
    ],
    onlyKnown: false,
    nowMs: clock.now(),
    nextId: () => transactionId(newId()),
  };
  try {
    await updateFinished(sql, adjustment.id, endOf(await ledger.submit(request, SAFE_POLICY, TIMEOUT_MS)));
  } catch (error) {
    if (!(error instanceof Uncertain)) throw error;
  }
}

function endOf(outcome: Outcome): { readonly transaction: string | null; readonly problem: string | null } {
  switch (outcome.kind) {
    case 'applied':
      return { transaction: outcome.results[0]?.id ?? null, problem: null };
    case 'rejected':
      return { transaction: null, problem: `${outcome.refusal}: ${outcome.message}` };
    case 'parked':
    case 'stale':
    case 'unpriced':
      throw new Error(`defect: an adjustment came to "${outcome.kind}"`);
  }
}

function decimalOf(text: string): Decimal {
  const decimal = parseDecimal(text);
  if (isProblem(decimal)) throw new Error('defect: a stored amount is none');
  return decimal;
}
