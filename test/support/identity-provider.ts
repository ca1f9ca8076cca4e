/**
 * An identity provider on loopback, by the letter of OpenID Connect: discovery, a page to choose who one is, codes that are good
 * once and for the browser's verifier, ID tokens signed with a key it publishes, signing out. It can be told to lie.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface Lies {
  /** claims of the ID token that are other than they should be */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** the ID token is signed with a key that nobody published */
  readonly strangersKey?: boolean;
  /** how long the ID token is past its end when it is handed out */
  readonly expiredForSeconds?: number;
  /** what comes back instead of the state */
  readonly state?: string;
  /** it gives no code but this word */
  readonly error?: string;
  /** it answers nothing but this status */
  readonly status?: number;
  /** what it calls itself when asked */
  readonly issuer?: string;
  /** it takes the client's secret in the body only */
  readonly post?: boolean;
  /** how long an answer of discovery is */
  readonly bytes?: number;
}

export interface IdentityProvider extends AsyncDisposable {
  readonly issuer: string;
  readonly client: { readonly id: string; readonly secret: string };
  readonly lie: (lies: Lies) => void;
  /** claims of who can be chosen, by name */
  readonly people: Map<string, Readonly<Record<string, unknown>>>;
  /** what was asked for at the addresses, latest last */
  readonly asked: () => readonly string[];
}

interface Given {
  readonly who: string;
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
}

const LIFE_SECONDS = 300;
const text = (words: URLSearchParams, name: string): string => words.get(name) ?? '';
/** What stands in an attribute of the page. */
const quoted = (value: string): string => value.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const client = { id: 'croupier-console', secret: randomBytes(24).toString('base64url') };
  const [own, stranger] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
  const key = { ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' };
  const people = new Map<string, Readonly<Record<string, unknown>>>();
  const codes = new Map<string, Given>();
  const asked: string[] = [];
  let lies: Lies = {};
  let issuer = '';

  const idToken = async ({ who, nonce }: Given): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000);
    const endsAt = lies.expiredForSeconds === undefined ? now + LIFE_SECONDS : now - lies.expiredForSeconds;
    const claims = { ...people.get(who), iss: issuer, aud: client.id, sub: `subject-of-${who}`, nonce };
    return new SignJWT({ ...claims, iat: endsAt - LIFE_SECONDS, exp: endsAt, ...lies.claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'own' })
      .sign((lies.strangersKey === true ? stranger : own).privateKey);
  };

  const token = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const words = new URLSearchParams(await bodyOf(request));
    const refuse = (status: number, error: string) => answer(response, status, { error });
    if (!(lies.post === true ? isPosted(words, client) : isBasic(request, client)))
      return refuse(401, 'invalid_client');
    const given = codes.get(text(words, 'code'));
    codes.delete(text(words, 'code'));
    const challenge = createHash('sha256').update(text(words, 'code_verifier')).digest('base64url');
    if (given?.challenge !== challenge || given.redirectUri !== text(words, 'redirect_uri'))
      return refuse(400, 'invalid_grant');
    const tokens = { access_token: randomBytes(16).toString('hex'), token_type: 'Bearer', expires_in: LIFE_SECONDS };
    return answer(response, 200, { ...tokens, id_token: await idToken(given) });
  };

  const authorize = (words: URLSearchParams, response: ServerResponse): void => {
    const redirectUri = text(words, 'redirect_uri');
    const back = new URL(redirectUri);
    back.searchParams.set('state', lies.state ?? text(words, 'state'));
    if (lies.error === undefined) {
      const code = randomBytes(16).toString('hex');
      const given = { nonce: text(words, 'nonce'), challenge: text(words, 'code_challenge'), redirectUri };
      codes.set(code, { who: text(words, 'who'), ...given });
      back.searchParams.set('code', code);
    } else back.searchParams.set('error', lies.error);
    response.writeHead(302, { location: back.href }).end();
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', issuer);
    asked.push(`${request.method ?? ''} ${url.pathname}${url.search}`);
    if (lies.status !== undefined) return void response.writeHead(lies.status).end('<p>not today</p>');
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return answer(response, 200, { ...metadataOf(issuer), ...variant(lies), issuer: lies.issuer ?? issuer });
      case '/keys':
        return answer(response, 200, { keys: [key] });
      case '/authorize':
        if (url.searchParams.has('who')) return authorize(url.searchParams, response);
        return choose(url.searchParams, [...people.keys()], response);
      case '/token':
        return void token(request, response).catch((error: unknown) => response.destroy(error as Error));
      case '/sign-out':
        return void response
          .writeHead(200, { 'content-type': 'text/html' })
          .end(`<h1>Signed out</h1><a href="${quoted(text(url.searchParams, 'post_logout_redirect_uri'))}">Back</a>`);
      default:
        return answer(response, 404, {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the provider has no port');
  issuer = `http://localhost:${address.port}`;
  return {
    issuer,
    client,
    people,
    asked: () => asked,
    lie: (next) => {
      lies = next;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const variant = ({ bytes, post }: Lies) => ({
  ...(bytes === undefined ? {} : { padding: 'x'.repeat(bytes) }),
  ...(post === true ? { token_endpoint_auth_methods_supported: ['client_secret_post'] } : {}),
});

type Client = IdentityProvider['client'];

const isPosted = (words: URLSearchParams, { id, secret }: Client): boolean =>
  text(words, 'client_id') === id && text(words, 'client_secret') === secret;

/** Both halves are written as a form is (RFC 6749, 2.3.1). */
function isBasic({ headers }: IncomingMessage, { id, secret }: Client): boolean {
  const [, given = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
  const halves = Buffer.from(given, 'base64').toString().split(':').map(decodeURIComponent);
  return halves[0] === id && halves[1] === secret;
}

function metadataOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    end_session_endpoint: `${issuer}/sign-out`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
  };
}

/** The page on which somebody says who they are. */
function choose(words: URLSearchParams, names: readonly string[], response: ServerResponse): void {
  const kept = [...words].map(
    ([name, value]) => `<input type="hidden" name="${quoted(name)}" value="${quoted(value)}">`,
  );
  const buttons = names.map((name) => `<button name="who" value="${quoted(name)}">${quoted(name)}</button>`);
  response
    .writeHead(200, { 'content-type': 'text/html' })
    .end(`<title>Who are you?</title><form>${kept.join('')}${buttons.join('')}</form>`);
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const bytes of request) body += String(bytes);
  return body;
}
