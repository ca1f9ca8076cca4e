/** A.4: wins that are put right afterwards, and corrections that were none. */
import type { Scenario, Word } from '../scenario.ts';
import { bet, burst, byKnob, cancel, correction, late, okOrAgain, scenario, send, wallet, win } from '../words.ts';

const UNDONE = 'a correction that was withdrawn stays in the wallet, or is taken out of it twice';
const LATE = 'a correction that was withdrawn before it came is booked, and nobody ever takes it back';

const played = [send(bet('b', '1.00'), 'ok'), send(win('w', '2.00'), 'ok')];
const unknown = byKnob<readonly Word[]>('rollback.unknown', { ok: okOrAgain }, ['not_found']);
/** A second cancel under another id: any clean answer, as long as nothing moves. */
const noMore: readonly Word[] = ['ok', 'ok_dup', 'refused'];

export const CORRECTIONS: readonly Scenario[] = [
  scenario('WIN-18', 'A win that is corrected up and down', 'the wallet is not what the game says was won', [
    ...played,
    send(correction('k1', '1.00'), 'ok', { shows: '2.00' }),
    send(correction('k2', '-0.50'), 'ok', { shows: '1.50' }),
    send(correction('k2', '-0.50'), 'ok_dup', { times: 2 }),
    wallet('1.50'),
  ]),
  scenario('WIN-18.amount', 'A correction whose id comes again with another amount', UNDONE, [
    ...played,
    send(correction('k', '1.00'), 'ok'),
    send(correction('k', '2.00'), ['conflict']),
    wallet('2.00'),
  ]),
  scenario('WIN-18.cancel', 'A correction that is cancelled', UNDONE, [
    ...played,
    send(correction('k', '1.00'), 'ok'),
    send(cancel('x', 'k', '1.00'), 'ok', { shows: '1.00' }),
    send(cancel('x', 'k', '1.00'), 'ok_dup', { times: 3 }),
    send(cancel('x2', 'k'), noMore),
    wallet('1.00'),
    send(correction('k', '1.00'), ['reversed', 'ok_dup']),
    wallet('1.00'),
  ]),
  scenario('WIN-18.cancel_taken', 'A correction downwards that is cancelled', UNDONE, [
    ...played,
    send(correction('k', '-0.50'), 'ok', { shows: '0.50' }),
    send(cancel('x', 'k', '0.50'), 'ok', { shows: '1.00' }),
    send(cancel('x2', 'k', '0.50'), noMore),
    wallet('1.00'),
  ]),
  scenario('WIN-18.cancel_burst', 'One correction cancelled by twenty at once, each under an id of its own', UNDONE, [
    ...played,
    send(correction('k', '1.00'), 'ok'),
    burst(
      Array.from({ length: 20 }, (_none, at) => cancel(`x${at}`, 'k')),
      noMore,
    ),
    wallet('1.00'),
  ]),
  scenario('WIN-18.overtaken', 'A cancel that overtakes its correction, and then the correction', LATE, [
    ...played,
    send(cancel('x', 'k'), unknown),
    send(correction('k', '1.00'), late, { times: 2 }),
    wallet('1.00'),
  ]),
  scenario('WIN-18.part', 'A cancel of less than was corrected', UNDONE, [
    ...played,
    send(correction('k', '1.00'), 'ok'),
    send(cancel('x', 'k', '0.50'), byKnob<readonly Word[]>('rollback.amount', { ignore: ['ok'] }, ['conflict'])),
    send(cancel('x2', 'k', '1.00'), noMore),
    wallet('1.00'),
  ]),
];
