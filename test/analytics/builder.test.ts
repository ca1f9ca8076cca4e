/**
 * That nothing is lost and nothing counted twice: whatever the order of commits, however small the steps, whoever builds, and
 * whenever it dies. What was built piece by piece is compared with what is built from scratch, and with the book's accounts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audit } from '../../src/ledger/index.ts';
import { openBuilder } from '../../src/analytics/builder.ts';
import { openTurns } from '../../src/analytics/turns.ts';
import { closeDatabase, openDatabase, silentLog } from '../../src/platform/index.ts';
import { externalId, playerId, roundId, SAFE_POLICY } from '../../src/wallet/index.ts';
import { countingIds, stories, WALLETS } from '../support/histories.ts';
import { CURRENCIES } from '../support/ledger.ts';
import { tell } from '../support/tell.ts';
import { analyticsStage, disagreements, everythingBuilt } from './stage.ts';

const STEPS = 70;
const NOON = Date.UTC(2026, 0, 5, 12);
const TURNS = { log: silentLog, timeZone: 'UTC', idleMinutes: 30, settleMs: 1e12, restateEveryMs: 0 };
const SEED = Number(process.env['CROUPIER_MODEL_SEED'] ?? Math.floor(Math.random() * 0x7fff_ffff));

describe('what is built piece by piece', () => {
  it.each([
    // Accounts hold units of wallets; what was exchanged is counted in the game's currency, so they are compared without it.
    { exchanges: false, what: 'is what a build from scratch gives, and what the accounts hold' },
    { exchanges: true, what: 'is what a build from scratch gives, also where money was exchanged' },
  ])('$what, over random histories [SES-10, SES-13]', { timeout: 240_000 }, async ({ exchanges }) => {
    await using stage = await analyticsStage({ stepRows: 37 });
    const { sql, table } = stage;
    const told = fc.sample(stories(STEPS), { numRuns: 30, seed: SEED });
    const ledger = table.ledgerAt();
    const acts = told.map((story, series) => ({
      story,
      nextId: countingIds(series),
      calls: tell(story, `s${series}-`).flatMap((act) => (act.kind === 'call' ? [act] : [])),
    }));
    for (const [series] of told.entries()) {
      for (const { player, currency } of WALLETS) {
        const known = CURRENCIES.get(currency);
        if (known !== undefined) await ledger.ensureWallet(playerId(`s${series}-${player}`), known, 'active');
      }
    }
    // Counted after every call of a story, so that each reversal finds what it reverses counted already.
    for (let turn = 0; turn < STEPS; turn += 1) {
      await Promise.all(
        acts.map(async ({ story, nextId, calls }) => {
          const act = calls[turn];
          if (act === undefined) return;
          const exchange = exchanges ? act.asked.exchange : null;
          await ledger.submit(
            { ...act.asked, exchange, sessionId: null, nowMs: act.nowMs, nextId },
            story.policy,
            30_000,
          );
        }),
      );
      await stage.builder.catchUp();
    }
    const piecewise = await everythingBuilt(sql);
    expect(piecewise.cells.length, `seed ${SEED}`).toBeGreaterThan(3);
    if (!exchanges) expect(await disagreements(sql), `seed ${SEED}`).toEqual([]);
    await stage.builder.forget();
    await stage.builderOf({ stepRows: 1_000 }).catchUp();
    expect(await everythingBuilt(sql), `seed ${SEED}`).toEqual(piecewise);
    expect((await audit(sql)).sound).toBe(true);
  });

  it('follows a rollback of a round to the wins that name its bets from outside it', async () => {
    await using stage = await analyticsStage({
      policy: { ...SAFE_POLICY, 'rollback.afterWin': 'reverseBoth', 'rollback.amount': 'partial' },
    });
    await stage.seat('ann');
    const call = { atMs: NOON, player: 'ann' };
    await stage.bet(call, 'b-1', '2.00', { round: 'r-1' });
    await stage.builder.catchUp();
    await stage.win({ ...call, atMs: NOON + 1 }, 'w-1', '7.00', { bet: 'b-1' });
    await stage.builder.catchUp();
    expect((await stage.day('2026-01-05')).money[0]?.measures).toMatchObject({ payouts: { unscaled: 7n } });
    await stage.submit(
      { ...call, atMs: NOON + 2 },
      {
        kind: 'rollback',
        id: externalId('rb-1'),
        target: { kind: 'round', round: roundId('r-1') },
        round: null,
        amount: null,
        closesRound: false,
      },
    );
    await stage.builder.catchUp();
    expect(await disagreements(stage.sql)).toEqual([]);
    expect((await stage.day('2026-01-05')).money).toEqual([]);
  });

  it('misses no row that commits after later ones were counted, and counts none twice', async () => {
    await using stage = await analyticsStage();
    const { sql, table } = stage;
    await stage.seat('ann');
    await stage.builder.catchUp();
    const slow = openDatabase({ url: table.url, max: 1, applicationName: 'slow' });
    const before = await everythingBuilt(sql);
    expect(before.cells).toEqual([]);
    let commit: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let written: () => void = () => undefined;
    const isWritten = new Promise<void>((resolve) => {
      written = resolve;
    });
    // A transaction that wrote its bet long ago and commits late, as one does on a node that stalls.
    const late = slow.begin(async (transaction) => {
      await transaction`
        INSERT INTO transaction (shard, player, id, aggregator, kind, external_id, flavour, combined, state, round_id, game_code, currency, amount, units, balance_after, created_at, changed_at)
        SELECT shard, player, '01900000-0000-7000-8000-00000000000a', 'acme', 'bet', 'late', 'cash', false, 'applied', 'r-late', 'slot', 'USD', 5, 500, 0, ${new Date(NOON)}, ${new Date(NOON)}
        FROM wallet WHERE player = 'ann'`;
      written();
      await held;
    });
    await isWritten;
    for (let n = 0; n < 20; n += 1) {
      await stage.bet({ atMs: NOON + n, player: 'ann' }, `b-${n}`, '1.00');
      await stage.builder.catchUp();
    }
    expect((await stage.day('2026-01-05')).money[0]?.measures.turnover).toMatchObject({ unscaled: 20n });
    commit();
    await late;
    await stage.builder.catchUp();
    await stage.builder.catchUp();
    expect((await stage.day('2026-01-05')).money[0]?.measures).toMatchObject({
      bets: 21n,
      turnover: { unscaled: 25n },
    });
    await closeDatabase(slow);
  });

  it('loses nothing and counts nothing twice with many writers, many builders and steps that fail', async () => {
    await using stage = await analyticsStage({ replicas: 2 });
    const { sql } = stage;
    const players = Array.from({ length: 8 }, (_, n) => `p-${n}`);
    for (const player of players) await stage.seat(player);
    let playing = true;
    const builders = [stage.builderOf({ stepRows: 11 }), stage.builderOf({ stepRows: 23 }), stage.builderOf()];
    let failed = 0;
    const following = builders.map(async (builder, n) => {
      while (playing) {
        await builder.step().catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 2 + n));
      }
    });
    // A builder that is cut off in the middle of whatever it does.
    const cutting = (async () => {
      while (playing) {
        const gone = await sql`
          SELECT pg_cancel_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND query LIKE '%analytics.%' AND pid <> pg_backend_pid() AND state = 'active'`;
        failed += gone.length;
        await new Promise((resolve) => setTimeout(resolve, 7));
      }
    })();
    await Promise.all(
      players.map(async (player, p) => {
        for (let n = 0; n < 60; n += 1) {
          const call = { atMs: NOON + n * 1_000 * 60 * 20, player, game: `g-${n % 3}`, session: `s-${player}` };
          await stage.bet(call, `b-${p}-${n}`, '2.00', { round: `r-${p}-${n}` });
          if (n % 4 === 0) await stage.rollback(call, `rb-${p}-${n}`, `b-${p}-${n}`);
          else
            await stage.win(call, `w-${p}-${n}`, n % 5 === 0 ? '3.00' : '0', {
              bet: `b-${p}-${n}`,
              round: `r-${p}-${n}`,
            });
        }
      }),
    );
    playing = false;
    await Promise.all([...following, cutting]);
    await stage.builder.catchUp();
    expect(failed).toBeGreaterThan(0);
    const built = await everythingBuilt(sql);
    expect(await disagreements(sql)).toEqual([]);
    expect(built.sessions.length).toBeGreaterThanOrEqual(8);
    await stage.builder.forget();
    await stage.builder.catchUp();
    expect(await everythingBuilt(sql)).toEqual(built);
  });

  it('looks rows up by index, though every plan was made while there was next to nothing', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann', { deposit: '1000.00' });
    const own = openDatabase({ url: stage.table.url, max: 1, applicationName: 'croupier-test' });
    const builder = openBuilder({ sql: own, log: silentLog, timeZone: 'UTC', idleMinutes: 30 });
    const play = async (from: number, to: number) => {
      for (let n = from; n < to; n += 1)
        await stage.bet({ atMs: NOON + n, player: 'ann', session: `s-${n}` }, `b-${n}`, '1.00');
      await builder.catchUp();
    };
    // Often enough for the server to settle on one plan of each statement.
    for (let n = 0; n < 12; n += 1) await play(n, n + 1);
    await play(12, 300);
    await play(300, 301);
    // What a connection did is counted for sure once it is gone.
    await closeDatabase(own);
    const tables = ['analytics_play', 'analytics_session', 'analytics_session_day', 'analytics_bettor', 'session'];
    const read = await stage.sql<{ relname: string; rows: number }[]>`
      SELECT relname, seq_tup_read::integer AS rows
      FROM pg_stat_user_tables
      WHERE relname = ANY (${tables}) AND seq_tup_read > 0`;
    expect([...read]).toEqual([]);
  });

  it('leaves no page that the indexes of what is new say nothing of, which every step would read', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann');
    await stage.bet({ atMs: NOON, player: 'ann' }, 'b-0', '1.00');
    // A new index knows of the first 32 pages.
    await stage.sql`
      INSERT INTO transaction
      SELECT another.*
      FROM transaction bet, generate_series(1, 3000) AS n,
        jsonb_populate_record(bet, jsonb_build_object('id', gen_random_uuid(), 'external_id', 'b-' || n)) AS another
      WHERE bet.kind = 'bet'`;
    const summarize = async () => {
      const [row] = await stage.sql<{ ranges: number }[]>`
        SELECT brin_summarize_new_values('transaction_written') AS ranges`;
      return row?.ranges;
    };
    const turn = openTurns({ ...TURNS, sql: stage.sql });
    expect((await turn({ stopped: false })).ended).toBe('idle');
    expect(await summarize()).toBe(0);
  });

  it('reads a book it has not read yet in one turn, however many steps that takes', async () => {
    await using stage = await analyticsStage();
    await stage.seat('ann');
    for (let n = 0; n < 30; n += 1) await stage.bet({ atMs: NOON, player: 'ann' }, `b-${n}`, '1.00');
    const turn = openTurns({ ...TURNS, sql: stage.sql, stepRows: 1 });
    expect((await turn({ stopped: false })).ended).toBe('idle');
    expect((await stage.day('2026-01-05')).money[0]?.measures.rounds).toBe(30n);
  });

  it('starts anew by itself on another server, another time zone or another idle time, and only then', async () => {
    await using stage = await analyticsStage();
    const { sql } = stage;
    await stage.seat('ann');
    await stage.bet({ atMs: Date.UTC(2026, 0, 5, 23, 30), player: 'ann' }, 'b-1', '1.00');
    await stage.builder.catchUp();
    const built = await everythingBuilt(sql);
    await sql`UPDATE analytics_cell SET rounds = 99`;
    await stage.builder.catchUp();
    expect((await stage.day('2026-01-05')).money[0]?.measures.rounds).toBe(99n);
    await sql`UPDATE analytics_state SET cluster = 'another'`;
    await stage.builder.catchUp();
    expect(await everythingBuilt(sql)).toEqual(built);
    await stage.builderOf({ timeZone: 'Europe/Malta' }).catchUp();
    expect((await everythingBuilt(sql)).bettors.map(({ day }) => day)).toEqual([new Date('2026-01-06')]);
  });
});

it('reads what demo visitors do in small steps, too, though none of it is in the book', async () => {
  await using stage = await analyticsStage({ stepRows: 20 });
  await stage.builder.catchUp();
  const visits = Array.from({ length: 600 }, (_unused, index) => `visit-${index}`);
  // Each in a transaction of its own, as they come.
  for (const session of visits) await stage.event({ session, mode: 'demo', occurredAtMs: NOON });
  let steps = 0;
  while ((await stage.builder.step()) === 'worked') steps += 1;
  expect(steps).toBeGreaterThan(600 / 20 / 2);
  const { heads } = await stage.day('2026-01-05');
  expect(heads.sessions.demo).toBe(600);
});
