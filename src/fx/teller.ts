/** Tells log and metrics what happens to rates: one line when something begins, changes or ends, and nothing while it lasts. */
import type { Pair } from '../money/index.ts';
import { pairText } from '../money/index.ts';
import type { Log, Metrics } from '../platform/index.ts';
import type { Verdict } from './agree.ts';
import { fxMetrics } from './fx-metrics.ts';
import type { PairState } from './report.ts';
import { sentenceOf } from './report.ts';

export interface Teller {
  /** Who of those that were asked is believed, and who is not. */
  readonly sources: (pair: Pair, names: readonly string[], verdict: Verdict) => void;
  readonly state: (pair: string, state: PairState, ageMs: number | null) => void;
  readonly issued: (pair: Pair) => void;
}

export function createTeller(log: Log, metrics: Metrics): Teller {
  const figures = fxMetrics(metrics);
  const told = new Map<string, string>();
  /** True when what is said of a thing differs from what was said last; nothing is wrong is ''. */
  const isNews = (about: string, words: string): boolean => {
    const before = told.get(about) ?? '';
    told.set(about, words);
    return before !== words;
  };

  return {
    sources: (pair, names, verdict) => {
      const name = pairText(pair);
      for (const each of verdict.rejected) figures.rejected(name, each.source, each.reason);
      for (const source of names) {
        const rejection = verdict.rejected.find((each) => each.source === source);
        if (!isNews(`${name} ${source}`, rejection?.reason ?? '')) continue;
        const about = { pair: name, source };
        if (rejection === undefined) log.info(about, 'a source of rates is believed again');
        else log.warn({ ...about, ...rejection }, `a rate of ${name} from ${source} is not used: ${rejection.reason}`);
      }
      if (verdict.kind === 'rate' && verdict.isNewLevel)
        log.warn({ pair: name }, 'the rate jumped and has stayed there: the new level is used from now on');
    },
    state: (pair, state, ageMs) => {
      figures.show(pair, state, ageMs);
      if (!isNews(pair, state === 'fresh' ? '' : state)) return;
      const sentence = sentenceOf(pair, state, ageMs);
      if (sentence === null) log.info({ pair }, `the rate of ${pair} is fresh again`);
      else if (state === 'stale') log.warn({ pair, state }, sentence);
      else log.error({ pair, state }, sentence);
    },
    issued: (pair) => figures.issued(pairText(pair)),
  };
}
