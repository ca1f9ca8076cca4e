/** SQL of the console's accounts and of who is signed in. */
import type { Database } from '../platform/index.ts';
import type { Role } from './roles.ts';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly secondFactor: boolean;
  /** the identity provider that vouches for them; null: they have a password here */
  readonly issuer: string | null;
  readonly lockedUntilMs: number | null;
  readonly createdAtMs: number;
}

interface AccountRow {
  id: string;
  name: string;
  role: Role;
  disabled: boolean;
  totp_secret: string | null;
  issuer: string | null;
  locked_until: Date | null;
  created_at: Date;
}

const readAccount = (row: AccountRow): Account => ({
  id: row.id,
  name: row.name,
  role: row.role,
  disabled: row.disabled,
  secondFactor: row.totp_secret !== null,
  issuer: row.issuer,
  lockedUntilMs: row.locked_until?.getTime() ?? null,
  createdAtMs: row.created_at.getTime(),
});

const at = (ms: number): string => new Date(ms).toISOString();

/** The names of everybody, whole: there are few. Relies on console_user_pkey. */
export async function selectAccounts(sql: Database): Promise<readonly Account[]> {
  const rows = await sql<AccountRow[]>`
    /* console_user.all */
    SELECT id, name, role, disabled, totp_secret, issuer, locked_until, created_at FROM console_user ORDER BY id LIMIT 1000`;
  return rows.map(readAccount);
}

/** Relies on console_user_pkey. */
export async function selectAccount(sql: Database, id: string): Promise<Account | null> {
  const [row] = await sql<AccountRow[]>`
    /* console_user.one */
    SELECT id, name, role, disabled, totp_secret, issuer, locked_until, created_at FROM console_user WHERE id = ${id}`;
  return row === undefined ? null : readAccount(row);
}

/** False when the name is taken. Relies on console_user_name. */
export async function insertAccount(
  sql: Database,
  account: { readonly id: string; readonly name: string; readonly role: Role; readonly password: string },
  nowMs: number,
): Promise<boolean> {
  const rows = await sql`
    /* console_user.insert */
    INSERT INTO console_user (id, name, role, password, created_at, changed_at)
    VALUES (${account.id}, ${account.name}, ${account.role}, ${account.password}, ${at(nowMs)}, ${at(nowMs)})
    ON CONFLICT (lower(name)) DO NOTHING
    RETURNING id`;
  return rows.length === 1;
}

export interface AccountPatch {
  readonly role?: Role;
  readonly disabled?: boolean;
  readonly password?: string;
  /** true: whoever lost the telephone signs in without a second factor again */
  readonly forgetSecondFactor?: boolean;
}

/** Relies on console_user_pkey. A changed password also opens a lock. */
export async function updateAccount(sql: Database, id: string, patch: AccountPatch, nowMs: number): Promise<void> {
  await sql`
    /* console_user.update */
    UPDATE console_user
    SET role = ${patch.role ?? sql`role`}, disabled = ${patch.disabled ?? sql`disabled`},
      password = ${patch.password ?? sql`password`},
      failures = ${patch.password === undefined ? sql`failures` : 0},
      locked_until = ${patch.password === undefined ? sql`locked_until` : null},
      totp_secret = ${patch.forgetSecondFactor === true ? null : sql`totp_secret`},
      changed_at = ${at(nowMs)}
    WHERE id = ${id}`;
}

export interface Attempt {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly password: string;
  readonly totpSecret: string | null;
  readonly totpStep: number | null;
  readonly failures: number;
  readonly lockedUntilMs: number | null;
}

/**
 * Counts a try before it is judged, so that tries at once cannot outrun the count; null: no such account, or it is locked.
 * From the fifth failure on it locks for a minute, then two, four, up to an hour. An account without a password is none here.
 * Relies on console_user_name.
 */
export async function countAttempt(sql: Database, name: string, nowMs: number): Promise<Attempt | null> {
  const [row] = await sql<(AccountRow & { password: string; totp_step: string | null; failures: number })[]>`
    /* console_user.attempt */
    UPDATE console_user
    SET failures = least(failures + 1, 1000),
      locked_until = CASE
        WHEN failures >= 4 THEN ${at(nowMs)}::timestamptz + least(60, 2 ^ least(failures - 4, 6)) * interval '1 minute'
      END
    WHERE lower(name) = lower(${name}) AND password IS NOT NULL AND NOT disabled AND (locked_until IS NULL OR locked_until <= ${at(nowMs)})
    RETURNING id, name, role, password, totp_secret, totp_step, failures, issuer, locked_until, disabled, created_at`;
  if (row === undefined) return null;
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    password: row.password,
    totpSecret: row.totp_secret,
    totpStep: row.totp_step === null ? null : Number(row.totp_step),
    failures: row.failures,
    lockedUntilMs: row.locked_until?.getTime() ?? null,
  };
}

/** The try was right. Relies on console_user_pkey. */
export async function forgetAttempts(sql: Database, id: string): Promise<void> {
  await sql`
    /* console_user.succeeded */
    UPDATE console_user SET failures = 0, locked_until = NULL WHERE id = ${id}`;
}

