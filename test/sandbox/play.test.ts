import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { NORMAL, tinyOperator } from './operator.ts';
import type { Received } from './operator.ts';
import { openDemo, openGame, spin, stage, stateOf } from './stage.ts';
import type { Stage, StageOptions } from './stage.ts';

const open: Stage[] = [];
const dirs: string[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(async (each) => each.close()));
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});
async function at(options: StageOptions = {}): Promise<Stage> {
  const started = await stage(options);
  open.push(started);
  return started;
}
/** For tests in which the operator keeps silent: each silence is waited for. */
const IMPATIENT = { policy: { timeoutMs: 800 } };
function directory(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'croupier-sandbox-'));
  dirs.push(dir);
  return dir;
}
const moneyOf = ({ operator }: Stage): readonly Received[] =>
  operator.callbacks.filter((each) => each.type !== 'balance');
const cents = (text: unknown): number => Math.round(Number(text) * 100);
const admin = async (at: Stage) =>
  (await (await fetch(`${at.sandbox.url}/admin/attempts`)).json()) as {
    owed: number;
    counters: Record<string, number>;
    attempts: readonly Record<string, unknown>[];
  };
/** Once per test: every stake that is gone was played for, and every win arrived. */
const settled = async (at: Stage) => expect.poll(async () => (await admin(at)).owed).toBe(0);

describe('a real spin', () => {
  it('is one bet and one win of one round, the win closing it, even when it is nothing', async () => {
    const here = await at();
    const base = await openGame(here);
    for (let index = 0; index < 12; index += 1) {
      const { status, body } = await spin(base);
      expect(status).toBe(200);
      const [bet, win, ...more] = moneyOf(here).slice(-2);
      expect(more).toEqual([]);
      expect(bet?.body).toMatchObject({
        type: 'bet',
        amount: '1',
        player_id: 'anna',
        currency: 'USD',
        session_id: 'session-1',
        game_code: here.game,
        round_id: body['round_id'],
      });
      expect(win?.body).toMatchObject({
        type: 'win',
        round_id: body['round_id'],
        bet_transaction_id: bet?.body['transaction_id'],
        round_closed: true,
      });
      expect(cents(win?.body['amount'])).toBe(cents(body['win']));
      expect(cents(body['balance'])).toBe(here.operator.balance);
      expect(body['payout']).toBe('paid');
    }
    expect(moneyOf(here)).toHaveLength(24);
  });

  it('is refused cleanly when the operator refuses the stake, and nothing follows', async () => {
    const here = await at({ balance: 50 });
    const base = await openGame(here);
    expect(await spin(base)).toMatchObject({
      status: 422,
      body: { kind: 'refused', code: 'insufficient_funds', balance: '0.50' },
    });
    expect(moneyOf(here)).toHaveLength(1);
    expect((await spin(base, '0.20')).status).toBe(200);
  });

  it('takes only the stakes on offer', async () => {
    const here = await at();
    const base = await openGame(here);
    for (const stake of ['1', '0.30', '-1.00', '1.00 ', '']) expect((await spin(base, stake)).status, stake).toBe(422);
    expect(moneyOf(here)).toEqual([]);
    const btc = await openGame(here, { currency: 'BTC' });
    expect((await stateOf(btc))['stakes']).toEqual([
      '0.00001000',
      '0.00002000',
      '0.00005000',
      '0.00010000',
      '0.00020000',
      '0.00050000',
    ]);
  });

  it('runs alone: a second spin meanwhile is refused with 409', async () => {
    const here = await at({ chaos: { duplicateRate: 0, dropAnswerRate: 0, delayMs: 600 } });
    const base = await openGame(here);
    const answers = await Promise.all([spin(base), spin(base), spin(base)]);
    expect(answers.map((each) => each.status).toSorted()).toEqual([200, 409, 409]);
    expect(moneyOf(here)).toHaveLength(2);
    expect((await spin(base)).status).toBe(200);
  });

  it('shows the operator’s own balance, and says why there is none', async () => {
    const here = await at();
    const base = await openGame(here);
    expect(await stateOf(base)).toMatchObject({ balance: '1000.00', problem: null, mode: 'real' });
    here.operator.mood = () => ({
      kind: 'status',
      status: 422,
      body: '{"status":"rejected","code":"session_expired","message":"","balance":null}',
    });
    expect((await stateOf(base))['balance']).toBeNull();
    here.operator.mood = () => ({ kind: 'status', status: 503, body: '' });
    expect(await stateOf(base)).toMatchObject({ balance: null, problem: 'unreachable' });
  });
});

