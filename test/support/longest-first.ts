/**
 * The order in which test files start: long ones first, so that none of them runs alone at the end while a processor has nothing
 * to do. Vitest orders by what it remembers of earlier runs; a fresh checkout remembers nothing, so the long ones stand here.
 * No test depends on this order.
 */
import path from 'node:path';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Seconds on two cores, about. A file that is not here takes less than ten. */
export const LONG_FILES: Readonly<Record<string, number>> = {
  'test/scale/workers.test.ts': 103,
  'test/browser/console.test.ts': 83,
  'test/certify/dialects.test.ts': 75,
  'test/certify/dialects-softswiss.test.ts': 75,
  'test/dialects/walk-through.test.ts': 70,
  'test/faults/database.test.ts': 65,
  'test/certify/gateway.test.ts': 60,
  'test/bench/bench.test.ts': 59,
  'test/docs.test.ts': 57,
  'test/certify/zoo/matrix.test.ts': 55,
  'test/browser/console-desk.test.ts': 47,
  'test/e2e/demo.test.ts': 46,
};

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    return others.toSorted((a, b) => this.seconds(b) - this.seconds(a));
  }

  private seconds(file: TestSpecification): number {
    const name = path.relative(this.ctx.config.root, file.moduleId).replaceAll(path.sep, '/');
    return LONG_FILES[name] ?? 0;
  }
}
