/** The watch over a real database: what it finds, tells, predicts and heals from. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSntpClient } from '../../src/clock/sntp-client.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { startNtp } from '../support/ntp.ts';
import { until } from '../support/wait.ts';
import { chronyc, datedServer, trackingOf, watchOf, WINDOW, wrongClock } from './stage.ts';
import type { WrongClock } from './stage.ts';
import { TRACKING } from './tracking.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => database.close());
afterEach(async () => database.sql`DELETE FROM clock_node`);

const acme = (origin: string | null) => ({ name: 'acme', window: WINDOW, origin });
const says = (clock: WrongClock) => chronyc(clock, () => trackingOf(clock.offsetMs, clock.now()));

describe('the watch', () => {
  it('in a container takes the word of the aggregator, with its bound [CLK-12]', async () => {
    await using server = await datedServer(0);
    const clock = wrongClock();
    const { watch } = watchOf(database.sql, clock, {
      aggregators: [acme(server.origin)],
      probes: [chronyc(clock, () => null)],
    });
    await watch.sample();
    const { own } = await watch.report();
    expect(own.sample).toMatchObject({ probe: 'aggregator_date', measured: { source: 'acme' }, sync: 'unknown' });
    expect(own.sample?.measured?.estimate.boundMs).toBeGreaterThan(300);
    expect(own.sample?.measured?.estimate.boundMs).toBeLessThan(1_500);
    expect(own.sample?.asked[0]).toMatchObject({ probe: 'chronyc', outcome: 'unknown' });
  });

  it('without any probe the clock is unknown, which is a warning and keeps nobody from starting [CLK-12]', async () => {
    const { watch, lines } = watchOf(database.sql, wrongClock(), { aggregators: [acme(null)] });
    expect(watch.health()).toMatchObject({ ok: true, degraded: false });
    await watch.sample();
    expect((await watch.report()).alert).toMatchObject({ level: 'warn', reason: 'unknown', aggregators: [] });
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      ['warn', 'node b is not known to be right: no probe could tell'],
    ]);
    expect(watch.health()).toMatchObject({ ok: true, detail: expect.stringContaining('not known') });
  });

  it('42 s fast is one alert with one reason, told once, in the log, the metrics and the answer [CLK-07]', async () => {
    await using server = await datedServer(0);
    const clock = wrongClock(42_000);
    const { watch, lines, metrics } = watchOf(database.sql, clock, {
      aggregators: [acme(server.origin)],
      probes: [says(clock)],
      notReadyFrom: 'critical',
    });
    await watch.sample();
    await watch.sample();
    const message = 'node b is 42.0 s fast; launches to acme fail';
    expect(lines).toMatchObject([{ level: 'error', msg: message, reason: 'drift', node: 'b', aggregators: ['acme'] }]);
    expect(await watch.report()).toMatchObject({
      alert: { level: 'launch_fail', reason: 'drift', message, aggregators: ['acme'] },
      aggregators: [{ name: 'acme', verdict: 'fails', fault: 'ours', failing: ['b'], share: 1 }],
      nodes: [{ node: 'b', level: 'launch_fail' }],
    });
    expect(watch.health()).toMatchObject({ ok: false, degraded: true });
    const page = await metrics.text();
    expect(page).toMatch(/croupier_clock_offset_seconds\{probe="chronyc"\} 42\b/);
    expect(page).toMatch(/croupier_clock_level 3\b/);
    expect(page).toMatch(/croupier_clock_reason\{reason="drift"\} 1\b/);
    expect(page).toMatch(/croupier_clock_launches_failing_ratio\{aggregator="acme"\} 1\b/);
    // Put right again, it says so once, after two samples that agree.
    clock.offsetMs = 0;
    for (let turn = 0; turn < 3; turn += 1) await watch.sample();
    expect(lines.at(-1)).toMatchObject({ level: 'info', msg: 'the clocks are right' });
    expect(lines).toHaveLength(2);
  });

  it("an aggregator's wrong clock is called the aggregator's [CLK-13]", async () => {
    await using server = await datedServer(-45_000);
    await using ntp = await startNtp();
    const clock = wrongClock();
    const sntp = createSntpClient({ servers: [ntp.server], clock, timeoutMs: 30_000 });
    const { watch } = watchOf(database.sql, clock, {
      aggregators: [acme(server.origin)],
      probes: [{ name: 'sntp', ask: sntp.ask }],
    });
    await watch.sample();
    const report = await watch.report();
    expect(report.own.assessment).toMatchObject({ level: 'ok', reason: 'synchronised' });
    expect(report.aggregators[0]).toMatchObject({ fault: 'theirs', verdict: 'fails' });
    expect(report.alert).toMatchObject({ level: 'critical', reason: 'aggregator_clock', aggregators: ['acme'] });
    expect(report.alert?.message).toMatch(
      /^the clock of acme is 4[45]\.\d s slow, ours is right; launches to acme fail$/,
    );
  });

  it('believes no answer of a cache [CLK-14]', async () => {
    await using server = await datedServer(-120_000);
    server.headers = { age: '120' };
    const { watch } = watchOf(database.sql, wrongClock(), { aggregators: [acme(server.origin)] });
    await watch.sample();
    expect(server.asked).toBe(1);
    expect((await watch.report()).aggregators[0]).toMatchObject({ state: 'none', verdict: 'unknown' });
  });

  it('an aggregator with several clocks gets no single estimate [CLK-15]', async () => {
    await using server = await datedServer(0, -45_000);
    const clock = wrongClock();
    const { watch } = watchOf(database.sql, clock, { aggregators: [acme(server.origin)], probes: [says(clock)] });
    await watch.sample();
    await watch.sample();
    const report = await watch.report();
    expect(report.aggregators[0]).toMatchObject({
      state: 'inconsistent',
      skew: null,
      verdict: 'some_fail',
      samples: [{}, {}],
    });
    expect(report.alert?.message).toMatch(
      /^acme answers with several clocks, .* apart, ours is right; some launches to acme fail$/,
    );
  });

  it("nodes that disagree with the database's clock are named, and the share of nodes whose launches fail is told [CLK-17]", async () => {
    const nodes = ['a', 'b', 'c', 'd'].map((node) => {
      const clock = wrongClock(node === 'c' ? 3_000 : node === 'd' ? 44_000 : 0);
      const probes = node === 'd' ? [says(clock)] : [];
      return watchOf(database.sql, clock, { node, aggregators: [acme(null)], probes }).watch;
    });
    for (const watch of nodes) await watch.sample();
    const report = await nodes[0]?.report();
    expect(report?.nodes.map(({ node, reason }) => [node, reason])).toEqual([
      ['a', 'unknown'],
      ['b', 'unknown'],
      ['c', 'database_clock'],
      ['d', 'drift'],
    ]);
    expect(report?.nodes[2]?.message).toBe("node c and the database's clock are 3.0 s apart");
    expect(report?.alert?.message).toBe('node d is 44.0 s fast; launches to acme fail');
    // Only d knows; nobody else has measured anything.
    expect(report?.aggregators[0]).toMatchObject({ failing: ['d'], share: 1 });
  });

  it('a node that is silent for three minutes leaves the picture', async () => {
    const { watch } = watchOf(database.sql, wrongClock());
    await watch.sample();
    await database.sql`UPDATE clock_node SET seen_at = now() - interval '181 seconds'`;
    expect((await watch.report()).nodes).toEqual([]);
  });

  it('heals without a restart when the first sample failed [CLK-19]', async () => {
    const clock = wrongClock();
    let up = false;
    const probe = chronyc(clock, () => (up ? trackingOf(0, clock.now()) : TRACKING.noDaemon));
    const { watch, lines } = watchOf(database.sql, clock, { probes: [probe], notReadyFrom: 'warn' });
    await watch.sample();
    expect(watch.health().ok).toBe(false);
    up = true;
    await watch.sample();
    await watch.sample();
    expect(watch.health()).toMatchObject({ ok: true, degraded: false });
    expect(lines.map((each) => each.level)).toEqual(['warn', 'info']);
  });

  it('a step is logged and counted, forgets what was measured, and changes no duration [CLK-09]', async () => {
    await using server = await datedServer(0);
    const clock = wrongClock();
    const { watch, lines, metrics } = watchOf(database.sql, clock, {
      aggregators: [acme(server.origin)],
      probes: [says(clock)],
    });
    await watch.tick();
    await watch.sample();
    clock.offsetMs = 600_000;
    await watch.tick();
    const report = await watch.report();
    expect(lines[0]).toMatchObject({ level: 'warn', msg: 'the clock of this machine was stepped', node: 'b' });
    expect(Math.abs(Number(lines[0]?.['byMs']) - 600_000)).toBeLessThan(1_000);
    expect(report.own).toMatchObject({ steps: 1, assessment: { level: 'launch_fail' } });
    expect(report.own.sampleAgeMs).toBeGreaterThanOrEqual(0);
    expect(report.own.sampleAgeMs).toBeLessThan(60_000);
    expect(report.aggregators[0]?.skew?.aheadMs).toBeGreaterThan(598_000);
    expect(await metrics.text()).toMatch(/croupier_clock_steps_total 1\b/);
    await watch.tick();
    expect((await watch.report()).own.steps).toBe(1);
  });

  it('steps backwards during traffic are steps, too, and no age turns negative [CLK-10]', async () => {
    const clock = wrongClock();
    const { watch } = watchOf(database.sql, clock, { probes: [says(clock)] });
    await watch.tick();
    await watch.sample();
    clock.offsetMs = -5_000;
    await watch.tick();
    const { own } = await watch.report();
    expect(own.lastStep?.byMs).toBeLessThan(-4_000);
    expect(own.sampleAgeMs).toBeGreaterThanOrEqual(0);
    expect(own.sample?.measured?.ageMs).toBeGreaterThanOrEqual(0);
  });

  it('five minutes without synchronisation are counted by the monotonic clock [CLK-03] [CLK-09]', async () => {
    let [wallMs, elapsedMs] = [Date.now(), 0];
    const clock = { now: () => wallMs, monotonic: () => elapsedMs };
    const { watch } = watchOf(database.sql, clock, { probes: [chronyc(clock, () => TRACKING.unsync)] });
    const level = async () => {
      await watch.sample();
      await watch.sample();
      return (await watch.report()).own.assessment.level;
    };
    expect(await level()).toBe('warn');
    wallMs += 600_000;
    expect(await level()).toBe('warn');
    elapsedMs += 300_001;
    expect(await level()).toBe('critical');
  });

  it('refuses hopeless launches when told to, and says nothing otherwise', async () => {
    const clock = wrongClock(44_000);
    const given = { aggregators: [acme(null)], probes: [says(clock)] };
    const [quiet, strict] = [
      watchOf(database.sql, clock, given),
      watchOf(database.sql, clock, { ...given, failFast: true }),
    ];
    await Promise.all([quiet.watch.sample(), strict.watch.sample()]);
    expect(quiet.watch.refusal('acme')).toBeNull();
    expect(strict.watch.refusal('other')).toBeNull();
    expect(strict.watch.refusal('acme')).toEqual({
      message: "our clock is 44 s ahead of the aggregator's, so it would refuse the launch: check the clocks first",
      skewMs: -44_000,
    });
  });

  it('signs by the clock of the aggregator after three windows that agree, when told to', async () => {
    await using server = await datedServer(0);
    const clock = wrongClock(42_000);
    const given = { aggregators: [acme(server.origin)], probes: [says(clock)] };
    const { watch, lines } = watchOf(database.sql, clock, { ...given, correctSigning: true });
    const plain = watchOf(database.sql, clock, given).watch;
    const shifts: boolean[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await Promise.all([watch.sample(), plain.sample()]);
      shifts.push(watch.shiftMs('acme') !== 0);
    }
    expect(shifts).toEqual([false, false, true]);
    expect(Math.abs(watch.shiftMs('acme') - 42_000)).toBeLessThan(1_500);
    expect(plain.shiftMs('acme')).toBe(0);
    expect(lines.some((line) => line.msg.includes('signed by another clock'))).toBe(true);
    expect((await watch.report()).aggregators[0]).toMatchObject({ verdict: 'opens', fault: 'ours' });
    // A stepped clock is another clock: the correction begins anew.
    await watch.tick();
    clock.offsetMs = 0;
    await watch.tick();
    expect(watch.shiftMs('acme')).toBe(0);
  });

  it('an unreachable aggregator or database stops nothing', async () => {
    const broken = await testDatabase({ max: 1 });
    await broken.close();
    const clock = wrongClock();
    const { watch } = watchOf(broken.sql, clock, { aggregators: [acme('http://127.0.0.1:9')], probes: [says(clock)] });
    await watch.sample();
    expect(watch.health()).toMatchObject({ ok: true, detail: 'ok: node b is right' });
  });

  it('lets go of what it is asking when it is closed', async () => {
    const clock = wrongClock();
    const asking: (AbortSignal | null | undefined)[] = [];
    const fetch: typeof globalThis.fetch = async (_url, init) => {
      asking.push(init?.signal);
      return new Promise(() => undefined);
    };
    const { watch } = watchOf(database.sql, clock, {
      aggregators: [acme('https://acme.example')],
      probes: [says(clock)],
      fetch,
    });
    const sampling = watch.sample();
    await until('it asks', () => asking.length > 0);
    watch.close();
    expect(asking.map((signal) => signal?.aborted)).toEqual([true]);
    await sampling;
  });
});
