/**
 * Random histories of one round, and what the reference wallet says must become of them. A history never depends on what else
 * its player plays, so any number of them may run at once and their money adds up. Pure.
 */
import { fromUnits } from '../money/index.ts';
import { aggregatorName } from '../wallet/index.ts';
import type { Call, Policy } from '../wallet/index.ts';
import type { Dice } from './dice.ts';
import type { Cast } from './lookup.ts';
import { createModel } from './model.ts';
import type { Model, ModelAnswer } from './model.ts';
import type { Amount, Line, Step, Word } from './scenario.ts';
import { callOf } from './speak.ts';
import type { Roles } from './speak.ts';
import { bet, betWin, close, refund, win } from './words.ts';

/** One message of a history: said once, in several copies at the same moment, or first without waiting for the answer. */
export interface Happening {
  readonly line: Line;
  readonly copies: number;
  readonly isCut: boolean;
}

export interface History {
  readonly happenings: readonly Happening[];
}

const LONGEST = 7;

/** Small stakes, so that a player who has a hundred stakes never runs out of them. */
export function randomHistory(dice: Dice, policy: Policy): History {
  const stake = `${dice.roll(9) + 1}`;
  const won = `${dice.roll(12)}`;
  const isPartial = policy['rollback.amount'] === 'partial';
  const sayable: readonly [() => Line, ...(() => Line)[]] = [
    () => bet('b', tenth(stake)),
    () => bet('b', tenth(stake)),
    () => bet('b', tenth(stake)),
    () => win('w', tenth(won)),
    () => win('w', tenth(won)),
    () => win('w2', tenth(stake), { closes: dice.roll(3) === 0 }),
    () => refund('x', 'b'),
    () => refund('x', 'b'),
    () => refund('x2', 'b', isPartial && dice.roll(2) === 0 ? { amount: '0.10' } : {}),
    () => bet('b', tenth(`${Number(stake) + 1}`)),
    () => win('w', tenth(`${Number(won) + 1}`)),
    () => bet('b2', tenth(stake)),
    () => close(),
    () => betWin('c', tenth(stake), tenth(won)),
    () => bet('f', tenth(stake), { flavour: 'free' }),
  ];
  const length = 2 + dice.roll(LONGEST - 1);
  // most begin as rounds do, some the wrong way round
  const first = dice.roll(5) > 0 ? [happening(dice, bet('b', tenth(stake)))] : [];
  return { happenings: [...first, ...Array.from({ length }, () => happening(dice, dice.pick(sayable)()))] };
}

function happening(dice: Dice, line: Line): Happening {
  const copies = dice.roll(4) === 0 ? 2 + dice.roll(3) : 1;
  return { line, copies, isCut: line.what !== 'close' && dice.roll(7) === 0 };
}

/** Tenths of a stake as an amount. */
function tenth(count: string): Amount {
  const padded = count.padStart(2, '0');
  return `${padded.slice(0, -1)}.${padded.slice(-1)}0`;
}

export interface Prediction {
  /** what to play, each step with what must come back */
  readonly steps: readonly Step[];
  /** what the wallet gains or loses, in units */
  readonly units: bigint;
}

const NOW_MS = 1_767_225_600_000;
const PLENTY = 10n ** 12n;

/** What must come of it, by the reference wallet. */
export function predict(history: History, cast: Cast, policy: Policy): Prediction {
  const [player] = cast.players;
  if (player === undefined) throw new Error('defect: nobody plays');
  const roles: Roles = { cast, prefix: 'h-', player, rival: null, start: new Map() };
  const model = createModel(policy);
  model.openWallet(player.id, cast.currency, cast.scale);
  asked(model, depositOf(roles));
  const before = model.balance(player.id, cast.currency);
  const steps: Step[] = [];
  for (const { line, copies, isCut } of history.happenings) {
    const call = callOf(line, roles);
    const answers = Array.from({ length: isCut ? copies + 1 : copies }, () => asked(model, call));
    const words = [...new Set(answers.flatMap(wordsOf))];
    const waits = words.includes('uncertain');
    if (isCut) steps.push({ do: 'cut', line, at: 'sent' });
    if (copies > 1 && !waits)
      steps.push({ do: 'burst', lines: Array.from({ length: copies }, () => line), counts: null, expect: words });
    else steps.push({ do: 'send', line, tamper: [], times: 1, expect: words, shows: null, once: waits });
  }
  return { steps, units: model.balance(player.id, cast.currency) - before };
}

/** Only the class of an answer is held against an operator here: its words are what single scenarios are for. */
function wordsOf(answer: ModelAnswer): readonly Word[] {
  switch (answer.class) {
    case 'applied':
      return ['ok', 'ok_dup'];
    case 'rejected':
      return ['refused'];
    case 'parked':
    case 'stale':
    case 'unpriced':
      return ['uncertain'];
  }
}

function asked(model: Model, call: Call): ModelAnswer {
  if (call.kind !== 'money' || call.player.kind !== 'id')
    throw new Error('defect: a history moves money of a named player');
  const currency = call.currency ?? '';
  return model.answer({
    aggregator: aggregatorName('certify'),
    idScope: '',
    player: call.player.player,
    currency,
    exchange: null,
    session: { kind: 'live', currency },
    gameCode: call.game,
    gameKnown: true,
    operations: call.operations,
    onlyKnown: false,
    nowMs: NOW_MS,
  });
}

function depositOf(roles: Roles): Call {
  const base = callOf(win('seat', '0', { flavour: 'promo', bet: null, round: null }), roles);
  if (base.kind !== 'money') throw new Error('defect: a win moves money');
  const [first] = base.operations;
  if (first.kind !== 'win') throw new Error('defect: a win is a win');
  return { ...base, operations: [{ ...first, amount: fromUnits(PLENTY, roles.cast.scale) }] };
}
