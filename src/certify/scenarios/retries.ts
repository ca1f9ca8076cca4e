/**
 * A.7: asking again, and crashes. The pauses are those that aggregators publish, a hundred times shorter; what is asked again
 * at the end of the run has waited as long as the run took.
 */
import type { Scenario, Word } from '../scenario.ts';
import {
  bet,
  body,
  booked,
  burst,
  close,
  cut,
  everything,
  mark,
  okOrAgain,
  pause,
  refund,
  retries,
  scenario,
  send,
  signature,
  token,
  wallet,
  walletSoon,
  win,
  late,
} from '../words.ts';

const TWICE = 'the aggregator asks again because it heard nothing, and the player pays twice';
const TTL = 'a memory that forgets books an old bet again when it is asked for the last time';
const UNCLEAR = 'what was booked is called refused, or the other way round, and the two books differ for good';

const back = send(win('w', '1.00', { closes: true }), 'ok');
const once = [wallet('-1.00'), booked('bet', 'b', 1), back] as const;

/** Published habits, in milliseconds, divided by a hundred. */
const HABITS: readonly (readonly [name: string, title: string, pauses: readonly number[]])[] = [
  ['three', 'three tries two to four seconds apart', [20, 30, 40]],
  ['short', 'three tries 0.2 to 2 s apart', [2, 6, 20]],
  ['doubling', 'from one second, doubling to a minute', [10, 20, 40, 80, 160, 320, 600]],
  ['stairs', 'ten seconds, a minute, ten minutes', [100, 600]],
  ['minutes', 'every minute', [600, 600]],
  ['steady', 'every second, twenty times', Array.from({ length: 20 }, () => 10)],
];

