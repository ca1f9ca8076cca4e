/** What the operator says about studios: the name that is shown, which of them are one, and which were taken for one wrongly (CAT-02). */
import { newId } from '../platform/index.ts';
import { insertChanges } from './change-store.ts';
import { changing, refusal, UNKNOWN } from './operator.ts';
import type { Done, OperatorContext } from './operator.ts';
import {
  insertProvider,
  markProviderMerged,
  moveListings,
  selectProviders,
  updateProviderName,
} from './provider-store.ts';
import type { Provider } from './provider-store.ts';
import { searchable } from './rules.ts';
import type { ChangedBy } from './rules.ts';
import { refreshGames } from './takeover-store.ts';

/** Shows the studio by this name; null: by the aggregators' again. The key stays. */
export async function nameProvider(
  context: OperatorContext,
  key: string,
  name: string | null,
  by: ChangedBy,
): Promise<Done<Provider>> {
  return changing<Provider>(context, async (transaction, now) => {
    const [provider] = await selectProviders(transaction, { key });
    if (provider === undefined) return UNKNOWN;
    const shown = name ?? provider.listedName;
    await updateProviderName(transaction, key, { own: name, search: searchable(shown) }, now);
    const change = { what: 'provider.changed', provider: key, field: 'name', was: provider.ownName, became: name };
    if (provider.ownName !== name) await insertChanges(transaction, [change], by, now.getTime());
    await refreshGames(transaction, context.aggregators, { provider: key });
    const [named] = await selectProviders(transaction, { key });
    return named === undefined ? UNKNOWN : { kind: 'done', value: named };
  });
}

/** Makes other studios part of this one: their listings move, their keys go on meaning it. */
export async function mergeProviders(
  context: OperatorContext,
  into: string,
  others: readonly string[],
  by: ChangedBy,
): Promise<Done<Provider>> {
  return changing<Provider>(context, async (transaction, now) => {
    if (others.includes(into)) return refusal('A provider cannot be merged into itself.');
    for (const key of [into, ...others]) {
      const [provider] = await selectProviders(transaction, { key });
      if (provider === undefined) return UNKNOWN;
      if (provider.mergedInto !== null) return refusal(`${key} is part of ${provider.mergedInto} already.`);
    }
    for (const key of new Set(others)) {
      await moveListings(transaction, into, { from: key });
      await markProviderMerged(transaction, key, into, now);
    }
    const changes = [...new Set(others)].map((key) => ({ what: 'provider.merged', provider: key, became: into }));
    await insertChanges(transaction, changes, by, now.getTime());
    await refreshGames(transaction, context.aggregators, { provider: into });
    const [merged] = await selectProviders(transaction, { key: into });
    return merged === undefined ? UNKNOWN : { kind: 'done', value: merged };
  });
}

/** Gives one aggregator's listing a provider of its own, under its code where that is free. */
export async function splitProvider(
  context: OperatorContext,
  key: string,
  listing: { readonly aggregator: string; readonly code: string },
  by: ChangedBy,
): Promise<Done<Provider>> {
  return changing<Provider>(context, async (transaction, now) => {
    const [provider] = await selectProviders(transaction, { key });
    const known = provider?.listings.find(
      (each) => each.aggregator === listing.aggregator && each.code === listing.code,
    );
    if (provider === undefined || known === undefined) return UNKNOWN;
    if (provider.listings.length === 1) return refusal('A provider keeps at least one listing.');
    const [taken] = await selectProviders(transaction, { key: known.code });
    const own = taken === undefined ? known.code : `${known.code}-${newId().slice(-6)}`;
    await insertProvider(transaction, { key: own, name: known.name, search: searchable(known.name) }, now);
    await moveListings(transaction, own, listing);
    const change = { what: 'provider.split', aggregator: listing.aggregator, provider: key, became: own };
    await insertChanges(transaction, [change], by, now.getTime());
    await refreshGames(transaction, context.aggregators, { provider: own });
    const [split] = await selectProviders(transaction, { key: own });
    return split === undefined ? UNKNOWN : { kind: 'done', value: split };
  });
}
