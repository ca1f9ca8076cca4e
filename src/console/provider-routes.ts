/** Calls of a sign-in by the identity provider: setting out from our page, and coming back to it. */
import { z } from 'zod';
import { refuse } from '../api/index.ts';
import { newToken } from '../platform/index.ts';
import type { ConsoleScope, RouteParts } from './deps.ts';
import { PREFIX, sendCookie } from './guard.ts';
import type { Cookies } from './guard.ts';
import type { Provider } from './provider.ts';
import { UNDER_WAY_SECONDS } from './provider.ts';
import { issuerKeyOf, nameOfClaims, pageOf, pageWithProblem, roleOfClaims } from './provider-rules.ts';
import type { ProviderProblem, ProviderSettings } from './provider-rules.ts';
import { noteSignIn } from './session-routes.ts';
import { createThrottle } from './throttle.ts';

const COMINGS_A_MINUTE = 30;

interface Doors {
  /** null: there is no provider */
  readonly provider: Provider | null;
  readonly cookies: Cookies;
  readonly wayCookies: Cookies;
}

const SAID: Readonly<Record<'unreachable' | 'misconfigured' | 'too_many', string>> = {
  unreachable: 'The identity provider cannot be reached. Try again in a minute; if it stays so, tell whoever runs it.',
  misconfigured: 'The identity provider turns the console away. Whoever runs the console finds why in its log.',
  too_many: 'Too many people are signing in. Wait a minute and try again.',
};

export function providerRoutes(app: ConsoleScope, parts: RouteParts, { provider, cookies, wayCookies }: Doors): void {
  const throttle = createThrottle(parts.clock, COMINGS_A_MINUTE);

  app.post(
    `${PREFIX}/provider`,
    { schema: { body: z.strictObject({ return_to: z.string().max(4_000).nullish() }) } },
    async (request, reply) => {
      if (provider === null) return refuse(404, 'no_provider', 'No identity provider is set up here.');
      if (!throttle.allow(request.ip)) return refuse(429, 'too_many', SAID.too_many);
      // The same for several windows of one browser, each of which comes back.
      const browser = wayCookies.read(request.headers.cookie) ?? newToken(32);
      const way = await provider.setOut(browser, pageOf(request.body.return_to));
      if (way.kind === 'problem') {
        const problem = way.problem === 'misconfigured' || way.problem === 'too_many' ? way.problem : 'unreachable';
        return refuse(503, problem, SAID[problem]);
      }
      sendCookie(reply, wayCookies.set(browser, UNDER_WAY_SECONDS));
      return { go: way.url };
    },
  );

  app.get(`${PREFIX}/provider/return`, async (request, reply) => {
    const back = (page: string | null, problem: ProviderProblem) =>
      reply.redirect(pageWithProblem(page ?? '/console', problem), 303);
    const { oidc } = parts;
    if (provider === null || oidc === null) return refuse(404, 'no_provider', 'No identity provider is set up here.');
    if (!throttle.allow(request.ip)) return back(null, 'too_many');
    const asked = request.url.indexOf('?');
    const query = asked === -1 ? '' : request.url.slice(asked + 1);
    const came = await provider.comeBack(wayCookies.read(request.headers.cookie), query);
    if (came.kind === 'problem') return back(came.returnTo, came.problem);
    const admitted = await admit(parts, oidc, came, request.ip);
    if (admitted.kind !== 'signed_in') return back(came.returnTo, admitted.kind);
    // Whoever was signed in in this browser is so no longer.
    if (request.operatorToken !== null) await parts.accounts.signOut(request.operatorToken);
    sendCookie(reply, cookies.set(admitted.token, Math.floor((admitted.expiresAtMs - parts.clock.now()) / 1_000)));
    return reply.redirect(came.returnTo, 303);
  });
}

/** The account of who came back, if their claims give a role; written to the audit log either way. */
async function admit(
  parts: RouteParts,
  settings: ProviderSettings,
  { subject, claims, idToken }: { subject: string; claims: Readonly<Record<string, unknown>>; idToken: string | null },
  address: string,
) {
  const { accounts } = parts;
  const person = { issuer: issuerKeyOf(settings.issuer), subject };
  const role = roleOfClaims(claims, settings);
  const entry = { address, action: 'sign_in', asked: person };
  if (role === null) {
    const name = (await accounts.expel(person)) ?? nameOfClaims(claims, settings.nameClaim);
    await noteSignIn(parts, { ...entry, who: name, role: null }, false);
    return { kind: 'no_role' } as const;
  }
  const name = nameOfClaims(claims, settings.nameClaim);
  const result = await accounts.admit({ ...person, name, role, idToken });
  const who = result.kind === 'signed_in' ? result.who.name : result.name;
  await noteSignIn(parts, { ...entry, who, role }, result.kind === 'signed_in');
  return result;
}
