/** Aggregators of one database, each with its list, and the catalogue that syncs them. */
import { openCatalogue } from '../../src/catalogue/index.ts';
import type {
  Catalogue,
  Change,
  Game,
  MergeMode,
  SyncOptions,
  SyncReport,
  SyncRules,
} from '../../src/catalogue/index.ts';
import { manualClock, silentLog } from '../../src/platform/index.ts';
import type { Database } from '../../src/platform/index.ts';
import { aggregatorName, gameCode } from '../../src/wallet/index.ts';
import type { AggregatorName } from '../../src/wallet/index.ts';
import { startAggregator } from './aggregator.ts';
import type { AggregatorState } from './aggregator.ts';

export const BY = { source: 'api', id: 'test' } as const;
const START = Date.UTC(2026, 0, 1);
let numbered = 0;

export interface TableOptions {
  readonly rules?: Partial<SyncRules>;
  readonly merge?: MergeMode;
}

/** As many aggregators as lists are given, with names of their own, in the order of the configuration. */
export async function catalogueTable(
  sql: Database,
  lists: readonly Partial<AggregatorState>[],
  options: TableOptions = {},
) {
  const clock = manualClock(START);
  const aggregators = await Promise.all(
    lists.map(async (list) => ({
      name: aggregatorName(`table-${(numbered += 1)}`),
      ...(await startAggregator(list)),
    })),
  );
  const replica = (): Catalogue =>
    openCatalogue({
      sql,
      clock,
      log: silentLog,
      aggregators: aggregators.map(({ name, dialect }) => ({ name, open: dialect, sync: options.rules ?? {} })),
      ...(options.merge === undefined ? {} : { merge: options.merge }),
    });
  const catalogue = replica();
  const nameAt = (index: number): AggregatorName => aggregators[index]?.name ?? aggregatorName('none');
  const gameOf = async (code: string, index = 0): Promise<Game> => {
    const found = await catalogue.find(nameAt(index), gameCode(code));
    const offers = await catalogue.offers(found?.id ?? '');
    const game = offers.find((offer) => offer.aggregator === nameAt(index) && offer.code === found?.code);
    if (game === undefined) throw new Error(`no game ${code}`);
    return game;
  };

  return {
    clock,
    catalogue,
    replica,
    names: aggregators.map(({ name }) => name),
    state: (index = 0): AggregatorState => {
      const state = aggregators[index]?.state;
      if (state === undefined) throw new Error('no such aggregator');
      return state;
    },
    /** a minute later, from the aggregator's list as it is then */
    sync: async (index = 0, syncOptions: SyncOptions = {}): Promise<SyncReport> => {
      clock.advance(60_000);
      const report = await catalogue.sync(nameAt(index), syncOptions);
      if (report === null) throw new Error('not configured');
      return report;
    },
    gameOf,
    /** the game of the code once for each of its offers */
    offersOf: async (code: string, index = 0): Promise<readonly Game[]> =>
      catalogue.offers((await gameOf(code, index)).id),
    /** codes in the lobby, by the offer that is shown */
    lobby: async (filter: Partial<Parameters<Catalogue['list']>[0]> = {}): Promise<readonly string[]> => {
      const page = await catalogue.list({ state: 'available', limit: 200, ...filter });
      const mine = new Set<string>(aggregators.map(({ name }) => name));
      return (page?.items ?? []).filter((game) => mine.has(game.aggregator)).map((game) => game.code);
    },
    changes: async (filter: Partial<Parameters<Catalogue['changes']>[0]> = {}): Promise<readonly Change[]> =>
      (await catalogue.changes({ limit: 200, ...filter }))?.items ?? [],
    [Symbol.asyncDispose]: async () => {
      await Promise.all(aggregators.map(async (each) => each[Symbol.asyncDispose]()));
    },
  };
}
