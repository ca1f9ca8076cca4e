/**
 * Who may come in: cookies, the token that only our own page knows, where a request was sent from, and the table of roles. All of
 * it before a body is read. A route that the table does not name stops the start.
 */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblem } from '../api/index.ts';
import type { Accounts, SignedIn } from './accounts.ts';
import type { ConsoleScope } from './deps.ts';
import { mayUse, ROUTES } from './roles.ts';
import type { Access } from './roles.ts';

export const PREFIX = '/console/api';

/** Whether cookies may go over plain http: only where no wire is between the browser and us. Pure. */
export function isLoopback(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

export interface Cookies {
  readonly read: (header: string | undefined) => string | null;
  readonly set: (token: string, expiresInSeconds: number) => string;
  readonly clear: () => string;
}

const TOKEN = /^[\w-]{20,100}$/;

/** The session's cookie: not for scripts, not for other sites, only for the console, and only over TLS but on this machine. */
export function cookiesFor(publicUrl: string): Cookies {
  return cookieOf('croupier_console', 'Path=/console; HttpOnly; SameSite=Strict', isLoopback(publicUrl));
}

/**
 * The cookie by which a browser that comes back from the identity provider is known as the one that set out. It comes from
 * another site then, so this one may be sent along; it opens nothing.
 */
export function wayCookiesFor(publicUrl: string): Cookies {
  const attributes = `Path=${PREFIX}/provider; HttpOnly; SameSite=Lax`;
  return cookieOf('croupier_console_way', attributes, isLoopback(publicUrl));
}

function cookieOf(word: string, given: string, plain: boolean): Cookies {
  const name = plain ? word : `__Secure-${word}`;
  const attributes = `${given}${plain ? '' : '; Secure'}`;
  return {
    read: (header) => {
      const found = (header ?? '').split(';').find((part) => part.trim().startsWith(`${name}=`));
      const value = found?.trim().slice(name.length + 1) ?? '';
      return TOKEN.test(value) ? value : null;
    },
    set: (token, seconds) => `${name}=${token}; Max-Age=${seconds}; ${attributes}`,
    clear: () => `${name}=; Max-Age=0; ${attributes}`,
  };
}

/** Whether a browser says that another site's page sent this. Who sends neither header is no browser, and has no cookie by accident. */
export function isFromElsewhere(headers: {
  readonly origin?: string | undefined;
  readonly host?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

const SAFE = new Set(['GET', 'HEAD']);

const routeOf = (method: string, url: string): string =>
  `${method === 'HEAD' ? 'GET' : method} ${url.slice(PREFIX.length)}`;

/** Puts the guard before every route of the scope. */
export function guard(app: ConsoleScope, accounts: Pick<Accounts, 'who'>, cookies: Cookies): void {
  app.decorateRequest('operator', null);
  app.decorateRequest('operatorToken', null);
  app.addHook('onRoute', ({ url, method }) => {
    for (const each of [method].flat()) {
      if (url.startsWith(`${PREFIX}/`) && ROUTES[routeOf(each, url)] === undefined)
        throw new Error(`defect: nobody is named who may use ${each} ${url}`);
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    void reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    const access = ROUTES[routeOf(request.method, request.routeOptions.url ?? '')];
    const token = cookies.read(request.headers.cookie);
    const who = token === null ? null : await accounts.who(token);
    request.operator = who;
    request.operatorToken = who === null ? null : token;
    checkRole(access, who);
    if (!SAFE.has(request.method)) checkOrigin(request, access, who);
  });
}

function checkRole(access: Access | undefined, who: SignedIn | null): void {
  switch (mayUse(access, who?.role ?? null)) {
    case 'yes':
      return;
    case 'sign_in':
      throw new ApiProblem({ status: 401, code: 'signed_out', detail: 'Sign in first.' });
    case 'no':
      throw new ApiProblem({
        status: 403,
        code: 'forbidden',
        detail: `Your role (${who?.role ?? 'none'}) may not do this.`,
      });
  }
}

/** A write comes from our own page: the browser says so, and the page repeats what it was told. */
function checkOrigin(request: FastifyRequest, access: Access | undefined, who: SignedIn | null): void {
  const from = isFromElsewhere({ ...request.headers, origin: request.headers.origin, host: request.headers.host });
  const told = request.headers['x-csrf-token'];
  const isKnown = access === 'anyone' || (who !== null && typeof told === 'string' && isSame(told, who.csrf));
  if (from || !isKnown)
    throw new ApiProblem({
      status: 403,
      code: 'csrf',
      detail: 'The request did not come from the console’s own page. Reload it.',
    });
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Who is signed in, for routes that the table lets nobody else reach. */
export function operatorOf(request: FastifyRequest): SignedIn {
  if (request.operator === null) throw new Error('defect: a route was reached by nobody');
  return request.operator;
}

export function sendCookie(reply: FastifyReply, cookie: string): void {
  void reply.header('set-cookie', cookie);
}
