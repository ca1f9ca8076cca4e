/** A watch over a real database, a scripted `chronyc`, a small aggregator with a clock of its own, and the log it writes. */
import { createServer } from 'node:http';
import { chronycProbe } from '../../src/clock/chain.ts';
import type { Probe } from '../../src/clock/chain.ts';
import type { Run } from '../../src/clock/commands.ts';
import { ClockWatch } from '../../src/clock/index.ts';
import type { ClockWatchOptions } from '../../src/clock/index.ts';
import { createLog, createMetrics } from '../../src/platform/index.ts';
import type { Clock, Database } from '../../src/platform/index.ts';

/** A clock that is wrong by `offsetMs`, and can be stepped. */
export interface WrongClock extends Clock {
  offsetMs: number;
}

export function wrongClock(offsetMs = 0): WrongClock {
  return {
    offsetMs,
    now() {
      return Date.now() + this.offsetMs;
    },
    monotonic: () => performance.now(),
  };
}

/** An aggregator's server whose clock is wrong by that much, or by another amount at every answer. */
export interface DatedServer extends AsyncDisposable {
  readonly origin: string;
  offsetsMs: readonly number[];
  headers: Readonly<Record<string, string>>;
  asked: number;
}

export async function datedServer(...offsetsMs: readonly number[]): Promise<DatedServer> {
  const server = createServer((_request, response) => {
    const offset = state.offsetsMs[state.asked % state.offsetsMs.length] ?? 0;
    state.asked += 1;
    response.sendDate = false;
    response.writeHead(404, { date: new Date(Date.now() + offset).toUTCString(), ...state.headers });
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const state: DatedServer = {
    origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    offsetsMs,
    headers: {},
    asked: 0,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return state;
}

/** What a healthy chronyd says of a clock that is ahead by `aheadMs`, now. */
export function trackingOf(aheadMs: number, wallNowMs: number): string {
  const reference = ((wallNowMs - aheadMs) / 1_000 - 1).toFixed(9);
  return `C0000201,192.0.2.1,2,${reference},${(-aheadMs / 1_000).toFixed(9)},0.000001,0.00001,1.0,0.0,0.1,0.000100000,0.000100000,64.0,Normal\n`;
}

/** `chronyc`, as long as `says` gives it something to print; else there is no such program. */
export function chronyc(clock: Clock, says: () => string | null): Probe {
  const run: Run = async (file) => {
    const stdout = says();
    return stdout === null ? { kind: 'failed', detail: `there is no ${file}` } : { kind: 'ran', stdout, exitCode: 0 };
  };
  return chronycProbe(run, () => clock.now(), { program: null, host: null, port: null });
}

export const WINDOW = { aheadMs: 30_000, behindMs: 600_000 };

export interface Line {
  readonly level: string;
  readonly msg: string;
  readonly [name: string]: unknown;
}

export function watchOf(sql: Database, clock: Clock, more: Partial<ClockWatchOptions> = {}) {
  const lines: Line[] = [];
  const metrics = createMetrics();
  const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  const watch = new ClockWatch({
    node: 'b',
    sql,
    clock,
    log,
    metrics,
    aggregators: [],
    probes: [],
    askAggregators: true,
    correctSigning: false,
    failFast: false,
    notReadyFrom: null,
    ...more,
  });
  return { watch, metrics, lines };
}
