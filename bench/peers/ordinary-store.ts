/**
 * The book of the ordinary operator: one transaction a callback, statements prepared by the driver, a pool. Row lock,
 * unique key and double entry are all there, so it is correct, and it is what most of us would write. The tables are
 * narrower than Croupier's: no rounds, no journal, no stored refusals.
 */
import { newId } from '../../src/platform/index.ts';
import type { Database } from '../../src/platform/index.ts';
import { CURRENCY, playerName, START_CENTS } from '../names.ts';

export interface Movement {
  readonly kind: 'bet' | 'win';
  readonly externalId: string;
  readonly player: string;
  readonly round: string;
  /** always more than nothing */
  readonly cents: number;
}

export type Booked =
  | { readonly kind: 'applied'; readonly id: string; readonly balance: bigint; readonly duplicate: boolean }
  | { readonly kind: 'insufficient_funds' | 'unknown_player' };

export async function createTables(sql: Database, players: number): Promise<void> {
  await sql`
    /* ordinary.wallet */
    CREATE TABLE wallet (
      player text COLLATE "C" PRIMARY KEY,
      currency text NOT NULL,
      balance bigint NOT NULL CHECK (balance >= 0)
    ) WITH (fillfactor = 70)`;
  await sql`
    /* ordinary.transaction */
    CREATE TABLE transaction (
      id uuid PRIMARY KEY,
      kind text COLLATE "C" NOT NULL,
      external_id text COLLATE "C" NOT NULL,
      player text COLLATE "C" NOT NULL,
      round_id text COLLATE "C" NOT NULL,
      cents bigint NOT NULL,
      balance_after bigint NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (external_id, kind)
    )`;
  await sql`
    /* ordinary.posting */
    CREATE TABLE posting (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      transaction_id uuid NOT NULL,
      debit text NOT NULL,
      credit text NOT NULL,
      cents bigint NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    )`;
  const names = Array.from({ length: players }, (_none, index) => playerName(index));
  await sql`
    /* ordinary.players */
    INSERT INTO wallet (player, currency, balance)
    SELECT name, ${CURRENCY}, ${START_CENTS}::bigint FROM unnest(${names}::text[]) AS n (name)`;
  await sql`/* ordinary.vacuum */ VACUUM (ANALYZE)`;
}

/** BEGIN; SELECT … FOR UPDATE; INSERT transaction; INSERT posting; UPDATE wallet; COMMIT. */
export async function book(sql: Database, move: Movement): Promise<Booked> {
  return sql.begin(async (transaction): Promise<Booked> => {
    const [wallet] = await transaction<{ balance: string }[]>`
      /* ordinary.lock */
      SELECT balance FROM wallet WHERE player = ${move.player} FOR UPDATE`;
    if (wallet === undefined) return { kind: 'unknown_player' };
    const before = BigInt(wallet.balance);
    const balance = move.kind === 'bet' ? before - BigInt(move.cents) : before + BigInt(move.cents);
    if (balance < 0n) return { kind: 'insufficient_funds' };
    const id = newId();
    const [inserted] = await transaction`
      /* ordinary.insert_transaction */
      INSERT INTO transaction (id, kind, external_id, player, round_id, cents, balance_after)
      VALUES (${id}, ${move.kind}, ${move.externalId}, ${move.player}, ${move.round}, ${move.cents}, ${balance.toString()})
      ON CONFLICT (external_id, kind) DO NOTHING
      RETURNING 1`;
    if (inserted === undefined) return { kind: 'applied', id: '', balance: before, duplicate: true };
    const [debit, credit] = move.kind === 'bet' ? [move.player, 'house'] : ['house', move.player];
    await transaction`
      /* ordinary.insert_posting */
      INSERT INTO posting (transaction_id, debit, credit, cents) VALUES (${id}, ${debit}, ${credit}, ${move.cents})`;
    await transaction`
      /* ordinary.update_wallet */
      UPDATE wallet SET balance = ${balance.toString()} WHERE player = ${move.player}`;
    return { kind: 'applied', id, balance, duplicate: false };
  });
}
