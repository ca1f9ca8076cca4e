/** The doors: what is refused before a dialect sees it and in whose words, which transports pass, and what is said while closing. */
import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { OpenDialect } from '../../src/dialects/dialect.ts';
import { createLog } from '../../src/platform/index.ts';
import { aggregatorName } from '../../src/wallet/index.ts';
import type { Outcome } from '../../src/wallet/index.ts';
import { until } from '../support/wait.ts';
import { APPLIED, callOf, plainDialect, POLICY, sleep, stage, wire, worded } from './stage.ts';

const BET = 'bet b1 ann 1.00 r1';

describe('the door of callbacks', () => {
  it('knows nobody by a name that is not configured', async () => {
    await using table = await stage();
    for (const path of ['/callbacks/nobody', '/callbacks/ACME', '/webhooks/nobody/session', '/callbacks/__proto__']) {
      const answer = await table.ask(BET, { path });
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.body)).toMatchObject({ status: 'error', code: 'unknown_aggregator' });
    }
    expect(table.seen.verified).toHaveLength(0);
    expect(table.entries).toHaveLength(0);
  });

  it('keeps one aggregator from the keys of another [SIG-45]', async () => {
    const seen = { verified: [], decoded: [] };
    const own: OpenDialect['verify'] = (request) =>
      request.headers['x-proof'] === 'of-beta'
        ? plainDialect(seen).verify({ ...request, headers: { 'x-proof': 'good' } }, 0)
        : { kind: 'distrust', reason: 'mismatch', skewMs: null };
    await using table = await stage({
      more: {
        aggregators: ['acme', 'beta'].map((name) => ({
          name: aggregatorName(name),
          open: plainDialect(seen, name === 'beta' ? { verify: own } : {}),
          policy: POLICY,
          contentTypes: ['text/x-plain'],
          callbackPaths: [''],
          allowIps: null,
        })),
      },
    });
    expect((await table.ask(BET, { path: '/callbacks/beta', proof: 'of-beta' })).status).toBe(200);
    expect((await table.ask(BET, { path: '/callbacks/beta', proof: 'good' })).status).toBe(401);
    expect((await table.ask(BET, { path: '/callbacks/acme', proof: 'of-beta' })).status).toBe(401);
  });

  it('takes a body of exactly the limit and refuses one byte more, in the dialect’s words [SIG-36]', async () => {
    await using table = await stage();
    expect((await table.ask('x'.repeat(2_048))).status).toBe(400);
    expect(table.seen.verified).toHaveLength(1);
    const answer = await table.ask('x'.repeat(2_049));
    expect(answer).toMatchObject({ status: 413, body: 'TOO MUCH' });
    expect(answer.headers.get('connection')).toBe('close');
    expect(table.seen.verified).toHaveLength(1);
    expect(table.entries.at(-1)).toMatchObject({ verdict: 'unread', outcome: 'too_large', status: 413 });
  });

  it('counts what arrives, not what was announced [SIG-36]', async () => {
    await using table = await stage();
    const line = await wire(table.port);
    line.write(
      'POST /callbacks/acme HTTP/1.1\r\nhost: x\r\ncontent-type: text/x-plain\r\nx-proof: good\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    for (let sent = 0; sent < 5; sent += 1) line.write(`200\r\n${'x'.repeat(512)}\r\n`);
    expect(await line.until('TOO MUCH')).toMatch(/^HTTP\/1\.1 413 /);
    line.socket.destroy();
  });

  it('refuses a length and chunks at once, and a length that is none [SIG-40]', async () => {
    await using table = await stage();
    for (const headers of [
      'content-length: 5\r\ntransfer-encoding: chunked',
      'content-length: five',
      'content-length: -1',
    ]) {
      const line = await wire(table.port);
      line.write(`POST /callbacks/acme HTTP/1.1\r\nhost: x\r\ncontent-type: text/x-plain\r\n${headers}\r\n\r\n`);
      expect(await line.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
      line.socket.destroy();
    }
    expect(table.seen.verified).toHaveLength(0);
  });

  it('takes the content types of the dialect in any spelling and no other [SIG-37]', async () => {
    await using table = await stage();
    for (const type of ['text/x-plain', 'TEXT/X-Plain', 'text/x-plain; charset=utf-8', 'text/x-plain;charset="x"'])
      expect((await table.ask(BET, { headers: { 'content-type': type } })).status).toBe(200);
    for (const type of [
      'application/json',
      'text/plain',
      'multipart/form-data; boundary=x',
      'text/x-plainer',
      ';',
      'a/b/c',
    ])
      expect(await table.ask(BET, { headers: { 'content-type': type } })).toMatchObject({
        status: 415,
        body: 'NOT LIKE THAT',
      });
    expect(table.seen.verified).toHaveLength(4);
  });

  it('refuses a body without a type [SIG-37]', async () => {
    await using table = await stage();
    const line = await wire(table.port);
    line.write(
      `POST /callbacks/acme HTTP/1.1\r\nhost: x\r\nx-proof: good\r\ncontent-length: ${BET.length}\r\n\r\n${BET}`,
    );
    expect(await line.until('NOT LIKE THAT')).toMatch(/^HTTP\/1\.1 415 /);
    line.socket.destroy();
  });

  it('refuses compressed bodies, whatever is in them [SIG-38]', async () => {
    await using table = await stage();
    for (const encoding of ['gzip', 'br', 'deflate', 'GZIP', 'identity, gzip'])
      expect((await table.ask(BET, { headers: { 'content-encoding': encoding } })).status).toBe(415);
    expect((await table.ask(BET, { headers: { 'content-encoding': 'identity' } })).status).toBe(200);
    expect(table.seen.verified).toHaveLength(1);
  });

  it('shows an empty body to the dialect, which says what it is', async () => {
    await using table = await stage();
    expect(await table.ask('')).toMatchObject({ status: 400, body: 'WHAT no such words' });
    expect(await table.ask('', { proof: null })).toMatchObject({ status: 401, body: 'WHO' });
    expect(table.seen.verified.map(({ body }) => body.byteLength)).toEqual([0, 0]);
  });

  it('lets only listed addresses in, and believes no header about them [SIG-43]', async () => {
    const others = new BlockList();
    others.addAddress('203.0.113.7');
    await using table = await stage({ aggregator: { allowIps: others } });
    for (const headers of [
      {},
      { 'x-forwarded-for': '203.0.113.7' },
      { forwarded: 'for=203.0.113.7' },
      { 'x-real-ip': '203.0.113.7' },
    ])
      expect(await table.ask(BET, { headers })).toMatchObject({ status: 403, body: 'NOT FROM THERE' });
    expect(table.seen.verified).toHaveLength(0);
    const own = new BlockList();
    own.addSubnet('127.0.0.0', 8);
    await using open = await stage({ aggregator: { allowIps: own } });
    expect((await open.ask(BET)).status).toBe(200);
  });

  it('writes down by how much a signed request is of another time, and nothing for one that is forged [SIG-30]', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLog({ level: 'warn', destination: { write: (line) => void lines.push(JSON.parse(line)) } });
    const verdicts = [
      { kind: 'distrust', reason: 'expired', skewMs: -301_500 },
      { kind: 'distrust', reason: 'mismatch', skewMs: null },
    ] as const;
    for (const verdict of verdicts) {
      await using at = await stage({ dialect: { verify: () => verdict }, more: { log } });
      expect((await at.ask('x')).status).toBe(401);
    }
    expect(lines).toMatchObject([{ level: 'warn', aggregator: 'acme', skewMs: -301_500 }]);
  });

  it('takes no other method, and moves nothing for HEAD', async () => {
    const moved: string[] = [];
    const more = {
      ledger: {
        submit: async (): Promise<Outcome> => {
          moved.push('a bet');
          return APPLIED;
        },
      },
    };
    await using table = await stage({ more });
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH'])
      expect((await table.ask(method === 'PUT' ? BET : null, { method })).status).toBe(404);
    await using open = await stage({ more, aggregator: { contentTypes: [''] } });
    const query = '/callbacks/acme?proof=good&ask=bet+b1+ann+1.00+r1';
    expect((await open.ask(null, { method: 'HEAD', path: query, proof: null })).status).toBe(404);
    expect(moved).toEqual([]);
  });
});

