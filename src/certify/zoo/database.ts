/**
 * A database in memory that takes its time, so that races are real: every reading and every commit waits, and whoever was not
 * kept out by a lock meanwhile reads what is about to change. What a draft changes is seen by others when it is committed, all
 * at once. Locks are taken in the order of asking and all of a call together, so nobody waits in a circle.
 */
import type { Round, Row, Wallet } from './book.ts';

/** Called before each statement; resolves when it has been carried out. */
export type Pace = (statement: 'read' | 'commit') => Promise<void>;

/** A copy one writes to. Reads see the committed state under what the draft itself has changed. */
export interface Draft {
  readonly wallet: (player: string, currency: string) => Wallet | null;
  readonly walletsOf: (player: string) => readonly Wallet[];
  readonly row: (name: string) => Row | null;
  readonly parkedOf: (player: string) => readonly Row[];
  /** committed wins that name this bet, whoever they belong to */
  readonly winsNaming: (bet: string) => readonly Row[];
  readonly round: (key: string) => Round | null;
  /** changes the balance by so many units */
  readonly move: (player: string, currency: string, units: bigint) => void;
  readonly putRow: (name: string, row: Row) => void;
  readonly putRound: (key: string, round: Round) => void;
  /** forgets everything the draft has changed */
  readonly reset: () => void;
}

export interface Database {
  readonly locked: <T>(keys: readonly string[], work: () => Promise<T>) => Promise<T>;
  readonly read: () => Promise<Draft>;
  readonly commit: (draft: Draft) => Promise<void>;
  /** calls that wait for a lock now */
  readonly waiting: () => number;
  /** every row of the aggregator's id, whoever it belongs to */
  readonly rowsOf: (id: string) => readonly Row[];
  /** the balance as it was at that moment, or the oldest known one */
  readonly balanceAt: (player: string, currency: string, atMs: number) => bigint | null;
  /** the operator's own office changes a player's standing or limit; null where there is no such wallet */
  readonly changeWallet: (
    player: string,
    currency: string,
    change: Partial<Pick<Wallet, 'status' | 'maxStake'>>,
  ) => Wallet | null;
}

/** The caller was not let in because too many wait already. */
export class Busy extends Error {
  override readonly name = 'Busy';
}

const MAX_WAITING = 2_000;

interface Committed {
  readonly wallets: Map<string, Wallet>;
  /** by the operator's own id */
  readonly rows: Map<string, Row>;
  /** name → the operator's own id of the latest row of that name */
  readonly names: Map<string, string>;
  readonly parked: Set<string>;
  /** bet → the operator's own ids of the wins that name it */
  readonly naming: Map<string, Set<string>>;
  readonly rounds: Map<string, Round>;
  readonly history: Map<string, { readonly atMs: number; readonly balance: bigint }[]>;
}

interface Changes {
  readonly wallets: Map<string, Wallet>;
  readonly rows: Map<string, Row>;
  readonly rounds: Map<string, Round>;
}

/** Two names in one text, whatever characters are in them. */
export const pair = (one: string, other: string): string => JSON.stringify([one, other]);

export function createDatabase(wallets: readonly Wallet[], pace: Pace, nowMs: () => number): Database {
  const committed: Committed = {
    wallets: new Map(wallets.map((wallet) => [pair(wallet.player, wallet.currency), wallet])),
    rows: new Map(),
    names: new Map(),
    parked: new Set(),
    naming: new Map(),
    rounds: new Map(),
    history: new Map(
      wallets.map(({ player, currency, balance }) => [pair(player, currency), [{ atMs: nowMs(), balance }]]),
    ),
  };
  const changesOf = new WeakMap<Draft, Changes>();
  const { locked, waiting } = createLocks();
  return {
    locked,
    waiting,
    read: async () => {
      await pace('read');
      const changes: Changes = { wallets: new Map(), rows: new Map(), rounds: new Map() };
      const draft = draftOver(committed, changes);
      changesOf.set(draft, changes);
      return draft;
    },
    commit: async (draft) => {
      await pace('commit');
      const changes = changesOf.get(draft);
      if (changes !== undefined) apply(committed, changes, nowMs());
    },
    rowsOf: (id) => [...committed.rows.values()].filter((row) => row.id === id),
    balanceAt: (player, currency, atMs) => {
      const known = committed.history.get(pair(player, currency));
      return (known?.findLast((each) => each.atMs <= atMs) ?? known?.[0])?.balance ?? null;
    },
    changeWallet: (player, currency, change) => {
      const wallet = committed.wallets.get(pair(player, currency));
      if (wallet === undefined) return null;
      const changed = { ...wallet, ...change };
      committed.wallets.set(pair(player, currency), changed);
      return changed;
    },
  };
}

