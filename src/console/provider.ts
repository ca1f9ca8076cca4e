/**
 * The identity provider, by OpenID Connect: the authorization code flow with PKCE, state and nonce, each bound to the browser that
 * set out and good for one return. The ID token's signature is checked with the provider's keys, though it came from it directly.
 * A secret, code or token is never logged and never part of a problem.
 */
import { createHash } from 'node:crypto';
import * as client from 'openid-client';
import { newToken } from '../platform/index.ts';
import type { Clock, Database, Log } from '../platform/index.ts';
import { insertSignIn, takeSignIn } from './provider-store.ts';
import { problemOfFailure } from './provider-rules.ts';
import type { ProviderProblem, ProviderSettings } from './provider-rules.ts';

export interface ProviderParts {
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: ProviderSettings;
  /** where the provider sends people back to; it has to be registered there */
  readonly returnUrl: string;
  /** where people are after signing out of the provider as well */
  readonly farewellUrl: string;
}

export type Returned =
  | {
      readonly kind: 'person';
      readonly subject: string;
      readonly claims: Readonly<Record<string, unknown>>;
      readonly idToken: string | null;
      readonly returnTo: string;
    }
  /** `returnTo` null: nobody knows where they came from */
  | { readonly kind: 'problem'; readonly problem: ProviderProblem; readonly returnTo: string | null };

export interface Provider {
  /** Where to send a browser, which keeps `browser`; the page it came from is remembered. */
  readonly setOut: (
    browser: string,
    returnTo: string,
  ) => Promise<
    { readonly kind: 'go'; readonly url: string } | { readonly kind: 'problem'; readonly problem: ProviderProblem }
  >;
  /** Who came back, judged by `query`, what the provider added to our address. */
  readonly comeBack: (browser: string | null, query: string) => Promise<Returned>;
  /** Where somebody is signed out of the provider too; null: it has no such place, or cannot be asked. */
  readonly farewell: (idToken: string | null) => Promise<string | null>;
}

/** How long somebody may take to sign in there. */
export const UNDER_WAY_SECONDS = 600;
const UNDER_WAY_MAX = 10_000;
const TIMEOUT_SECONDS = 5;
/** What the provider says of itself is asked again after this; a failure at once. */
const KNOWN_MS = 3_600_000;
const ANSWER_MAX_BYTES = 1_048_576;
/** A longer one would make an address that servers refuse. */
const HINT_MAX = 4_000;

