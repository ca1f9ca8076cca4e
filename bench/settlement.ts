/**
 * Settlement under load: events arrive at a fixed rate while bets run at theirs, and go on being judged until every round is
 * balanced. Measured are how fast events are acknowledged, what the wallet's calls notice of it, and how long it all takes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createShutdown, migrate, silentLog, systemClock } from '../src/platform/index.ts';
import { fillBook, settleTables } from './book-store.ts';
import { database, startCroupier } from './contestants.ts';
import { latencyOf } from './figures.ts';
import type { Latency } from './figures.ts';
import { openHouse } from './house.ts';
import type { House } from './house.ts';
import { startGenerator } from './load/generator.ts';
import type { Slice, Work } from './load/protocol.ts';
import type { BenchOptions } from './options.ts';
import { progressOf } from './settlement-store.ts';

export interface SettlementResult {
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly betsPerSecond: number;
  readonly acknowledgedMs: Latency;
  /** events not acknowledged the first time */
  readonly failures: number;
  readonly walletAloneMs: Latency;
  readonly walletMeanwhileMs: Latency;
  readonly walletFailures: number;
  /** from the first event sent to the last round balanced */
  readonly convergedSeconds: number;
  /** of them after the last event was acknowledged */
  readonly afterLastSeconds: number;
  /** every event is stored once and every round balanced */
  readonly sound: boolean;
}

const CONNECTIONS = 32;
const WALLET_RATE = 200;
const ALONE_SECONDS = 15;
const WARM_SECONDS = 3;
const GIVE_UP_SECONDS = 1_800;

export async function runSettlement(options: BenchOptions): Promise<SettlementResult> {
  const say = (step: string): void => void process.stderr.write(`${step}\n`);
  const exit = (code: number): void => process.exit(code === 0 ? 130 : code);
  const shutdown = createShutdown({ log: silentLog, graceMs: 60_000, exit });
  try {
    const house = await openHouse({ options: { ...options, only: ['croupier'] }, shutdown, say });
    return await measure(house);
  } finally {
    await shutdown.close('the run is over');
    shutdown.dispose();
  }
}

async function measure(house: House): Promise<SettlementResult> {
  const { options, say, shutdown } = house;
  const { url, sql } = await database(house, 'settlement');
  await migrate(url, { log: house.log });
  say(`filling the book: ${options.players} players, ${options.settlement} rounds`);
  const onProgress = (): void => undefined;
  await fillBook(sql, { players: options.players, rounds: options.settlement, nowMs: systemClock.now(), onProgress });
  await settleTables(sql);
  const server = await startCroupier(house, 'settlement', url);
  shutdown.onShutdown('server', server.stop);
  const sender = startGenerator();
  shutdown.onShutdown('event generator', sender.stop);
  const target = { name: 'settlement', port: server.port, players: options.players, constant: true };
  const rate = options.openRate ?? WALLET_RATE;
  const bets = async (seconds: number): Promise<Slice> => {
    const work: Work = {
      loop: 'open',
      load: 'spread',
      mix: 'slot',
      connections: CONNECTIONS,
      seconds,
      ratePerSecond: rate,
    };
    return (await house.generator.run({ target: { ...target, constant: false }, work })).slice;
  };
  await bets(WARM_SECONDS);
  say(`the wallet alone: ${rate} calls a second`);
  const alone = await bets(options.settlement < 10_000 ? WARM_SECONDS : ALONE_SECONDS);

  say(`${options.settlement} events at ${options.eventRate} a second beside it`);
  const startedAt = systemClock.monotonic();
  let acknowledged = false;
  const events: Work = {
    loop: 'open',
    load: 'spread',
    mix: 'bet',
    connections: CONNECTIONS,
    seconds: options.settlement / options.eventRate,
    ratePerSecond: options.eventRate,
    events: { from: 0, count: options.settlement },
  };
  const sending = sender.run({ target, work: events }).then((report) => {
    acknowledged = true;
    return { ...report.slice, endedAt: systemClock.monotonic() };
  });
  const meanwhile: Slice[] = [];
  while (!acknowledged) meanwhile.push(await bets(5));
  const sent = await sending;
  const converged = await untilSettled(sql, options.settlement, startedAt, say);
  return {
    events: options.settlement,
    eventsPerSecond: options.eventRate,
    betsPerSecond: rate,
    acknowledgedMs: latencyOf([sent.latenciesMs]),
    failures: sent.failures + sent.unsent,
    walletAloneMs: latencyOf([alone.latenciesMs]),
    walletMeanwhileMs: latencyOf(meanwhile.map((slice) => slice.latenciesMs)),
    walletFailures: [alone, ...meanwhile].reduce((sum, slice) => sum + slice.failures + slice.unsent, 0),
    convergedSeconds: (converged.at - startedAt) / 1_000,
    afterLastSeconds: Math.max(0, converged.at - sent.endedAt) / 1_000,
    sound: converged.sound,
  };
}

async function untilSettled(
  sql: Parameters<typeof progressOf>[0],
  events: number,
  startedAt: number,
  say: (step: string) => void,
): Promise<{ at: number; sound: boolean }> {
  for (;;) {
    const { stored, unread, due, balanced, other } = await progressOf(sql);
    const at = systemClock.monotonic();
    if (unread === 0 && due === 0) return { at, sound: stored === events && balanced === events && other === 0 };
    if (at - startedAt > GIVE_UP_SECONDS * 1_000) return { at, sound: false };
    say(`${stored} stored, ${unread} unread, ${due} due, ${balanced} balanced`);
    await sleep(1_000);
  }
}

/** The result as lines for a person. */
export function settlementTable(result: SettlementResult): string {
  const line = (name: string, { p50, p99, p999, max }: Latency): string =>
    `${name.padEnd(34)} p50 ${p50.toFixed(1)}  p99 ${p99.toFixed(1)}  p99.9 ${p999.toFixed(1)}  max ${max.toFixed(1)} ms`;
  return [
    `${result.events} settlement events at ${result.eventsPerSecond}/s beside ${result.betsPerSecond} wallet calls/s`,
    line('event acknowledged', result.acknowledgedMs),
    line('wallet call, alone', result.walletAloneMs),
    line('wallet call, meanwhile', result.walletMeanwhileMs),
    `not answered at once: ${result.failures} events, ${result.walletFailures} wallet calls`,
    `all rounds settled after ${result.convergedSeconds.toFixed(1)} s, ${result.afterLastSeconds.toFixed(1)} s after the last event`,
    result.sound ? 'every event is stored once, every round is balanced' : 'NOT every round came to be balanced',
  ].join('\n');
}
