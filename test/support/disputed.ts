/**
 * Calls on whose answer the wallet and the reference wallet disagree today, each recognised before it is made, and each with
 * a test in test/wallet/disputed.test.ts that fails as soon as the dispute is over. A random story ends where it would enter
 * one, so that everything else stays compared exactly. The aim is an empty list.
 */
import type {
  Bet,
  Book,
  ExternalId,
  Operation,
  Policy,
  Round,
  Transaction,
  TransactionScope,
  Win,
} from '../../src/wallet/index.ts';
import type { Asked } from './histories.ts';

interface Scene {
  readonly policy: Policy;
  readonly book: Book;
  readonly asked: Asked;
  readonly scope: TransactionScope;
}

type Recognise = (scene: Scene, operation: Operation) => boolean;

export const DISPUTES: Readonly<Record<string, Recognise>> = {
  'a win in a round that a bet reopened, where wins after close are refused': (scene, operation) =>
    scene.policy['round.betAfterClose'] === 'reopen' &&
    scene.policy['round.winAfterClose'] === 'reject' &&
    (operation.kind === 'bet' || operation.kind === 'win') &&
    (isClosed(roundOf(scene, operation)) || waitingFor(scene, operation).length > 0),

  'a tip that a parked win names': (scene, operation) =>
    operation.kind === 'bet' &&
    operation.flavour === 'tip' &&
    scene.book.parked(scene.scope, scene.asked.player).some((win) => win.reference === operation.id),

  'a late win that names an undone bet: another round, another currency, or not the first': (scene, operation) => {
    if (scene.policy['win.afterRollback'] !== 'accept') return false;
    const bet = betOf(scene, operation);
    if (operation.kind !== 'win' || operation.flavour !== 'win' || bet?.state !== 'reversed') return false;
    const elsewhere = operation.round !== null && bet.round !== null && operation.round !== bet.round;
    const again = scene.policy['win.perBet'] === 'one' && namedBy(scene, bet.externalId);
    return elsewhere || again || bet.currency !== scene.asked.currency;
  },

  'a rollback of a round in another currency': (scene, operation) => {
    if (operation.kind !== 'rollback' || operation.target.kind !== 'round') return false;
    const round = scene.book.round(scene.scope, scene.asked.player, operation.target.round);
    return round !== null && round.currency !== scene.asked.currency;
  },

  'a bet that a booked win already names': (scene, operation) =>
    operation.kind === 'bet' &&
    scene.book.transaction(scene.scope, { kind: 'bet', externalId: operation.id }) === null &&
    namedBy(scene, operation.id),

  'a rollback of the rollback of a bet of nothing': (scene, operation) => {
    const undone = undoneRollback(scene, operation);
    const bet = undone === null ? null : targetOf(scene, undone, 'bet');
    return undone?.units === 0n && bet !== null && bet.units === 0n;
  },

  'a rollback of the rollback of a part of a bet': (scene, operation) => {
    const undone = undoneRollback(scene, operation);
    const bet = undone === null ? null : targetOf(scene, undone, 'bet');
    return undone !== null && bet !== null && undone.units < bet.units;
  },

  'a rollback of the rollback of a win': (scene, operation) => {
    const undone = undoneRollback(scene, operation);
    return undone !== null && undone.flavour !== 'bet' && targetOf(scene, undone, 'win')?.state === 'reversed';
  },

  'a bet that several parked wins name, where a bet has one win': (scene, operation) => {
    if (operation.kind !== 'bet' || scene.policy['win.perBet'] !== 'one') return false;
    const waiting = scene.book.parked(scene.scope, scene.asked.player);
    return waiting.filter((win) => win.reference === operation.id).length > 1;
  },

  'a win that names only its bet, after the round of that bet closed': (scene, operation) => {
    const bet = betOf(scene, operation);
    if (operation.kind !== 'win' || operation.round !== null || bet === null || bet.round === null) return false;
    return isClosed(scene.book.round(scene.scope, scene.asked.player, bet.round));
  },

  'a bet that closes its round while a parked win waits for it': (scene, operation) => {
    if (operation.kind !== 'bet' || !operation.closesRound || operation.round === null) return false;
    return waitingFor(scene, operation).length > 0;
  },
};

/** The name of the dispute this call would enter, or null. */
export function disputed(policy: Policy, book: Book, asked: Asked): string | null {
  const scene: Scene = { policy, book, asked, scope: { aggregator: asked.aggregator, idScope: asked.idScope } };
  for (const [name, recognise] of Object.entries(DISPUTES)) {
    if (asked.operations.some((operation) => recognise(scene, operation))) return name;
  }
  return null;
}

function roundOf(scene: Scene, operation: Bet | Win): Round | null {
  if (operation.round === null) return null;
  return scene.book.round(scene.scope, scene.asked.player, operation.round);
}

const isClosed = (round: Round | null): boolean => round?.state === 'closed' || round?.state === 'reopened';

function betOf(scene: Scene, operation: Operation): Transaction | null {
  if (operation.kind !== 'win' || operation.bet === null) return null;
  const bet = scene.book.transaction(scene.scope, { kind: 'bet', externalId: operation.bet });
  return bet !== null && bet.player === scene.asked.player ? bet : null;
}

/** Parked wins that this bet concerns. */
function waitingFor(scene: Scene, operation: Bet | Win): readonly Transaction[] {
  const parked = scene.book.parked(scene.scope, scene.asked.player);
  return parked.filter((win) => win.reference === operation.id || (win.round !== null && win.round === operation.round));
}

function namedBy(scene: Scene, bet: ExternalId): boolean {
  return scene.book.winsNaming(scene.scope, scene.asked.player, bet).some((win) => win.state === 'applied');
}

/** The applied rollback that this operation would undo, where policy lets it. */
function undoneRollback(scene: Scene, operation: Operation): Transaction | null {
  if (scene.policy['rollback.rollback'] !== 'reapply') return null;
  if (operation.kind !== 'rollback' || operation.target.kind !== 'rollback') return null;
  const undone = scene.book.transaction(scene.scope, { kind: 'rollback', externalId: operation.target.id });
  return undone?.state === 'applied' ? undone : null;
}

function targetOf(scene: Scene, rollback: Transaction, kind: 'bet' | 'win'): Transaction | null {
  if (rollback.reference === null) return null;
  return scene.book.transaction(scene.scope, { kind, externalId: rollback.reference });
}
