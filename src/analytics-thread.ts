/** The thread that builds the figures (see serve-analytics.ts): a connection and a log of its own, and nothing else of the server. */
import { parentPort, workerData } from 'node:worker_threads';
import { openTurns } from './analytics/index.ts';
import { createLog, errorCode, openDatabase } from './platform/index.ts';
import type { ThreadCommand, ThreadOrder, ThreadWord } from './serve-analytics.ts';

const port = parentPort;
if (port === null) throw new Error('defect: this is started as a thread');
const { pool, settings }: ThreadOrder = workerData;
const say = (word: ThreadWord) => port.postMessage(word);
const log = createLog({ level: 'info', destination: { write: (line: string) => say({ kind: 'log', line }) } });
const sql = openDatabase({ ...pool, log, max: 1, applicationName: 'croupier-analytics' });
const turn = openTurns({ ...settings, sql, log });

const going = { stopped: false };
port.on('message', (command: ThreadCommand) => {
  if (command === 'stop') {
    going.stopped = true;
    return;
  }
  turn(going).then(
    (turned) => say({ kind: 'turned', turned }),
    (error: unknown) =>
      say({ kind: 'failed', message: error instanceof Error ? error.message : String(error), code: errorCode(error) }),
  );
});
