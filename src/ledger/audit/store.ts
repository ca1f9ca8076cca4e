/** Runs the auditor's queries. */
import type { Database, DatabaseTransaction } from '../../platform/index.ts';
import type { Invariant } from './invariants.ts';

const EXAMPLES = 20;

export async function inSnapshot<T>(sql: Database, work: (snapshot: DatabaseTransaction) => Promise<T>): Promise<void> {
  await sql.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (snapshot) => {
    // A large book takes longer than a request may.
    await snapshot`SET LOCAL statement_timeout = 0`;
    await work(snapshot);
  });
}

export async function countViolations(snapshot: DatabaseTransaction, invariant: Invariant) {
  const [population] = await snapshot<
    { count: string }[]
  >`/* audit.population */ ${snapshot.unsafe(invariant.population)}`;
  const rows = await snapshot<{ subject: string; detail: string; total: string }[]>`
    /* audit.violations */
    SELECT subject, detail, count(*) OVER () AS total
    FROM (${snapshot.unsafe(invariant.violations)}) v
    LIMIT ${EXAMPLES}`;
  return {
    checked: Number(population?.count ?? 0),
    violations: Number(rows[0]?.total ?? 0),
    examples: rows.map(({ subject, detail }) => ({ subject, detail })),
  };
}
