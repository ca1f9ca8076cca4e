/** A.11, A.13 and A.14, as far as they can be judged from outside: exchange, session events, and what the law asks of a wallet. */
import type { Need, Scenario, Step } from '../scenario.ts';
import { bet, burst, everything, change, refund, scenario, send, wallet, win } from '../words.ts';

const EVENTS = "session events that are refused are sent again for days, and those that move money are nobody's";
const LAW = 'the operator takes stakes it must give back, and answers to the regulator';
const UNPAID = 'the player is owed money and does not get it';

const webhooks: readonly Need[] = ['webhooks'];
const backstage: readonly Need[] = ['backstage'];
const event = (type: 'started' | 'ended' | 'heartbeat', mode: 'real' | 'demo' | null, name: string): Step => ({
  do: 'session_event',
  type,
  mode,
  event: name,
  expect: ['ok'],
});
const status = (to: 'active' | 'self_excluded' | 'blocked'): Step => ({ do: 'status', who: 'player', status: to });
const staked = send(bet('b', '1.00'), 'ok');

const exchange: readonly Scenario[] = [
  scenario(
    'FX-13',
    'A bet of the whole balance that was shown',
    'the balance shown is more than there is, and the last bet is refused',
    [
      send(bet('b', everything), 'ok'),
      wallet(change(everything, -1)),
      send(win('w', everything, { closes: true }), 'ok'),
      wallet('0'),
    ],
  ),
  scenario(
    'FX-23',
    'A round in a currency the wallet does not have',
    'money is converted that nobody agreed to convert',
    [
      send(bet('b', '1.00', { currency: 'other' }), ['wrong_currency']),
      send(win('w', '5.00', { currency: 'other' }), ['wrong_currency', 'not_found', 'conflict', 'uncertain']),
      wallet('0'),
    ],
    { needs: ['other currency'] },
  ),
];

const sessions: readonly Scenario[] = [
  scenario(
    'SES-02',
    'A session event that does not say whether it is real or demo',
    EVENTS,
    [event('started', null, 'e'), wallet('0')],
    { needs: webhooks },
  ),
  scenario(
    'SES-05',
    'The start of a session three times',
    EVENTS,
    [event('started', 'real', 'e'), event('started', 'real', 'e'), event('started', 'real', 'e2'), wallet('0')],
    { needs: webhooks },
  ),
  scenario(
    'SES-06',
    'The end of a session before its start',
    EVENTS,
    [event('ended', 'real', 'e1'), event('started', 'real', 'e2'), wallet('0')],
    { needs: webhooks },
  ),
  scenario(
    'SES-12',
    'Events of a demo session without a player',
    EVENTS,
    [event('started', 'demo', 'e1'), event('heartbeat', 'demo', 'e2'), event('ended', 'demo', 'e3'), wallet('0')],
    { needs: webhooks },
  ),
  scenario(
    'SES-15',
    'One session that is real and then demo',
    EVENTS,
    [event('started', 'real', 'e1'), event('heartbeat', 'demo', 'e2'), wallet('0'), staked, wallet('-1.00')],
    { needs: webhooks },
  ),
];

const compliance: readonly Scenario[] = [
  scenario(
    'CMP-01',
    'Self-exclusion, and twenty bets at once right after it',
    LAW,
    [
      status('self_excluded'),
      burst(
        Array.from({ length: 20 }, (_none, at) => bet(`b${at}`, '0.10', { round: `r${at}` })),
        ['player_excluded', 'player_blocked'],
      ),
      wallet('0'),
      status('active'),
    ],
    { level: 'C', needs: ['backstage', 'fractions'] },
  ),
  scenario(
    'CMP-02',
    'A round that was open when the player excluded himself',
    UNPAID,
    [
      staked,
      send(bet('b2', '1.00', { round: 'r2' }), 'ok'),
      status('self_excluded'),
      send(win('w', '2.00', { closes: true }), 'ok'),
      send(refund('x', 'b2', { round: 'r2' }), 'ok'),
      send(bet('b3', '1.00', { round: 'r3' }), ['player_excluded', 'player_blocked']),
      wallet('1.00'),
      status('active'),
    ],
    { level: 'C', needs: backstage },
  ),
  scenario(
    'CMP-02.again',
    'A bet that was applied, asked again after the exclusion',
    'a booked bet is called refused, and the game was played',
    [staked, status('self_excluded'), send(bet('b', '1.00'), 'ok_dup'), wallet('-1.00'), status('active')],
    { level: 'C', needs: backstage },
  ),
  scenario(
    'CMP-04',
    'A limit stops bets and no wins',
    UNPAID,
    [
      staked,
      { do: 'max_stake', who: 'player', stakes: '0.50' },
      send(bet('b2', '1.00', { round: 'r2' }), 'limit_reached'),
      send(win('w', '9.00', { closes: true }), 'ok'),
      wallet('8.00'),
      { do: 'max_stake', who: 'player', stakes: null },
    ],
    { level: 'C', needs: ['backstage', 'fractions'] },
  ),
];

export const CONDUCT: readonly Scenario[] = [...exchange, ...sessions, ...compliance];