const again: readonly Scenario[] = [
  scenario('RET-01', 'A bet asked again while the first is still running', TWICE, [
    burst([bet('b', '1.00'), bet('b', '1.00')], okOrAgain),
    ...once,
  ]),
  ...HABITS.map(([name, title, pauses]) =>
    scenario(`RET-02.${name}`, `A bet asked again as aggregators do: ${title}`, TWICE, [
      cut(bet('b', '1.00')),
      retries(bet('b', '1.00'), pauses, okOrAgain),
      ...once,
    ]),
  ),
  scenario('RET-02.win', 'A win asked again from one second, doubling', 'the same win is paid at every try', [
    send(bet('b', '1.00'), 'ok'),
    cut(win('w', '3.00')),
    retries(win('w', '3.00'), [10, 20, 40, 80, 160], okOrAgain),
    wallet('2.00'),
  ]),
  scenario('RET-02.refund', 'A refund asked again from one second, doubling', 'the stake is given back at every try', [
    send(bet('b', '1.00'), 'ok'),
    cut(refund('x', 'b')),
    retries(refund('x', 'b'), [10, 20, 40, 80, 160], okOrAgain),
    wallet('0'),
  ]),
  scenario('RET-03', 'A bet asked again under a new request id', TWICE, [
    send(bet('b', '1.00', { request: 'q1' }), 'ok'),
    pause(100),
    send(bet('b', '1.00', { request: 'q2' }), 'ok_dup'),
    ...once,
  ]),
  scenario('RET-04', 'Another bet under a known request id', 'the second bet is taken for the first and never booked', [
    send(bet('b', '1.00', { request: 'q' }), 'ok'),
    send(bet('b2', '1.00', { request: 'q' }), 'ok'),
    wallet('-2.00'),
    send(win('w', '2.00', { closes: true }), 'ok'),
  ]),
  scenario(
    'RET-05',
    'A bet asked again at the very end of the run',
    TTL,
    [send(bet('b', '1.00'), 'ok'), wallet('-1.00')],
    {
      later: [
        mark,
        send(bet('b', '1.00'), 'ok_dup', { times: 2 }),
        wallet('0'),
        send(win('w', '1.00', { closes: true }), 'ok'),
      ],
    },
  ),
  scenario(
    'RET-05.win',
    'A win asked again at the very end of the run',
    TTL,
    [send(bet('b', '1.00'), 'ok'), send(win('w', '1.00'), 'ok'), wallet('0')],
    {
      later: [mark, send(win('w', '1.00'), 'ok_dup', { times: 2 }), wallet('0')],
    },
  ),
  scenario(
    'RET-05.refund',
    'A refund, and its bet, asked again at the very end of the run',
    TTL,
    [send(bet('b', '1.00'), 'ok'), send(refund('x', 'b'), 'ok'), wallet('0')],
    {
      later: [mark, send(refund('x', 'b'), 'ok_dup'), send(bet('b', '1.00'), 'reversed'), wallet('0')],
    },
  ),
  scenario(
    'RET-05.early',
    'A refund that came too early, and its bet at the very end of the run',
    TTL,
    [send(refund('x', 'b'), ['ok', 'ok_dup', 'not_found']), wallet('0')],
    {
      later: [mark, send(bet('b', '1.00'), late), wallet('0')],
    },
  ),
  scenario(
    'RET-05.refused',
    'A refused bet asked again at the very end of the run',
    TTL,
    [
      send(bet('big', everything), 'ok'),
      send(bet('b', '1.00'), 'insufficient_funds'),
      send(win('w', everything, { bet: 'big' }), 'ok'),
    ],
    {
      later: [mark, send(bet('b', '1.00'), 'insufficient_funds'), wallet('0')],
    },
  ),
  scenario(
    'RET-15',
    'A hundred and fifty small bets at once',
    'too much at once is neither booked nor refused',
    [
      burst(
        Array.from({ length: 150 }, (_none, at) => bet(`b${at}`, '0.10', { round: `r${at}` })),
        okOrAgain,
      ),
      wallet('-15.00'),
    ],
    { needs: ['fractions'] },
  ),
  scenario('RET-16', 'Ten bets whose answers nobody waits for, each asked again', TWICE, [
    ...Array.from({ length: 10 }, (_none, at) => cut(bet(`b${at}`, '1.00', { round: `r${at}` }))),
    ...Array.from({ length: 10 }, (_none, at) => send(bet(`b${at}`, '1.00', { round: `r${at}` }), okOrAgain)),
    walletSoon('-10.00'),
  ]),
  scenario('RET-16.late', 'The original arrives after its retry and after its refund', TWICE, [
    send(bet('b', '1.00'), 'ok'),
    send(bet('b', '1.00'), 'ok_dup'),
    send(refund('x', 'b'), 'ok'),
    burst([bet('b', '1.00'), bet('b', '1.00'), bet('b', '1.00')], ['reversed']),
    wallet('0'),
  ]),
  scenario(
    'RET-17',
    'One bet to two instances at the same moment',
    TWICE,
    [
      burst(
        Array.from({ length: 20 }, () => bet('b', '1.00')),
        okOrAgain,
      ),
      ...once,
    ],
    { needs: ['two addresses'] },
  ),
  scenario(
    'RET-17.bets',
    'Twenty bets for which the balance lasts once, to two instances',
    'two instances stake the same money',
    [
      burst(
        Array.from({ length: 20 }, (_none, at) => bet(`b${at}`, everything, { round: `r${at}` })),
        ['ok', 'insufficient_funds'],
        { ok: 1 },
      ),
    ],
    { needs: ['two addresses'] },
  ),
];

const wrongs: readonly (readonly [how: Parameters<typeof body>[0]])[] = [
  ['gibberish'],
  ['truncated'],
  ['without_amount'],
  ['empty_id'],
  ['twice_amount'],
];

