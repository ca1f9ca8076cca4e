import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { createAnswerShelf, encodingFor } from '../../src/platform/answers.ts';
import type { AnswerShelf } from '../../src/platform/answers.ts';

let app: FastifyInstance;
let made = 0;
let version = '1';
let shelf: AnswerShelf;

const open = (maxBytes: number, size = 5_000): void => {
  made = 0;
  version = '1';
  shelf = createAnswerShelf({ maxBytes });
  app = fastify();
  app.get<{ Params: { key: string } }>('/:key', async (request, reply) => {
    const { key } = request.params;
    const make = async () => {
      made += 1;
      await new Promise((resolve) => setImmediate(resolve));
      if (key === 'broken') throw new Error('no');
      return { key, text: key === 'small' ? '' : 'x'.repeat(size), version };
    };
    return shelf.send(request, reply, { key, version, make });
  });
};
afterEach(async () => app.close());

const get = async (key: string, headers: Readonly<Record<string, string>> = {}) =>
  app.inject({ method: 'GET', url: `/${key}`, headers });

describe('an answer that many ask for', () => {
  it('is made once for all, and anew with each version', async () => {
    open(1_000_000);
    await Promise.all(Array.from({ length: 30 }, async () => get('a')));
    await get('a');
    expect(made).toBe(1);
    version = '2';
    expect((await get('a')).json()).toMatchObject({ version: '2' });
    expect(made).toBe(2);
  });

  it('is compressed for whoever takes it, each encoding under a tag of its own', async () => {
    open(1_000_000);
    const plain = await get('a');
    const br = await get('a', { 'accept-encoding': 'gzip, deflate, br' });
    const gz = await get('a', { 'accept-encoding': 'gzip' });
    expect([plain, br, gz].map((each) => each.headers['content-encoding'])).toEqual([undefined, 'br', 'gzip']);
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(plain.body);
    expect(gunzipSync(gz.rawPayload).toString()).toBe(plain.body);
    expect(br.rawPayload.length).toBeLessThan(plain.rawPayload.length / 10);
    expect(new Set([plain, br, gz].map((each) => each.headers['etag'])).size).toBe(3);
    expect([plain, br, gz].every((each) => each.headers['vary'] === 'accept-encoding')).toBe(true);
    expect(made).toBe(1);
  });

  it('is left as it is when it is small', async () => {
    open(1_000_000);
    expect((await get('small', { 'accept-encoding': 'br' })).headers['content-encoding']).toBeUndefined();
  });

  it('is unchanged for whoever has it, in whatever encoding', async () => {
    open(1_000_000);
    const tag = String((await get('a', { 'accept-encoding': 'br' })).headers['etag']);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await get('a', { 'if-none-match': known, 'accept-encoding': 'gzip' });
      expect([known, again.statusCode, again.body]).toEqual([known, 304, '']);
    }
    expect((await get('a', { 'if-none-match': '"other"' })).statusCode).toBe(200);
    version = '2';
    expect((await get('a', { 'if-none-match': tag })).statusCode).toBe(200);
  });

  it('keeps no more than its bytes, with the encodings, and forgets the longest unused', async () => {
    open(20_000);
    for (const key of ['a', 'b', 'a', 'c', 'd', 'a']) await get(key, { 'accept-encoding': 'br' });
    expect(shelf.bytes()).toBeLessThanOrEqual(20_000);
    expect(made).toBe(4);
    await get('a');
    expect(made).toBe(4);
    await get('b');
    expect(made).toBe(5);
    await Promise.all(Array.from({ length: 60 }, async (_unused, index) => get(`k${index}`)));
    expect(shelf.bytes()).toBeLessThanOrEqual(20_000);
  });

  it('that could not be made is not kept', async () => {
    open(1_000_000);
    expect((await get('broken')).statusCode).toBe(500);
    expect((await get('broken')).statusCode).toBe(500);
    expect([made, shelf.bytes()]).toEqual([2, 0]);
  });
});

describe('the encoding for a caller', () => {
  it.each([
    [undefined, null],
    ['', null],
    ['identity', null],
    ['deflate', null],
    ['gzip', 'gzip'],
    ['gzip;q=0.5, br;q=0.1', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['BR', 'br'],
    ['*', 'br'],
    ['*;q=0', null],
    ['br;q=0.0, *', 'gzip'],
    ['gzip;q=0', null],
    [';;,,q', null],
  ])('%j is %j', (header, encoding) => expect(encodingFor(header)).toBe(encoding));
});
