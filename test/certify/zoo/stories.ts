/**
 * For each broken operator of the zoo a short story, and what it comes to where the mistake is and where it is not. `right` is
 * what docs/dialects/generic.md demands; `wrong` is what the mistake makes of it, so the money it costs can be read off.
 */
import type { ZooOptions } from '../../../src/certify/zoo/index.ts';
import { manualClock } from '../../../src/platform/index.ts';
import { bet, undo, win } from '../../support/act.ts';
import { meeting } from './gate.ts';
import { counted, sit } from './table.ts';
import type { Seat } from './table.ts';

export interface Story {
  readonly right: unknown;
  readonly wrong: unknown;
  /** plays it at the operator of that name */
  readonly play: (name: string) => Promise<unknown>;
}

const told =
  (play: (at: Seat) => Promise<unknown>, options: ZooOptions = {}) =>
  async (name: string): Promise<unknown> => {
    await using at = await sit(name, options);
    return await play(at);
  };

/** The same, with so many calls of the book at one moment. */
const together =
  (calls: number, play: (at: Seat) => Promise<unknown>, options: ZooOptions = {}) =>
  async (name: string): Promise<unknown> => {
    const { pace, watch } = meeting(calls);
    await using at = await sit(name, { pace, ...options });
    watch(at.operator.database);
    return await play(at);
  };

/** The same, with a clock that the story moves. */
const withClock =
  (play: (at: Seat, passMs: (ms: number) => void) => Promise<unknown>) =>
  async (name: string): Promise<unknown> => {
    const clock = manualClock(1_767_225_600_000);
    await using at = await sit(name, { clock });
    return await play(at, (ms) => clock.advance(ms));
  };

const betWin = (id: string, stake: string, won: string) =>
  [bet(id, { amount: stake, combined: true }), win(id, { amount: won, bet: id, combined: true })] as const;

const SIGNATURES: Readonly<Record<string, Story>> = {
  'reserialised-body': {
    right: ['ok 99.00', 'bad_signature', '99.00'],
    wrong: ['bad_signature', 'ok 99.00', '99.00'],
    play: told(async ({ post, members, balance, sign }) => {
      const bodyOf = (id: string) => members({ type: 'bet', transaction_id: id, round_id: 'r1', amount: '1.00' });
      const plain = JSON.stringify(bodyOf('b2'));
      const changed = plain.replace(',', ', ');
      return [await post(JSON.stringify(bodyOf('b1'), null, 1)), await post(changed, sign(plain)), await balance()];
    }),
  },
  'crashing-comparison': {
    right: ['bad_signature', 'bad_signature', '100.00'],
    wrong: ['uncertain', 'uncertain', '100.00'],
    play: told(async ({ post, members, balance }) => {
      const body = JSON.stringify(members({ type: 'bet', transaction_id: 'b1', round_id: 'r1', amount: '1.00' }));
      return [await post(body, 'abc'), await post(body, 'a'.repeat(65)), await balance()];
    }),
  },
  'unsigned-accepted': {
    right: ['bad_signature', '100.00'],
    wrong: ['ok 1100.00', '1100.00'],
    play: told(async ({ post, members, balance }) => {
      const gift = members({ type: 'win', transaction_id: 'w1', kind: 'promo', amount: '1000.00' });
      return [await post(JSON.stringify(gift), null), await balance()];
    }),
  },
};

const AMOUNTS: Readonly<Record<string, Story>> = {
  'float-money': {
    right: 'ok 98.85',
    wrong: 'ok 98.86',
    play: told(async ({ tell }) => tell(bet('b1', { amount: '1.15' }))),
  },
  'rounded-amounts': {
    right: 'bad_request',
    wrong: 'ok 100.00',
    play: told(async ({ tell }) => tell(bet('b1', { amount: '0.004' }))),
  },
  'negative-amounts': {
    right: ['bad_request', '100.00'],
    wrong: ['ok 150.00', '150.00'],
    play: told(async ({ post, members, balance }) => {
      const stake = members({ type: 'bet', transaction_id: 'b1', round_id: 'r1', amount: '-50.00' });
      return [await post(JSON.stringify(stake)), await balance()];
    }),
  },
};

