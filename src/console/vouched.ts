/**
 * Accounts of people for whom an identity provider vouches: made when they first come, known by its name and its word for them and
 * by nothing else. Their role is what the provider says each time they sign in. A name that somebody has stays theirs.
 */
import { createHash } from 'node:crypto';
import type { Clock, Database } from '../platform/index.ts';
import { newId } from '../platform/index.ts';
import { deleteSessionsOf, updateAccount } from './accounts-store.ts';
import type { Begun } from './accounts.ts';
import { insertVouched, selectVouched } from './provider-store.ts';
import type { Vouched } from './provider-store.ts';
import type { Role } from './roles.ts';

export type Admitted = Begun | { readonly kind: 'disabled'; readonly name: string };

export interface Vouching {
  /** Signs in whom the provider vouches for; the first time with a new account, called `name` or like it. */
  readonly admit: (
    wish: Vouched & { readonly name: string; readonly role: Role; readonly idToken: string | null },
  ) => Promise<Admitted>;
  /** The provider gives them no role any more: whatever is signed in under the account is signed out. Answers with its name. */
  readonly expel: (person: Vouched) => Promise<string | null>;
}

/** `begin`: signs an account in, or says null when it is disabled. */
export function vouching(
  sql: Database,
  clock: Pick<Clock, 'now'>,
  begin: (user: string, idToken: string | null) => Promise<Begun | null>,
): Vouching {
  return {
    admit: async ({ role, idToken, ...person }) => {
      const account = (await selectVouched(sql, person)) ?? (await made(sql, { ...person, role }, clock.now()));
      const { id, name } = account;
      if (account.disabled) return { kind: 'disabled', name };
      if (account.role !== role) await updateAccount(sql, id, { role }, clock.now());
      return (await begin(id, idToken)) ?? { kind: 'disabled', name };
    },
    expel: async (person) => {
      const account = await selectVouched(sql, person);
      if (account !== null) await deleteSessionsOf(sql, account.id, null);
      return account?.name ?? null;
    },
  };
}

/** Under the name they have elsewhere, or with a few letters more when that is somebody's. */
async function made(
  sql: Database,
  { name, ...rest }: Vouched & { readonly name: string; readonly role: Role },
  nowMs: number,
) {
  const mark = createHash('sha256').update(`${rest.issuer} ${rest.subject}`, 'utf8').digest('hex').slice(0, 8);
  for (const each of [name, `${name}-${mark}`]) {
    await insertVouched(sql, { ...rest, id: newId(), name: each }, nowMs);
    // Also when somebody else made it in this moment.
    const found = await selectVouched(sql, rest);
    if (found !== null) return found;
  }
  throw new Error(`defect: there is no name left for the account of ${mark}`);
}
