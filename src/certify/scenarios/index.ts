/** Every scenario there is, in the order they are played and reported. */
import type { Scenario } from '../scenario.ts';
import { BALANCE } from './balance.ts';
import { BET } from './bet.ts';
import { BUGS } from './bugs.ts';
import { COMBINED } from './combined.ts';
import { CONDUCT } from './conduct.ts';
import { CORRECTIONS } from './corrections.ts';
import { EXCHANGE } from './exchange.ts';
import { RETRIES } from './retries.ts';
import { ROLLBACK } from './rollback.ts';
import { SETTLEMENT } from './settlement.ts';
import { SIGNATURE } from './signature.ts';
import { WIN } from './win.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...SIGNATURE,
  ...BALANCE,
  ...BET,
  ...WIN,
  ...CORRECTIONS,
  ...ROLLBACK,
  ...COMBINED,
  ...RETRIES,
  ...SETTLEMENT,
  ...EXCHANGE,
  ...CONDUCT,
  ...BUGS,
];

/** `SIG` a group, `BET-24` an entry of the catalogue with all its scenarios, `BET-24.two` one of them. */
export function selected(only: readonly string[]): readonly Scenario[] {
  if (only.length === 0) return SCENARIOS;
  return SCENARIOS.filter(({ id }) =>
    only.some((each) => id === each || id.startsWith(`${each}.`) || id.startsWith(`${each}-`)),
  );
}
