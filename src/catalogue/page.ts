/**
 * One page of an aggregator's list on its way into the staging table: entries that cannot be used are named and left out (CAT-15).
 * In slices, because a page has hundreds of entries and callbacks must not wait for it.
 */
import type { Hash } from 'node:crypto';
import type { Database } from '../platform/index.ts';
import type { GamesPage, ListedGame } from '../dialects/dialect.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { inSlices } from '../wire/index.ts';
import type { Slices } from '../wire/index.ts';
import { entryProblem, withPlainCountries } from './rules.ts';
import { stage, stagingRow } from './staging-store.ts';

/** Entries checked at once: a millisecond of this process. */
const ENTRIES_AT_ONCE = 100;
/** Rows of one statement. */
const ROWS_AT_ONCE = 500;
const MAX_SAMPLE = 50;
const MAX_SAMPLE_LENGTH = 200;

export interface StagedPage {
  readonly run: string;
  readonly aggregator: AggregatorName;
  readonly page: GamesPage;
  readonly firstSeq: number;
  readonly digest: Hash;
  readonly sample: string[];
}

/** Stages the usable entries of a page; how many, or null when the run was given up. */
export async function stagePage(sql: Database, staging: StagedPage): Promise<number | null> {
  const { run, aggregator, page, firstSeq, digest, sample } = staging;
  let staged = 0;
  digest.update('[');
  // A page may be the whole list of an aggregator that knows no pages. An empty one is a sign of life, too.
  for (let from = 0; from === 0 || from < page.games.length; from += ROWS_AT_ONCE) {
    const rows = await inSlices(rowsOf(staging, page.games.slice(from, from + ROWS_AT_ONCE), firstSeq + staged));
    if (!(await stage(sql, run, aggregator, rows))) return null;
    staged += rows.length;
  }
  digest.update(']');
  for (const problem of page.malformed) note(sample, `page ${page.page}: ${problem}`);
  return staged;
}

/** The rows of entries that can be used, with a turn for others every so often. */
function* rowsOf(
  { page, firstSeq, digest, sample }: StagedPage,
  games: readonly ListedGame[],
  seq: number,
): Slices<readonly string[]> {
  const rows: string[] = [];
  for (const [index, listed] of games.entries()) {
    if (index % ENTRIES_AT_ONCE === ENTRIES_AT_ONCE - 1) yield;
    const game = withPlainCountries(listed);
    const problem = entryProblem(game);
    if (problem !== null) {
      note(sample, `page ${page.page}: ${problem}`);
      continue;
    }
    digest.update(`${seq + rows.length === firstSeq ? '' : ','}${JSON.stringify(game)}`);
    rows.push(stagingRow(game, seq + rows.length));
  }
  return rows;
}

function note(sample: string[], problem: string): void {
  if (sample.length < MAX_SAMPLE) sample.push(problem.slice(0, MAX_SAMPLE_LENGTH).replaceAll(/[\p{Cc}\p{Cs}]/gu, ' '));
}
