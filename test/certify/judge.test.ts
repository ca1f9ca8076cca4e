/** What is a finding and what is none: a table. */
import { describe, expect, it } from 'vitest';
import type { Understood } from '../../src/dialects/index.ts';
import { judge, TRIES_TO_BELIEVE } from '../../src/certify/judge.ts';
import type { Ending } from '../../src/certify/judge.ts';
import type { Line, Word } from '../../src/certify/scenario.ts';
import { bet, refund, win } from '../../src/certify/words.ts';

const applied = (duplicate = false): Understood => ({
  kind: 'applied',
  duplicate,
  balance: '1.00',
  currency: 'USD',
  operatorTransactionId: 'x',
});
const no = (code: string): Understood => ({ kind: 'rejected', code, balance: null, meanings: [] });
const unclear: Understood = { kind: 'uncertain', reason: 'why' };

const verdict = (words: readonly Word[], reading: Understood, more: Partial<Ending> & { line?: Line } = {}): string => {
  const { line = bet('b', '1.00'), ...ending } = more;
  const result = judge(
    {
      words,
      line,
      label: 'it',
      isWord: (word) => reading.kind === 'rejected' && reading.code === word,
      flagsDuplicates: true,
    },
    { reading, status: 200, silence: null, tries: 1, isAlive: true, ...ending },
  );
  return result.kind === 'finding' ? result.finding.severity : result.kind;
};

describe('an answer is judged', () => {
  it.each([
    ['applied as expected', ['ok'], applied(), {}, 'fine'],
    ['applied where it must be refused', ['conflict'], applied(), {}, 'money'],
    ['applied where it must not be believed', ['unauth'], applied(true), {}, 'money'],
    ['a duplicate at the first try', ['ok'], applied(true), {}, 'players'],
    ['a duplicate after a lost answer', ['ok'], applied(true), { tries: 2 }, 'fine'],
    ['a duplicate said to be new', ['ok_dup'], applied(), {}, 'players'],
    ['the right refusal', ['conflict'], no('conflict'), {}, 'fine'],
    ['any refusal where any will do', ['refused'], no('whatever'), {}, 'fine'],
    ['another refusal', ['conflict'], no('limit_reached'), {}, 'players'],
    ['a good bet refused', ['ok'], no('limit_reached'), {}, 'players'],
    ['a booked bet called refused', ['ok_dup'], no('conflict'), {}, 'money'],
    ['a win refused', ['ok'], no('session_expired'), { line: win('w', '1.00') }, 'money'],
    ['a refund refused', ['ok'], no('not_found'), { line: refund('x', 'b') }, 'money'],
    ['"ask again" where that is right', ['uncertain'], unclear, { status: 503 }, 'fine'],
    ['a persistent error while everything else is answered', ['ok'], unclear, { status: 500, tries: 4 }, 'players'],
    ['overload', ['ok'], unclear, { status: 503, tries: TRIES_TO_BELIEVE - 1 }, 'undecided'],
    [
      '"ask again" about one thing only, for ever',
      ['conflict'],
      unclear,
      { status: 503, tries: TRIES_TO_BELIEVE },
      'players',
    ],
    [
      'an error of an operator that answers nothing else either',
      ['ok'],
      unclear,
      { status: 500, tries: 9, isAlive: false },
      'undecided',
    ],
    ['silence', ['ok'], unclear, { status: null, silence: 'timeout', tries: 9 }, 'undecided'],
    [
      'a closed connection where that is an answer',
      ['bad_request', 'closed'],
      unclear,
      { status: null, silence: 'closed' },
      'fine',
    ],
    [
      'nobody listening, though a closed connection would do',
      ['closed'],
      unclear,
      { status: null, silence: 'refused' },
      'undecided',
    ],
  ] as const)('%s', (_what, words, reading, more, expected) => {
    expect(verdict(words, reading, more)).toBe(expected);
  });
});
