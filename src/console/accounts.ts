/**
 * Accounts of the console: made, signed in, signed out. A try is counted before it is judged, an account locks after a few
 * failures, a second factor opens once. Whoever may not sign in learns nothing about why.
 */
import { createHash } from 'node:crypto';
import type { Clock, Database } from '../platform/index.ts';
import { newId, newToken } from '../platform/index.ts';
import {
  countAttempt,
  deleteSession,
  deleteSessionsOf,
  forgetAttempts,
  insertAccount,
  insertSession,
  offerTotp,
  selectAccount,
  selectAccounts,
  selectOffered,
  selectSignedIn,
  setTotp,
  takeBackAttempt,
  touchSession,
  updateAccount,
  useStep,
} from './accounts-store.ts';
import type { Account, AccountPatch, SignedIn } from './accounts-store.ts';
import { hashPassword, isPassword, problemOfPassword } from './passwords.ts';
import type { Role } from './roles.ts';
import { createThrottle } from './throttle.ts';
import { base32, otpauthOf, stepOfCode } from './totp.ts';
import { vouching } from './vouched.ts';
import type { Vouching } from './vouched.ts';

export type { Account, SignedIn } from './accounts-store.ts';

export interface Begun {
  readonly kind: 'signed_in';
  readonly token: string;
  readonly who: SignedIn;
  readonly expiresAtMs: number;
}

export type SignIn =
  | Begun
  | { readonly kind: 'code_wanted' }
  /** wrong, unknown, disabled or locked: not told apart. `name`: of an account that exists, for the audit log */
  | { readonly kind: 'refused'; readonly name: string | null; readonly lockedUntilMs: number | null }
  | { readonly kind: 'too_many' };

/** How people may sign in. Whoever came by a way that is closed since is signed in no more. */
export interface Ways {
  /** with a password of an account here */
  readonly local: boolean;
  /** by the identity provider of this name */
  readonly issuer: string | null;
}

export type Added =
  | { readonly kind: 'added'; readonly account: Account }
  | { readonly kind: 'refused'; readonly reason: 'bad_name' | 'name_taken' | 'bad_password'; readonly message: string };

export interface ChangeRefused {
  readonly kind: 'refused';
  readonly reason: 'bad_password' | 'vouched';
  readonly message: string;
}

