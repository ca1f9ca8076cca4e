/**
 * The console's page and its files. The page is the same at every address below /console, so that an address can be kept and sent.
 * Nothing of it comes from elsewhere and no script stands in it; styles carry a word that is new with every answer.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { newToken } from '../platform/index.ts';

/** Where the built page expects the word. */
const PLACE = '__CSP_NONCE__';

export function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export async function registerPages(app: FastifyInstance, webRoot: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: path.join(webRoot, 'assets'),
    prefix: '/console/assets/',
    decorateReply: false,
    index: false,
    preCompressed: true,
    setHeaders: (reply) => {
      // Built files carry their hash in the name.
      reply.setHeader('cache-control', 'public, max-age=31536000, immutable');
      reply.setHeader('x-content-type-options', 'nosniff');
    },
  });
  const page = readFileSync(path.join(webRoot, 'index.html'), 'utf8');
  for (const url of ['/console', '/console/*']) {
    app.get(url, async (_request, reply) => {
      const nonce = newToken(16);
      return reply
        .headers({
          'content-security-policy': policyOf(nonce),
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'x-frame-options': 'DENY',
        })
        .type('text/html; charset=utf-8')
        .send(page.replaceAll(PLACE, nonce));
    });
  }
}
