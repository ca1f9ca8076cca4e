/**
 * What must be true after any fault: every acknowledged answer has its row, nothing happened twice, the balances are what
 * the answers said, and the book is sound.
 */
import { AGGREGATOR, playerName } from '../../bench/names.ts';
import { audit } from '../../src/ledger/index.ts';
import type { Aggregator } from './aggregator.ts';
import { nameOf } from './aggregator.ts';
import type { House } from './house.ts';

export interface Verdict {
  readonly acknowledged: number;
  /** how often the answer was "ask again" or none at all */
  readonly unclear: number;
  /** acknowledged, but not in the book as acknowledged */
  readonly lost: readonly string[];
  /** in the book more than once, or moved more than was said */
  readonly doubled: readonly string[];
  /** broken promises of the auditor */
  readonly unsound: readonly string[];
}

interface Row {
  readonly kind: string;
  readonly external_id: string;
  readonly id: string;
  readonly state: string;
  readonly postings: number;
}

/** Judges everything the aggregator ever heard, against the book as it stands now. */
export async function judge(house: Pick<House, 'ask' | 'players'>, aggregator: Aggregator): Promise<Verdict> {
  return house.ask(async (sql) => {
    const rows = await sql<Row[]>`
      SELECT kind, external_id, id, state, coalesce(postings, 0) AS postings
      FROM transaction t
      LEFT JOIN (SELECT transaction_id, count(*)::int AS postings FROM posting GROUP BY transaction_id) p ON p.transaction_id = t.id
      WHERE aggregator = ${AGGREGATOR}`;
    const balances = await sql<{ player: string; balance: string }[]>`SELECT player, balance::text FROM wallet`;
    const { findings } = await audit(sql);
    const books = new Map<string, Row[]>();
    for (const row of rows) {
      const name = `${row.kind} ${row.external_id}`;
      books.set(name, [...(books.get(name) ?? []), row]);
    }
    const lost: string[] = [];
    const doubled: string[] = [];
    for (const { operation, said } of aggregator.acknowledged()) {
      const [row, ...more] = books.get(`${operation.kind} ${nameOf(operation)}`) ?? [];
      const what = `${nameOf(operation)}: ${JSON.stringify(said.body)}`;
      if (row === undefined) lost.push(what);
      else if (more.length > 0 || row.postings > 1) doubled.push(what);
      else if ((row.state === 'rejected') !== (said.body.status === 'rejected')) lost.push(`${what}, but ${row.state}`);
      else if (said.body.status === 'ok' && (row.id !== said.body.operator_transaction_id || row.postings !== 1))
        lost.push(`${what}, but ${row.id} with ${row.postings} postings`);
    }
    const held = new Map(balances.map(({ player, balance }) => [player, BigInt(balance)]));
    for (let player = 0; player < house.players; player += 1) {
      const [has, expected] = [held.get(playerName(player)) ?? 0n, BigInt(aggregator.balance(player))];
      if (has !== expected) doubled.push(`${playerName(player)} has ${has}, the answers come to ${expected}`);
    }
    return {
      acknowledged: aggregator.acknowledged().length,
      unclear: aggregator.unclear(),
      lost,
      doubled: [...doubled, ...aggregator.contradictions],
      unsound: findings
        .filter(({ violations }) => violations > 0)
        .map(({ id, promise, examples }) => `${id} ${promise}: ${JSON.stringify(examples[0])}`),
    };
  });
}

/** One line of the fault table. */
export function lineOf(fault: string, times: number, verdict: Verdict): string {
  const { acknowledged, unclear, lost, doubled, unsound } = verdict;
  const cells = [
    fault,
    times,
    acknowledged,
    unclear,
    lost.length,
    doubled.length,
    unsound.length === 0 ? 'clean' : 'NOT clean',
  ];
  return `| ${cells.join(' | ')} |`;
}
