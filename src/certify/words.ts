/**
 * The short words scenarios are written with. Nothing happens here: each makes one piece of data with everything usual filled
 * in, so that a scenario says only what is unusual about it.
 */
import type { ConflictField, Policy } from '../wallet/policy.ts';
import type {
  Amount,
  BodyChange,
  ByKnob,
  Delta,
  Expected,
  Level,
  Line,
  Need,
  Scenario,
  Share,
  SignatureChange,
  SignatureRecipe,
  Step,
  Tamper,
  Who,
  Word,
} from './scenario.ts';

type More = Partial<Omit<Line, 'what' | 'id'>>;

const LINE: Line = {
  what: 'balance',
  id: '',
  who: 'player',
  round: null,
  amount: null,
  win: null,
  bet: null,
  undoes: 'bet',
  flavour: 'cash',
  closes: false,
  session: 'own',
  game: 'own',
  currency: 'own',
  request: null,
};

/** Everything of a scenario is played in the round `r` unless it says otherwise. */
const ROUND = 'r';

export const balance = (more: More = {}): Line => ({ ...LINE, ...more });
export const bet = (id: string, amount: Amount, more: More = {}): Line => ({
  ...LINE,
  what: 'bet',
  id,
  amount,
  round: ROUND,
  ...more,
});
/** A win of the bet `b` unless it says otherwise. */
export const win = (id: string, amount: Amount, more: More = {}): Line => ({
  ...LINE,
  what: 'win',
  id,
  amount,
  round: ROUND,
  bet: 'b',
  flavour: 'win',
  ...more,
});
export const refund = (id: string, of: string, more: More = {}): Line => ({
  ...LINE,
  what: 'refund',
  id,
  bet: of,
  round: ROUND,
  ...more,
});
export const betWin = (id: string, stake: Amount, won: Amount, more: More = {}): Line => ({
  ...LINE,
  what: 'bet_win',
  id,
  amount: stake,
  win: won,
  round: ROUND,
  ...more,
});
/** Money that is put right afterwards, `'-1.00'` downwards. */
export const correction = (id: string, amount: string): Line => ({
  ...LINE,
  what: 'correction',
  id,
  amount,
  round: ROUND,
});
/** Undoes whatever has that id. */
export const cancel = (id: string, of: string, amount: string | null = null): Line =>
  refund(id, of, { undoes: 'any', amount });
/** Two transactions in one call: the bet `id`, and its win, which is called after it unless `bet` says how. */
export const betAndWin = (id: string, stake: Amount, won: Amount, more: More = {}): Line => ({
  ...betWin(id, stake, won, more),
  what: 'bet_and_win',
  bet: more.bet ?? `${id}-won`,
});
export const close = (more: More = {}): Line => ({ ...LINE, what: 'close', round: ROUND, ...more });

/** So much of the balance at the beginning, rounded down to what the currency has. */
export const share = (parts: number, plusUnits = 0n): Share => ({ parts, plusUnits });
export const everything = share(1);
export const oneUnitTooMuch = share(1, 1n);

interface SendMore {
  readonly tamper?: readonly Tamper[];
  readonly times?: number;
  /** the change since the beginning that the answer's balance must show */
  readonly shows?: string | Delta;
  readonly once?: boolean;
}

export const send = (line: Line, expect: Expected | Word, more: SendMore = {}): Step => ({
  do: 'send',
  line,
  tamper: more.tamper ?? [],
  times: more.times ?? 1,
  expect: typeof expect === 'string' ? [expect] : expect,
  shows: more.shows === undefined ? null : deltaOf(more.shows),
  once: more.once ?? false,
});
export const burst = (
  lines: readonly Line[],
  expect: Expected,
  counts: Readonly<Partial<Record<Word, number>>> | null = null,
): Step => ({ do: 'burst', lines, expect, counts });
export const replay = (line: Line, expect: Expected): Step => ({ do: 'replay', line, expect });
export const cut = (line: Line, at: 'half_sent' | 'sent' = 'sent'): Step => ({ do: 'cut', line, at });
export const retries = (line: Line, pausesMs: readonly number[], expect: Expected): Step => ({
  do: 'retries',
  line,
  pausesMs,
  expect,
});
export const pause = (ms: number): Step => ({ do: 'pause', ms });
export const mark: Step = { do: 'mark' };