function createLocks(): Pick<Database, 'locked' | 'waiting'> {
  /** whoever asked last for each key; the next one waits for that one to be done */
  const last = new Map<string, Promise<void>>();
  let waiting = 0;
  return {
    waiting: () => waiting,
    locked: async (keys, work) => {
      if (waiting >= MAX_WAITING) throw new Busy(`more than ${MAX_WAITING} calls wait for a lock`);
      let release = (): void => undefined;
      const done = new Promise<void>((resolve) => {
        release = resolve;
      });
      const before = keys.flatMap((key) => last.get(key) ?? []);
      for (const key of keys) last.set(key, done);
      try {
        waiting += 1;
        await Promise.all(before);
        waiting -= 1;
        return await work();
      } finally {
        release();
        for (const key of keys) if (last.get(key) === done) last.delete(key);
      }
    },
  };
}

function draftOver(committed: Committed, changes: Changes): Draft {
  const wallet = (player: string, currency: string): Wallet | null =>
    changes.wallets.get(pair(player, currency)) ?? committed.wallets.get(pair(player, currency)) ?? null;
  const row = (name: string): Row | null =>
    changes.rows.get(name) ?? committed.rows.get(committed.names.get(name) ?? '') ?? null;
  return {
    wallet,
    row,
    walletsOf: (player) =>
      [...committed.wallets.values()]
        .filter((each) => each.player === player)
        .map((each) => wallet(player, each.currency) ?? each),
    parkedOf: (player) =>
      [...committed.parked].flatMap((name) => {
        const parked = row(name);
        return parked !== null && parked.state === 'parked' && parked.facts.player === player ? [parked] : [];
      }),
    winsNaming: (bet) => [...(committed.naming.get(bet) ?? [])].flatMap((id) => committed.rows.get(id) ?? []),
    round: (key) => changes.rounds.get(key) ?? committed.rounds.get(key) ?? null,
    move: (player, currency, units) => {
      const found = wallet(player, currency);
      if (found === null) throw new Error(`defect: ${player} has no wallet in ${currency}`);
      const balance = found.balance + units;
      changes.wallets.set(pair(player, currency), { ...found, balance, available: found.available + units });
    },
    putRow: (name, put) => void changes.rows.set(name, put),
    putRound: (key, put) => void changes.rounds.set(key, put),
    reset: () => {
      changes.wallets.clear();
      changes.rows.clear();
      changes.rounds.clear();
    },
  };
}

/** The balance is written as the draft has it: whoever read it without a lock overwrites what others wrote meanwhile. */
function apply(committed: Committed, changes: Changes, atMs: number): void {
  for (const [key, { balance }] of changes.wallets) {
    const now = committed.wallets.get(key);
    if (now === undefined) continue;
    committed.wallets.set(key, { ...now, balance, available: balance });
    committed.history.get(key)?.push({ atMs, balance });
  }
  for (const [name, row] of changes.rows) {
    committed.rows.set(row.operatorId, row);
    committed.names.set(name, row.operatorId);
    const { bet } = row.facts;
    if (row.kind === 'win' && bet !== null)
      committed.naming.set(bet, (committed.naming.get(bet) ?? new Set()).add(row.operatorId));
    if (row.state === 'parked') committed.parked.add(name);
    else committed.parked.delete(name);
  }
  for (const [key, round] of changes.rounds) committed.rounds.set(key, round);
}