export function openProvider(parts: ProviderParts): Provider {
  const { sql, clock, log, settings, returnUrl, farewellUrl } = parts;
  const provider = remembered(clock, async () => discover(settings));
  const failed = (at: 'discovery' | 'return' | 'token', error: unknown): ProviderProblem => {
    const failure = failureOf(error);
    const problem = problemOfFailure({ at, ...failure });
    log.warn({ at, ...failure, problem }, 'a sign-in by the identity provider failed');
    return problem;
  };
  return {
    setOut: async (browser, returnTo) => {
      try {
        const configuration = await provider();
        const [state, nonce, verifier] = [newToken(32), newToken(32), newToken(48)];
        const nowMs = clock.now();
        const setting = { stateHash: hashOf(state), browserHash: hashOf(browser), nonce, verifier, returnTo, nowMs };
        const expiresAtMs = nowMs + UNDER_WAY_SECONDS * 1_000;
        if (!(await insertSignIn(sql, { ...setting, expiresAtMs }, UNDER_WAY_MAX)))
          return { kind: 'problem', problem: 'too_many' };
        const url = client.buildAuthorizationUrl(configuration, {
          redirect_uri: returnUrl,
          scope: settings.scopes.join(' '),
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        });
        return { kind: 'go', url: url.href };
      } catch (error) {
        return { kind: 'problem', problem: failed('discovery', error) };
      }
    },
    comeBack: async (browser, query) => {
      const state = new URLSearchParams(query).get('state');
      const way =
        browser === null || state === null
          ? null
          : await takeSignIn(sql, { stateHash: hashOf(state), browserHash: hashOf(browser), nowMs: clock.now() });
      if (way === null || state === null) return { kind: 'problem', problem: 'stale', returnTo: null };
      const { nonce, verifier, returnTo } = way;
      try {
        const tokens = await client.authorizationCodeGrant(await provider(), new URL(`${returnUrl}?${query}`), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new Error('defect: the library gave no ID token though it was asked to insist');
        const idToken = (tokens.id_token ?? '').length > HINT_MAX ? null : (tokens.id_token ?? null);
        return { kind: 'person', subject: claims.sub, claims, idToken, returnTo };
      } catch (error) {
        const at = error instanceof client.AuthorizationResponseError ? 'return' : 'token';
        return { kind: 'problem', problem: failed(at, error), returnTo };
      }
    },
    farewell: async (idToken) => {
      try {
        const configuration = await provider();
        if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
        const words = { post_logout_redirect_uri: farewellUrl };
        const hint = idToken === null ? {} : { id_token_hint: idToken };
        return client.buildEndSessionUrl(configuration, { ...words, ...hint }).href;
      } catch (error) {
        failed('discovery', error);
        return null;
      }
    },
  };
}

/** What the provider said of itself, asked at once by many as by one. */
function remembered(
  clock: Pick<Clock, 'monotonic'>,
  ask: () => Promise<client.Configuration>,
): () => Promise<client.Configuration> {
  let known: { readonly atMs: number; readonly answer: Promise<client.Configuration> } | null = null;
  return async () => {
    if (known !== null && clock.monotonic() - known.atMs < KNOWN_MS) return known.answer;
    const asked = { atMs: clock.monotonic(), answer: ask() };
    known = asked;
    return asked.answer.catch((error: unknown) => {
      if (known === asked) known = null;
      throw error;
    });
  };
}

async function discover(settings: ProviderSettings): Promise<client.Configuration> {
  const { issuer, clientId, clientSecret, clockToleranceSeconds } = settings;
  const [basic, post] = [client.ClientSecretBasic(clientSecret), client.ClientSecretPost(clientSecret)];
  // By the standard a provider that says nothing takes the first; some that take it misread what it encodes.
  const authenticate: client.ClientAuth = (server, ...rest) => {
    const takes = server.token_endpoint_auth_methods_supported ?? [];
    return (takes.includes('client_secret_post') ? post : basic)(server, ...rest);
  };
  const url = new URL(issuer);
  const isPlain = url.protocol === 'http:';
  return client.discovery(url, clientId, { [client.clockTolerance]: clockToleranceSeconds }, authenticate, {
    timeout: TIMEOUT_SECONDS,
    [client.customFetch]: bounded,
    // Plain http only where the settings name this very machine, see config-console.ts.
    execute: [client.enableNonRepudiationChecks, ...(isPlain ? [client.allowInsecureRequests] : [])],
  });
}

/** A request of the library whose answer ends in an error when it grows too long. */
const bounded: client.CustomFetch = async (url, options) => {
  const { body = null, ...rest } = options;
  const answer = await fetch(url, { ...rest, body });
  let left = ANSWER_MAX_BYTES;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform: (bytes, controller) => {
      left -= bytes.byteLength;
      if (left < 0) controller.error(new TypeError('the identity provider answered with more than it may'));
      else controller.enqueue(bytes);
    },
  });
  return new Response(answer.body?.pipeThrough(limit) ?? null, { status: answer.status, headers: answer.headers });
};

/** What may be said of a failure: codes, never values. */
function failureOf(error: unknown): { readonly code: string | null; readonly error: string | null } {
  const isAnswer = error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError;
  const code = error instanceof client.ClientError || isAnswer ? (error.code ?? null) : null;
  return { code, error: isAnswer ? error.error.slice(0, 100) : null };
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