export const deltaOf = (text: string | Delta): Delta =>
  typeof text !== 'string'
    ? text
    : text.startsWith('-')
      ? [{ amount: text.slice(1), times: -1 }]
      : [{ amount: text.replace(/^\+/, ''), times: 1 }];
export const change = (amount: Amount, times: number): Delta => [{ amount, times }];

/** The wallet has changed by this since the beginning: `'-1.00'`, `'0'`. */
export const wallet = (is: string | Delta, who: Who = 'player'): Step => ({
  do: 'wallet',
  who,
  is: deltaOf(is),
  soon: false,
});
/** The same where something may still be on its way. */
export const walletSoon = (is: string | Delta, who: Who = 'player'): Step => ({
  do: 'wallet',
  who,
  is: deltaOf(is),
  soon: true,
});
export const booked = (kind: 'bet' | 'win' | 'rollback', id: string, rows: number): Step => ({
  do: 'booked',
  kind,
  id,
  rows,
});

export const body = (how: BodyChange): readonly Tamper[] => [{ on: 'body', how }];
export const token = (text: string): readonly Tamper[] => [{ on: 'amount', token: text }];
export const signature = (how: SignatureChange): readonly Tamper[] => [{ on: 'signature', how }];
export const madeWith = (recipe: SignatureRecipe): readonly Tamper[] => signature({ kind: 'made_with', with: recipe });
export const header = (name: string, value: string | null): Tamper => ({ on: 'header', name, value });

export const byKnob = <T>(knob: keyof Policy, when: Readonly<Record<string, T>>, otherwise: T): ByKnob<T> => ({
  knob,
  when,
  otherwise,
});
export const when = (
  knob: keyof Policy,
  cases: Readonly<Record<string, readonly Step[]>>,
  otherwise: readonly Step[] = [],
): Step => ({
  do: 'when',
  steps: { knob, when: cases, otherwise },
});
export const isByKnob = <T>(value: T | ByKnob<T>): value is ByKnob<T> =>
  typeof value === 'object' && value !== null && 'knob' in value;

/** What a bet or win that is said again may be answered: it was applied, once. */
export const again: readonly Word[] = ['ok_dup'];
export const okOrAgain: readonly Word[] = ['ok', 'ok_dup'];

/** A known id with another fact: a conflict, unless the dialect does not compare this one. */
export const ifCompared = (field: ConflictField): ByKnob<readonly Word[]> =>
  byKnob<readonly Word[]>('conflict.fields', { [field]: ['conflict'] }, ['conflict', 'ok_dup']);

/** A bet that comes after its refund: refused, unless the dialect calls it done. */
export const late: ByKnob<readonly Word[]> = byKnob<readonly Word[]>(
  'rollback.lateOriginal',
  { ignore: ['reversed', 'ok', 'ok_dup'] },
  ['reversed'],
);

interface ScenarioMore {
  readonly level?: Level;
  readonly needs?: readonly Need[];
  readonly later?: readonly Step[];
  readonly moved?: readonly Step[];
}

export const scenario = (
  id: string,
  title: string,
  why: string,
  steps: readonly Step[],
  more: ScenarioMore = {},
): Scenario => ({
  id,
  title,
  why,
  level: more.level ?? 'B',
  needs: more.needs ?? [],
  steps,
  later: more.later ?? [],
  moved: more.moved ?? [],
});

export const stakeAll = (id: string): Step => ({ do: 'stake_all', id });
export const weigh = (as: string): Step => ({ do: 'weigh', as });
export const even = (spans: Extract<Step, { do: 'even' }>['spans'], within = 0): Step => ({
  do: 'even',
  spans,
  within,
});
