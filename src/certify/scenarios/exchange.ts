/**
 * A.11: a player whose wallet is in another currency than the game. One stake of the scenarios is of the game's currency; what is
 * weighed is the wallet's own. Amounts are so large that a per cent of them is far more than rounding.
 */
import type { Need, Scenario, Step } from '../scenario.ts';
import { bet, byKnob, even, refund, scenario, send, stakeAll, weigh, when, win } from '../words.ts';

const SPOT =
  'a round that is paid by another rate than it was staked by gives away, or keeps, whatever the market moved meanwhile';
const KEPT = 'who gets a stake back by the rate of the moment can bet and refund until the market has moved his way';
const SHOWN = 'the balance shown is more than there is, and the last bet is refused';

/** What a wallet is played in says its session alone. */
const shown: readonly Need[] = ['exchanged player', 'balances that name their session'];
const booked: readonly Need[] = [...shown, 'lookup'];
const still = (id: string, title: string, why: string, steps: readonly Step[]): Scenario =>
  scenario(id, title, why, steps, { level: 'L', needs: booked });
const across = (
  id: string,
  title: string,
  why: string,
  { before, after }: { readonly before: readonly Step[]; readonly after: readonly Step[] },
): Scenario => scenario(id, title, why, before, { level: 'C', needs: [...booked, 'rates'], moved: after });

const STAKE = '5.00';
const staked: readonly Step[] = [weigh('full'), send(bet('b', STAKE), 'ok'), weigh('staked')];
/** Rounding of a stake and of a win, to the next unit each. */
const ROUNDED = 1;
const SMALL = 30;

const calm: readonly Scenario[] = [
  scenario(
    'FX-13.exchanged',
    'A bet of all that is shown, of a wallet in another currency',
    SHOWN,
    [stakeAll('b'), send(refund('x', 'b'), 'ok')],
    { needs: shown },
  ),
  still('FX-13.back', 'All that is shown staked, and given back', KEPT, [
    weigh('full'),
    stakeAll('b'),
    weigh('staked'),
    send(refund('x', 'b'), 'ok'),
    weigh('back'),
    even([['full', 'back']]),
  ]),
  still('FX-02.still', 'A refund of a converted stake', KEPT, [
    ...staked,
    send(refund('x', 'b'), 'ok'),
    send(refund('x', 'b'), ['ok', 'ok_dup']),
    weigh('back'),
    even([['full', 'back']]),
  ]),
  still(
    'FX-22',
    'A stake and a win of the same amount',
    'a spread that turns its side for wins keeps it from every round',
    [...staked, send(win('w', STAKE, { closes: true }), 'ok'), weigh('paid'), even([['full', 'paid']], ROUNDED)],
  ),
  still(
    'FX-16',
    `${SMALL} small stakes and one win of their sum`,
    'rounding to one side is taken from players bet by bet',
    [
      weigh('full'),
      ...Array.from({ length: SMALL }, (_none, at) => send(bet(`b${at}`, '0.10'), 'ok')),
      send(win('w', '3.00', { bet: 'b0', closes: true }), 'ok'),
      weigh('paid'),
      even([['full', 'paid']], SMALL + 1),
    ],
  ),
  still('FX-17', 'A converted stake given back in three parts', KEPT, [
    when('rollback.amount', {
      partial: [
        ...staked,
        send(refund('x1', 'b', { amount: '1.65' }), 'ok'),
        send(refund('x2', 'b', { amount: '1.65' }), 'ok'),
        send(refund('x3', 'b', { amount: '1.70' }), 'ok'),
        weigh('back'),
        even([['full', 'back']]),
      ],
    }),
  ]),
];

const win5 = send(win('w', STAKE, { closes: true }), 'ok');

const moving: readonly Scenario[] = [
  across('FX-01', 'A win after the rate has moved', SPOT, {
    before: staked,
    after: [
      weigh('moved'),
      win5,
      weigh('paid'),
      even(
        [
          ['full', 'staked'],
          ['moved', 'paid'],
        ],
        ROUNDED,
      ),
    ],
  }),
  across('FX-02', 'A refund after the rate has moved', KEPT, {
    before: staked,
    after: [
      weigh('moved'),
      send(refund('x', 'b'), 'ok'),
      weigh('back'),
      even([
        ['full', 'staked'],
        ['moved', 'back'],
      ]),
    ],
  }),
  across('RB-22', 'A refund after the rate has moved, said again under its own id', KEPT, {
    before: staked,
    after: [
      weigh('moved'),
      send(refund('x', 'b'), 'ok'),
      send(refund('x', 'b'), byKnob('rollback.duplicate', {}, ['ok', 'ok_dup'])),
      weigh('back'),
      even([
        ['full', 'staked'],
        ['moved', 'back'],
      ]),
    ],
  }),
  across('FX-06', 'A second bet of a round after the rate has moved', SPOT, {
    before: staked,
    after: [
      weigh('moved'),
      send(bet('b2', STAKE), 'ok'),
      weigh('more'),
      even(
        [
          ['full', 'staked'],
          ['more', 'moved'],
        ],
        ROUNDED,
      ),
      send(win('w', '10.00', { closes: true }), 'ok'),
      weigh('paid'),
      even(
        [
          ['full', 'staked'],
          ['moved', 'paid'],
        ],
        2 * ROUNDED,
      ),
    ],
  }),
  across('FX-19', 'A win that came before its bet, and the bet after the rate has moved', SPOT, {
    before: [when('win.withoutBet', { park: [send(win('w', STAKE, { closes: true }), 'uncertain')] })],
    after: [
      when('win.withoutBet', {
        park: [
          weigh('moved'),
          send(bet('b', STAKE), 'ok'),
          send(win('w', STAKE, { closes: true }), ['ok', 'ok_dup']),
          weigh('paid'),
          even([['moved', 'paid']], ROUNDED),
        ],
      }),
    ],
  }),
  across(
    'FX-20',
    'A bet said again after the rate has moved',
    'a repetition that is converted anew changes a wallet that nobody played with',
    {
      before: staked,
      after: [
        weigh('moved'),
        send(bet('b', STAKE), 'ok_dup'),
        weigh('again'),
        even([['moved', 'again']]),
        win5,
        weigh('paid'),
        even(
          [
            ['full', 'staked'],
            ['again', 'paid'],
          ],
          ROUNDED,
        ),
      ],
    },
  ),
];

export const EXCHANGE: readonly Scenario[] = [...calm, ...moving];