/** The password was right and the code is still to come: the try is no failure. Relies on console_user_pkey. */
export async function takeBackAttempt(sql: Database, id: string): Promise<void> {
  await sql`
    /* console_user.half_way */
    UPDATE console_user SET failures = greatest(failures - 1, 0), locked_until = NULL WHERE id = ${id}`;
}

/** False when the code of this step, or of a later one, was used already. Relies on console_user_pkey. */
export async function useStep(sql: Database, id: string, step: number): Promise<boolean> {
  const rows = await sql`
    /* console_user.use_step */
    UPDATE console_user SET totp_step = ${step} WHERE id = ${id} AND (totp_step IS NULL OR totp_step < ${step})
    RETURNING id`;
  return rows.length === 1;
}

/** Relies on console_user_pkey. */
export async function offerTotp(sql: Database, id: string, secret: string | null): Promise<void> {
  await sql`/* console_user.offer_totp */ UPDATE console_user SET totp_offered = ${secret} WHERE id = ${id}`;
}

/** Relies on console_user_pkey. */
export async function selectOffered(sql: Database, id: string): Promise<string | null> {
  const [row] = await sql<{ totp_offered: string | null }[]>`
    /* console_user.offered */
    SELECT totp_offered FROM console_user WHERE id = ${id}`;
  return row?.totp_offered ?? null;
}

/** The second factor is what was offered, or none. Relies on console_user_pkey. */
export async function setTotp(sql: Database, id: string, secret: string | null, step: number | null): Promise<void> {
  await sql`
    /* console_user.set_totp */
    UPDATE console_user SET totp_secret = ${secret}, totp_step = ${step}, totp_offered = NULL WHERE id = ${id}`;
}

export interface SignedIn {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly secondFactor: boolean;
  /** the identity provider that vouched for them; null: they came with a password */
  readonly issuer: string | null;
  readonly csrf: string;
  readonly seenAtMs: number;
}

/** Relies on console_session_pkey. An account that was disabled meanwhile is signed in no more. */
export async function selectSignedIn(
  sql: Database,
  hash: Uint8Array,
  times: { readonly nowMs: number; readonly idleMs: number },
): Promise<SignedIn | null> {
  const [row] = await sql<
    {
      user_id: string;
      name: string;
      role: Role;
      totp_secret: string | null;
      issuer: string | null;
      csrf: string;
      seen_at: Date;
    }[]
  >`
    /* console_session.one */
    SELECT s.user_id, u.name, u.role, u.totp_secret, u.issuer, s.csrf, s.seen_at
    FROM console_session s
    JOIN console_user u ON u.id = s.user_id
    WHERE s.token_hash = ${Buffer.from(hash)} AND s.expires_at > ${at(times.nowMs)}
      AND s.seen_at > ${at(times.nowMs - times.idleMs)} AND NOT u.disabled`;
  if (row === undefined) return null;
  return {
    user: row.user_id,
    name: row.name,
    role: row.role,
    secondFactor: row.totp_secret !== null,
    issuer: row.issuer,
    csrf: row.csrf,
    seenAtMs: row.seen_at.getTime(),
  };
}

/** Relies on console_session_pkey. */
export async function touchSession(sql: Database, hash: Uint8Array, nowMs: number): Promise<void> {
  await sql`
    /* console_session.seen */
    UPDATE console_session SET seen_at = ${at(nowMs)} WHERE token_hash = ${Buffer.from(hash)}`;
}

/** Also lets go of what has expired, and of all but the user's latest. Relies on console_session_expires and console_session_user. */
export async function insertSession(
  sql: Database,
  session: {
    readonly hash: Uint8Array;
    readonly user: string;
    readonly csrf: string;
    readonly idToken: string | null;
    readonly nowMs: number;
    readonly expiresAtMs: number;
  },
  mostOfUser: number,
): Promise<void> {
  const { nowMs } = session;
  await sql`
    /* console_session.expire */
    DELETE FROM console_session
    WHERE expires_at < ${at(nowMs)}
      OR token_hash IN (
        SELECT token_hash FROM console_session WHERE user_id = ${session.user} ORDER BY created_at DESC OFFSET ${mostOfUser - 1}
      )`;
  await sql`
    /* console_session.insert */
    INSERT INTO console_session (token_hash, user_id, csrf, id_token, created_at, seen_at, expires_at)
    VALUES (
      ${Buffer.from(session.hash)}, ${session.user}, ${session.csrf}, ${session.idToken}, ${at(nowMs)}, ${at(nowMs)}, ${at(session.expiresAtMs)}
    )`;
}

/** Answers with the provider's token of the session that ended, if it has one. Relies on console_session_pkey. */
export async function deleteSession(sql: Database, hash: Uint8Array): Promise<string | null> {
  const [row] = await sql<{ id_token: string | null }[]>`
    /* console_session.sign_out */
    DELETE FROM console_session WHERE token_hash = ${Buffer.from(hash)} RETURNING id_token`;
  return row?.id_token ?? null;
}

/** Everywhere but here, after a new password or another role. Relies on console_session_user. */
export async function deleteSessionsOf(sql: Database, user: string, except: Uint8Array | null): Promise<void> {
  await sql`
    /* console_session.sign_out_all */
    DELETE FROM console_session
    WHERE user_id = ${user} ${except === null ? sql`` : sql`AND token_hash <> ${Buffer.from(except)}`}`;
}
