/** Launches of players over a real ledger and two replicas: double clicks, unfinished rounds, currencies, pretend money. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LaunchRequest } from '../../src/launch/index.ts';
import { newId, systemClock } from '../../src/platform/index.ts';
import { openPlayers } from '../../src/players/index.ts';
import { openSessions, sessionFact } from '../../src/sessions/index.ts';
import { externalId, gameCode, playerId, roundId, SAFE_POLICY, sessionId } from '../../src/wallet/index.ts';
import type { PlayerId, SessionId } from '../../src/wallet/index.ts';
import { amount, CURRENCIES, ledgerTable, request } from '../support/ledger.ts';
import { ACME, DEMO, GAME, launchesOf, read } from './stage.ts';

let table: Awaited<ReturnType<typeof ledgerTable>>;
beforeAll(async () => {
  table = await ledgerTable({ replicas: 2 });
});
afterAll(async () => table[Symbol.asyncDispose]());

/** A node with rooms of its own over the common database. */
function replica(at: number, policy = SAFE_POLICY) {
  const ledger = table.ledgerAt(at);
  const { sql } = table;
  const players = openPlayers({ sql, ledger, clock: systemClock, currencies: CURRENCIES });
  const sessions = openSessions({ sql, clock: systemClock });
  const launches = launchesOf(sql, {
    node: `n-${at}`,
    ledger,
    players,
    sessions,
    aggregators: [{ name: ACME, open: { launch: urlOf }, launchTtlSeconds: 600, policy }],
  });
  return { ledger, players, sessions, launches };
}
const urlOf = ({ session, currency }: { session: string; currency: string | null }) =>
  ({ kind: 'url', url: `https://acme.example/?session=${session}&currency=${currency ?? ''}` }) as const;

async function newPlayer(...currencies: readonly string[]): Promise<PlayerId> {
  const { players, ledger } = replica(0);
  const id = playerId(`p-${newId()}`);
  const [first = 'USD', ...more] = currencies;
  await players.create({ id, currency: first, country: null, test: false });
  for (const currency of more) {
    const known = CURRENCIES.get(currency);
    if (known !== undefined) await ledger.ensureWallet(id, known, 'active');
  }
  for (const currency of [first, ...more])
    await ledger.submit(
      request(id, currency, [{ kind: 'deposit', id: externalId(newId()), amount: amount('100') }], {
        aggregator: 'cashier' as typeof ACME,
        session: { kind: 'none' },
        sessionId: null,
        gameCode: null,
      }),
      SAFE_POLICY,
      20_000,
    );
  return id;
}

async function launch(player: PlayerId, more: Partial<LaunchRequest> = {}, at = 0, policy = SAFE_POLICY) {
  const launched = await replica(at, policy).launches.launch({ ...DEMO, mode: 'real', playerId: player, ...more });
  if (launched.kind !== 'launched') throw new Error(JSON.stringify(launched));
  return launched;
}

const play = (player: PlayerId, session: SessionId, round: string, currency: string, code = GAME.code) => {
  const ask = async (operation: Parameters<typeof request>[2][number]) =>
    table.ledgerAt(1).submit(
      request(player, currency, [operation], {
        session: { kind: 'live', currency },
        sessionId: session,
        gameCode: code,
      }),
      SAFE_POLICY,
      20_000,
    );
  return {
    bet: async () =>
      ask({
        kind: 'bet',
        id: externalId(`bet-${round}`),
        round: roundId(round),
        amount: amount('1'),
        flavour: 'cash',
        combined: false,
        closesRound: false,
      }),
    win: async (closesRound: boolean) =>
      ask({
        kind: 'win',
        id: externalId(`win-${round}`),
        round: roundId(round),
        bet: externalId(`bet-${round}`),
        amount: amount('2'),
        flavour: 'win',
        combined: false,
        closesRound,
      }),
  };
};

