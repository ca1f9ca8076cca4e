/**
 * The operator's console: a page for support, finance and whoever is on call, and the calls it needs. It moves no money but
 * through the ledger and the settlement room, and every write stands in its audit log.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { FastifyInstance } from 'fastify';
import { answerError } from '../api/index.ts';
import { openAccounts } from './accounts.ts';
import type { Accounts } from './accounts.ts';
import { openAdjustments } from './adjustments.ts';
import type { ConsoleOptions, RouteParts } from './deps.ts';
import { forwardRoutes } from './forward.ts';
import { cookiesFor, guard, PREFIX, wayCookiesFor } from './guard.ts';
import { lookRoutes } from './look-routes.ts';
import { registerPages } from './pages.ts';
import { openProvider } from './provider.ts';
import type { Provider } from './provider.ts';
import { providerRoutes } from './provider-routes.ts';
import { issuerKeyOf } from './provider-rules.ts';
import { reportRoutes } from './reports.ts';
import { sessionRoutes } from './session-routes.ts';
import { createTail } from './tail.ts';
import { workRoutes } from './work-routes.ts';

export interface Console {
  readonly accounts: Accounts;
  readonly plugin: (app: FastifyInstance) => Promise<void>;
}

const BODY_LIMIT_BYTES = 65_536;

export function openConsole(options: ConsoleOptions): Console {
  const { oidc, localSignIn: local } = options;
  const ways = { local, issuer: oidc === null ? null : issuerKeyOf(oidc.issuer) };
  const accounts = openAccounts({ ...options, ways });
  const parts: RouteParts = { ...options, accounts, adjustments: openAdjustments(options) };
  return {
    accounts,
    plugin: async (app) => {
      await app.register(async (scope) => calls(scope, parts));
      // Below the calls there is no page.
      app.all('/console/api/*', async (_request, reply) => reply.callNotFound());
      // Without built pages (a checkout that was never built) the calls are served all the same.
      if (existsSync(path.join(options.webRoot, 'index.html')))
        await app.register(async (scope) => registerPages(scope, options.webRoot));
    },
  };
}

async function calls(scope: FastifyInstance, parts: RouteParts): Promise<void> {
  const app = scope.withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  // A form of another site can send plain text, but no JSON.
  app.removeContentTypeParser('text/plain');
  app.addHook('onRoute', (route) => {
    route.bodyLimit ??= BODY_LIMIT_BYTES;
  });
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, parts.log));
  const cookies = cookiesFor(parts.publicUrl);
  guard(app, parts.accounts, cookies);
  const tail = createTail(parts);
  app.addHook('preClose', async () => tail.close());
  const provider = providerOf(parts);
  sessionRoutes(app, parts, { cookies, provider });
  providerRoutes(app, parts, { provider, cookies, wayCookies: wayCookiesFor(parts.publicUrl) });
  lookRoutes(app, parts);
  workRoutes(app, parts);
  reportRoutes(app, parts);
  forwardRoutes(app, parts);
  app.get(`${PREFIX}/tail`, async (request, reply) => tail.watch(request, reply));
}

function providerOf({ oidc, publicUrl, sql, clock, log }: ConsoleOptions): Provider | null {
  if (oidc === null) return null;
  const base = publicUrl.replace(/\/$/, '');
  const [returnUrl, farewellUrl] = [`${base}${PREFIX}/provider/return`, `${base}/console`];
  return openProvider({ sql, clock, log, settings: oidc, returnUrl, farewellUrl });
}
