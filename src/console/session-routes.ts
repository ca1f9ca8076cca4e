/** Calls about oneself: signing in and out, the password, the second factor. Passwords and codes are never logged or answered. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiProblem, refuse } from '../api/index.ts';
import { insertAsked, insertEnded } from './audit-store.ts';
import { audited } from './audited.ts';
import type { SignedIn } from './accounts.ts';
import type { ConsoleScope, RouteParts } from './deps.ts';
import { operatorOf, PREFIX, sendCookie } from './guard.ts';
import type { Cookies } from './guard.ts';
import type { Provider } from './provider.ts';
import { writesOf } from './roles.ts';

const secret = z.string().min(1).max(1_000);
const credentials = z.strictObject({
  name: z.string().min(1).max(100),
  password: secret,
  code: z.string().max(10).nullish(),
});

interface Doors {
  readonly cookies: Cookies;
  readonly provider: Provider | null;
}

export function sessionRoutes(app: ConsoleScope, parts: RouteParts, { cookies, provider }: Doors): void {
  const { accounts, clock, localSignIn, oidc } = parts;
  const nobody = { signed_in: false, local: localSignIn, provider: oidc?.label ?? null };

  app.post(`${PREFIX}/session`, { schema: { body: credentials } }, async (request, reply) => {
    if (!localSignIn) return refuse(403, 'no_passwords', 'Nobody signs in with a password here: go by the provider.');
    const { name, password, code } = request.body;
    const result = await accounts.signIn({ name, password, code: code ?? null, address: request.ip });
    switch (result.kind) {
      case 'signed_in':
        await noteSignIn(
          parts,
          { who: result.who.name, role: result.who.role, address: request.ip, action: 'sign_in' },
          true,
        );
        sendCookie(reply, cookies.set(result.token, Math.floor((result.expiresAtMs - clock.now()) / 1_000)));
        return reply.code(201).send(answerOf(result.who));
      case 'code_wanted':
        return refuse(401, 'code_wanted', 'The password is right; the code of the second factor is wanted, too.');
      case 'refused':
        if (result.name !== null)
          await noteSignIn(parts, { who: result.name, role: null, address: request.ip, action: 'sign_in' }, false);
        return refuse(401, 'refused', 'Name, password or code are wrong, or the account is locked for a while.');
      case 'too_many': {
        const detail = 'Too many tries; wait a minute.';
        throw new ApiProblem({ status: 429, code: 'too_many', detail, retryAfterSeconds: 60 });
      }
    }
  });

  app.get(`${PREFIX}/session`, async (request) => (request.operator === null ? nobody : answerOf(request.operator)));

  app.delete(`${PREFIX}/session`, async (request, reply) => {
    const { operator, operatorToken } = request;
    const idToken = operatorToken === null ? null : await accounts.signOut(operatorToken);
    sendCookie(reply, cookies.clear());
    // Where the provider vouched, it is told as well; else the next click would sign in again without a word.
    const go = operator === null || operator.issuer === null ? null : await provider?.farewell(idToken);
    return go === null || go === undefined ? reply.code(204).send() : reply.send({ go });
  });
  ownRoutes(app, parts);
}

/** Whose account has a password here; whoever the provider vouches for has password and second factor there. */
function withPassword(request: FastifyRequest): SignedIn {
  const who = operatorOf(request);
  if (who.issuer !== null)
    refuse(422, 'vouched', 'Your password and second factor are with the identity provider: change them there.');
  return who;
}

function ownRoutes(app: ConsoleScope, parts: RouteParts): void {
  const { accounts } = parts;
  const own = (who: SignedIn, action: string) => ({
    action,
    subject: `user ${who.name}`,
    asked: null,
    look: async () => accounts.get(who.user),
  });

  app.post(
    `${PREFIX}/password`,
    { schema: { body: z.strictObject({ old: secret, fresh: secret }) } },
    async (request, reply) => {
      const who = withPassword(request);
      await audited(parts, request, own(who, 'user.password'), async () => {
        const problem = await accounts.changePassword(who, request.body, request.operatorToken ?? '');
        if (problem !== null) refuse(422, 'bad_password', problem);
      });
      return reply.code(204).send();
    },
  );

  app.post(`${PREFIX}/totp`, async (request) => accounts.offerSecondFactor(withPassword(request)));

  app.post(
    `${PREFIX}/totp/confirmation`,
    { schema: { body: z.strictObject({ code: z.string().max(10) }) } },
    async (request, reply) => {
      const who = withPassword(request);
      await audited(parts, request, own(who, 'user.second_factor'), async () => {
        if (!(await accounts.confirmSecondFactor(who, request.body.code)))
          refuse(422, 'bad_code', 'The code is not the one of this moment. Is the telephone’s clock right?');
      });
      return reply.code(204).send();
    },
  );

  app.delete(`${PREFIX}/totp`, { schema: { body: z.strictObject({ password: secret }) } }, async (request, reply) => {
    const who = withPassword(request);
    await audited(parts, request, own(who, 'user.second_factor'), async () => {
      if (!(await accounts.dropSecondFactor(who, request.body.password)))
        refuse(422, 'bad_password', 'The present password is another.');
    });
    return reply.code(204).send();
  });
}

/** What the page knows of who uses it; the token is what it repeats with every write. */
function answerOf(who: SignedIn) {
  return {
    signed_in: true,
    name: who.name,
    role: who.role,
    second_factor: who.secondFactor,
    vouched: who.issuer !== null,
    csrf: who.csrf,
    may: writesOf(who.role),
  };
}

/** A line of the audit log about a sign-in. `asked`: who the identity provider says that it was. */
export async function noteSignIn(
  { sql, clock }: RouteParts,
  entry: {
    readonly who: string;
    readonly role: string | null;
    readonly address: string;
    readonly action: string;
    readonly asked?: unknown;
  },
  worked: boolean,
): Promise<void> {
  const line = { ...entry, subject: `user ${entry.who}`, asked: entry.asked ?? null, before: null };
  const id = await insertAsked(sql, line, clock.now());
  await insertEnded(sql, id, { outcome: worked ? 'done' : 'refused', after: null }, clock.now());
}
