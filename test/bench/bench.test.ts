/** The bench measures, proves what it measured, and stops everything it started. How fast is not asked here. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { latencyOf, spreadOf } from '../../bench/figures.ts';
import { readOptions } from '../../bench/options.ts';
import { judge } from '../../bench/targets.ts';
import type { CatalogueFigures } from '../../bench/catalogue-targets.ts';
import { judgeCatalogue } from '../../bench/catalogue-targets.ts';
import type { Cell } from '../../bench/cells.ts';
import { typingErrors } from '../../bench/typing-errors.ts';

const CLI = path.resolve(import.meta.dirname, '../../dist/cli.js');

interface Printed {
  readonly postgres: { readonly fsync: string };
  readonly cells: readonly Cell[];
  readonly checks: Readonly<Record<string, { readonly kind: string; readonly detail: string }>>;
}

async function bench(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, 'bench', ...args], { maxBuffer: 2 ** 26 }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

describe('croupier bench', () => {
  it('measures Croupier beside the ceiling over a durable database, and the books are sound', async () => {
    const { code, out, err } = await bench('--quick', '--only', 'ceiling,croupier', '--audit', '--json');
    expect(code, err).toBe(0);
    const result: Printed = JSON.parse(out);
    expect(result.postgres.fsync).toBe('on');
    expect(result.checks['croupier']).toEqual({ kind: 'sound', detail: expect.stringContaining('audit is clean') });
    expect(result.checks['ceiling']?.kind).toBe('none');
    const seen = result.cells.map((cell) => `${cell.contestant} ${cell.loop} ${cell.connections}`);
    expect(seen.toSorted()).toEqual([
      'ceiling closed 1',
      'ceiling closed 16',
      'croupier closed 1',
      'croupier closed 16',
      'croupier open 1',
      'croupier open 16',
    ]);
    for (const cell of result.cells) {
      expect(cell.requests).toBeGreaterThan(0);
      expect(cell.failures).toBe(0);
      expect(cell.ratePerSecond.median).toBeGreaterThan(0);
      expect(cell.latencyMs.p50).toBeGreaterThan(0);
      expect(cell.latencyMs.max).toBeGreaterThanOrEqual(cell.latencyMs.p99);
    }
  });

  it('takes a catalogue over and asks for its pages while syncs run [CAT-10]', async () => {
    const { code, out, err } = await bench('--catalogue', '--quick', '--json');
    expect(code, err).toBe(0);
    const { games, figures }: { games: number; figures: CatalogueFigures } = JSON.parse(out);
    expect(games).toBe(1_000);
    expect(figures.coldSeconds).toBeGreaterThan(0);
    expect([figures.pages.failed, figures.search.failed]).toEqual([0, 0]);
    expect(figures.pages.requests).toBe(100);
    expect(figures.pages.latencyMs.p99).toBeGreaterThan(0);
  });

  it('says in one line what it cannot understand', async () => {
    const { code, err } = await bench('--only', 'croupier,roulette');
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(/--only/);
  });
});

describe('figures', () => {
  it('are exact percentiles of all samples together', () => {
    const hundred = Float64Array.from({ length: 100 }, (_none, index) => 100 - index);
    expect(latencyOf([hundred.slice(0, 30), hundred.slice(30)])).toEqual({
      p50: 50,
      p90: 90,
      p99: 99,
      p999: 100,
      max: 100,
    });
    expect(latencyOf([])).toEqual({ p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
  });

  it('have the middle slice as their median', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(spreadOf([7])).toEqual({ median: 7, min: 7, max: 7 });
  });

  it('are judged by ratios of the same run, at the most connections', () => {
    const cell = (contestant: Cell['contestant'], connections: number, median: number): Cell => ({
      contestant,
      label: contestant,
      book: 0,
      load: 'spread',
      loop: 'closed',
      connections,
      ratePerSecond: { median, min: median, max: median },
      arrivalsPerSecond: null,
      latencyMs: { p50: 1, p90: 1, p99: 1, p999: 1, max: 1 },
      requests: 1,
      failures: 0,
      unsent: 0,
      examples: [],
      cpuPerThousand: { server: null, postgres: null, generator: 0 },
    });
    const cells = [
      cell('croupier', 1, 90),
      cell('ordinary', 1, 100),
      cell('croupier', 128, 600),
      cell('ordinary', 128, 100),
    ];
    expect(judge(cells).map(({ target, got, met }) => ({ target, got, met }))).toEqual([
      { target: 'times the ordinary transaction', got: 6, met: true },
      { target: 'times the ordinary transaction, one connection', got: 0.9, met: false },
    ]);
  });
});

describe('options', () => {
  it('are what was said, and what is usual where nothing was', () => {
    expect(readOptions({})).toMatchObject({ connections: [1, 32, 128], players: 20_000, open: true, books: [0] });
    expect(readOptions({ quick: true, connections: '8', 'serve-args': '--workers 2' })).toMatchObject({
      connections: [8],
      players: 500,
      serveArgs: ['--workers', '2'],
    });
  });

  it.each([{ connections: '0' }, { connections: '1,x' }, { load: 'cold' }, { players: '1.5' }, { book: '-1' }])(
    'refuses %j',
    (given) => {
      expect(() => readOptions(given)).toThrow(/^--/);
    },
  );
});

describe('figures of a catalogue', () => {
  const latencyMs = { p50: 1, p90: 1, p99: 5, p999: 5, max: 5 };
  const asked = { requests: 10, failed: 0, latencyMs, bytes: 100 };
  const figures: CatalogueFigures = {
    coldSeconds: 12,
    unchangedSeconds: 0.1,
    unchangedWholeSeconds: 3,
    syncsUnderLoad: 2,
    pages: asked,
    search: asked,
    memory: { before: 100, mostInSyncs: 240, most: 300 },
  };
  const missed = (more: Partial<CatalogueFigures>) =>
    judgeCatalogue({ ...figures, ...more })
      .filter(({ met }) => !met)
      .map(({ target }) => target);

  it('are held against the targets', () => {
    expect(missed({})).toEqual([]);
    expect(missed({ coldSeconds: 31, memory: { before: 100, mostInSyncs: 251, most: 251 } })).toHaveLength(2);
    expect(missed({ pages: { ...asked, failed: 1, latencyMs: { ...latencyMs, p99: 21 } } })).toHaveLength(2);
    expect(missed({ memory: null })).toEqual([]);
  });

  it('are asked with one error in each name, of every kind', () => {
    const names = ['Golden Panda', 'Golden Panda', 'Golden Panda', 'Golden Panda Deluxe'];
    const typed = typingErrors(names);
    expect(typed.every((each) => each !== 'golden panda')).toBe(true);
    expect(typed.map((each) => each.length)).toEqual([11, 13, 12, 12]);
  });
});