describe('transports', () => {
  it('GET with all in the query, where a dialect asks that way; verified over the raw query [SIG-35]', async () => {
    await using table = await stage({ aggregator: { contentTypes: [''] } });
    const query = 'ask=bet+b1+ann+1.00+r1&proof=good&x=%C3%A4';
    const answer = await table.ask(null, { method: 'GET', path: `/callbacks/acme?${query}`, proof: null });
    expect(answer).toMatchObject({ status: 200, body: 'YES' });
    expect(table.seen.verified).toMatchObject([{ method: 'GET', rawQuery: query, path: '/callbacks/acme' }]);
    expect(table.seen.verified[0]?.body).toHaveLength(0);
    // The query is all there is to keep.
    expect(Buffer.from(table.entries[0]?.body ?? []).toString()).toBe(query);
    expect((await table.ask(null, { method: 'GET', path: '/callbacks/acme?proof=bad', proof: null })).status).toBe(401);
    expect((await table.ask(null, { method: 'GET', path: '/callbacks/nobody?proof=good', proof: null })).status).toBe(
      404,
    );
  });

  it('GET only where the dialect asks that way, also beside one that does', async () => {
    const seen = { verified: [], decoded: [] };
    await using table = await stage({
      more: {
        aggregators: (
          [
            ['acme', ['text/x-plain']],
            ['beta', ['']],
          ] as const
        ).map(([name, contentTypes]) => ({
          name: aggregatorName(name),
          open: plainDialect(seen),
          policy: POLICY,
          contentTypes,
          callbackPaths: [''],
          allowIps: null,
        })),
      },
    });
    const get = async (name: string) =>
      (await table.ask(null, { method: 'GET', path: `/callbacks/${name}?ask=bet+b1+ann+1.00+r1` })).status;
    expect(await get('beta')).toBe(200);
    expect(await get('acme')).toBe(404);
    expect(seen.verified).toHaveLength(1);
  });

  it('forms arrive as bytes, too', async () => {
    const type = 'application/x-www-form-urlencoded';
    const decode: OpenDialect['decode'] = (request) => {
      const call = callOf(new URLSearchParams(Buffer.from(request.body).toString()).get('ask') ?? '');
      return call === null
        ? { kind: 'bad_request', message: 'no', encode: worded }
        : { kind: 'call', call, encode: worded };
    };
    await using table = await stage({ dialect: { decode }, aggregator: { contentTypes: [type] } });
    const body = 'b=2&ask=bet+b1+ann+1.00+r1&a=%2B';
    expect(await table.ask(body, { headers: { 'content-type': type } })).toMatchObject({ status: 200, body: 'YES' });
    expect(Buffer.from(table.seen.verified[0]?.body ?? []).toString()).toBe(body);
  });
});