const truth: readonly Scenario[] = [
  scenario(
    'RET-22',
    'Everything that can be wrong with a message, one after another',
    UNCLEAR,
    [
      ...wrongs.map(([how]) =>
        send(bet('b', '1.00'), ['bad_request'] satisfies readonly Word[], { tamper: body(how) }),
      ),
      ...['"x"', '{}', 'null', '"1e3"'].map((text) =>
        send(bet('b', '1.00'), ['bad_request'] satisfies readonly Word[], { tamper: token(text) }),
      ),
      wallet('0'),
      send(bet('b', '1.00'), 'ok'),
      ...once,
    ],
    { needs: ['signs any bytes'] },
  ),
  scenario(
    'RET-22.unsigned',
    'Everything that can be wrong with a signature, one after another',
    UNCLEAR,
    [
      send(bet('b', '1.00'), 'unauth', { tamper: signature({ kind: 'absent' }) }),
      send(bet('b', '1.00'), 'unauth', { tamper: signature({ kind: 'text', text: 'null' }) }),
      send(bet('b', '1.00'), 'unauth', { tamper: signature({ kind: 'text', text: '[object Object]' }) }),
      send(bet('b', '1.00'), 'unauth', { tamper: signature({ kind: 'cut', length: 32 }) }),
      wallet('0'),
      send(bet('b', '1.00'), 'ok'),
      ...once,
    ],
    { needs: ['signature header'] },
  ),
  scenario('RET-22.close', 'A round closed twice, and one nobody knows', UNCLEAR, [
    send(bet('b', '1.00'), 'ok'),
    send(close(), 'ok'),
    send(close(), ['ok', 'ok_dup']),
    send(close({ round: 'nobody' }), ['not_found', 'ok']),
    wallet('-1.00'),
  ]),
];

const crashes: readonly Scenario[] = [
  scenario(
    'RET-07',
    'The operator is killed right after a bet was sent',
    TWICE,
    [{ do: 'crash', line: bet('b', '1.00'), at: 'after_sending' }, send(bet('b', '1.00'), okOrAgain), ...once],
    { level: 'F', needs: ['crash commands'] },
  ),
  scenario(
    'RET-07.win',
    'The operator is killed right after a win was sent',
    'the same win is paid before the crash and after it',
    [
      send(bet('b', '1.00'), 'ok'),
      { do: 'crash', line: win('w', '3.00'), at: 'after_sending' },
      send(win('w', '3.00'), okOrAgain),
      wallet('2.00'),
    ],
    { level: 'F', needs: ['crash commands'] },
  ),
  scenario(
    'RET-07.refund',
    'The operator is killed right after a refund was sent',
    'the stake is given back before the crash and after it',
    [
      send(bet('b', '1.00'), 'ok'),
      { do: 'crash', line: refund('x', 'b'), at: 'after_sending' },
      send(refund('x', 'b'), okOrAgain),
      wallet('0'),
    ],
    { level: 'F', needs: ['crash commands'] },
  ),
  scenario(
    'RET-08',
    'The operator is killed before a bet, and the bet sent again',
    TWICE,
    [{ do: 'crash', line: bet('b', '1.00'), at: 'before_sending' }, send(bet('b', '1.00'), okOrAgain), ...once],
    { level: 'F', needs: ['crash commands'] },
  ),
  scenario(
    'RET-18',
    'What was answered before a crash is there after it',
    'answered as applied and gone: the operator cannot prove its own book',
    [
      send(bet('b', '1.00'), 'ok'),
      send(win('w', '4.00'), 'ok'),
      { do: 'crash', line: bet('b2', '1.00', { round: 'r2' }), at: 'before_sending' },
      wallet('3.00'),
      send(bet('b', '1.00'), 'ok_dup'),
      send(win('w', '4.00'), 'ok_dup'),
      send(bet('b2', '1.00', { round: 'r2' }), okOrAgain),
      wallet('2.00'),
    ],
    { level: 'F', needs: ['crash commands'] },
  ),
];

export const RETRIES: readonly Scenario[] = [...again, ...truth, ...crashes];
