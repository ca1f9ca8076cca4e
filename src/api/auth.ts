/**
 * Who is calling and what they may do. Keys are compared by digest, all of them, in constant time; a route without a
 * declared scope does not start. Keys are never logged and never part of an answer.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ApiProblem } from './problem.ts';

/** `read`: look. `write`: players, games, launches. `money`: deposits and withdrawals. A key's scope `platform` is all of them. */
export type Scope = 'read' | 'write' | 'money';

export interface ApiKeySettings {
  readonly name: string;
  readonly key: string;
  readonly scopes: readonly string[];
}

export interface Caller {
  readonly name: string;
  readonly scopes: ReadonlySet<string>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** what a caller needs for this route; `open` needs no key */
    scope?: Scope | 'open';
  }
  interface FastifyRequest {
    caller: Caller | null;
  }
}

export type Authenticate = (request: FastifyRequest) => Caller;

/** Prepares the keys; the function it returns throws a 401 or 403 problem. */
export function createAuth(keys: readonly ApiKeySettings[]): Authenticate {
  const known = keys.map(({ name, key, scopes }) => ({
    digest: digestOf(key),
    caller: { name, scopes: new Set(scopes) },
  }));
  return (request) => {
    const token = /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const caller = token === undefined ? null : callerOf(digestOf(token), known);
    if (caller === null) {
      const detail = token === undefined ? 'Send Authorization: Bearer <api key>.' : 'The API key is not known.';
      throw new ApiProblem({ status: 401, code: 'unauthorized', detail });
    }
    const { scope } = request.routeOptions.config;
    if (scope === undefined || scope === 'open') return caller;
    if (caller.scopes.has('platform') || caller.scopes.has(scope)) return caller;
    throw new ApiProblem({ status: 403, code: 'forbidden', detail: `This API key lacks the scope "${scope}".` });
  };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function callerOf(
  digest: Buffer,
  known: readonly { readonly digest: Buffer; readonly caller: Caller }[],
): Caller | null {
  let found: Caller | null = null;
  // No early end: how long this takes must not tell which key is nearly right.
  for (const each of known) if (timingSafeEqual(each.digest, digest)) found = each.caller;
  return found;
}
