/**
 * What an identity provider's word means here: which role its claims give, what the account is called, where a sign-in goes on,
 * and how a failure is told. Pure. A claim that nobody named gives no role, and nobody is known by an e-mail address.
 */
import type { Role } from './roles.ts';

/** How `console.oidc` names them, with what nobody has to say filled in. */
export interface ProviderSettings {
  /** the provider's own name for itself, an address */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** what the button says */
  readonly label: string;
  readonly scopes: readonly string[];
  /** where the groups stand in the ID token: a claim's name, or a way down through objects */
  readonly rolesClaim: readonly string[];
  /** the value of that claim → the role it gives */
  readonly roles: ReadonlyMap<string, Role>;
  readonly nameClaim: string;
  readonly clockToleranceSeconds: number;
}

/** Whoever is given several has the first of these. */
const BEFORE: readonly Role[] = ['admin', 'finance', 'support', 'auditor', 'viewer'];
const VALUES_MAX = 1_000;

/** The role that the claims give; null: none, which lets nobody in. */
export function roleOfClaims(
  claims: Readonly<Record<string, unknown>>,
  { rolesClaim, roles }: Pick<ProviderSettings, 'rolesClaim' | 'roles'>,
): Role | null {
  const [first = '', ...further] = rolesClaim;
  let value: unknown = memberOf(claims, first);
  for (const name of further) value = memberOf(value, name);
  const values: readonly unknown[] = Array.isArray(value) ? value.slice(0, VALUES_MAX) : [value];
  const given = new Set(values.map((each) => (typeof each === 'string' ? roles.get(each) : undefined)));
  return BEFORE.find((role) => given.has(role)) ?? null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

const NAME_MAX = 50;

/** What a new account is called, in the letters that names of accounts have. A name is shown and logged, never compared. */
export function nameOfClaims(claims: Readonly<Record<string, unknown>>, nameClaim: string): string {
  const claimed = memberOf(claims, nameClaim);
  const text = typeof claimed === 'string' ? claimed : String(claims['sub']);
  const name = text
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^A-Za-z0-9._@-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, NAME_MAX);
  return name.length < 2 ? 'user' : name;
}

/** An issuer as accounts are kept under it: some write theirs with a slash at the end, and some do and do not. */
export const issuerKeyOf = (issuer: string): string => new URL(issuer).href.replace(/\/$/, '');

const RETURN_MAX = 2_000;
const PLACE = 'http://console.invalid';

/** Where somebody goes on after signing in: the page they wanted, if it is one of the console, else its first. */
export function pageOf(text: string | null | undefined): string {
  if (text === null || text === undefined || text.length > RETURN_MAX || !URL.canParse(text, PLACE)) return '/console';
  const url = new URL(text, PLACE);
  const isPage = url.origin === PLACE && /^\/console(\/(?!api(\/|$))|$)/.test(url.pathname);
  return isPage ? `${url.pathname}${withoutProblem(url.searchParams)}` : '/console';
}

function withoutProblem(words: URLSearchParams): string {
  words.delete(PROBLEM_WORD);
  const text = words.toString();
  return text === '' ? '' : `?${text}`;
}

/** The word of the address by which the page says why nobody was signed in. */
const PROBLEM_WORD = 'sign_in';

/** Why somebody was not let in. The page words each, with what to do about it. */
export type ProviderProblem =
  /** it was begun in another browser, too long ago, or has come back before */
  | 'stale'
  /** the provider says that the person, or somebody above them, said no */
  | 'denied'
  /** no claim of theirs is mapped to a role */
  | 'no_role'
  | 'disabled'
  | 'too_many'
  /** the provider could not be reached, or did not answer in time */
  | 'unreachable'
  /** the provider turns us away: the client's id, secret or return address */
  | 'misconfigured'
  /** its answer is signed, addressed or dated wrongly */
  | 'not_believed';

/** The page with the word of a problem, to be redirected to. */
export function pageWithProblem(page: string, problem: ProviderProblem): string {
  const url = new URL(page, PLACE);
  url.searchParams.set(PROBLEM_WORD, problem);
  return `${url.pathname}${url.search}`;
}

/** What failed, by the protocol's own codes. `error`: the word of RFC 6749 that the provider answered with. */
export function problemOfFailure(failure: {
  readonly at: 'discovery' | 'return' | 'token';
  readonly code: string | null;
  readonly error: string | null;
}): ProviderProblem {
  const { at, code, error } = failure;
  if (at === 'return' && error !== null)
    return ['access_denied', 'login_required', 'interaction_required', 'consent_required'].includes(error)
      ? 'denied'
      : ['server_error', 'temporarily_unavailable'].includes(error)
        ? 'unreachable'
        : 'misconfigured';
  if (error === 'invalid_grant') return 'stale';
  if (error !== null) return 'misconfigured';
  if (code === null || code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT') return 'unreachable';
  // A page of something else stands at the provider's address, or it fails in a way of its own.
  if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || code === 'OAUTH_RESPONSE_IS_NOT_JSON') return 'unreachable';
  return at === 'discovery' ? 'misconfigured' : 'not_believed';
}
