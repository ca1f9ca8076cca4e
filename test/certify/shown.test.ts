/** What is odd about an answer, whatever was asked; and where a wallet may owe. */
import { describe, expect, it } from 'vitest';
import type { Understood } from '../../src/dialects/index.ts';
import { balanceCall } from '../../src/certify/ask.ts';
import { findingOf, mayOwe, oddityOf } from '../../src/certify/shown.ts';
import { bet, burst, refund, scenario, send, when } from '../../src/certify/words.ts';
import { run } from '../../src/certify/run.ts';
import { selected } from '../../src/certify/scenarios/index.ts';
import { examine, examineeOf } from './zoo/kit.ts';
import type { Call } from '../../src/wallet/index.ts';
import type { Cast } from '../../src/certify/lookup.ts';
import { freePort } from '../support/demo.ts';
import { tinyOperator } from '../sandbox/operator.ts';
import { worldOf } from './broken.ts';

const player = { id: 'anna', session: 's', expired: null };
const none = { otherGame: null, otherCurrency: null, blocked: null, poor: null, demoSession: null, exchanged: null };
const cast: Cast = { currency: 'USD', scale: 2, stake: '1.00', game: 'g', players: [player], ...none };
const asked: Call = balanceCall({ cast }, player);
const applied = (balance: string, currency: string | null = 'USD'): Understood => ({
  kind: 'applied',
  duplicate: false,
  balance,
  currency,
  operatorTransactionId: null,
});
const refused = (balance: string | null): Understood => ({ kind: 'rejected', code: 'no', balance, meanings: [] });

const bitcoin = { ...cast, exchanged: { ...player, wallet: { currency: 'BTC', scale: 8 } } };

describe('a balance in an answer', () => {
  it.each([
    ['0.00', null],
    ['-0.00', null],
    ['12.30', null],
    ['12.3000', null],
    ['', null],
    ['-0.01', 'below_zero'],
    ['-50', 'below_zero'],
    ['-0.001', 'below_zero'],
    ['98.855', 'too_fine'],
    ['99.99000000000001', 'too_fine'],
    ['no number', null],
  ])('of %s is %s', (text, kind) => {
    expect(oddityOf(cast, asked, applied(text))?.kind ?? null).toBe(kind);
    expect(oddityOf(cast, asked, refused(text))?.kind ?? null).toBe(kind);
  });

  it('is not judged where its currency is another one, where none is said, and of what is no call', () => {
    expect(oddityOf(cast, asked, applied('-0.001', 'BTC'))).toBeNull();
    expect(oddityOf(cast, { ...asked, currency: 'EUR' }, refused('0.00012345'))).toBeNull();
    expect(oddityOf(cast, asked, refused(null))).toBeNull();
    // a refusal for want of an exchange shows the wallet as it is
    expect(oddityOf(bitcoin, asked, refused('0.02000007'))).toBeNull();
    expect(oddityOf(bitcoin, asked, applied('0.02000007'))?.kind).toBe('too_fine');
    expect(oddityOf(cast, null, applied('-1.00'))).toBeNull();
    expect(oddityOf(cast, asked, { kind: 'uncertain', reason: '-1.00' })).toBeNull();
  });

  it('is told once, with how many there were', () => {
    const { message } = findingOf({ kind: 'below_zero', text: '-0.50' }, 'bet b of 1.00', 3, cast);
    expect(message).toMatch(/^bet b of 1.00: .* -0.50 USD, .*, and 2 more like it$/);
  });
});

describe('a wallet below zero', () => {
  const steps = (...lines: Parameters<typeof scenario>[3]) =>
    scenario('RB-08', 'one', 'nothing is at stake here', lines);
  const undone = send(refund('x', 'w', { undoes: 'win' }), 'ok');

  it('is a debt only where the contract knows debts and something was undone', () => {
    const allow = { 'balance.negative': 'allow' } as const;
    expect(mayOwe(allow, steps(send(bet('b', '1.00'), 'ok')))).toBe(false);
    expect(mayOwe(allow, steps(undone))).toBe(true);
    expect(mayOwe(allow, steps(when('rollback.win', { debit: [undone] })))).toBe(true);
    expect(mayOwe(allow, steps(burst([bet('b', '1.00'), refund('x', 'b')], ['ok'])))).toBe(true);
    expect(mayOwe({ 'balance.negative': 'receivable' }, steps(undone))).toBe(false);
  });

  it('is found in whatever scenario it is shown', async () => {
    const examinee = await examineeOf('stale-funds-check');
    try {
      const [played] = await examine(examinee, selected(['BET-24']));
      expect(played?.findings.map(({ message }) => message).join('\n')).toMatch(/less than nothing/);
    } finally {
      await examinee.close();
    }
  }, 60_000);

  it('is not found where there is none, however often one looks', async () => {
    const operator = await tinyOperator(await freePort(), 100_000);
    const world = worldOf(operator);
    const options = { onPlayed: () => undefined, signal: new AbortController().signal };
    const played = await run({ world, scenarios: selected(['BET-01', 'BAL-01', 'BET-03']), ...options });
    world.transport.close();
    await operator.close();
    expect(played.flatMap(({ findings }) => findings.filter(({ message }) => message.includes('less than')))).toEqual(
      [],
    );
  }, 60_000);
});
