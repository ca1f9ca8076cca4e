/** Many messages at the same moment: sent so that they collide, asked again one by one where the answer was unclear, and counted. */
import { ask, ASKING, messageFor, note } from './ask.ts';
import { lineText } from './describe.ts';
import { worded } from './judge.ts';
import type { Ending } from './judge.ts';
import { accuse, judgeEnding, wordsFor } from './playing.ts';
import type { Playing } from './playing.ts';
import type { Line, Step, Word } from './scenario.ts';
import { callOf } from './speak.ts';

export async function playBurst(playing: Playing, step: Extract<Step, { do: 'burst' }>): Promise<void> {
  const { world, notes, roles } = playing;
  playing.bursts += 1;
  const { bursts } = playing;
  const words = wordsFor(playing, step.expect);
  const askings = step.lines.map((line) => ({ ...ASKING, line, call: callOf(line, roles), label: lineText(line) }));
  const messages = askings.map((asking, at) =>
    messageFor(world, notes, asking, world.urls[at % world.urls.length] ?? world.urls[0]),
  );
  const { carried, spreadUs } = await world.transport.burst(messages, world.timeoutMs);
  playing.spreadsUs.push(spreadUs);
  const endings: { readonly line: Line; readonly ending: Ending }[] = [];
  for (const [at, each] of carried.entries()) {
    const asking = askings[at];
    const message = messages[at];
    if (asking === undefined || message === undefined) continue;
    const { reading, reply, silence } = note(world, notes, {
      call: asking.call,
      label: asking.label,
      message,
      carried: each,
      burst: bursts,
    });
    const isDefinite = reading.kind === 'applied' || reading.kind === 'rejected' || words.includes('uncertain');
    const first: Ending = { reading, status: reply?.status ?? null, silence, tries: 1, isAlive: true };
    const ending = isDefinite ? first : await again(playing, asking, first);
    judgeEnding(playing, { line: asking.line, call: asking.call, words }, ending);
    endings.push({ line: asking.line, ending });
  }
  if (step.counts !== null) judgeCounts(playing, endings, step.counts);
  judgeIds(playing, endings);
}

async function again(playing: Playing, asking: Parameters<typeof ask>[2], first: Ending): Promise<Ending> {
  const ending = await ask(playing.world, playing.notes, asking);
  return { ...ending, tries: ending.tries + first.tries };
}

function judgeCounts(
  playing: Playing,
  endings: readonly { readonly line: Line; readonly ending: Ending }[],
  counts: Readonly<Partial<Record<Word, number>>>,
): void {
  const { aggregator } = playing.world;
  for (const [word, count] of Object.entries(counts)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of this record are words
    const asWord = word as Word;
    const found = endings.filter(({ line, ending }) =>
      asWord === 'ok'
        ? ending.reading.kind === 'applied'
        : aggregator.isWord(asWord, callOf(line, playing.roles), ending.reading, ending.status ?? 0),
    ).length;
    if (found === count) continue;
    const message = `of ${endings.length} at the same moment ${found} were answered ${worded([asWord])}; expected ${count}`;
    accuse(playing, { severity: asWord === 'ok' && found > count ? 'money' : 'players', message, wrongBy: null });
  }
}

/** One transaction has one name at the operator, however often it is answered. */
function judgeIds(playing: Playing, endings: readonly { readonly line: Line; readonly ending: Ending }[]): void {
  const names = new Map<string, string>();
  for (const { line, ending } of endings) {
    const { reading } = ending;
    if (reading.kind !== 'applied' || reading.operatorTransactionId === null || line.what === 'balance') continue;
    const key = `${line.what} ${line.id} ${line.who}`;
    const known = names.get(key) ?? reading.operatorTransactionId;
    names.set(key, known);
    if (known === reading.operatorTransactionId) continue;
    const message = `${lineText(line)}: answered as two transactions of the operator, ${known} and ${reading.operatorTransactionId}`;
    return accuse(playing, { severity: 'players', message, wrongBy: null });
  }
}
