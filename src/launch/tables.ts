/**
 * The tables of a live game with a lobby: asked of its aggregator at the moment, never kept, because a table opens and closes by the
 * minute. The first offer that can be launched is asked, as a launch would take it.
 */
import { isAvailable } from '../catalogue/index.ts';
import type { ListedTable } from '../dialects/dialect.ts';
import { isProblem } from '../money/index.ts';
import { newToken } from '../platform/index.ts';
import { performErrand } from '../wire/index.ts';
import type { ErrandProblem } from '../wire/index.ts';
import type { LaunchesOptions, Seller } from './launch.ts';
import { hasTables, LAUNCH_SENTENCES } from './rules.ts';
import type { LaunchRefusal } from './rules.ts';

export type TablesAnswer =
  | { readonly kind: 'tables'; readonly tables: readonly ListedTable[] }
  | { readonly kind: 'refused'; readonly refusal: LaunchRefusal; readonly message: string }
  | { readonly kind: 'failed'; readonly reason: ErrandProblem['reason']; readonly message: string };

const refused = (refusal: LaunchRefusal): TablesAnswer => ({
  kind: 'refused',
  refusal,
  message: LAUNCH_SENTENCES[refusal],
});

export async function tablesOf(
  { clock, currencies, errands }: LaunchesOptions,
  sellers: readonly Seller[],
  currency: string,
): Promise<TablesAnswer> {
  if (sellers.length === 0) return refused('unknown_game');
  if (!currencies.has(currency)) return refused('wrong_currency');
  const seller = sellers.find(({ game }) => isAvailable(game));
  if (seller === undefined) return refused('game_unavailable');
  const { game, aggregator } = seller;
  const { tables } = aggregator.open;
  if (tables === undefined || !hasTables({ game, listsTables: true })) return refused('tables_unsupported');
  const stamp = { nowMs: clock.now(), nonce: newToken() };
  const answer = await performErrand(tables({ game: game.code, currency }, stamp), { ...errands, clock });
  if (isProblem(answer)) return { kind: 'failed', reason: answer.reason, message: answer.message };
  return { kind: 'tables', tables: answer };
}
