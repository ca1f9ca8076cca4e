/** `GET /v1/analytics/daily`, as JSON and as CSV. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAnalytics } from '../../src/analytics/index.ts';
import type { Analytics } from '../../src/analytics/index.ts';
import { createMetrics, silentLog } from '../../src/platform/index.ts';
import { analyticsStage } from '../analytics/stage.ts';
import { apiTable, KEYS } from './table.ts';

const NOON = Date.UTC(2026, 0, 5, 12);
let stage: Awaited<ReturnType<typeof analyticsStage>>;
let table: Awaited<ReturnType<typeof apiTable>>;
let analytics: Analytics;
const metrics = createMetrics();
const reader = { authorization: `Bearer ${KEYS.reader}` };

beforeAll(async () => {
  stage = await analyticsStage();
  analytics = openAnalytics({
    sql: stage.sql,
    reading: stage.sql,
    log: silentLog,
    metrics,
    timeZone: 'UTC',
    idleMinutes: 30,
    recipe: [{ name: 'tax', of: 'ggr', percent: '20', aggregator: null }],
    settleMs: 0,
  });
  table = await apiTable({}, { analytics });
  await stage.seat('ann');
  await stage.seat('eve');
  await stage.launch({ id: 'd-1', mode: 'demo', atMs: NOON, game: '=cmd|calc' });
  await stage.bet({ atMs: NOON, player: 'ann' }, 'b-1', '10.00');
  await stage.bet({ atMs: NOON, player: 'eve' }, 'b-2', '10.00');
  await stage.win({ atMs: NOON, player: 'ann' }, 'w-1', '25.50', { bet: 'b-1', round: 'r-b-1' });
  await analytics.turn({ stopped: false });
});
afterAll(async () => {
  await table[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

const daily = async (query: string, headers = reader) => table.get(`/v1/analytics/daily?${query}`, headers);

describe('GET /v1/analytics/daily', () => {
  it('tells who played and what was won, with its zone, its definitions and the naive figure beside the right one', async () => {
    const { status, body } = await daily('from=2026-01-05&to=2026-01-06&group_by=aggregator,mode');
    expect(status).toBe(200);
    expect(body).toMatchObject({ time_zone: 'UTC', state: 'current', ngr_recipe: [{ name: 'tax', percent: '20' }] });
    expect(Date.parse(body.as_of)).toBeGreaterThan(NOON);
    expect(body.definitions.dau).toContain('at least one booked cash bet');
    expect(body.days[0]).toEqual({
      day: '2026-01-05',
      status: 'final',
      revision: 1,
      revisions: [{ revision: 1, published_at: expect.any(String) }],
      dau: 2,
      dau_sessions: 0,
      free_round_only: 0,
      sessions: { real: 0, demo: 1, unknown: 0, conflicts: 0, average_seconds: null },
      naive: { dau: 3, times: '1.5' },
      money: [expect.objectContaining({ currency: 'USD' })],
      rows: [
        expect.objectContaining({ aggregator: 'acme', provider: null, game: null, mode: 'demo', dau: 0, money: [] }),
        expect.objectContaining({ aggregator: 'acme', mode: 'real', dau: 2 }),
      ],
    });
    expect(body.days[0].money[0]).toEqual({
      currency: 'USD',
      rounds: 2,
      bets: 2,
      free_bets: 0,
      turnover: '20.00',
      payouts: '25.50',
      ggr: '-5.50',
      rtp: '127.5000',
      rtp_interval: { low: '0.00', high: expect.any(String), confidence: '95', plays: 2 },
      hold: '-27.5000',
      ngr: { amount: '-4.40', components: [{ name: 'tax', amount: '-1.10' }] },
      jackpots: '0.00',
      promotions: '0.00',
      free_round_stakes: '0.00',
      free_round_wins: '0.00',
      billing_turnover: '20.00',
      tips: '0.00',
      adjustments: '0.00',
    });
    expect(body.days[1]).toMatchObject({ day: '2026-01-06', dau: 0, money: [], rows: [] });
  });

  it('gives a spreadsheet lines it cannot take for formulas, and numbers as numbers', async () => {
    const { status, headers, body } = await daily('from=2026-01-05&to=2026-01-05&format=csv');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(headers['content-disposition']).toBe('attachment; filename="daily-2026-01-05-2026-01-05.csv"');
    const [header = '', ...lines] = String(body).trimEnd().split('\r\n');
    expect(header.split(',').slice(0, 10)).toEqual([
      'day',
      'time_zone',
      'status',
      'revision',
      'aggregator',
      'provider',
      'game',
      'mode',
      'currency',
      'dau',
    ]);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^2026-01-05,UTC,final,1,acme,,'=cmd\|calc,demo,,0,0,0,0,1,0,1,,,/);
    expect(lines[1]).toMatch(
      /^2026-01-05,UTC,final,1,acme,,slot,real,USD,2,0,0,0,0,0,2,2,2,20\.00,25\.50,-5\.50,127\.5000,/,
    );
  });

  it('says what is wrong with a question', async () => {
    const codes = async (query: string) => {
      const { status, body } = await daily(query);
      return [status, body.code];
    };
    expect(await codes('from=2026-01-05')).toEqual([400, 'bad_request']);
    expect(await codes('from=2026-02-30&to=2026-03-01')).toEqual([400, 'bad_request']);
    expect(await codes('from=2026-01-05&to=2026-01-04')).toEqual([400, 'bad_request']);
    expect(await codes('from=2026-01-01&to=2026-12-31')).toEqual([400, 'bad_request']);
    expect(await codes('from=2026-01-05&to=2026-01-05&group_by=player')).toEqual([400, 'bad_request']);
    expect(await codes('from=2026-01-05&to=2026-01-05&revision=7')).toEqual([404, 'not_found']);
    expect(await codes('from=2026-01-05&to=2026-01-06&revision=1')).toEqual([400, 'bad_request']);
    expect((await daily('from=2026-01-05&to=2026-01-05', { authorization: `Bearer ${KEYS.cashier}` })).status).toBe(
      403,
    );
  });

  it('is described, and its lag is a metric', async () => {
    const { body } = await table.get('/v1/openapi.json', { authorization: '' });
    const { responses } = body.paths['/v1/analytics/daily'].get;
    expect(Object.keys(responses['200'].content)).toEqual(['application/json', 'text/csv']);
    const counted = Number(/^croupier_analytics_counted_timestamp_seconds (\S+)$/m.exec(await metrics.text())?.[1]);
    expect(counted * 1_000).toBeGreaterThan(NOON);
  });
});