const IDENTITIES: Readonly<Record<string, Story>> = {
  'key-without-kind': {
    right: ['ok 99.00', 'ok 100.00'],
    wrong: ['ok 99.00', 'conflict 99.00'],
    play: told(async ({ tell }) => [await tell(bet('t1')), await tell(undo('t1', 'bet', 't1'))]),
  },
  'key-without-player': {
    right: ['ok 99.00', 'conflict 100.00', '100.00'],
    wrong: ['ok 99.00', 'ok again 100.00', '100.00'],
    play: told(async ({ tell, balance }) => [
      await tell(bet('b1')),
      await tell(bet('b1'), { player: 1 }),
      await balance({ player: 1 }),
    ]),
  },
  'any-amount-is-duplicate': {
    right: ['ok 99.00', 'conflict 99.00'],
    wrong: ['ok 99.00', 'ok again 99.00'],
    play: told(async ({ tell }) => [await tell(bet('b1')), await tell(bet('b1', { amount: '50' }))]),
  },
  'fingerprint-of-bytes': {
    right: ['ok 99.00', 'ok again 99.00'],
    wrong: ['ok 99.00', 'conflict 99.00'],
    play: told(async ({ tell }) => [
      await tell(bet('b1'), { request: 'try-1' }),
      await tell(bet('b1'), { request: 'try-2' }),
    ]),
  },
  'forgetful-ids': {
    right: ['ok 99.00', 'ok again 99.00', 'ok again 99.00'],
    wrong: ['ok 99.00', 'ok again 99.00', 'ok 98.00'],
    play: withClock(async ({ tell }, passMs) => {
      const first = [await tell(bet('b1')), await tell(bet('b1'))];
      passMs(2_000);
      return [...first, await tell(bet('b1'))];
    }),
  },
  'round-without-player': {
    right: ['ok 99.00', 'ok 99.00'],
    wrong: ['ok 99.00', 'round_closed 100.00'],
    play: told(async ({ tell }) => [await tell(bet('b1', { closes: true })), await tell(bet('b2'), { player: 1 })]),
  },
};

const bets = async ({ tell }: Seat, count: number, id: (n: number) => string, amount: string) =>
  Promise.all(Array.from({ length: count }, async (_, n) => tell(bet(id(n), { amount }))));

const RACES: Readonly<Record<string, Story>> = {
  'cache-first': {
    right: [{ ok: 1, 'ok again': 4 }, '99.00', ['bet applied']],
    wrong: [{ ok: 5 }, '95.00', Array.from({ length: 5 }, () => 'bet applied')],
    play: together(5, async (at) => [
      counted(await bets(at, 5, () => 'b1', '1')),
      await at.balance(),
      await at.booked('b1'),
    ]),
  },
  'check-then-act': {
    right: [{ insufficient_funds: 5, ok: 5 }, '0.00'],
    wrong: [{ ok: 10 }, '40.00'],
    play: together(10, async (at) => [counted(await bets(at, 10, (n) => `b${n}`, '10')), await at.balance()], {
      balance: 50_00n,
    }),
  },
  'stale-funds-check': {
    right: [{ insufficient_funds: 5, ok: 5 }, '0.00'],
    wrong: [{ ok: 10 }, '-50.00'],
    play: together(10, async (at) => [counted(await bets(at, 10, (n) => `b${n}`, '10')), await at.balance()], {
      balance: 50_00n,
    }),
  },
  'debit-before-check': {
    right: ['insufficient_funds 100.00', ['100.00'], '100.00'],
    wrong: ['insufficient_funds -50.00', ['-50.00', '100.00'], '100.00'],
    play: async (name) => {
      const seen = new Set<string>();
      let look = async (): Promise<void> => undefined;
      await using at = await sit(name, { pace: async () => look() });
      // between any two statements of the bet somebody asks for the balance
      look = async () => {
        const again = look;
        look = async () => undefined;
        seen.add(await at.balance());
        look = again;
      };
      const answer = await at.tell(bet('b1', { amount: '150' }));
      return [answer, [...seen].toSorted(), await at.balance()];
    },
  },
};

const REFUNDS: Readonly<Record<string, Story>> = {
  'no-tombstone': {
    right: ['not_found 100.00', 'reversed 100.00'],
    wrong: ['not_found 100.00', 'ok 99.00'],
    play: told(async ({ tell }) => [await tell(undo('x1', 'bet', 'b1')), await tell(bet('b1'))]),
  },
  'refund-of-refused': {
    right: ['insufficient_funds 100.00', 'ok 100.00'],
    wrong: ['insufficient_funds 100.00', 'ok 600.00'],
    play: told(async ({ tell }) => [await tell(bet('b1', { amount: '500' })), await tell(undo('x1', 'bet', 'b1'))]),
  },
  'refund-twice': {
    right: ['ok 99.00', 'ok 100.00', 'ok again 100.00'],
    wrong: ['ok 99.00', 'ok 100.00', 'ok 101.00'],
    play: told(async ({ tell }) => [
      await tell(bet('b1')),
      await tell(undo('x1', 'bet', 'b1')),
      await tell(undo('x2', 'bet', 'b1')),
    ]),
  },
  'refund-as-asked': {
    right: ['ok 99.00', 'already_settled 99.00'],
    wrong: ['ok 99.00', 'ok 199.00'],
    play: told(async ({ tell }) => [await tell(bet('b1')), await tell(undo('x1', 'bet', 'b1', '100'))]),
  },
  'refund-after-win': {
    right: ['ok 99.00', 'ok 101.50', 'already_settled 101.50'],
    wrong: ['ok 99.00', 'ok 101.50', 'ok 102.50'],
    play: told(async ({ tell }) => [
      await tell(bet('b1')),
      await tell(win('w1', { bet: 'b1' })),
      await tell(undo('x1', 'bet', 'b1')),
    ]),
  },
};

