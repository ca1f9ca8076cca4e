/**
 * The bench's process. `croupier bench` starts it with the words of the command line as JSON. Progress goes to standard
 * error, the result to standard output; the exit code is 1 when a figure is void or nothing could be measured.
 */
import { catalogueTable } from './catalogue-table.ts';
import { runCatalogueBench } from './catalogue.ts';
import { DatabaseProblem } from '../src/platform/index.ts';
import { BenchProblem, readOptions } from './options.ts';
import type { BenchOptions } from './options.ts';
import { runSettlement, settlementTable } from './settlement.ts';
import { runBench } from './run.ts';
import { tableOf } from './table.ts';

try {
  const given: unknown = JSON.parse(process.argv[2] ?? '{}');
  const options = readOptions(given);
  if (options.settlement > 0) await tellSettlement(options);
  else if (options.catalogue) await tellCatalogue(options);
  else await tellAll(options);
} catch (error) {
  if (!(error instanceof BenchProblem || error instanceof DatabaseProblem)) throw error;
  process.stderr.write(`croupier bench: ${error.message}\n`);
  process.exitCode = 1;
}

async function tellAll(options: BenchOptions): Promise<void> {
  const result = await runBench(options);
  process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : `${tableOf(result)}\n`);
  const isVoid = Object.values(result.checks).some((check) => check.kind === 'void');
  process.exitCode = isVoid || result.cells.length === 0 ? 1 : 0;
}

async function tellSettlement(options: BenchOptions): Promise<void> {
  const result = await runSettlement(options);
  process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : `${settlementTable(result)}\n`);
  process.exitCode = result.sound ? 0 : 1;
}

async function tellCatalogue(options: BenchOptions): Promise<void> {
  const result = await runCatalogueBench(options);
  process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : `${catalogueTable(result)}\n`);
}
