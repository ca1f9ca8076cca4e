/**
 * Who may do what in the console: one table of routes, read by the server before anything else of a request. A route that is
 * not in it stops the start, so that nothing is open by being forgotten. Pure.
 */

export const ROLES = ['viewer', 'support', 'finance', 'admin', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** `anyone`: before the sign-in. `signed_in`: whatever the role. Else the roles that may. */
export type Access = 'anyone' | 'signed_in' | readonly Role[];

const HELPS: readonly Role[] = ['support', 'finance', 'admin'];
const MONEY: readonly Role[] = ['finance', 'admin'];
const ADMIN: readonly Role[] = ['admin'];
const LOOKS_BACK: readonly Role[] = ['admin', 'auditor'];

/** `METHOD path` below `/console/api` → who may. Reading is for everybody who has an account; what is written is not. */
export const ROUTES: Readonly<Record<string, Access>> = {
  'POST /session': 'anyone',
  'GET /session': 'anyone',
  'DELETE /session': 'signed_in',
  'POST /provider': 'anyone',
  'GET /provider/return': 'anyone',
  'POST /password': 'signed_in',
  'POST /totp': 'signed_in',
  'POST /totp/confirmation': 'signed_in',
  'DELETE /totp': 'signed_in',

  'GET /search': 'signed_in',
  'GET /rounds/:id/story': 'signed_in',
  'GET /players/:id': 'signed_in',
  'GET /players/:id/sessions': 'signed_in',
  'GET /v1/players/:id': 'signed_in',
  'GET /v1/rounds': 'signed_in',
  'GET /v1/transactions': 'signed_in',
  'PATCH /v1/players/:id': HELPS,

  'GET /adjustments': 'signed_in',
  'POST /adjustments': HELPS,
  'POST /adjustments/:id/decisions': MONEY,

  'GET /v1/discrepancies': 'signed_in',
  'GET /v1/discrepancies/:id': 'signed_in',
  'POST /discrepancies/:id/resolutions': MONEY,
  'GET /v1/settlement-days': 'signed_in',
  'GET /v1/settlement-days/rounds': 'signed_in',
  'GET /v1/settlement-events/set-aside': 'signed_in',

  'GET /aggregators': 'signed_in',
  'POST /reports': MONEY,

  'GET /pulse': 'signed_in',
  'GET /tail': 'signed_in',
  'GET /queues': 'signed_in',
  'GET /v1/clock': 'signed_in',
  'GET /v1/fx/rates': 'signed_in',
  'GET /v1/launches/outcomes': 'signed_in',

  'GET /v1/games': 'signed_in',
  'GET /v1/games/facets': 'signed_in',
  'GET /v1/games/changes': 'signed_in',
  'GET /v1/games/:id': 'signed_in',
  'PATCH /v1/games/:id': ADMIN,
  'GET /v1/syncs': 'signed_in',
  'GET /v1/syncs/:id': 'signed_in',
  'POST /v1/syncs/:id/decisions': ADMIN,

  'GET /v1/analytics/daily': 'signed_in',

  'GET /audit': LOOKS_BACK,
  'GET /users': LOOKS_BACK,
  'POST /users': ADMIN,
  'PATCH /users/:id': ADMIN,
};

/** Whether somebody with this role may; null: nobody is signed in. A route that is not in the table is nobody's. */
export function mayUse(access: Access | undefined, role: Role | null): 'yes' | 'sign_in' | 'no' {
  if (access === undefined) return 'no';
  if (access === 'anyone') return 'yes';
  if (role === null) return 'sign_in';
  return access === 'signed_in' || access.includes(role) ? 'yes' : 'no';
}

/** What the page offers somebody with this role: the writes they may make. The server decides again when they do. */
export function writesOf(role: Role): readonly string[] {
  return Object.entries(ROUTES)
    .filter(([route, access]) => Array.isArray(access) && access.includes(role) && route.length > 0)
    .map(([route]) => route);
}
