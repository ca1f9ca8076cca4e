/** Errands against a real small server that can delay, cut, repeat and flood. */
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualClock, systemClock } from '../../src/platform/clock.ts';
import { errandProblem, performErrand } from '../../src/wire/index.ts';
import type { DateSample, Errand, ErrandTools } from '../../src/wire/index.ts';

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

let origin = '';
let behaviours: Behaviour[] = [];
let seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
let pausesMs: number[] = [];
let closeServer: () => Promise<void>;

beforeEach(async () => {
  [behaviours, seen, pausesMs] = [[], [], []];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      // the last behaviour repeats
      const behave = behaviours.length > 1 ? behaviours.shift() : behaviours[0];
      if (behave === undefined) response.end('nothing planned');
      else behave(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  closeServer = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
});
afterEach(() => closeServer());

const answer =
  (status: number, body = '', headers: Record<string, string> = {}): Behaviour =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
  };
const silence: Behaviour = () => undefined;
const cut: Behaviour = (request) => void request.socket.destroy();

function errand(changes: Partial<Errand<string>> = {}): Errand<string> {
  return {
    kind: 'probe',
    request: { method: 'GET', url: `${origin}/games?page=1`, headers: { 'x-api-key': 'k' } },
    timeoutMs: 30_000,
    retries: 0,
    read: ({ status, body }) =>
      status === 200 ? Buffer.from(body).toString() : errandProblem('refused', `status ${status}`, status),
    ...changes,
  };
}
const perform = (asked: Errand<string>, tools: Partial<ErrandTools> = {}) =>
  performErrand(asked, {
    clock: systemClock,
    pause: (ms) => {
      pausesMs.push(ms);
      return Promise.resolve();
    },
    ...tools,
  });

describe('an errand that goes well', () => {
  it('sends what it says and reads the exact bytes', async () => {
    behaviours = [answer(200, 'Zoë', { etag: '"1"' })];
    let headers: Readonly<Record<string, string | undefined>> = {};
    const result = await perform(
      errand({
        request: {
          method: 'POST',
          url: `${origin}/launch`,
          headers: { 'X-API-Key': 'k', 'content-type': 'application/json' },
          body: Buffer.from('{"a":1.00}'),
        },
        read: (response) => {
          headers = response.headers;
          return Buffer.from(response.body).toString();
        },
      }),
    );
    expect(result).toBe('Zoë');
    expect(headers['etag']).toBe('"1"');
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/launch',
        body: '{"a":1.00}',
        headers: { 'x-api-key': 'k', 'content-type': 'application/json' },
      },
    ]);
  });

  it('reads an answer without a body, such as 304', async () => {
    behaviours = [answer(304)];
    expect(await perform(errand({ read: ({ status, body }) => `${status}/${body.length}` }))).toBe('304/0');
  });

  it('notes the time by our clock and the Date of the peer [LCH-19]', async () => {
    behaviours = [answer(401, '', { date: 'Thu, 01 Jan 2026 00:00:42 GMT', age: '7' })];
    const clock = manualClock(Date.UTC(2026, 0, 1));
    const samples: DateSample[] = [];
    const result = await perform(errand(), {
      clock,
      onDate: (sample) => samples.push(sample),
      fetch: async (...request) => {
        clock.advance(120);
        return fetch(...request);
      },
    });
    expect(result).toMatchObject({ kind: 'problem', reason: 'refused', status: 401 });
    expect(samples).toEqual([
      {
        origin,
        sentAtMs: Date.UTC(2026, 0, 1),
        receivedAtMs: Date.UTC(2026, 0, 1) + 120,
        dateMs: Date.UTC(2026, 0, 1) + 42_000,
        ageSeconds: 7,
      },
    ]);
  });

  it('takes no sample from an answer without a usable Date', async () => {
    behaviours = [
      (_, response) => {
        response.sendDate = false;
        response.end('ok');
      },
      answer(200, 'ok', { date: 'yesterday' }),
    ];
    const samples: DateSample[] = [];
    for (let n = 0; n < 2; n += 1)
      expect(await perform(errand(), { onDate: (sample) => samples.push(sample) })).toBe('ok');
    expect(samples).toEqual([]);
  });
});

