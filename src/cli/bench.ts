/** `croupier bench`: how fast, against what, in one run. The bench itself is a program of its own beside this one. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { defineCommand } from 'citty';
import { command } from './common.ts';

const MAIN = path.resolve(import.meta.dirname, '../bench/main.js');

export const benchCommand = defineCommand({
  meta: { name: 'bench', description: 'Measure Croupier beside the usual alternatives, in one run on this machine.' },
  args: {
    only: { type: 'string', description: 'contestants: croupier,redis,ordinary,pgbench,ceiling', valueHint: 'LIST' },
    connections: { type: 'string', description: 'connections (default 1,32,128)', valueHint: 'LIST' },
    load: { type: 'string', description: 'spread,duplicates,hot (default all)', valueHint: 'LIST' },
    mix: { type: 'string', description: 'slot: bet and win in turn (default); bet: bets only' },
    players: { type: 'string', description: 'players (default 20000)' },
    seconds: { type: 'string', description: 'seconds of one slice (default 3)' },
    slices: { type: 'string', description: 'slices of every figure (default 5)' },
    open: {
      type: 'boolean',
      default: true,
      description: 'also at a fixed arrival rate',
      negativeDescription: 'closed loop only',
    },
    'open-part': { type: 'string', description: 'that rate as a part of the closed-loop rate (default 0.5)' },
    'open-rate': { type: 'string', description: 'that rate in requests a second, for every contestant' },
    book: {
      type: 'string',
      description: 'transactions in the book beforehand, several sizes side by side (default 0)',
    },
    fresh: { type: 'boolean', description: 'no ANALYZE after filling: a database of the first hour' },
    lanes: { type: 'string', description: 'lanes of the ledger (default: as shipped)' },
    'serve-args': { type: 'string', description: 'further words for croupier serve' },
    'database-url': { type: 'string', description: 'a PostgreSQL to use; databases croupier_bench_* are made in it' },
    'data-dir': { type: 'string', description: 'where the PostgreSQL of the bench lives (default: a temporary place)' },
    'cpu-prof': { type: 'string', description: 'write a CPU profile of the server there', valueHint: 'DIR' },
    audit: { type: 'boolean', description: 'prove every invariant of the book at the end' },
    catalogue: { type: 'boolean', description: 'a large catalogue instead of the wallet: syncs, pages, searches' },
    games: { type: 'string', description: 'how large (default 12000)' },
    json: { type: 'boolean', description: 'print the result as JSON' },
    settlement: { type: 'boolean', description: 'send settlement events while bets run, until all are settled' },
    events: { type: 'string', description: 'how many of them (default 100000)' },
    'event-rate': { type: 'string', description: 'of them a second (default 500)' },
    quick: { type: 'boolean', description: 'a few seconds: does it work at all' },
  },
  run: async ({ args }) =>
    command(async () => {
      const { _: _words, ...given } = args;
      const child = spawn(process.execPath, [MAIN, JSON.stringify(given)], { stdio: 'inherit' });
      // A terminal's Ctrl-C reaches both: the bench stops what it started, and this waits for it.
      process.on('SIGINT', () => undefined);
      process.on('SIGTERM', () => child.kill('SIGTERM'));
      process.exitCode = await new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code) => resolve(code ?? 1));
      });
    }),
});
