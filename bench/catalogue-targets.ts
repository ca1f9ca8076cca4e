/** What a large catalogue may cost, and whether it does not cost more. Pure. */
import type { Memory } from './catalogue.ts';
import type { Asked } from './catalogue-load.ts';
import type { Judgement } from './targets.ts';

export interface CatalogueFigures {
  readonly coldSeconds: number;
  /** known by its tag */
  readonly unchangedSeconds: number;
  /** read whole and compared */
  readonly unchangedWholeSeconds: number;
  /** syncs with changes that ran while pages were asked for */
  readonly syncsUnderLoad: number;
  readonly pages: Asked;
  readonly search: Asked;
  readonly memory: Memory | null;
}

const COLD_SECONDS = 30;
const UNCHANGED_SECONDS = 5;
const GROWTH_MIB = 150;
const PAGE_P99_MS = 20;
const SEARCH_P99_MS = 100;

export function judgeCatalogue(figures: CatalogueFigures): readonly Judgement[] {
  const atMost = (target: string, wanted: number, got: number): Judgement => ({
    target,
    wanted,
    got,
    atLeast: false,
    met: got <= wanted,
  });
  const { memory } = figures;
  return [
    atMost('seconds for a sync from nothing', COLD_SECONDS, figures.coldSeconds),
    atMost('seconds for an unchanged list, read whole', UNCHANGED_SECONDS, figures.unchangedWholeSeconds),
    ...(memory === null
      ? []
      : [atMost('MiB that the server grew by in those syncs', GROWTH_MIB, memory.mostInSyncs - memory.before)]),
    atMost('p99 of a page while syncs run, ms', PAGE_P99_MS, figures.pages.latencyMs.p99),
    atMost('p99 of a search with an error, ms', SEARCH_P99_MS, figures.search.latencyMs.p99),
    atMost('pages and searches that failed', 0, figures.pages.failed + figures.search.failed),
  ];
}