export interface Accounts extends Vouching {
  readonly signIn: (wish: {
    readonly name: string;
    readonly password: string;
    readonly code: string | null;
    readonly address: string;
  }) => Promise<SignIn>;
  /** who a cookie belongs to; null: nobody */
  readonly who: (token: string) => Promise<SignedIn | null>;
  /** answers with what the identity provider is told of it, if it vouched */
  readonly signOut: (token: string) => Promise<string | null>;
  readonly add: (wish: { readonly name: string; readonly role: Role; readonly password: string }) => Promise<Added>;
  readonly change: (id: string, patch: AccountPatch) => Promise<Account | null | ChangeRefused>;
  /** a new password for oneself; everything else that is signed in under the account is signed out */
  readonly changePassword: (
    who: SignedIn,
    passwords: { readonly old: string; readonly fresh: string },
    token: string,
  ) => Promise<string | null>;
  /** a secret to be confirmed by a code */
  readonly offerSecondFactor: (who: SignedIn) => Promise<{ readonly secret: string; readonly link: string }>;
  readonly confirmSecondFactor: (who: SignedIn, code: string) => Promise<boolean>;
  readonly dropSecondFactor: (who: SignedIn, password: string) => Promise<boolean>;
  readonly list: () => Promise<readonly Account[]>;
  readonly get: (id: string) => Promise<Account | null>;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$/;
const LIFE_MS = 12 * 3_600_000;
const IDLE_MS = 60 * 60_000;
const SEEN_EVERY_MS = 60_000;
const SESSIONS_MAX = 10;
const TRIES_A_MINUTE_BY_ADDRESS = 30;
const TRIES_A_MINUTE_BY_NAME = 10;
/** Each derivation takes 32 MiB; more at once are refused rather than queued. */
const DERIVING_MAX = 4;

/** `ways`: with passwords only, unless given. */
export function openAccounts({
  sql,
  clock,
  ways = { local: true, issuer: null },
}: {
  readonly sql: Database;
  readonly clock: Clock;
  readonly ways?: Ways;
}): Accounts {
  const byAddress = createThrottle(clock, TRIES_A_MINUTE_BY_ADDRESS);
  const byName = createThrottle(clock, TRIES_A_MINUTE_BY_NAME);
  let deriving = 0;

  const check = async (password: string, stored: string | null): Promise<boolean> => {
    deriving += 1;
    try {
      return await isPassword(password, stored);
    } finally {
      deriving -= 1;
    }
  };
  /** Always under a new token; null: somebody disabled the account in this moment. */
  const begin = async (user: string, idToken: string | null): Promise<Begun | null> => {
    const token = newToken(32);
    const nowMs = clock.now();
    const hash = hashOf(token);
    const session = { hash, user, csrf: newToken(24), idToken, nowMs, expiresAtMs: nowMs + LIFE_MS };
    await insertSession(sql, session, SESSIONS_MAX);
    const who = await selectSignedIn(sql, hash, { nowMs, idleMs: IDLE_MS });
    return who === null ? null : { kind: 'signed_in', token, who, expiresAtMs: nowMs + LIFE_MS };
  };

  return {
    signIn: async ({ name, password, code, address }) => {
      const allowed = byAddress.allow(address) && byName.allow(name.toLowerCase());
      if (!allowed || deriving >= DERIVING_MAX) return { kind: 'too_many' };
      const attempt = await countAttempt(sql, name, clock.now());
      if (!(await check(password, attempt?.password ?? null)) || attempt === null)
        return { kind: 'refused', name: attempt?.name ?? null, lockedUntilMs: attempt?.lockedUntilMs ?? null };
      if (attempt.totpSecret !== null) {
        if (code === null) {
          await takeBackAttempt(sql, attempt.id);
          return { kind: 'code_wanted' };
        }
        const about = { secret: attempt.totpSecret, code, nowMs: clock.now(), lastStep: attempt.totpStep };
        const step = stepOfCode(about);
        if (step === null || !(await useStep(sql, attempt.id, step)))
          return { kind: 'refused', name: attempt.name, lockedUntilMs: attempt.lockedUntilMs };
      }
      await forgetAttempts(sql, attempt.id);
      return (await begin(attempt.id, null)) ?? { kind: 'refused', name: attempt.name, lockedUntilMs: null };
    },
    who: async (token) => {
      const hash = hashOf(token);
      const nowMs = clock.now();
      const found = await selectSignedIn(sql, hash, { nowMs, idleMs: IDLE_MS });
      if (found !== null && !(found.issuer === null ? ways.local : found.issuer === ways.issuer)) return null;
      if (found !== null && nowMs - found.seenAtMs > SEEN_EVERY_MS) await touchSession(sql, hash, nowMs);
      return found;
    },
    signOut: async (token) => deleteSession(sql, hashOf(token)),
    ...vouching(sql, clock, begin),
    ...keeping(sql, clock),
    ...ofOneself(sql, clock, check),
  };
}

/** What an administrator does. */
function keeping(sql: Database, clock: Clock): Pick<Accounts, 'add' | 'change' | 'list' | 'get'> {
  return {
    add: async ({ name, role, password }) => {
      if (!NAME.test(name)) {
        const message =
          'A name has 2 to 64 letters, digits, dots, dashes, underscores or @, and begins with a letter or digit.';
        return { kind: 'refused', reason: 'bad_name', message };
      }
      const problem = problemOfPassword(password, name);
      if (problem !== null) return { kind: 'refused', reason: 'bad_password', message: problem };
      const id = newId();
      if (!(await insertAccount(sql, { id, name, role, password: await hashPassword(password) }, clock.now())))
        return { kind: 'refused', reason: 'name_taken', message: 'There is an account with this name.' };
      const account = await selectAccount(sql, id);
      if (account === null) throw new Error('defect: an account vanished');
      return { kind: 'added', account };
    },
    change: async (id, patch) => {
      const account = await selectAccount(sql, id);
      if (account === null) return null;
      const { password } = patch;
      if (account.issuer !== null && (password ?? patch.role) !== undefined) {
        const message = 'The identity provider says who this is and what they may do: change it there.';
        return { kind: 'refused', reason: 'vouched', message };
      }
      const problem = password === undefined ? null : problemOfPassword(password, account.name);
      if (problem !== null) return { kind: 'refused', reason: 'bad_password', message: problem };
      const hashed = password === undefined ? {} : { password: await hashPassword(password) };
      await updateAccount(sql, id, { ...patch, ...hashed }, clock.now());
      await deleteSessionsOf(sql, id, null);
      return selectAccount(sql, id);
    },
    list: async () => selectAccounts(sql),
    get: async (id) => selectAccount(sql, id),
  };
}

/** What everybody does with their own account. */
function ofOneself(
  sql: Database,
  clock: Clock,
  check: (password: string, stored: string | null) => Promise<boolean>,
): Pick<Accounts, 'changePassword' | 'offerSecondFactor' | 'confirmSecondFactor' | 'dropSecondFactor'> {
  /** The same count as of a sign-in: a stolen session must not guess on. */
  const isOwn = async (name: string, password: string): Promise<boolean> => {
    const attempt = await countAttempt(sql, name, clock.now());
    const right = await check(password, attempt?.password ?? null);
    if (right && attempt !== null) await forgetAttempts(sql, attempt.id);
    return right && attempt !== null;
  };
  return {
    changePassword: async (who, { old, fresh }, token) => {
      const problem = problemOfPassword(fresh, who.name);
      if (problem !== null) return problem;
      if (!(await isOwn(who.name, old))) return 'The present password is another.';
      await updateAccount(sql, who.user, { password: await hashPassword(fresh) }, clock.now());
      await deleteSessionsOf(sql, who.user, hashOf(token));
      return null;
    },
    offerSecondFactor: async (who) => {
      const secret = base32(Buffer.from(newToken(20), 'base64url'));
      await offerTotp(sql, who.user, secret);
      return { secret, link: otpauthOf(who.name, secret) };
    },
    confirmSecondFactor: async (who, code) => {
      const secret = await selectOffered(sql, who.user);
      const step = secret === null ? null : stepOfCode({ secret, code, nowMs: clock.now(), lastStep: null });
      if (step === null) return false;
      await setTotp(sql, who.user, secret, step);
      return true;
    },
    dropSecondFactor: async (who, password) => {
      if (!(await isOwn(who.name, password))) return false;
      await setTotp(sql, who.user, null, null);
      return true;
    },
  };
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();
