/** SQL of sign-ins that are on their way to the identity provider and back, and of the accounts it vouches for. */
import type { Database } from '../platform/index.ts';
import type { Role } from './roles.ts';

export interface SettingOut {
  readonly stateHash: Uint8Array;
  readonly browserHash: Uint8Array;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
  readonly nowMs: number;
  readonly expiresAtMs: number;
}

const at = (ms: number): string => new Date(ms).toISOString();

/**
 * False when as many as may be are under way. Also lets go of what has expired. Relies on console_sign_in_expires; counting reads
 * the few that are left.
 */
export async function insertSignIn(sql: Database, wish: SettingOut, most: number): Promise<boolean> {
  await sql`/* console_sign_in.expire */ DELETE FROM console_sign_in WHERE expires_at <= ${at(wish.nowMs)}`;
  const rows = await sql`
    /* console_sign_in.insert */
    INSERT INTO console_sign_in (state_hash, browser_hash, nonce, verifier, return_to, expires_at)
    SELECT ${Buffer.from(wish.stateHash)}, ${Buffer.from(wish.browserHash)}, ${wish.nonce}, ${wish.verifier},
      ${wish.returnTo}, ${at(wish.expiresAtMs)}
    WHERE (SELECT count(*) FROM console_sign_in) < ${most}
    RETURNING state_hash`;
  return rows.length === 1;
}

/** What was set out with, once: whoever comes second, late, or in another browser gets null. Relies on console_sign_in_pkey. */
export async function takeSignIn(
  sql: Database,
  { stateHash, browserHash, nowMs }: Pick<SettingOut, 'stateHash' | 'browserHash' | 'nowMs'>,
): Promise<Pick<SettingOut, 'nonce' | 'verifier' | 'returnTo'> | null> {
  const [row] = await sql<{ nonce: string; verifier: string; return_to: string }[]>`
    /* console_sign_in.take */
    DELETE FROM console_sign_in
    WHERE state_hash = ${Buffer.from(stateHash)} AND browser_hash = ${Buffer.from(browserHash)}
      AND expires_at > ${at(nowMs)}
    RETURNING nonce, verifier, return_to`;
  return row === undefined ? null : { nonce: row.nonce, verifier: row.verifier, returnTo: row.return_to };
}

export interface Vouched {
  readonly issuer: string;
  readonly subject: string;
}

export interface VouchedAccount {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
}

/** The account of a subject. Relies on console_user_subject. */
export async function selectVouched(sql: Database, { issuer, subject }: Vouched): Promise<VouchedAccount | null> {
  const [row] = await sql<VouchedAccount[]>`
    /* console_user.vouched */
    SELECT id, name, role, disabled FROM console_user WHERE issuer = ${issuer} AND subject = ${subject}`;
  return row ?? null;
}

/** False when the name is taken, or the subject has an account. Relies on console_user_name and console_user_subject. */
export async function insertVouched(
  sql: Database,
  account: Vouched & { readonly id: string; readonly name: string; readonly role: Role },
  nowMs: number,
): Promise<boolean> {
  const rows = await sql`
    /* console_user.insert_vouched */
    INSERT INTO console_user (id, name, role, issuer, subject, created_at, changed_at)
    VALUES (
      ${account.id}, ${account.name}, ${account.role}, ${account.issuer}, ${account.subject}, ${at(nowMs)}, ${at(nowMs)}
    )
    ON CONFLICT DO NOTHING
    RETURNING id`;
  return rows.length === 1;
}
