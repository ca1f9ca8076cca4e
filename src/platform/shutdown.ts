/**
 * Closing the house in order: what was opened last is closed first.
 *
 * SIGINT or SIGTERM drains within the grace time; a second SIGINT stops at once with exit code 130.
 * A closer that throws is logged and the rest still close. Never starts anything.
 */
import type { Log } from './log.ts';

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** Where signals come from: `process`, or a stand-in in tests. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

export interface ShutdownOptions {
  readonly log: Log;
  readonly signals?: SignalSource;
  /** How long everything together may take; after it the process exits with code 1. */
  readonly graceMs?: number;
  readonly exit?: (code: number) => void;
}

export interface Shutdown {
  /** Registers a closer; closers run one after another, the last registered first. */
  onShutdown(name: string, close: () => Promise<unknown> | void): void;
  /** Closes everything once (later calls wait for the first) and resolves with the exit code: 0, or 1 if a closer failed or time ran out. */
  close(reason: string): Promise<number>;
  /** True from the first call of close on: take no new work. */
  readonly closing: boolean;
  /** Stops listening for signals without closing anything. */
  dispose(): void;
}

interface Closer {
  readonly name: string;
  readonly close: () => Promise<unknown> | void;
}

/** Listens for signals at once; the exit function is called only because of a signal. */
export function createShutdown(options: ShutdownOptions): Shutdown {
  const { log, signals = process, graceMs = 10_000, exit = process.exit.bind(process) } = options;
  const closers: Closer[] = [];
  let closing: Promise<number> | undefined;
  let lastSignal: StopSignal | undefined;

  const drain = async (): Promise<number> => {
    let code = 0;
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
      try {
        await closer.close();
        log.debug({ name: closer.name }, 'closed');
      } catch (err) {
        code = 1;
        log.error({ err, name: closer.name }, 'closing failed');
      }
    }
    return code;
  };

  const close = async (reason: string): Promise<number> => {
    if (closing !== undefined) return await closing;
    log.info({ reason }, 'stopping');
    closing = withinGrace(drain(), graceMs, () => {
      log.error({ graceMs, left: closers.map((closer) => closer.name) }, 'not everything closed in time');
    });
    return await closing;
  };

  const onSignal = (signal: StopSignal): void => {
    const repeated = lastSignal !== undefined && signal === 'SIGINT';
    if (repeated) {
      exit(130);
      return;
    }
    // A second SIGTERM is how service supervisors nudge: the drain is already under way.
    if (lastSignal !== undefined) return;
    lastSignal = signal;
    void close(signal).then(exit);
  };
  const onInterrupt = (): void => onSignal('SIGINT');
  const onTerminate = (): void => onSignal('SIGTERM');
  signals.on('SIGINT', onInterrupt);
  signals.on('SIGTERM', onTerminate);

  return {
    onShutdown: (name, closer) => void closers.push({ name, close: closer }),
    close,
    get closing() {
      return closing !== undefined;
    },
    dispose() {
      signals.off('SIGINT', onInterrupt);
      signals.off('SIGTERM', onTerminate);
    },
  };
}

async function withinGrace(work: Promise<number>, graceMs: number, onLate: () => void): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(() => {
      onLate();
      resolve(1);
    }, graceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