describe('a double click', () => {
  it('on two replicas in the same instant opens one wallet session, and every address is good [LCH-20]', async () => {
    const player = await newPlayer('USD');
    const clicks = await Promise.all([0, 1, 0, 1, 0, 1].map(async (at) => launch(player, {}, at)));
    expect(new Set(clicks.map((each) => each.session.id)).size).toBe(1);
    expect(await table.sql`SELECT id FROM session WHERE player = ${player}`).toHaveLength(1);
    expect(
      await table.sql`SELECT DISTINCT node FROM launch WHERE session_id = ${clicks[0]?.session.id ?? ''}`,
    ).toHaveLength(2);
    expect(clicks.every((each) => !each.resumed)).toBe(true);
  });
});

describe('a session', () => {
  it('keeps the currency it was opened in while the player switches to another wallet [LCH-22]', async () => {
    const player = await newPlayer('BTC', 'USD');
    const bitcoin = await launch(player, { currency: 'BTC' });
    const dollars = await launch(player, { currency: 'USD' }, 1);
    expect(dollars.session.id).not.toBe(bitcoin.session.id);
    const { sessions } = replica(0);
    const facts = await Promise.all(
      [bitcoin, dollars].map(async ({ session }) =>
        sessionFact(await sessions.find(session.id), { player, aggregator: ACME, nowMs: sessions.now() }),
      ),
    );
    expect(facts).toEqual([
      { kind: 'live', currency: 'BTC' },
      { kind: 'live', currency: 'USD' },
    ]);
  });
});

