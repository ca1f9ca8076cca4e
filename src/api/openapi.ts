/** The API's own description, made from the schemas of its routes: OpenAPI 3.1 as JSON, and a page to read it. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { ApiScope } from './deps.ts';

const DESCRIPTION = [
  'Amounts are decimal text, errors are `application/problem+json` with a stable `code`, lists are paged by an opaque',
  '`cursor`. Writes take an `Idempotency-Key`: a repeat hears the first answer. 503 with `Retry-After` means: not known,',
  'ask again.',
].join(' ');

/** Collects every route registered in the scope after this. */
export async function describeApi(app: ApiScope, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Croupier operator API', version, description: DESCRIPTION },
      tags: ['Players', 'Money', 'Catalogue', 'Play', 'Book', 'Analytics', 'Server'].map((name) => ({ name })),
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
      security: [{ apiKey: [] }],
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // Everything comes from this server; in particular nothing is sent to a validator elsewhere.
    uiConfig: { validatorUrl: null, docExpansion: 'list', deepLinking: true },
    staticCSP: true,
  });
  app.get('/v1/openapi.json', { config: { scope: 'open' }, schema: { hide: true } }, async () => app.swagger());
}
