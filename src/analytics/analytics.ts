/** Analytics as the rest of the house sees them: a turn of building and publishing, and the daily report. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Log, Metrics } from '../platform/index.ts';
import { openBuilder } from './builder.ts';
import type { Builder } from './builder.ts';
import { DEFAULT_RECIPE } from './figures.ts';
import type { Component } from './figures.ts';
import { reportDaily } from './report.ts';
import type { DailyQuery, Reported } from './report.ts';
import { selectState } from './state-store.ts';
import { openTurns } from './turns.ts';
import type { Turn, Turned } from './turns.ts';

export interface AnalyticsSettings {
  readonly timeZone: string;
  readonly idleMinutes: number;
  /** null: the default, which takes off what players were given and nothing else */
  readonly recipe: readonly Component[] | null;
}

export interface AnalyticsOptions extends AnalyticsSettings {
  /** one connection is enough: a turn sends one statement after the other */
  readonly sql: Database;
  /** where reports are read, so that people do not wait for the building; may be the same */
  readonly reading: Database;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly settleMs?: number;
  readonly restateEveryMs?: number;
  readonly stepRows?: number;
  /** who does the turns; default: this thread */
  readonly turns?: Turn;
}

export interface Analytics {
  /** Counts what is new and publishes what is due. To be called every few seconds, in every process: one of them works. */
  readonly turn: Turn;
  readonly forget: Builder['forget'];
  /** Builds until everything is counted, also by another process' hand; returns how many rows of the book were read. */
  readonly rebuild: () => Promise<bigint>;
  readonly daily: (query: DailyQuery) => Promise<Reported>;
}

const BUSY_PAUSE_MS = 50;

export function openAnalytics(options: AnalyticsOptions): Analytics {
  const recipe = options.recipe ?? DEFAULT_RECIPE;
  const builder = openBuilder(options);
  const turns = options.turns ?? openTurns(options);
  const counted = options.metrics.gauge({
    name: 'croupier_analytics_counted_timestamp_seconds',
    help: 'Everything that had committed by this time (unix) is in the daily figures; 0: nothing yet',
    aggregator: 'max',
  });
  return {
    turn: async (turn): Promise<Turned> => {
      const turned = await turns(turn);
      counted.set((turned.countedAtMs ?? 0) / 1_000);
      return turned;
    },
    forget: builder.forget,
    rebuild: async () => {
      for (;;) {
        const state = await selectState(options.sql);
        if (state !== null && state.stage === 'follow') return state.builtRows;
        // A server beside this builds as well: whoever has the state does the next step.
        if ((await builder.step()) === 'busy') await sleep(BUSY_PAUSE_MS);
      }
    },
    daily: async (query) => reportDaily({ ...options, sql: options.reading, recipe }, query),
  };
}
