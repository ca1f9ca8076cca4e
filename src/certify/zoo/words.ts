/** How an operator of the zoo words its answers in the generic dialect. Money is text with all digits of its currency. */
import type { Call, Money, Outcome } from './book.ts';
import type { Answer, Habits } from './habits.ts';

export const error = (status: number, code: string, message: string): Answer => {
  return { status, body: { status: 'error', code, message } };
};
export const UNBELIEVED = error(401, 'bad_signature', 'The signature is missing or wrong.');

/** `now`: what the player has, for an operator that answers "ok" to what it does not know. */
export function worded(outcome: Outcome, call: Call, habits: Habits, now: Money | null): Answer {
  switch (outcome.kind) {
    case 'stale':
      return UNBELIEVED;
    case 'unsure':
      return habits.whenUnsure(moneyText(now));
    case 'no': {
      const { code, balance } = outcome;
      return { status: 422, body: { status: 'rejected', code, message: code, ...moneyText(balance) } };
    }
    case 'ok': {
      const { operatorId, duplicate, balance } = outcome;
      const done = call.type === 'balance' ? {} : { duplicate };
      const ids =
        call.type === 'money' && operatorId !== null
          ? { transaction_id: call.legs[0].id, operator_transaction_id: operatorId }
          : {};
      return { status: 200, body: { status: 'ok', ...moneyText(balance), ...ids, ...done } };
    }
  }
}

export function moneyText(money: Money | null): Readonly<Record<string, string>> {
  return money === null ? {} : { balance: decimalText(money.units, money.scale), currency: money.currency };
}

/** 100 at scale 2 is "1.00". */
export function decimalText(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const sign = units < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
