/** Settlement events through the gateway's own door: believed, stored, answered; and a burst of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { loadConfig } from '../../src/config.ts';
import { gateway, openJournal } from '../../src/gateway/index.ts';
import { httpServer } from '../../src/http.ts';
import { createMetrics, newId, silentLog, systemClock } from '../../src/platform/index.ts';
import { sessionFact } from '../../src/sessions/index.ts';
import { aggregatorName, transactionId } from '../../src/wallet/index.ts';
import type { PlayerId } from '../../src/wallet/index.ts';
import { bet } from '../support/act.ts';
import { opened, said, stage, summary } from './stage.ts';
import type { Stage } from './stage.ts';

/** A burst for every day; `SETTLEMENT_BURST=100000` for the one that is asked for. */
const BURST = Number(process.env['SETTLEMENT_BURST'] ?? '2000');

describe('POST /webhooks/{aggregator}/settlement', () => {
  let at: Stage;
  let app: FastifyInstance;
  let player: PlayerId;
  beforeAll(async () => {
    if (opened.kind === 'problem') throw new Error(opened.message);
    const { open, policy, contentTypes, callbackPaths } = opened;
    at = await stage();
    player = await at.table.player('USD', '1000000.00');
    const journal = openJournal({ sql: at.table.sql, log: silentLog, metrics: createMetrics() });
    app = httpServer(loadConfig({}, {}, { currencies: {} }), silentLog);
    await app.register(
      gateway({
        aggregators: [{ name: aggregatorName('acme'), open, policy, contentTypes, callbackPaths, allowIps: null }],
        ledger: at.table.ledgerAt(),
        journal,
        clock: systemClock,
        log: silentLog,
        metrics: createMetrics(),
        bodyLimitBytes: 65_536,
        ports: {
          session: async () => null,
          sessionFact,
          knowsGame: async () => true,
          playerOfTransaction: async () => null,
          grant: async () => null,
          profile: async () => null,
          wallets: async () => [],
          exchanges: { of: () => null, showed: async () => undefined },
          nextId: () => transactionId(newId()),
        },
        onEvent: async (name, event, request) => {
          if (event.kind !== 'settlement' && event.kind !== 'settlement_unread') throw new Error(`heard ${event.kind}`);
          await at.settlement.receive(name, event, request.body);
        },
      }),
    );
    app.addHook('onClose', async () => journal.close());
    await app.ready();
  });
  afterAll(async () => {
    await app.close();
    await at[Symbol.asyncDispose]();
  });

  const send = async (body: Uint8Array, headers: Readonly<Record<string, string>>) =>
    app.inject({ method: 'POST', url: '/webhooks/acme/settlement', headers, payload: Buffer.from(body) });
  const signedEvent = (event: ReturnType<typeof summary>) => {
    if (opened.kind === 'problem') throw new Error(opened.message);
    return opened.mirror.sayWebhook(event, systemClock.now());
  };
  const count = async () =>
    (await at.sql<{ count: number }[]>`SELECT count(*)::integer AS count FROM settlement_event`)[0]?.count;

  it('is answered once the event is stored, and again when it comes again', async () => {
    const { body, headers } = signedEvent(summary({ player, round: 'first', eventId: 'one' }));
    for (let times = 0; times < 2; times += 1) {
      const answer = await send(body, headers);
      expect([answer.statusCode, answer.body]).toEqual([200, '{"status":"accepted"}']);
    }
    expect(await at.sql`SELECT event_key, deliveries, body FROM settlement_event`).toEqual([
      { event_key: 'one', deliveries: 2, body: Buffer.from(body) },
    ]);
  });

  it('with a bad signature is not believed: nothing is stored but the attempt [SET-23]', async () => {
    const before = await count();
    const { body, headers } = signedEvent(summary({ player, round: 'forged' }));
    const forged = Buffer.from(Buffer.from(body).toString('utf8').replace('forged', 'forgex'));
    expect((await send(forged, headers)).statusCode).toBe(401);
    expect((await send(body, { ...headers, 'x-signature': 'f'.repeat(64) })).statusCode).toBe(401);
    expect(await count()).toBe(before);
    await expect
      .poll(async () => (await at.sql`SELECT verdict FROM journal WHERE verdict = 'mismatch'`).length, {
        timeout: 10_000,
      })
      .toBe(2);
  });

  it(
    'takes a burst, acknowledges all of it, and every round comes to be balanced [SET-16]',
    { timeout: 900_000 },
    async () => {
      const rounds = Array.from({ length: BURST }, (_unused, index) => index);
      for (let from = 0; from < BURST; from += 500) {
        const some = rounds.slice(from, from + 500);
        await Promise.all(
          some.map(async (n) => at.play(player, bet(`burst-${n}`, { round: `burst-${n}`, amount: '1', closes: true }))),
        );
      }
      const events = rounds.map((n) =>
        signedEvent(
          summary({
            player,
            round: `burst-${n}`,
            eventId: `burst-${n}`,
            totals: ['1', '0'],
            transactions: [said.bet(`burst-${n}`, '1')],
          }),
        ),
      );
      const answers: number[] = [];
      for (let from = 0; from < BURST; from += 200)
        answers.push(
          ...(await Promise.all(
            events.slice(from, from + 200).map(async ({ body, headers }) => (await send(body, headers)).statusCode),
          )),
        );
      expect(new Set(answers)).toEqual(new Set([200]));
      for (let turn = 0; turn < 50 && (await at.settlement.measure()).unread > 0; turn += 1) await at.settle();
      await at.settle();
      expect(
        await at.sql`SELECT state, count(*)::integer AS count FROM round_view WHERE round_id LIKE 'burst-%' GROUP BY state`,
      ).toEqual([{ state: 'balanced', count: BURST }]);
    },
  );
});
