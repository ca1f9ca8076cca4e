/**
 * The console's section of croupier.yaml: whether it is served, and how people sign in. Whoever may sign in by a provider has a
 * role by a claim that is named here; a provider without one would let nobody in, so it is refused.
 */
import { z } from 'zod';
import { ConfigProblem } from './config-variables.ts';
import type { ConsoleOptions, Role } from './console/index.ts';

const ROLE_NAMES = ['viewer', 'support', 'finance', 'admin', 'auditor'] as const satisfies readonly Role[];

const providerSchema = z.strictObject({
  issuer: z.url({ protocol: /^https?$/, error: 'is no address like https://id.example/realms/casino' }),
  client_id: z.string().min(1).max(200),
  client_secret: z.string().min(1).max(10_000),
  label: z.string().min(1).max(40).optional(),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'is no scope'))
    .max(20)
    .optional(),
  roles_claim: z.string().min(1).max(200),
  roles: z
    .record(z.string().min(1), z.enum(ROLE_NAMES))
    .refine((roles) => Object.keys(roles).length > 0, 'names no value, so nobody could sign in: write value: role'),
  name_claim: z.string().min(1).max(100).optional(),
  clock_tolerance_seconds: z.number().int().min(0).max(300).optional(),
});

export const consoleSchema = z.strictObject({
  enabled: z.boolean().optional(),
  local_sign_in: z.boolean().optional(),
  oidc: providerSchema.nullish(),
});

export type ConsoleConfig = { readonly enabled: boolean } & Pick<ConsoleOptions, 'localSignIn' | 'oidc'>;

export function consoleConfigOf(file: z.output<typeof consoleSchema> | null | undefined, where: string): ConsoleConfig {
  const { enabled = true, local_sign_in: localSignIn = true, oidc = null } = file ?? {};
  if (!localSignIn && oidc === null)
    throw new ConfigProblem(
      `${where}: console.local_sign_in is false and console.oidc names no provider, so nobody could sign in; give one of them`,
    );
  if (oidc !== null) checkIssuer(oidc.issuer, where);
  return {
    enabled,
    localSignIn,
    oidc:
      oidc === null
        ? null
        : {
            issuer: oidc.issuer,
            clientId: oidc.client_id,
            clientSecret: oidc.client_secret,
            label: oidc.label ?? 'Company account',
            scopes: [...new Set(['openid', ...(oidc.scopes ?? ['profile'])])],
            rolesClaim: claimPath(oidc.roles_claim),
            roles: new Map(Object.entries(oidc.roles)),
            nameClaim: oidc.name_claim ?? 'preferred_username',
            clockToleranceSeconds: oidc.clock_tolerance_seconds ?? 30,
          },
  };
}

/** `realm_access.roles` leads down; an address like `https://casino.example/roles` is one name, dots and all. */
const claimPath = (text: string): readonly string[] => (text.includes('://') ? [text] : text.split('.'));

function checkIssuer(issuer: string, where: string): void {
  const url = new URL(issuer);
  if (url.protocol === 'http:' && !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
    throw new ConfigProblem(
      `${where}: console.oidc.issuer is on plain http, where anybody on the way could sign in as anybody; write https`,
    );
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    throw new ConfigProblem(`${where}: console.oidc.issuer takes no query, fragment or password`);
}
