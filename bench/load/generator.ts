/** The bench's side of the load generator: starts its process, gives it one order at a time, stops it. */
import { fork } from 'node:child_process';
import path from 'node:path';
import { BenchProblem } from '../options.ts';
import type { Order, Report, Slice, Totals } from './protocol.ts';

export interface Generator {
  readonly run: (order: Order) => Promise<{ slice: Slice; totals: Totals }>;
  readonly stop: () => Promise<void>;
}

export function startGenerator(): Generator {
  const child = fork(path.join(import.meta.dirname, 'main.js'), [], { serialization: 'advanced' });
  const gone = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code) => reject(new BenchProblem(`the load generator ended with code ${code}`)));
  });
  gone.catch(() => undefined);
  return {
    run: async (order) => {
      const answer = new Promise<Report>((resolve) => child.once('message', resolve));
      child.send(order);
      const report = await Promise.race([answer, gone]);
      if (report.kind === 'failed')
        throw new BenchProblem(`${order.target.name} could not be measured: ${report.message}`);
      return report;
    },
    stop: async () => {
      if (child.exitCode === null) {
        child.disconnect();
        await gone.catch(() => undefined);
      }
    },
  };
}