const coins = { exchanged: true } as const;

const EXCHANGED: Readonly<Record<string, Story>> = {
  // $100 at 64123.45, and back when a bitcoin is $61,000
  'spot-rate-refund': {
    right: ['0.01844058 BTC', '0.02000007 BTC'],
    wrong: ['0.01844058 BTC', '0.02007992 BTC'],
    play: told(async ({ tell, operator, coins: has }) => {
      await tell(bet('b1', { amount: '100.00' }), coins);
      const staked = await has();
      operator.setRate('61000');
      await tell(undo('x1', 'bet', 'b1'), coins);
      return [staked, await has()];
    }),
  },
  // $1.00 and $2.50 at 64123.45: 1,559 and 3,899 satoshi; at 65000 the win would be 3,846
  'spot-rate-win': {
    right: ['0.01998448 BTC', '0.02002347 BTC'],
    wrong: ['0.01998448 BTC', '0.02002294 BTC'],
    play: told(async ({ tell, operator, coins: has }) => {
      await tell(bet('b1'), coins);
      const staked = await has();
      operator.setRate('65000');
      await tell(win('w1', { bet: 'b1' }), coins);
      return [staked, await has()];
    }),
  },
};

const WINS: Readonly<Record<string, Story>> = {
  'win-needs-session': {
    right: ['ok 99.00', 'ok 101.50'],
    wrong: ['ok 99.00', 'session_expired 99.00'],
    play: told(async ({ tell, operator }) => {
      const expired = operator.cast.players[0]?.expired ?? '';
      return [await tell(bet('b1')), await tell(win('w1', { bet: 'b1' }), { session: expired })];
    }),
  },
  'win-after-rollback': {
    right: ['ok 99.00', 'ok 100.00', 'reversed 100.00'],
    wrong: ['ok 99.00', 'ok 100.00', 'ok 102.50'],
    play: told(async ({ tell }) => [
      await tell(bet('b1')),
      await tell(undo('x1', 'bet', 'b1')),
      await tell(win('w1', { bet: 'b1' })),
    ]),
  },
  'early-win-refused': {
    right: ['uncertain', 'ok 101.50', 'ok again 101.50'],
    wrong: ['not_found 100.00', 'ok 99.00', 'not_found 99.00'],
    play: told(async ({ tell }) => [
      await tell(win('w1', { bet: 'b1' })),
      await tell(bet('b1')),
      await tell(win('w1', { bet: 'b1' })),
    ]),
  },
  'zero-win-refused': {
    right: ['ok 99.00', 'ok 99.00'],
    wrong: ['ok 99.00', 'below_minimum 99.00'],
    play: told(async ({ tell }) => [await tell(bet('b1')), await tell(win('w1', { bet: 'b1', amount: '0' }))]),
  },
  'win-needs-funds': {
    right: ['ok 99.00', 'ok 1099.00'],
    wrong: ['ok 99.00', 'insufficient_funds 99.00'],
    play: told(async ({ tell }) => [await tell(bet('b1')), await tell(win('w1', { bet: 'b1', amount: '1000' }))]),
  },
  'partial-bet-win': {
    right: ['insufficient_funds 100.00', '100.00'],
    wrong: ['insufficient_funds 100.00', '102.50'],
    play: told(async ({ tell, balance }) => [await tell([...betWin('t1', '150', '2.5')]), await balance()]),
  },
  'netted-bet-win': {
    right: ['insufficient_funds 100.00', '100.00'],
    wrong: ['ok 150.00', '150.00'],
    play: told(async ({ tell, balance }) => [await tell([...betWin('t1', '150', '200')]), await balance()]),
  },
};

const ANSWERS: Readonly<Record<string, Story>> = {
  'ok-for-an-exception': {
    right: ['uncertain', 'uncertain', '100.00', []],
    wrong: ['ok 100.00', 'ok 100.00', '100.00', []],
    play: async (name) => {
      let fails = false;
      const pace = async (statement: string): Promise<void> => {
        if (fails && statement === 'commit') throw new Error('the database is away');
      };
      await using at = await sit(name, { pace });
      const early = await at.tell(win('w1', { bet: 'b1' }));
      fails = true;
      const lost = await at.tell(win('w2', { flavour: 'promo' }));
      return [early, lost, await at.balance(), await at.booked('w2')];
    },
  },
  'balance-from-replica': {
    right: ['ok 99.00', '99.00', '99.00'],
    wrong: ['ok 99.00', '100.00', '99.00'],
    play: withClock(async ({ tell, balance }, passMs) => {
      passMs(11_000);
      const heard = [await tell(bet('b1')), await balance()];
      passMs(11_000);
      return [...heard, await balance()];
    }),
  },
};

export const STORIES: Readonly<Record<string, Story>> = {
  ...SIGNATURES,
  ...AMOUNTS,
  ...IDENTITIES,
  ...RACES,
  ...REFUNDS,
  ...EXCHANGED,
  ...WINS,
  ...ANSWERS,
};
