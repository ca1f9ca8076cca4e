import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imagePath, images } from '../../src/images/index.ts';
import { silentLog, systemClock } from '../../src/platform/index.ts';
import { PNG, redirect, send, startVendor, SVG } from './vendor.ts';

const GAME = '01890000-0000-7000-8000-000000000001';

describe('the picture proxy', () => {
  let vendor: Awaited<ReturnType<typeof startVendor>>;
  let secret: Awaited<ReturnType<typeof startVendor>>;
  let app: FastifyInstance;
  let impatient: FastifyInstance;
  let trusted: Set<string>;

  beforeAll(async () => {
    secret = await startVendor({ '/inside.png': send('image/png', PNG) });
    vendor = await startVendor({
      '/a.png': send('image/png', PNG),
      '/a.svg': send('image/svg+xml', SVG),
      '/named-wrongly': send('text/plain', PNG),
      '/not-a-picture.png': send('image/png', '<html>no</html>'),
      '/huge.png': send('image/png', Buffer.concat([PNG, Buffer.alloc(200_000)])),
      '/endless.png': (_request, response) => {
        response.writeHead(200, { 'content-type': 'image/png' });
        response.on('error', () => undefined);
        const timer = setInterval(() => response.write(Buffer.alloc(10)), 20);
        response.on('close', () => clearInterval(timer));
      },
      '/bomb.png': send('image/png', PNG, { 'content-encoding': 'gzip' }),
      '/moved.png': redirect('/a.png'),
      '/round.png': redirect('/round.png'),
      '/inside.png': redirect(`${secret.url}/inside.png`),
      '/localhost.png': redirect(`http://localhost/inside.png`),
      '/metadata.png': redirect('http://169.254.169.254/latest'),
      '/slow.png': (_request, response) => {
        setTimeout(() => response.writeHead(200, { 'content-type': 'image/png' }).end(PNG), 100);
      },
    });
    trusted = new Set([vendor.host]);
    const proxy = async (timeoutMs: number) => {
      const server = fastify();
      await server.register(
        images({
          listed: async (game) => (game === GAME ? listed().map((url) => ({ aggregator: 'acme', url })) : []),
          trustedHosts: () => trusted,
          clock: systemClock,
          log: silentLog,
          limits: { maxImageBytes: 100_000, timeoutMs },
        }),
      );
      return server;
    };
    app = await proxy(30_000);
    impatient = await proxy(600);
  });
  afterAll(async () => {
    await app.close();
    await impatient.close();
    await vendor[Symbol.asyncDispose]();
    await secret[Symbol.asyncDispose]();
  });

  let more: string[] = [];
  const listed = () => more;
  const get = async (url: string, headers: Readonly<Record<string, string>> = {}, from = app) => {
    more = [...more, url];
    return from.inject({ method: 'GET', url: imagePath(GAME, url), headers });
  };
  const isPlaceholder = (answer: Awaited<ReturnType<typeof get>>) =>
    answer.statusCode === 200 && answer.headers['x-image'] === 'placeholder' && answer.body.startsWith('<svg');

  it('serves a listed picture under our own address, to be kept, and as unchanged', async () => {
    const answer = await get(`${vendor.url}/a.png`);
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload.equals(PNG)).toBe(true);
    expect(answer.headers).toMatchObject({ 'content-type': 'image/png', 'x-content-type-options': 'nosniff' });
    expect(answer.headers['cache-control']).toContain('immutable');
    const { etag = '' } = answer.headers;
    const again = await get(`${vendor.url}/a.png`, { 'if-none-match': etag });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect(vendor.asked.filter((url) => url === '/a.png')).toHaveLength(1);
  });

  it('asks the vendor once for however many players', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, async () => get(`${vendor.url}/slow.png`)));
    expect(answers.every((answer) => answer.rawPayload.equals(PNG))).toBe(true);
    expect(vendor.asked.filter((url) => url === '/slow.png')).toHaveLength(1);
  });

  it('fetches nothing that the catalogue does not list', async () => {
    const before = vendor.asked.length;
    const unlisted = `${vendor.url}/other.png`;
    expect((await app.inject({ method: 'GET', url: imagePath(GAME, unlisted) })).statusCode).toBe(404);
    expect((await app.inject({ method: 'GET', url: imagePath('x', `${vendor.url}/a.png`) })).statusCode).toBe(404);
    expect(vendor.asked).toHaveLength(before);
  });

  it('lets a drawing neither run nor load anything', async () => {
    const answer = await get(`${vendor.url}/a.svg`);
    expect(answer.headers['content-type']).toBe('image/svg+xml');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.headers['content-security-policy']).toContain('sandbox');
  });

  it.each([
    'named-wrongly',
    'not-a-picture.png',
    'huge.png',
    'bomb.png',
    'missing.png',
    'round.png',
    'inside.png',
    'localhost.png',
    'metadata.png',
  ])('shows a placeholder for %s', async (name) => {
    const answer = await get(`${vendor.url}/${name}`);
    expect(isPlaceholder(answer)).toBe(true);
    expect(answer.headers['cache-control']).toBe('public, max-age=60');
  });

  it('follows a vendor that moved a picture, and never into a private network', async () => {
    const moved = await get(`${vendor.url}/moved.png`);
    expect(moved.rawPayload.equals(PNG)).toBe(true);
    expect(secret.asked).toEqual([]);
    expect(isPlaceholder(await get(`http://localhost:80/a.png`))).toBe(true);
    expect(isPlaceholder(await get(`${secret.url}/inside.png`))).toBe(true);
    expect(secret.asked).toEqual([]);
  });

  it('gives up on a vendor that never ends, and remembers it', async () => {
    // It goes on for minutes before it is too large.
    expect(isPlaceholder(await get(`${vendor.url}/endless.png`, {}, impatient))).toBe(true);
    expect(isPlaceholder(await get(`${vendor.url}/endless.png`, {}, impatient))).toBe(true);
    expect(vendor.asked.filter((url) => url === '/endless.png')).toHaveLength(1);
  });
});
