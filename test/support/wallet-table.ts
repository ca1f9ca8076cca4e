/** A wallet to try single calls on: `decide` over the book in memory, every answer reduced to what a table states. */
import { decide, externalId, playerId, roundId, SAFE_POLICY } from '../../src/wallet/index.ts';
import type {
  Alert,
  Outcome,
  Policy,
  Refusal,
  RoundState,
  TransactionKind,
  TransactionScope,
  TransactionState,
} from '../../src/wallet/index.ts';
import type { Act } from './histories.ts';
import { countingIds, WALLETS } from './histories.ts';
import { memoryBook } from './memory-book.ts';

export type Answer = 'OK' | 'OK_DUP' | 'PARKED' | 'STALE' | 'UNPRICED' | Refusal;

export type CallAct = Extract<Act, { kind: 'call' }>;

export function walletTable() {
  const book = memoryBook();
  for (const { player, currency, scale } of WALLETS) book.openWallet(playerId(player), currency, scale);
  const nextId = countingIds(0);
  const scopeOf = ({ asked }: CallAct): TransactionScope => ({ aggregator: asked.aggregator, idScope: asked.idScope });
  const alerts: Alert[] = [];

  const answer = (act: CallAct, policy: Partial<Policy> = {}): Outcome => {
    const request = { ...act.asked, sessionId: null, nowMs: act.nowMs, nextId };
    const decision = decide(book, request, { ...SAFE_POLICY, ...policy });
    book.apply(decision.changes);
    alerts.push(...decision.alerts);
    return decision.outcome;
  };

  return {
    book,
    alerts: (): readonly Alert['kind'][] => alerts.map((alert) => alert.kind),
    answer,
    /** the answer in one word */
    ask: (act: CallAct, policy: Partial<Policy> = {}): Answer => wordOf(answer(act, policy)),
    balance: (currency = 'USD', player = 'ann'): bigint =>
      book.wallets(playerId(player)).find((wallet) => wallet.currency === currency)?.balance ?? 0n,
    /** the state of the row of that id, or none */
    state: (act: CallAct, kind: TransactionKind, id: string): TransactionState | 'none' =>
      book.transaction(scopeOf(act), { kind, externalId: externalId(id) })?.state ?? 'none',
    flags: (act: CallAct, kind: TransactionKind, id: string): readonly string[] =>
      book.transaction(scopeOf(act), { kind, externalId: externalId(id) })?.flags ?? [],
    round: (act: CallAct, round: string): RoundState | 'none' =>
      book.round(scopeOf(act), act.asked.player, roundId(round))?.state ?? 'none',
  };
}

export function wordOf(outcome: Outcome): Answer {
  switch (outcome.kind) {
    case 'applied':
      return outcome.duplicate ? 'OK_DUP' : 'OK';
    case 'rejected':
      return outcome.refusal;
    case 'parked':
      return 'PARKED';
    case 'stale':
      return 'STALE';
    case 'unpriced':
      return 'UNPRICED';
  }
}
