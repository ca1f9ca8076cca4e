/**
 * Which games are one: proposed after every sync that changed something, decided by a person, or merged at once where the
 * operator's configuration says so and nothing speaks against it (CAT-06, CAT-16).
 */
import type { Clock, Database, DatabaseTransaction } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { bumpVersions, lockCatalogue, lockGames, mergeGames } from './merge-store.ts';
import type { Merge } from './merge-store.ts';
import { acceptEvident, propose } from './proposal-store.ts';
import { refreshGames } from './takeover-store.ts';

/** `off`: nothing is looked for; `propose`: a person decides; `automatic`: what is evident is merged without one. */
export type MergeMode = 'off' | 'propose' | 'automatic';

/** Looks for pairs among what this sync changed. */
export async function proposeMerges(
  transaction: DatabaseTransaction,
  looking: { readonly mode: MergeMode; readonly changedAtMs: number },
): Promise<void> {
  if (looking.mode !== 'off') await propose(transaction, new Date(looking.changedAtMs));
}

/** Merges what is evident, in a transaction of its own, because it concerns other aggregators as well. Returns how many games. */
export async function mergeEvident(context: {
  readonly sql: Database;
  readonly clock: Clock;
  readonly aggregators: readonly AggregatorName[];
}): Promise<number> {
  const now = new Date(context.clock.now());
  return context.sql.begin(async (transaction) => {
    await lockCatalogue(transaction);
    const pairs = await acceptEvident(transaction, RULE.id, now);
    if (pairs.length === 0) return 0;
    const merges = rooted(pairs.map(({ game_id: into, other_id: other }) => ({ into, other })));
    const known = await lockGames(transaction, [...new Set(merges.flatMap(({ into, other }) => [into, other]))]);
    const standing = new Set(known.filter((game) => game.merged_into === null).map((game) => game.id));
    const possible = merges.filter(({ into, other }) => standing.has(into) && standing.has(other));
    await mergeGames(transaction, possible, RULE, now);
    await refreshGames(transaction, context.aggregators, { games: possible.map(({ into }) => into) });
    await bumpVersions(transaction);
    return possible.length;
  });
}

const RULE = { source: 'rule', id: 'merge' } as const;

/** Chains shortened, so that no game is on both sides: if b becomes a and c becomes b, both become a. */
export function rooted(merges: readonly Merge[]): readonly Merge[] {
  const parents = new Map<string, string>();
  const rootOf = (id: string): string => {
    let root = id;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    return root;
  };
  for (const { into, other } of merges) {
    const [a, b] = [rootOf(into), rootOf(other)];
    if (a !== b) parents.set(b, a);
  }
  return [...parents.keys()].map((other) => ({ into: rootOf(other), other }));
}
