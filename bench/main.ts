/**
 * The bench's process. `croupier bench` starts it with the words of the command line as JSON. Progress goes to standard
 * error, the result to standard output; the exit code is 1 when a figure is void or nothing could be measured.
 */
import { catalogueTable } from './catalogue-table.ts';
import { runCatalogueBench } from './catalogue.ts';
import { DatabaseProblem } from '../src/platform/index.ts';
import { BenchProblem, readOptions } from './options.ts';
import { runBench } from './run.ts';
import { tableOf } from './table.ts';

try {
  const given: unknown = JSON.parse(process.argv[2] ?? '{}');
  const options = readOptions(given);
  if (options.catalogue) {
    const result = await runCatalogueBench(options);
    process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : `${catalogueTable(result)}\n`);
  } else {
    const result = await runBench(options);
    process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : `${tableOf(result)}\n`);
    const isVoid = Object.values(result.checks).some((check) => check.kind === 'void');
    process.exitCode = isVoid || result.cells.length === 0 ? 1 : 0;
  }
} catch (error) {
  if (!(error instanceof BenchProblem || error instanceof DatabaseProblem)) throw error;
  process.stderr.write(`croupier bench: ${error.message}\n`);
  process.exitCode = 1;
}
