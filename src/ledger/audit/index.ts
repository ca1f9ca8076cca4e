/** `croupier audit`: proves the invariants of the book, or shows what breaks them. Reads only, in one consistent snapshot. */
import type { Database } from '../../platform/index.ts';
import { countViolations, inSnapshot } from './store.ts';
import { EXCHANGE_INVARIANTS } from './exchange-invariants.ts';
import { INVARIANTS } from './invariants.ts';
import type { Invariant } from './invariants.ts';

export interface Finding {
  readonly id: string;
  readonly promise: string;
  /** rows the promise speaks of */
  readonly checked: number;
  readonly violations: number;
  /** the first few, each naming what to look at and what is wrong */
  readonly examples: readonly { readonly subject: string; readonly detail: string }[];
}

export interface AuditReport {
  readonly sound: boolean;
  readonly findings: readonly Finding[];
}

/** Checks every invariant against one snapshot of the book. `onFinding` hears each as soon as it is known. */
export async function audit(sql: Database, onFinding?: (finding: Finding) => void): Promise<AuditReport> {
  const findings: Finding[] = [];
  await inSnapshot(sql, async (snapshot) => {
    for (const invariant of [...INVARIANTS, ...EXCHANGE_INVARIANTS]) {
      const finding = await check(snapshot, invariant);
      findings.push(finding);
      onFinding?.(finding);
    }
  });
  return { sound: findings.every((finding) => finding.violations === 0), findings };
}

async function check(
  snapshot: Parameters<Parameters<typeof inSnapshot>[1]>[0],
  invariant: Invariant,
): Promise<Finding> {
  const { checked, violations, examples } = await countViolations(snapshot, invariant);
  return { id: invariant.id, promise: invariant.promise, checked, violations, examples };
}
