/** The catalogue's figures as text for people. Pure. */
import type { Asked } from './catalogue-load.ts';
import type { CatalogueResult } from './catalogue.ts';
import { align, headOf, judgementLines, round } from './table.ts';

export function catalogueTable(result: CatalogueResult): string {
  const { figures } = result;
  const row = (title: string, { requests, latencyMs, bytes, failed }: Asked): readonly string[] => [
    title,
    String(requests),
    ...[latencyMs.p50, latencyMs.p90, latencyMs.p99, latencyMs.p999, latencyMs.max].map(round),
    round(bytes / 1_024),
    String(failed),
  ];
  const { memory } = figures;
  return [
    ...headOf(result, `${result.games} games, ${result.ratePerSecond} pages a second for ${result.seconds} s`),
    '',
    `sync from nothing                 ${round(figures.coldSeconds)} s`,
    `unchanged, known by its tag       ${round(figures.unchangedSeconds)} s`,
    `unchanged, read whole             ${round(figures.unchangedWholeSeconds)} s`,
    ...(memory === null
      ? []
      : [
          `memory of the server              ${round(memory.before)} MiB, at most ${round(memory.mostInSyncs)} MiB in syncs, ${round(memory.most)} MiB with pages`,
        ]),
    '',
    ...align([
      ['open loop', 'asked', 'p50 ms', 'p90', 'p99', 'p99.9', 'max', 'KiB each', 'failed'],
      row(`pages of the lobby while ${figures.syncsUnderLoad} syncs ran`, figures.pages),
      row('searches with an error', figures.search),
    ]),
    '',
    ...judgementLines(result.judgements),
  ].join('\n');
}