describe('a round that was left open', () => {
  it('is gone on with in its own session, on any replica, and the round stays the same [LCH-23]', async () => {
    const player = await newPlayer('USD');
    const first = await launch(player);
    const round = play(player, first.session.id, `r-${newId()}`, 'USD');
    expect(await round.bet()).toMatchObject({ kind: 'applied' });
    // Long after any double click; the aggregator says that the player has left.
    await table.sql`UPDATE session SET created_at = now() - interval '1 hour', ended_at = now() WHERE id = ${first.session.id}`;
    const again = await launch(player, {}, 1);
    expect(again).toMatchObject({ resumed: true, session: { id: first.session.id, endedAtMs: null } });
    const { sessions } = replica(0);
    const about = { player, aggregator: ACME, nowMs: sessions.now() };
    expect(sessionFact(await sessions.find(first.session.id), about)).toEqual({ kind: 'live', currency: 'USD' });
    expect(await round.win(true)).toMatchObject({ kind: 'applied' });
    const { items } = await table.ledgerAt().rounds({ player, limit: 10 });
    expect(items).toMatchObject([{ state: 'closed', sessionId: first.session.id }]);

    // Now that it is closed, a launch opens a session of its own.
    const next = await launch(player, {}, 0);
    expect(next.resumed).toBe(false);
    expect(next.session.id).not.toBe(first.session.id);
  });

  it('keeps its currency, whatever the player switches to meanwhile; another game is played in that [LCH-22] [LCH-23]', async () => {
    const player = await newPlayer('BTC', 'USD');
    const first = await launch(player, { currency: 'BTC' });
    await play(player, first.session.id, `r-${newId()}`, 'BTC').bet();
    const again = await launch(player, { currency: 'USD' }, 1);
    expect(again).toMatchObject({ resumed: true, session: { id: first.session.id, currency: 'BTC' } });
    expect(again.url).toContain('currency=BTC');
    await table.sql`UPDATE round SET game_code = 'another' WHERE session_id = ${first.session.id}`;
    await table.sql`UPDATE transaction SET game_code = 'another' WHERE session_id = ${first.session.id}`;
    expect(await launch(player, { currency: 'USD' }, 1)).toMatchObject({
      resumed: false,
      session: { currency: 'USD' },
    });
  });

  it('is found behind rounds of the same game that were played since', async () => {
    const player = await newPlayer('USD');
    const first = await launch(player);
    await play(player, first.session.id, `r-${newId()}`, 'USD').bet();
    await table.sql`UPDATE session SET created_at = now() - interval '1 hour' WHERE id = ${first.session.id}`;
    for (let turn = 0; turn < 3; turn += 1) {
      const other = play(player, sessionId('s-other'), `r-${newId()}`, 'USD');
      await other.bet();
      await other.win(true);
    }
    expect((await launch(player)).session.id).toBe(first.session.id);
  });

  it("is not resumed by another player, in a demo, for another game's round, or once it is stuck", async () => {
    const [player, other] = [await newPlayer('USD'), await newPlayer('USD')];
    const first = await launch(player);
    await play(player, first.session.id, `r-${newId()}`, 'USD', gameCode('elsewhere')).bet();
    await table.sql`UPDATE session SET created_at = now() - interval '1 hour' WHERE id = ${first.session.id}`;
    expect((await launch(player)).resumed).toBe(false);
    const open = await launch(player);
    await play(player, open.session.id, `r-${newId()}`, 'USD').bet();
    expect((await launch(other)).session.id).not.toBe(open.session.id);
    expect((await launch(player, { mode: 'demo' })).session).toMatchObject({ mode: 'demo', player: null });
    await table.sql`UPDATE session SET created_at = now() - interval '1 hour' WHERE id = ${open.session.id}`;
    const impatient = { ...SAFE_POLICY, 'round.stuckAfterMs': -60_000 };
    expect((await launch(player, {}, 0, impatient)).resumed).toBe(false);
  });

  it('is never looked for where the aggregator closes no lost rounds', async () => {
    const player = await newPlayer('USD');
    const first = await launch(player);
    await play(player, first.session.id, `r-${newId()}`, 'USD').bet();
    await table.sql`UPDATE session SET created_at = now() - interval '1 hour' WHERE id = ${first.session.id}`;
    const never = { ...SAFE_POLICY, 'round.resume': 'never' } as const;
    expect((await launch(player, {}, 0, never)).session.id).not.toBe(first.session.id);
  });

  it('is looked for by indexes alone, however many bets the book holds', async () => {
    const plan = await table.sql.unsafe(`EXPLAIN (FORMAT JSON)
      WITH recent AS MATERIALIZED (
        SELECT id, id_scope, round_id FROM transaction
        WHERE shard = 1 AND player = 'p' AND id >= '018f0000-0000-7000-8000-000000000000' AND aggregator = 'acme'
          AND game_code = 'book' AND kind = 'bet' AND state IN ('applied', 'part_reversed') AND round_id IS NOT NULL
        ORDER BY id DESC LIMIT 2000
      )
      SELECT r.session_id FROM recent t
      JOIN round r ON r.shard = 1 AND r.player = 'p' AND r.aggregator = 'acme' AND r.id_scope = t.id_scope
        AND r.round_id = t.round_id
      WHERE r.state = 'open' AND r.session_id IS NOT NULL ORDER BY t.id DESC LIMIT 1`);
    const text = JSON.stringify(plan);
    expect(text).not.toContain('Seq Scan');
    expect(text).toContain('transaction_pkey');
    expect(text).toContain('round_pkey');
  });
});

describe('what is said about the launch', () => {
  it('is passed on and kept with the session: jurisdiction and region [LCH-24]', async () => {
    const launched = await launchesOf(table.sql).launch({ ...DEMO, jurisdiction: 'MGA', region: 'Gozo & co' });
    expect(read(launched)).toMatchObject({ kind: 'opened', order: { jurisdiction: 'MGA', region: 'Gozo & co' } });
    const id = launched.kind === 'launched' ? launched.session.id : sessionId('');
    expect(await replica(0).sessions.get(id)).toMatchObject({ jurisdiction: 'MGA', region: 'Gozo & co' });
  });

  it('in pretend money is a demo of nobody, and meets no wallet [LCH-16]', async () => {
    const player = await newPlayer('USD');
    for (const currency of ['FUN', 'X'.repeat(3)]) {
      const launched = await launch(player, { currency });
      expect(launched.session).toMatchObject({ mode: 'demo', player: null, currency: null });
    }
  });
});
