/**
 * Asks the sources and remembers their last answer for as long as each wishes. A source that fails is an answer too; nothing is
 * thrown. A daily file is fetched once for all pairs.
 */
import type { Pair } from '../../money/index.ts';
import { isProblem, pairText } from '../../money/index.ts';
import type { ErrandProblem, ErrandTools } from '../../wire/index.ts';
import { performErrand } from '../../wire/index.ts';
import type { EcbSource, JsonSource, SourceSettings } from '../settings.ts';
import type { Answer } from '../tick.ts';
import { wrongPair } from '../tick.ts';
import type { EcbFile } from './ecb-file.ts';
import { ecbErrand, jsonErrand } from './errands.ts';

export interface Sources {
  readonly ask: (source: string, pair: Pair) => Promise<Answer>;
}

const EURO = 'EUR';

export function createSources(settings: readonly SourceSettings[], tools: ErrandTools): Sources {
  const byName = new Map(settings.map((each) => [each.name, each]));
  const { clock } = tools;
  const answers = new Map<string, { readonly answer: Answer; readonly askedAtMs: number }>();
  const files = new Map<
    string,
    { readonly file: EcbFile; readonly observedAtMs: number; readonly askedAtMs: number }
  >();
  const asking = new Map<string, Promise<EcbFile | ErrandProblem>>();

  const isYoung = (askedAtMs: number, { everyMs }: SourceSettings) => clock.monotonic() - askedAtMs < everyMs;

  async function askJson(source: JsonSource, pair: Pair): Promise<Answer> {
    const key = `${source.name} ${pairText(pair)}`;
    const known = answers.get(key);
    if (known !== undefined && isYoung(known.askedAtMs, source)) return known.answer;
    const askedAtMs = clock.monotonic();
    const word = await performErrand(jsonErrand(source, pair), tools);
    if (isProblem(word)) return failed(source.name, word);
    if (word.kind === 'wrong_pair') return wrongPair(source.name, pair);
    const observedAtMs = word.statedAtMs ?? clock.now();
    const answer = {
      kind: 'said',
      source: source.name,
      value: word.value,
      observedAtMs,
      fixedOnMs: null,
      isInverse: false,
    } as const;
    answers.set(key, { answer, askedAtMs });
    return answer;
  }

  async function fetchFile(source: EcbSource): Promise<EcbFile | ErrandProblem> {
    const askedAtMs = clock.monotonic();
    const file = await performErrand(ecbErrand(source), tools);
    if (!isProblem(file)) files.set(source.name, { file, observedAtMs: clock.now(), askedAtMs });
    return file;
  }

  async function askFile(source: EcbSource, pair: Pair): Promise<Answer> {
    const known = files.get(source.name);
    if (known === undefined || !isYoung(known.askedAtMs, source)) {
      // Pairs ask side by side; one fetch is for all of them.
      const running = asking.get(source.name) ?? fetchFile(source).finally(() => asking.delete(source.name));
      asking.set(source.name, running);
      const file = await running;
      if (isProblem(file)) return failed(source.name, file);
    }
    const now = files.get(source.name);
    return now === undefined ? wrongPair(source.name, pair) : wordOfFile(source.name, now.file, pair, now.observedAtMs);
  }

  return {
    ask: async (name, pair) => {
      const source = byName.get(name);
      if (source === undefined) throw new Error(`defect: no source is called ${name}`);
      return source.kind === 'json' ? askJson(source, pair) : askFile(source, pair);
    },
  };
}

/** The file says units of a currency for 1 EUR: EUR/USD as it stands, USD/EUR as its inverse, and nothing else. */
export function wordOfFile(source: string, file: EcbFile, pair: Pair, observedAtMs: number): Answer {
  const isInverse = pair.game === EURO;
  const value = isInverse || pair.wallet === EURO ? file.rates.get(isInverse ? pair.wallet : pair.game) : undefined;
  if (value === undefined) return wrongPair(source, pair);
  return { kind: 'said', source, value, observedAtMs, fixedOnMs: file.fixedOnMs, isInverse };
}

function failed(source: string, problem: ErrandProblem): Answer {
  const reason = problem.reason === 'unreadable' || problem.reason === 'too_large' ? 'unreadable' : 'unavailable';
  return { kind: 'failed', source, reason, detail: problem.message };
}