describe('webhooks', () => {
  it('are believed before they are read, stored, and asked for again when that failed', async () => {
    const heard: unknown[] = [];
    let broken = false;
    await using table = await stage({
      more: {
        onEvent: async (_aggregator, event) => {
          if (broken) throw new Error('no database');
          heard.push(event);
        },
      },
    });
    const path = '/webhooks/acme/catalogue';
    expect(await table.ask('{}', { path })).toMatchObject({ status: 200, body: '{"status":"accepted"}' });
    expect((await table.ask('{}', { path, proof: 'bad' })).status).toBe(401);
    expect((await table.ask('{}', { path: '/webhooks/acme/weather' })).status).toBe(400);
    broken = true;
    expect(await table.ask('{}', { path })).toMatchObject({ status: 503, body: 'LATER' });
    expect(heard).toHaveLength(1);
    expect(table.entries.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'unauthenticated',
      'bad_request',
      'uncertain',
    ]);
  });
});

describe('while the server closes', () => {
  const request = (path: string, more = '') =>
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: text/x-plain\r\nx-proof: good\r\n${more}content-length: ${BET.length}\r\n\r\n${BET}`;

  /** A call is under way on a connection, the server begins to close, and then more is asked on the same connection. */
  async function closingWith(later: string) {
    let release: (outcome: Outcome) => void = () => undefined;
    const asked: string[] = [];
    const table = await stage({
      more: {
        ledger: {
          submit: async () => {
            asked.push('submit');
            return new Promise<Outcome>((resolve) => {
              release = resolve;
            });
          },
        },
      },
      aggregator: { policy: { ...POLICY, timeoutMs: 20_000 } },
    });
    let arrived = 0;
    table.app.server.on('request', () => (arrived += 1));
    const line = await wire(table.port);
    line.write(request('/callbacks/acme'));
    await expect.poll(() => asked).toHaveLength(1);
    const closed = table.app.close();
    await until('nobody is let in any more', () => !table.app.server.listening);
    line.write(later);
    await until('the later one has come', () => arrived === (later === '' ? 1 : 2));
    // Its body has come with it; it only waits for its turn on the line.
    await sleep(50);
    release(APPLIED);
    const heard = await line.until('THE END');
    await closed;
    const [first = '', second = ''] = heard.split(/(?=HTTP\/1\.1 )/);
    return { first, second, asked, entries: table.entries };
  }

  it('finishes what it began, and says "ask again" to a new callback in the dialect’s words [RET-18]', async () => {
    const { first, second, asked, entries } = await closingWith(request('/callbacks/acme'));
    expect(first).toMatch(/^HTTP\/1\.1 200 /);
    expect(first).toMatch(/YES$/);
    expect(second).toMatch(/^HTTP\/1\.1 503 /);
    expect(second).toMatch(/retry-after: 1\r\n/i);
    expect(second).toMatch(/connection: close\r\n/i);
    expect(second).toMatch(/LATER$/);
    expect(asked).toHaveLength(1);
    expect(entries.map(({ outcome }) => outcome).toSorted()).toEqual(['applied', 'uncertain']);
  });

  it('closes a connection that asks nothing more once its answer is out, instead of waiting for its caller [RET-18]', async () => {
    const { first, second } = await closingWith('');
    expect(first).toMatch(/YES$/);
    expect(second).toBe('');
  });

  it('says so to a webhook as well', async () => {
    const { second } = await closingWith(request('/webhooks/acme/catalogue'));
    expect(second).toMatch(/^HTTP\/1\.1 503 /);
    expect(second).toMatch(/LATER$/);
  });

  for (const path of ['/v1/thing', '/nothing/here']) {
    it(`answers ${path} with a problem document`, async () => {
      const { first, second } = await closingWith(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
      expect(first).toMatch(/YES$/);
      expect(second).toMatch(/^HTTP\/1\.1 503 /);
      expect(second).toMatch(/content-type: application\/problem\+json/i);
      expect(second).toMatch(/connection: close\r\n/i);
      expect(JSON.parse(second.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 503, code: 'unavailable' });
    });
  }
});
