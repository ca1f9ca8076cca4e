/**
 * What every answer of every scenario is judged by besides what the scenario asks of it: nobody is shown to have less than nothing,
 * unless the contract knows debts, and nobody is shown a fraction of what his currency has. Pure.
 */
import type { Understood } from '../dialects/index.ts';
import { isProblem, parseDecimal, toUnits } from '../money/index.ts';
import type { Call, Policy } from '../wallet/index.ts';
import type { Finding } from './judge.ts';
import type { Cast } from './lookup.ts';
import { groupOf } from './scenario.ts';
import type { Scenario, Step } from './scenario.ts';

/** `below_zero`: the balance of an answer is less than nothing; `too_fine`: it has more decimals than its currency. */
export interface Oddity {
  readonly kind: 'below_zero' | 'too_fine';
  /** the balance as it was said */
  readonly text: string;
}

/** What is odd about an answer's balance; null: nothing, or it is in a currency whose decimals the kit does not know. */
export function oddityOf(
  cast: Pick<Cast, 'currency' | 'scale' | 'exchanged'>,
  asked: Call | null,
  reading: Understood,
): Oddity | null {
  if (asked === null || asked.currency !== cast.currency) return null;
  if (reading.kind !== 'applied' && reading.kind !== 'rejected') return null;
  if (reading.kind === 'applied' && reading.currency !== null && reading.currency !== cast.currency) return null;
  // a refusal that does not say its currency may show the wallet as it is
  const mayBeAnother = reading.kind === 'rejected' && isExchanged(cast, asked);
  const text = reading.balance ?? '';
  const balance = text === '' ? null : parseDecimal(text);
  if (balance === null || isProblem(balance)) return null;
  if (balance.unscaled < 0n) return { kind: 'below_zero', text };
  const units = toUnits(balance, cast.scale);
  const isFine = isProblem(units) && units.reason === 'excess_precision';
  return isFine && !mayBeAnother ? { kind: 'too_fine', text } : null;
}

const isExchanged = ({ exchanged }: Pick<Cast, 'exchanged'>, { player }: Call): boolean =>
  exchanged !== null && player.kind === 'id' && player.player === exchanged.id;

/** Where a contract lets a reversal be owed, a wallet may be below zero after one; and in random histories at any time. */
export function mayOwe(policy: Pick<Policy, 'balance.negative'>, scenario: Scenario): boolean {
  if (policy['balance.negative'] !== 'allow') return false;
  return groupOf(scenario.id) === 'STORM' || [...scenario.steps, ...scenario.moved, ...scenario.later].some(undoes);
}

function undoes(step: Step): boolean {
  if (step.do === 'when') return [...Object.values(step.steps.when).flat(), ...step.steps.otherwise].some(undoes);
  if (step.do === 'burst') return step.lines.some(({ what }) => what === 'refund');
  return 'line' in step && step.line.what === 'refund';
}

/** `label`: the first message that was answered so; `count`: how many were. */
export function findingOf(oddity: Oddity, label: string, count: number, { currency }: Pick<Cast, 'currency'>): Finding {
  const more = count > 1 ? `, and ${count - 1} more like it` : '';
  const what =
    oddity.kind === 'below_zero'
      ? 'which is less than nothing: a stake was taken that was not there'
      : `which is finer than ${currency} is: it was not counted in whole units`;
  return {
    severity: 'money',
    message: `${label}: the answer shows a balance of ${oddity.text} ${currency}, ${what}${more}`,
    wrongBy: null,
  };
}