describe('an errand that goes badly [LCH-18]', () => {
  it('repeats a busy answer and a cut connection, waiting longer each time, then gives the answer', async () => {
    behaviours = [answer(500), cut, answer(429), answer(200, 'ok')];
    expect(await perform(errand({ retries: 3 }))).toBe('ok');
    expect(pausesMs).toEqual([200, 400, 800]);
    expect(seen).toHaveLength(4);
  });

  it('makes at most N retries and lets the dialect read the last answer', async () => {
    behaviours = [answer(503, 'busy')];
    expect(await perform(errand({ retries: 2 }))).toEqual({
      kind: 'problem',
      reason: 'refused',
      status: 503,
      message: 'status 503',
    });
    expect(seen).toHaveLength(3);
  });

  it('never makes more than six tries nor waits longer than five seconds, whatever it is told', async () => {
    behaviours = [answer(503, '', { 'retry-after': '86400' })];
    await perform(errand({ retries: 1_000_000 }));
    expect(seen).toHaveLength(6);
    expect(pausesMs).toEqual([5_000, 5_000, 5_000, 5_000, 5_000]);
  });

  it('waits as long as a busy peer asks for', async () => {
    behaviours = [
      answer(429, '', { 'retry-after': '2' }),
      answer(503, '', { 'retry-after': 'tomorrow' }),
      answer(200, 'ok'),
    ];
    expect(await perform(errand({ retries: 2 }))).toBe('ok');
    expect(pausesMs).toEqual([2_000, 400]);
  });

  it('does not repeat a definite no, nor an answer it cannot read', async () => {
    behaviours = [answer(403), answer(200, '<html>')];
    expect(await perform(errand({ retries: 3 }))).toMatchObject({ reason: 'refused', status: 403 });
    expect(
      await perform(errand({ retries: 3, read: () => errandProblem('unreadable', 'no JSON', 200) })),
    ).toMatchObject({ reason: 'unreadable' });
    expect(seen).toHaveLength(2);
  });

  it('gives up on a peer that never answers', async () => {
    behaviours = [silence];
    expect(await perform(errand({ timeoutMs: 500, retries: 1 }))).toEqual({
      kind: 'problem',
      reason: 'timeout',
      status: null,
      message: 'probe: no answer within 500 ms',
    });
    expect(seen).toHaveLength(2);
  });

  it('gives up on a body that stalls or trickles: the time is for all of it', async () => {
    const trickle: Behaviour = (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    };
    for (const behave of [
      trickle,
      ((_, response) => void response.writeHead(200, { 'content-length': '10' }).write('x')) satisfies Behaviour,
    ]) {
      behaviours = [behave];
      expect(await perform(errand({ timeoutMs: 150 }))).toMatchObject({ reason: 'timeout' });
    }
  });

  it('gives up on a fetch that ignores its signal', async () => {
    expect(await perform(errand({ timeoutMs: 50 }), { fetch: () => new Promise(() => undefined) })).toMatchObject({
      reason: 'timeout',
    });
  });

  it('stops a flood at its limit, also without a length and when compressed', async () => {
    const { gzipSync } = await import('node:zlib');
    const flood: Behaviour = (_, response) => {
      response.writeHead(200);
      const more = () => {
        if (!response.destroyed && response.write(Buffer.alloc(65_536))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    };
    const bomb: Behaviour = (_, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(20_000_000)));
    for (const behave of [flood, bomb]) {
      behaviours = [behave];
      expect(await perform(errand({ maxBodyBytes: 100_000, retries: 2 }))).toEqual({
        kind: 'problem',
        reason: 'too_large',
        status: 200,
        message: 'probe: the answer is too large',
      });
    }
    behaviours = [answer(200, 'x'.repeat(1_000))];
    expect(await perform(errand({ maxBodyBytes: 1_000 }))).toHaveLength(1_000);
    expect(await perform(errand({ maxBodyBytes: 999 }))).toMatchObject({ reason: 'too_large' });
  });

  it('does not follow a redirect, which would carry the key elsewhere', async () => {
    behaviours = [answer(302, '', { location: `${origin}/elsewhere` })];
    expect(await perform(errand())).toMatchObject({ reason: 'refused', status: 302 });
    expect(seen).toHaveLength(1);
  });

  it('names what happened and repeats neither address nor key', async () => {
    const secret = 'launch?sig=abcdef0123456789';
    await closeServer();
    const results = [
      await perform(errand({ request: { method: 'GET', url: `${origin}/${secret}`, headers: {} } })),
      await perform(errand({ request: { method: 'GET', url: `not a url ${secret}`, headers: {} } })),
      await perform(errand({ request: { method: 'GET', url: `gopher://127.0.0.1/${secret}`, headers: {} } })),
      await perform(
        errand({ request: { method: 'GET', url: `${origin}/`, headers: { 'x-key': `broken\n${secret}` } } }),
      ),
    ];
    expect(results).toMatchObject([
      { reason: 'network', message: 'probe: ECONNREFUSED' },
      { reason: 'invalid' },
      { reason: 'network' },
      { reason: 'network' },
    ]);
    expect(JSON.stringify(results)).not.toContain('sig=');
  });
});

describe('an errand called off', () => {
  it('before it starts, while it waits for an answer, and between two tries', async () => {
    behaviours = [silence];
    const off = new AbortController();
    off.abort();
    expect(await perform(errand(), { signal: off.signal })).toMatchObject({ reason: 'aborted' });
    expect(seen).toHaveLength(0);

    const during = new AbortController();
    behaviours = [() => during.abort()];
    expect(await perform(errand({ retries: 5 }), { signal: during.signal })).toMatchObject({ reason: 'aborted' });
    expect(seen).toHaveLength(1);

    behaviours = [answer(503, '', { 'retry-after': '5' })];
    const between = new AbortController();
    setTimeout(() => between.abort(), 100);
    const startedAtMs = performance.now();
    expect(await performErrand(errand({ retries: 5 }), { clock: systemClock, signal: between.signal })).toMatchObject({
      reason: 'aborted',
    });
    // The next try would come five seconds later, and there would be five of them.
    expect(performance.now() - startedAtMs).toBeLessThan(4_500);
  });
});