describe('a bet without a clear answer', () => {
  it('is asked again under the same id, and played when the answer comes [RET-02]', async () => {
    const here = await at(IMPATIENT);
    here.operator.mood = ({ type }, times) =>
      type === 'bet' && times === 1 ? { kind: 'silent', books: true } : NORMAL;
    const { status, body } = await spin(await openGame(here));
    expect(status).toBe(200);
    const bets = moneyOf(here).filter((each) => each.type === 'bet');
    expect(bets).toHaveLength(2);
    expect(new Set(bets.map((each) => each.body['transaction_id'])).size).toBe(1);
    expect(here.operator.balance).toBe(100_000 - 100 + cents(body['win']));
  });

  it('is rolled back when nobody ever says, and the stake comes back [RB-01] [RB-23]', async () => {
    const here = await at(IMPATIENT);
    here.operator.mood = ({ type }) => (type === 'bet' ? { kind: 'silent', books: true } : NORMAL);
    expect(await spin(await openGame(here))).toMatchObject({
      status: 503,
      body: { kind: 'uncertain', refunding: true },
    });
    await settled(here);
    expect(moneyOf(here).map((each) => each.type)).toEqual(['bet', 'bet', 'bet', 'refund']);
    expect(moneyOf(here)[3]?.body['bet_transaction_id']).toBe(moneyOf(here)[0]?.body['transaction_id']);
    expect(here.operator.balance).toBe(100_000);
  });

  it('is rolled back even when it never arrived; "not found" settles it [RB-03]', async () => {
    const here = await at(IMPATIENT);
    here.operator.mood = ({ type }) => (type === 'bet' ? { kind: 'silent', books: false } : NORMAL);
    const base = await openGame(here);
    expect((await spin(base)).status).toBe(503);
    await settled(here);
    expect(here.operator.balance).toBe(100_000);
    here.operator.mood = () => NORMAL;
    expect((await spin(base)).status).toBe(200);
  });

  it('keeps the table from the next spin until the refund is acknowledged, however often that takes [RB-02]', async () => {
    const here = await at();
    let refunds = true;
    here.operator.mood = ({ type }) =>
      type === 'bet' || refunds
        ? { kind: 'status', status: 503, body: '{"status":"error","code":"uncertain"}' }
        : NORMAL;
    const base = await openGame(here);
    expect((await spin(base)).body).toEqual({ kind: 'uncertain', refunding: true });
    expect(await stateOf(base)).toMatchObject({ phase: 'unfinished' });
    expect(await spin(base)).toMatchObject({ status: 409, body: { code: 'unfinished' } });
    refunds = false;
    await settled(here);
    expect(await stateOf(base)).toMatchObject({ phase: 'ready' });
    const ids = moneyOf(here)
      .filter((each) => each.type === 'refund')
      .map((each) => each.body['transaction_id']);
    expect(ids.length).toBeGreaterThan(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('is not rolled back by an aggregator that does not', async () => {
    const here = await at({ policy: { 'bet.onUncertain': 'nothing' } });
    here.operator.mood = ({ type }) => (type === 'bet' ? { kind: 'status', status: 503, body: '' } : NORMAL);
    expect(await spin(await openGame(here))).toMatchObject({ body: { kind: 'uncertain', refunding: false } });
    expect(moneyOf(here).map((each) => each.type)).toEqual(['bet']);
  });

  it('is not believed refused by a closed door after it may have been booked', async () => {
    const here = await at(IMPATIENT);
    here.operator.mood = ({ type }, times) =>
      type !== 'bet'
        ? NORMAL
        : times === 1
          ? { kind: 'silent', books: true }
          : { kind: 'status', status: 401, body: '{"status":"error","code":"bad_signature"}' };
    expect((await spin(await openGame(here))).body['kind']).toBe('uncertain');
    await settled(here);
    expect(here.operator.balance).toBe(100_000);
  });
});

describe('a win', () => {
  it('is sent until it is booked, under one id, and the page may show it as pending', async () => {
    const here = await at();
    here.operator.mood = ({ type }, times) =>
      type === 'win' && times <= 4 ? { kind: 'status', status: 500, body: 'oops' } : NORMAL;
    const base = await openGame(here);
    const { status, body } = await spin(base);
    expect(status).toBe(200);
    expect(body['payout']).toBe('pending');
    expect(await spin(base)).toMatchObject({ status: 409, body: { code: 'unfinished' } });
    await settled(here);
    const wins = moneyOf(here).filter((each) => each.type === 'win');
    expect(wins).toHaveLength(5);
    expect(new Set(wins.map((each) => each.body['transaction_id'])).size).toBe(1);
    expect(here.operator.balance).toBe(100_000 - 100 + cents(body['win']));
    const { counters, attempts } = await admin(here);
    expect(counters).toMatchObject({ sent: 6, repeated: 4, applied: 2, uncertain: 4, rejected: 0 });
    expect(String(attempts[0]?.['curl'])).toMatch(/^curl -X POST 'http:.*-H 'x-signature: <x-signature>'/);
    expect(JSON.stringify(attempts)).not.toMatch(/[0-9a-f]{64}/);
  });

  it('survives a restart of the sandbox and is paid by the next one', async () => {
    const dataDir = directory();
    const operator = await tinyOperator(0, 100_000);
    operator.mood = ({ type }) => (type === 'win' ? { kind: 'silent', books: false } : NORMAL);
    const first = await stage({ dataDir, operator, ...IMPATIENT });
    const { body } = await spin(await openGame(first));
    expect(body['payout']).toBe('pending');
    await first.close();
    operator.mood = () => NORMAL;
    const second = await at({ dataDir, operator, ...IMPATIENT });
    await settled(second);
    expect(operator.balance).toBe(100_000 - 100 + cents(body['win']));
    await second.close();
    open.pop();
    const third = await at({ dataDir, operator, ...IMPATIENT });
    expect((await admin(third)).counters['sent']).toBe(0);
    await operator.close();
  });

  it('leaves a refund on disk for a sandbox that dies before it has heard of its bet', async () => {
    const dataDir = directory();
    const operator = await tinyOperator(0, 100_000);
    operator.mood = ({ type }) => (type === 'bet' ? { kind: 'silent', books: true } : NORMAL);
    const first = await stage({ dataDir, operator, ...IMPATIENT });
    const base = await openGame(first);
    const spinning = spin(base).catch(() => null);
    await expect.poll(() => operator.balance).toBe(99_900);
    await first.close();
    await spinning;
    expect(readFileSync(path.join(dataDir, 'outbox.jsonl'), 'utf8')).toContain('"kind":"rollback"');
    await settled(await at({ dataDir, operator, ...IMPATIENT }));
    expect(operator.balance).toBe(100_000);
    await operator.close();
  });
});

describe('chaos', () => {
  it('repeats, loses answers and hangs up, and still every spin costs its stake and pays its win exactly once', async () => {
    const here = await at({ chaos: { duplicateRate: 0.5, dropAnswerRate: 0.4, delayMs: 0 }, spinSeed: 11 });
    const base = await openGame(here);
    let expected = 100_000;
    for (let index = 0; index < 7; index += 1) {
      const { body } = await spin(base, '0.20');
      if (body['kind'] === 'spun') expected += cents(body['win']) - 20;
      await settled(here);
    }
    await expect.poll(() => here.operator.balance).toBe(expected);
    const { counters } = await admin(here);
    expect(counters['repeated']).toBeGreaterThan(0);
    expect(here.operator.callbacks.length).toBeGreaterThan(counters['sent'] ?? 0);
  });

  it('is set and read over HTTP, within bounds', async () => {
    const here = await at();
    const set = async (chaos: unknown) =>
      fetch(`${here.sandbox.url}/admin/chaos`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(chaos),
      });
    expect(await (await set({ delayMs: 20 })).json()).toEqual({ duplicateRate: 0, dropAnswerRate: 0, delayMs: 20 });
    for (const wrong of [{ duplicateRate: 2 }, { delayMs: -1 }, { what: 1 }, 'x'])
      expect((await set(wrong)).status).toBe(400);
    expect((await admin(here)) as unknown).toMatchObject({ chaos: { delayMs: 20 } });
  });
});

describe('a demo', () => {
  it('never calls the operator, and plays with pretend money that runs out [SES-01]', async () => {
    const here = await at();
    const base = await openDemo(here);
    let balance = 100_000;
    for (let index = 0; index < 40; index += 1) {
      const { body } = await spin(base, '10.00');
      balance += cents(body['win']) - 1_000;
      expect(cents(body['balance'])).toBe(balance);
    }
    expect(here.operator.callbacks).toEqual([]);
    expect(here.operator.balance).toBe(100_000);
  });
});
