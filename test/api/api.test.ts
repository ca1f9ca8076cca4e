import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Uncertain } from '../../src/ledger/index.ts';
import { listedGame } from '../catalogue/aggregator.ts';
import { apiTable, KEYS } from './table.ts';

type Table = Awaited<ReturnType<typeof apiTable>>;
let numbered = 0;
const fresh = (what: string): string => `${what}-${(numbered += 1)}`;

describe('the operator API', () => {
  let table: Table;
  beforeAll(async () => {
    const games = [listedGame('slot'), listedGame('crash', { category: 'crash', demo: false }), listedGame('wheel')];
    table = await apiTable({ games });
    expect((await table.post('/v1/syncs', { aggregator: 'acme' })).body).toMatchObject({
      outcome: 'applied',
      added: 3,
    });
  });
  afterAll(async () => table[Symbol.asyncDispose]());

  const newPlayer = async (currency = 'USD', deposit = '100.00'): Promise<string> => {
    const id = fresh('player');
    await table.post('/v1/players', { id, currency, country: 'MT' });
    await table.post(`/v1/players/${id}/deposits`, { amount: deposit, currency, reference: fresh('start') });
    return id;
  };

  describe('keys and doors', () => {
    it('asks for a key on every /v1 route but its description, before it reads the body', async () => {
      const paths = Object.entries((await table.get('/v1/openapi.json')).body.paths as Record<string, object>);
      const guarded = paths.filter(([path]) => path.startsWith('/v1/'));
      expect(guarded.length).toBeGreaterThanOrEqual(14);
      for (const [path, methods] of guarded) {
        for (const method of Object.keys(methods)) {
          const url = path.replaceAll(/\{\w+\}/g, 'x');
          const answer = await table.call(
            method.toUpperCase() as 'GET',
            url,
            method === 'get' ? undefined : '{broken',
            { authorization: '' },
          );
          expect([url, answer.status]).toEqual([url, 401]);
          expect(answer.headers['content-type']).toContain('application/problem+json');
          expect(answer.headers['www-authenticate']).toBe('Bearer');
          expect(answer.body).toMatchObject({ status: 401, code: 'unauthorized' });
        }
      }
    });

    it('takes only whole keys, and only for what they are for', async () => {
      for (const authorization of [
        'Bearer',
        'Bearer x',
        `Bearer ${KEYS.platform}x`,
        `Bearer ${KEYS.platform.slice(0, -1)}`,
        KEYS.platform,
        `Basic ${KEYS.platform}`,
      ]) {
        expect((await table.get('/v1/games', { authorization })).status).toBe(401);
      }
      const reader = { authorization: `Bearer ${KEYS.reader}` };
      const cashier = { authorization: `bearer ${KEYS.cashier}` };
      expect((await table.get('/v1/games', reader)).status).toBe(200);
      expect((await table.post('/v1/players', { id: 'x', currency: 'USD' }, reader)).body).toMatchObject({
        status: 403,
        code: 'forbidden',
      });
      expect((await table.get('/v1/games', cashier)).status).toBe(403);
      const id = await newPlayer();
      expect(
        (
          await table.post(
            `/v1/players/${id}/deposits`,
            { amount: '1', currency: 'USD', reference: fresh('r') },
            cashier,
          )
        ).status,
      ).toBe(200);
      expect(
        (
          await table.post(
            `/v1/players/${id}/deposits`,
            { amount: '1', currency: 'USD', reference: fresh('r') },
            reader,
          )
        ).status,
      ).toBe(403);
    });

    it('says 404 to unknown paths and 405 with Allow to unknown methods', async () => {
      expect((await table.get('/v1/nothing')).body).toMatchObject({ status: 404, code: 'not_found' });
      expect((await table.get('/')).body).toMatchObject({ status: 404, code: 'not_found' });
      const answer = await table.call('DELETE', '/v1/players/x');
      expect(answer.body).toMatchObject({ status: 405, code: 'method_not_allowed' });
      expect(answer.headers['allow']).toBe('GET, HEAD, PATCH');
    });

    it("reads bodies as strictly as an aggregator's", async () => {
      for (const body of [
        '',
        '{',
        '{"id":"a","id":"b","currency":"USD"}',
        '{"__proto__":1}',
        '"text"',
        '[]',
        'null',
        '\ufeff{}',
        '{"id":"\\ud800","currency":"USD"}',
      ]) {
        expect((await table.post('/v1/players', body)).body).toMatchObject({ status: 400, code: 'bad_request' });
      }
      expect((await table.post('/v1/players', 'id=a', { 'content-type': 'text/plain' })).body).toMatchObject({
        status: 415,
        code: 'unsupported_media',
      });
      expect((await table.post('/v1/players', `{"id":"${'x'.repeat(70_000)}"}`)).body).toMatchObject({
        status: 413,
        code: 'too_large',
      });
      const invalid = await table.post('/v1/players', { id: 'a', currency: 7, country: 'Malta', unknown: 'is fine' });
      expect(invalid.body.errors.map((each: { path: string }) => each.path)).toEqual(['body.currency', 'body.country']);
    });
  });

  describe('players', () => {
    it('creates once, repeats the same answer, refuses other facts', async () => {
      const facts = { id: fresh('p/ö %'), currency: 'USD', country: 'mt', test: true };
      const first = await table.post('/v1/players', facts);
      const second = await table.post('/v1/players', facts);
      expect([first.status, second.status]).toEqual([201, 200]);
      expect(second.body).toEqual(first.body);
      expect(first.body).toMatchObject({
        id: facts.id,
        country: 'MT',
        test: true,
        status: 'active',
        limits: { USD: { max_stake: null } },
      });
      expect((await table.post('/v1/players', { ...facts, currency: 'EUR' })).body).toMatchObject({
        status: 409,
        code: 'conflict',
        field: 'currency',
      });
      expect((await table.post('/v1/players', { ...facts, id: fresh('p'), currency: 'XYZ' })).body).toMatchObject({
        status: 422,
        code: 'wrong_currency',
      });
      expect((await table.get(`/v1/players/${encodeURIComponent(facts.id)}`)).body).toEqual(first.body);
    });

    it('takes ids of 255 characters of any script', async () => {
      const id = 'ж'.repeat(255);
      expect((await table.post('/v1/players', { id, currency: 'USD' })).status).toBe(201);
      expect((await table.get(`/v1/players/${encodeURIComponent(id)}/balances`)).body).toEqual([
        { currency: 'USD', balance: '0.00' },
      ]);
      expect((await table.post('/v1/players', { id: `${id}x`, currency: 'USD' })).status).toBe(400);
    });

    it('changes status and limits, and gives further wallets', async () => {
      const id = await newPlayer();
      const patched = await table.patch(`/v1/players/${id}`, {
        status: 'blocked',
        limits: { USD: { max_stake: '5.00', daily_loss_limit: '50' } },
      });
      expect(patched.body).toMatchObject({
        status: 'blocked',
        limits: { USD: { max_stake: '5.00', daily_loss_limit: '50.00' } },
      });
      expect((await table.patch(`/v1/players/${id}`, { status: 'gone' })).status).toBe(400);
      expect(
        (await table.patch(`/v1/players/${id}`, { limits: { USD: { max_stake: 5, daily_loss_limit: null } } })).status,
      ).toBe(400);
      expect(
        (await table.patch(`/v1/players/${id}`, { limits: { EUR: { max_stake: '5', daily_loss_limit: null } } })).body
          .code,
      ).toBe('wrong_currency');
      expect((await table.patch('/v1/players/nobody', { status: 'active' })).body.code).toBe('unknown_player');
      expect((await table.post(`/v1/players/${id}/wallets`, { currency: 'BTC' })).body).toEqual([
        { currency: 'BTC', balance: '0.00000000' },
        { currency: 'USD', balance: '100.00' },
      ]);
      expect((await table.get('/v1/players/nobody/balances')).body).toMatchObject({
        status: 404,
        code: 'unknown_player',
      });
    });
  });

  describe('deposits and withdrawals', () => {
    it('books once per reference, whatever is repeated in parallel', async () => {
      const id = await newPlayer();
      const deposit = { amount: '12.50', currency: 'USD', reference: fresh('dep') };
      const answers = await Promise.all(
        Array.from({ length: 20 }, async () => table.post(`/v1/players/${id}/deposits`, deposit)),
      );
      expect(answers.every((answer) => answer.status === 200 && answer.body.balance === '112.50')).toBe(true);
      expect(new Set(answers.map((answer) => answer.body.transaction_id)).size).toBe(1);
      expect(answers.filter((answer) => !answer.body.duplicate)).toHaveLength(1);
    });

    it('refuses the same reference with other facts, also for another player [BET-28]', async () => {
      const [id, other] = [await newPlayer(), await newPlayer()];
      const deposit = { amount: '1.00', currency: 'USD', reference: fresh('dep') };
      await table.post(`/v1/players/${id}/deposits`, deposit);
      expect((await table.post(`/v1/players/${id}/deposits`, { ...deposit, amount: '2.00' })).body).toMatchObject({
        status: 409,
        code: 'conflict',
        field: 'amount',
      });
      expect((await table.post(`/v1/players/${other}/deposits`, deposit)).body).toMatchObject({
        status: 409,
        code: 'conflict',
        field: 'player',
      });
      expect((await table.post(`/v1/players/${id}/withdrawals`, deposit)).body).toMatchObject({ balance: '100.00' });
    });

    it('takes amounts as plain text only [BET-10]', async () => {
      const id = await newPlayer();
      for (const amount of [
        5,
        null,
        '',
        '0',
        '0.00',
        '-1',
        '+1',
        '1,00',
        '1e2',
        '01',
        ' 1',
        '1.001',
        `1${'0'.repeat(38)}`,
        'NaN',
        '٣',
      ]) {
        const answer = await table.post(`/v1/players/${id}/deposits`, {
          amount,
          currency: 'USD',
          reference: fresh('bad'),
        });
        expect([amount, answer.status, answer.body.code]).toEqual([amount, 400, 'bad_request']);
      }
      expect((await table.get(`/v1/players/${id}/balances`)).body).toEqual([{ currency: 'USD', balance: '100.00' }]);
    });

    it('words every refusal of the wallet', async () => {
      const id = await newPlayer();
      const move = async (kind: string, amount: string, currency = 'USD', player = id) =>
        (await table.post(`/v1/players/${player}/${kind}`, { amount, currency, reference: fresh('r') })).body;
      expect(await move('withdrawals', '100.01')).toMatchObject({ status: 422, code: 'insufficient_funds' });
      expect(await move('deposits', '1', 'EUR')).toMatchObject({ status: 422, code: 'wrong_currency' });
      expect(await move('deposits', '1', 'XYZ')).toMatchObject({ status: 422, code: 'wrong_currency' });
      expect(await move('deposits', '1', 'USD', 'nobody')).toMatchObject({ status: 404, code: 'unknown_player' });
      await table.patch(`/v1/players/${id}`, { status: 'self_excluded' });
      expect(await move('deposits', '1')).toMatchObject({ status: 422, code: 'player_excluded' });
      expect(await move('withdrawals', '100.00')).toMatchObject({ balance: '0.00', duplicate: false });
    });

    it('keeps eighteen digits [BET-09]', async () => {
      const id = await newPlayer('ETH', '123456789012345678.123456789012345678');
      expect((await table.get(`/v1/players/${id}/balances`)).body).toEqual([
        { currency: 'ETH', balance: '123456789012345678.123456789012345678' },
      ]);
    });
  });

  describe('games', () => {
    it('lists, filters and pages by an opaque cursor', async () => {
      const page = await table.get('/v1/games?limit=2');
      expect(page.body.items.map((game: { code: string }) => game.code)).toEqual(['crash', 'slot']);
      const rest = await table.get(`/v1/games?limit=2&cursor=${page.body.next_cursor}`);
      expect(rest.body).toMatchObject({ items: [{ code: 'wheel' }], next_cursor: null });
      expect((await table.get('/v1/games?demo=false')).body.items).toHaveLength(1);
      expect(
        (await table.get('/v1/games?q=WHEEL&category=slots&aggregator=acme&country=mt&currency=USD')).body.items,
      ).toHaveLength(1);
      for (const query of [
        'limit=0',
        'limit=201',
        'limit=x',
        'demo=maybe',
        'cursor=x',
        'q=a&q=b',
        'q=%00',
        'country=Malta',
        'state=gone',
      ]) {
        expect([query, (await table.get(`/v1/games?${query}`)).status]).toEqual([query, 400]);
      }
    });

    it('answers 304 to whoever has the list already, and not after a change', async () => {
      const first = await table.get('/v1/games');
      const etag = String(first.headers['etag']);
      const again = await table.get('/v1/games', { 'if-none-match': `"other", W/${etag}` });
      expect([again.status, again.body]).toEqual([304, '']);
      const [game] = first.body.items;
      expect((await table.patch(`/v1/games/${game.id}`, { order: 5, category: 'top' })).body).toMatchObject({
        order: 5,
        category: 'top',
      });
      expect((await table.get('/v1/games', { 'if-none-match': etag })).status).toBe(200);
      expect(
        (await table.patch(`/v1/games/${game.id}`, { order: 1000, category: null, enabled: false })).body,
      ).toMatchObject({ available: false });
      expect((await table.get('/v1/games')).body.items).toHaveLength(2);
      expect((await table.get('/v1/games?state=all')).body.items).toHaveLength(3);
      expect((await table.patch(`/v1/games/${game.id}`, { enabled: true })).body).toMatchObject({ available: true });
      expect((await table.get('/v1/games/nothing')).body).toMatchObject({ status: 404, code: 'unknown_game' });
      expect((await table.patch('/v1/games/nothing', { enabled: true })).status).toBe(404);
      expect((await table.patch(`/v1/games/${game.id}`, { order: 1.5 })).status).toBe(400);
    });

    it('syncs by hand and tells past syncs', async () => {
      expect((await table.post('/v1/syncs', { aggregator: 'acme' })).body).toMatchObject({
        outcome: 'applied',
        added: 0,
      });
      expect((await table.post('/v1/syncs', { aggregator: 'nobody' })).body).toMatchObject({
        status: 404,
        code: 'unknown_aggregator',
      });
      expect((await table.get('/v1/syncs?aggregator=acme')).body.items[0]).toMatchObject({
        outcome: 'applied',
        listed: 3,
      });
    });
  });

  describe('launches and sessions', () => {
    const gameId = async (code = 'slot'): Promise<string> =>
      (await table.get('/v1/games?state=all')).body.items.find((game: { code: string }) => game.code === code).id;

    it('launches a game and shows the session', async () => {
      const player = await newPlayer();
      const answer = await table.post('/v1/launches', {
        player_id: player,
        game_id: await gameId(),
        mode: 'real',
        ip: '2001:db8::1',
        lang: 'pt-BR',
        country: 'br',
        return_url: 'https://casino.example/lobby',
        platform: 'mobile',
      });
      expect(answer.status).toBe(201);
      expect(answer.body.url).toContain(answer.body.session_id);
      expect(Date.parse(answer.body.expires_at)).toBeGreaterThan(Date.now());
      expect((await table.get(`/v1/sessions/${answer.body.session_id}`)).body).toMatchObject({
        player_id: player,
        mode: 'real',
        state: 'live',
        currency: 'USD',
        country: 'BR',
        ip: '2001:db8::1',
      });
      expect((await table.get('/v1/sessions/nothing')).body).toMatchObject({ status: 404, code: 'not_found' });
    });

    it('refuses in words', async () => {
      const player = await newPlayer();
      const game_id = await gameId();
      const refusal = async (more: object) => {
        const { status, body } = await table.post('/v1/launches', {
          player_id: player,
          game_id,
          mode: 'real',
          ...more,
        });
        return [status, body.code];
      };
      expect(await refusal({ game_id: 'x' })).toEqual([404, 'unknown_game']);
      expect(await refusal({ player_id: 'nobody' })).toEqual([404, 'unknown_player']);
      expect(await refusal({ player_id: null })).toEqual([404, 'unknown_player']);
      expect(await refusal({ currency: 'BTC' })).toEqual([422, 'wrong_currency']);
      expect(await refusal({ return_url: 'javascript:alert(1)' })).toEqual([422, 'return_url_not_allowed']);
      expect(await refusal({ game_id: await gameId('crash'), mode: 'demo', player_id: null })).toEqual([
        422,
        'demo_unsupported',
      ]);
      expect(await refusal({ mode: 'fun' })).toEqual([400, 'bad_request']);
      expect(await refusal({ ip: '999.1.1.1' })).toEqual([400, 'bad_request']);
      await table.patch(`/v1/players/${player}`, { status: 'blocked' });
      expect(await refusal({})).toEqual([422, 'player_blocked']);
    });
  });

  describe('the book', () => {
    it("tells a round's whole story under an opaque id", async () => {
      const player = await newPlayer();
      const bet = await table.bet(player as Parameters<typeof table.bet>[0], {
        id: fresh('bet'),
        round: 'round/1 ñ',
        amount: '2.50',
      });
      expect(bet.kind).toBe('applied');
      const [round] = (await table.get(`/v1/rounds?player=${player}&aggregator=acme&state=open`)).body.items;
      expect(round).toMatchObject({ round_id: 'round/1 ñ', staked: '2.50', paid: '0.00', state: 'open', bets: 1 });
      const story = (await table.get(`/v1/rounds/${round.id}`)).body;
      expect(story.round).toEqual(round);
      expect(story.transactions).toMatchObject([
        { kind: 'bet', amount: '2.5', wallet_amount: '2.50', balance_after: '97.50' },
      ]);
      expect(story.postings).toMatchObject([{ debit: 'player', amount: '2.50', balance_after: '97.50' }]);
      expect((await table.get('/v1/rounds/nothing')).body).toMatchObject({ status: 404, code: 'not_found' });
      expect((await table.get(`/v1/rounds?player=${player}&state=closed`)).body).toEqual({
        items: [],
        next_cursor: null,
      });
      expect((await table.get('/v1/rounds?state=gone')).status).toBe(400);
    });

    it('pages transactions and finds them by external id', async () => {
      const player = await newPlayer();
      const references = Array.from({ length: 5 }, () => fresh('page'));
      for (const reference of references)
        await table.post(`/v1/players/${player}/deposits`, { amount: '1', currency: 'USD', reference });
      const seen: string[] = [];
      let query = `player=${player}&limit=2`;
      for (let pages = 0; pages < 10 && query !== ''; pages += 1) {
        const { items, next_cursor } = (await table.get(`/v1/transactions?${query}`)).body;
        seen.push(...items.map((each: { external_id: string }) => each.external_id));
        query = next_cursor === null ? '' : `player=${player}&limit=2&cursor=${next_cursor}`;
      }
      expect(seen.slice(0, 5)).toEqual(references.toReversed());
      const found = (await table.get(`/v1/transactions?external_id=${references[0]}`)).body.items;
      expect(found).toMatchObject([
        { kind: 'deposit', player_id: player, amount: '1', wallet_amount: '1.00', state: 'applied' },
      ]);
      const forged = Buffer.from('["no-uuid"]').toString('base64url');
      expect((await table.get(`/v1/transactions?cursor=${forged}`)).status).toBe(400);
    });
  });

  describe('its own description', () => {
    it('is OpenAPI 3.1 with every call, a bearer key and problems', async () => {
      const { body } = await table.get('/v1/openapi.json', { authorization: '' });
      expect(body.openapi).toBe('3.1.0');
      expect(Object.keys(body.paths)).toEqual(
        expect.arrayContaining([
          '/v1/players',
          '/v1/players/{id}/deposits',
          '/v1/games',
          '/v1/launches',
          '/v1/rounds/{id}',
          '/healthz',
          '/readyz',
        ]),
      );
      expect(body.components.securitySchemes).toEqual({ apiKey: { type: 'http', scheme: 'bearer' } });
      const { post } = body.paths['/v1/players/{id}/deposits'];
      expect(post.requestBody.content['application/json'].schema.properties.amount).toMatchObject({ type: 'string' });
      expect(Object.keys(post.responses)).toEqual(['200', 'default']);
      expect(post.responses.default.content['application/problem+json'].schema.required).toContain('code');
    });

    it('has a page to read that loads nothing from elsewhere', async () => {
      const page = await table.get('/docs', { authorization: '' });
      const index =
        page.status === 302 ? await table.get(String(page.headers['location']), { authorization: '' }) : page;
      expect(index.status).toBe(200);
      expect(index.body).toContain('swagger');
      const sources = [...String(index.body).matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
      expect(sources.length).toBeGreaterThan(2);
      for (const source of sources) expect(source).not.toMatch(/^(?:https?:)?\/\//);
      expect(index.headers['content-security-policy']).toContain("default-src 'self'");
    });
  });
});

describe('what machines ask', () => {
  it('is alive, ready or not, and counts', async () => {
    await using table = await apiTable();
    const anonymous = { authorization: '' };
    expect((await table.get('/healthz', anonymous)).body).toEqual({ status: 'ok' });
    expect((await table.get('/readyz', anonymous)).body).toEqual({
      status: 'ready',
      checks: [{ name: 'database', ok: true }],
    });
    table.health.checks = [{ name: 'database', ok: false, detail: 'no answer' }];
    expect(await table.get('/readyz', anonymous)).toMatchObject({
      status: 503,
      body: { status: 'not_ready', checks: [{ detail: 'no answer' }] },
    });
    expect((await table.get('/metrics', anonymous)).body).toContain('process_cpu_user_seconds_total');
  });

  it('is not ready while a check fails or hangs', async () => {
    await using failing = await apiTable({}, { ready: async () => Promise.reject(new Error('down')), metrics: null });
    expect((await failing.get('/readyz')).status).toBe(503);
    expect((await failing.get('/metrics')).status).toBe(404);
    await using hanging = await apiTable({}, { ready: async () => new Promise(() => undefined) });
    expect((await hanging.get('/readyz')).status).toBe(503);
  });
});

describe('uncertainty', () => {
  it('is 503 with Retry-After on a write, never a refusal', async () => {
    for (const error of [new Uncertain('deadline', 'too slow'), new Error('the connection broke')]) {
      await using table = await apiTable();
      const { ledgerAt } = table;
      await table.post('/v1/players', { id: 'p', currency: 'USD' });
      await using broken = await apiTable({}, { ledger: { ...ledgerAt(), submit: async () => Promise.reject(error) } });
      const answer = await broken.post(
        '/v1/players/p/deposits',
        { amount: '1', currency: 'USD', reference: 'r' },
        { 'idempotency-key': 'k' },
      );
      expect(answer.body).toMatchObject({ status: 503, code: 'uncertain' });
      expect(answer.headers['retry-after']).toBe('1');
      expect(await broken.sql`SELECT 1 FROM idempotency_key`).toHaveLength(0);
    }
  });
});
