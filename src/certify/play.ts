/**
 * Plays one scenario: its steps in order, everything written down, every answer and wallet judged. It stops at the first thing
 * it could not find out, because nothing after that would prove anything.
 */
import { Buffer } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatUnits } from '../money/index.ts';
import { ask, ASKING, messageFor, note } from './ask.ts';
import type { Asking } from './ask.ts';
import type { Call } from '../wallet/index.ts';
import { BackstageProblem } from './backstage.ts';
import { playBurst } from './bursts.ts';
import { lineText } from './describe.ts';
import type { Ending } from './judge.ts';
import { LookupProblem } from './lookup.ts';
import type { Booking } from './lookup.ts';
import { headerOf } from './message.ts';
import type { Message } from './message.ts';
import { accuse, choose, judgeAnswers, judgeEnding, resultOf, Undecided, wordsFor } from './playing.ts';
import type { Playing } from './playing.ts';
import type { Delta, Line, Step, Who, Word } from './scenario.ts';
import type { Signer } from './signer.ts';
import { judgeEven, playStakeAll, playWeigh } from './rates.ts';
import { actor, callOf, deltaUnits, idOf, NotPlayable, unitsOfText } from './speak.ts';
import { hidesItsSender } from './tamper.ts';
import { playEvent, playSettlement } from './webhooks.ts';
import { balanceOf, checkWallet, unitsOfBalance } from './wallets.ts';
import type { Balance } from './wallets.ts';
import type { Played } from './world.ts';

/** Plays the steps and says what came of them. Never throws but for a defect of the kit. */
export async function play(playing: Playing, steps: readonly Step[]): Promise<Played> {
  const { world, roles } = playing;
  let stopped: { readonly outcome: 'undecided' | 'not run'; readonly why: string } | null = null;
  try {
    await markStart(playing, steps);
    for (const step of steps) await playStep(playing, step);
    await stillAnswers(playing);
  } catch (error) {
    stopped = stopOf(error);
  }
  judgeAnswers(playing);
  try {
    for (const who of playing.changed) await world.backstage?.setStatus(actor(roles, who).id, 'active');
    for (const who of playing.limited)
      await world.backstage?.setMaxStake(actor(roles, who).id, roles.cast.currency, null);
  } catch (error) {
    stopped ??= stopOf(error);
  }
  return resultOf(playing, stopped);
}

function stopOf(error: unknown): { readonly outcome: 'undecided' | 'not run'; readonly why: string } {
  if (error instanceof NotPlayable) return { outcome: 'not run', why: error.message };
  // a mirror says so when its dialect has no words for something
  if (error instanceof RangeError) return { outcome: 'not run', why: error.message };
  if (error instanceof Undecided || error instanceof LookupProblem || error instanceof BackstageProblem)
    return { outcome: 'undecided', why: error.message };
  throw error;
}

/** What everybody who takes part has now; what is judged later is judged from here. */
async function markStart(playing: Playing, steps: readonly Step[]): Promise<void> {
  const { world, notes, roles } = playing;
  const taking = new Set<Who>(['player', ...steps.flatMap(whoIn)]);
  taking.delete('stranger');
  for (const who of taking) {
    const balance = await balanceOf(world, notes, actor(roles, who));
    // a blocked player's balance is none of an aggregator's business at some operators
    if (balance.kind === 'units') roles.start.set(who, balance.units);
    else if (who === 'player' || who === 'rival') throw new Undecided(unreadable(balance));
  }
  const least = unitsOfText('20', roles.cast);
  const has = roles.start.get('player') ?? 0n;
  if (has < least)
    throw new NotPlayable(
      `${roles.player.id} has ${formatUnits(has, roles.cast.scale)}, and the kit needs at least 20 stakes of ${roles.cast.stake} ${roles.cast.currency}`,
    );
}

const unreadable = (balance: Exclude<Balance, { kind: 'units' }>): string =>
  balance.kind === 'odd' ? `a balance of "${balance.text}" cannot be counted with` : balance.why;

function whoIn(step: Step): readonly Who[] {
  if (step.do === 'when') return [...Object.values(step.steps.when).flat(), ...step.steps.otherwise].flatMap(whoIn);
  if (step.do === 'burst') return step.lines.map((line) => line.who);
  if ('line' in step) return [step.line.who];
  return 'who' in step ? [step.who] : [];
}

async function playStep(playing: Playing, step: Step): Promise<void> {
  const { roles } = playing;
  switch (step.do) {
    case 'send':
      for (let count = 0; count < step.times; count += 1) await playSend(playing, step, count);
      return;
    case 'replay':
      return playAsk(playing, step.line, wordsFor(playing, step.expect), { replays: true });
    case 'retries':
      return playRetries(playing, step);
    case 'burst':
      return playBurst(playing, step);
    case 'cut':
      return playCut(playing, step.line, step.at);
    case 'pause':
      await sleep(step.ms);
      return undefined;
    case 'wallet':
      return playWallet(playing, step.who, step.is, step.soon);
    case 'booked':
      return playBooked(playing, step);
    case 'mark':
      for (const who of roles.start.keys()) await remark(playing, who);
      return undefined;
    case 'status':
      playing.changed.add(step.who);
      return backstageOf(playing).setStatus(actor(roles, step.who).id, step.status);
    case 'max_stake': {
      playing.limited.add(step.who);
      const limit = step.stakes === null ? null : formatUnits(unitsOfText(step.stakes, roles.cast), roles.cast.scale);
      return backstageOf(playing).setMaxStake(actor(roles, step.who).id, roles.cast.currency, limit);
    }
    case 'crash':
      return playCrash(playing, step.line, step.at);
    case 'settlement':
      return playSettlement(playing, step);
    case 'session_event':
      return playEvent(playing, step);
    case 'stake_all':
      return playStakeAll(playing, step.id);
    case 'weigh':
      return playWeigh(playing, step.as);
    case 'even':
      return judgeEven(playing, step);
    case 'when':
      for (const each of choose(playing, step.steps)) await playStep(playing, each);
      return undefined;
  }
}

async function remark({ world, notes, roles }: Playing, who: Who): Promise<void> {
  const balance = await balanceOf(world, notes, actor(roles, who));
  if (balance.kind !== 'units') throw new Undecided(unreadable(balance));
  roles.start.set(who, balance.units);
}

function backstageOf({ world }: Playing) {
  if (world.backstage === null) throw new NotPlayable('the operator has no backstage');
  return world.backstage;
}

async function playSend(playing: Playing, step: Extract<Step, { do: 'send' }>, count: number): Promise<void> {
  const words = wordsFor(playing, step.expect);
  const unread = words.includes('bad_request') && hidesItsSender(playing.world.aggregator, step.tamper);
  const wide: readonly Word[] = unread ? [...words, 'unauth'] : words;
  // what was said before in this very step is said again
  const expected: readonly Word[] = count > 0 && wide.includes('ok') ? [...wide, 'ok_dup'] : wide;
  await playAsk(playing, step.line, expected, { tampers: step.tamper, once: step.once, shows: step.shows });
}

interface How extends Partial<Asking> {
  readonly shows?: Delta | null;
}

async function playAsk(playing: Playing, line: Line, words: readonly Word[], how: How = {}): Promise<void> {
  const { world, notes, roles } = playing;
  const call = callOf(line, roles);
  mustSay(playing, line, call);
  const label = lineText(line);
  const { shows = null, ...asking } = how;
  const expectsNo = !words.includes('ok') && !words.includes('ok_dup');
  // an answer nobody gives is one as well, where that is expected
  const once = asking.once === true || words.includes('uncertain') || words.includes('closed');
  const ending = await ask(world, notes, { ...ASKING, call, label, expectsNo, ...asking, once });
  judgeEnding(playing, { line, call, words }, ending);
  judgeLeak(playing, label);
  if (shows !== null && ending.reading.kind !== 'uncertain' && ending.reading.kind !== 'nonsense')
    judgeShown(playing, line, ending, shows);
}

/** A player, session, currency or game that the dialect leaves out of the message cannot be wrong in it. */
function mustSay({ world }: Playing, line: Line, call: Call): void {
  const heard = world.aggregator.heard(call);
  if (heard !== null && heard.player.kind !== 'id' && (line.who === 'stranger' || line.session === 'rival'))
    throw new NotPlayable('the dialect names its player by the session');
  if (heard !== null && line.session !== 'own' && heard.session !== call.session)
    throw new NotPlayable('the dialect leaves the session out of this message');
  const odd = line.currency !== 'own' ? call.currency : line.game !== 'own' ? call.game : null;
  if (odd === null) return;
  const said = world.aggregator.say(call, world.clock.now());
  const text = `${said.path} ${Buffer.from(said.body).toString('utf8')}`;
  if (!text.includes(odd)) throw new NotPlayable('the dialect leaves it out of this message');
}

/** Whether a refusal of this dialect has room for the balance (BET-03). */
const judgesRefused = ({ world }: Playing): boolean => world.aggregator.dialect === 'generic';

/** No answer says what the right signature would have been: whoever asks with any signature would be told how to forge. */
function judgeLeak(playing: Playing, label: string): void {
  const { signer } = playing.world.aggregator;
  const last = playing.notes.exchanges.at(-1);
  if (signer === null || last?.reply === null || last === undefined || last.reading.kind === 'applied') return;
  const right = rightSignature(signer, last.message, playing.world.clock.now());
  if (right === null || !Buffer.from(last.reply.body).toString('utf8').includes(right)) return;
  accuse(playing, {
    severity: 'money',
    message: `${label}: the answer says what the right signature would be`,
    wrongBy: null,
  });
}

/** Null for bytes that the dialect cannot sign at all. */
function rightSignature(signer: Signer, message: Message, nowMs: number): string | null {
  try {
    return headerOf(signer.sign(message, nowMs), signer.header);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function judgeShown(playing: Playing, line: Line, { reading }: Ending, shows: Delta): void {
  const { roles } = playing;
  const { scale, currency } = roles.cast;
  const shown = reading.kind === 'applied' || reading.kind === 'rejected' ? reading.balance : null;
  const expected = (roles.start.get(line.who) ?? 0n) + deltaUnits(shows, roles, line.who);
  // some dialects leave the balance out, of refusals or altogether
  if (shown === '' || (shown === null && reading.kind === 'rejected' && !judgesRefused(playing))) return;
  const units = shown === null ? null : unitsOfBalance(shown, scale);
  if (units === expected) return;
  const message = `${lineText(line)}: the answer shows a balance of ${shown ?? 'nothing'}; expected ${formatUnits(expected, scale)} ${currency}`;
  accuse(playing, { severity: 'players', message, wrongBy: null });
}

async function playRetries(playing: Playing, step: Extract<Step, { do: 'retries' }>): Promise<void> {
  for (const ms of step.pausesMs) {
    await sleep(ms);
    await playAsk(playing, step.line, wordsFor(playing, step.expect));
  }
}

async function playCut(playing: Playing, line: Line, at: 'half_sent' | 'sent'): Promise<void> {
  const { world, notes, roles } = playing;
  const asking = { ...ASKING, call: callOf(line, roles), label: lineText(line) };
  const message = messageFor(world, notes, asking, world.urls[0]);
  const carried = await world.transport.cut(message, at, world.timeoutMs);
  note(world, notes, { call: asking.call, label: asking.label, message, carried, burst: null });
}

async function playWallet(playing: Playing, who: Who, is: Delta, soon: boolean): Promise<void> {
  const { world, notes, roles } = playing;
  const start = roles.start.get(who);
  if (start === undefined) throw new NotPlayable(`the balance of the ${who} is not answered`);
  const expected = start + deltaUnits(is, roles, who);
  const check = await checkWallet(world, notes, { player: actor(roles, who), expected, soon });
  if (check.kind === 'finding') accuse(playing, check.finding);
  if (check.kind === 'unknown') throw new Undecided(check.why);
}

const BOOK_LOOKS = 6;
const MOVED: ReadonlySet<Booking['state']> = new Set(['applied', 'part_reversed', 'reversed']);

async function playBooked(playing: Playing, step: Extract<Step, { do: 'booked' }>): Promise<void> {
  const { world, roles } = playing;
  // under which id the refund is booked is the dialect's affair
  if (world.lookup === null || (step.kind === 'rollback' && roles.sharesIds === true)) return;
  const id = idOf(roles, step.id);
  // whoever it was booked for
  const players = [roles.player, ...(roles.rival === null ? [] : [roles.rival])];
  for (let looks = 1; ; looks += 1) {
    const rows: Booking[] = [];
    for (const player of players)
      rows.push(...(await world.lookup.bookings(id, player.id)).filter((row) => row.player === player.id));
    const found = rows.filter((row) => row.kind === step.kind && MOVED.has(row.state)).length;
    if (found === step.rows) return;
    if (looks === BOOK_LOOKS) {
      const message = `the book has ${found} ${step.kind} rows of ${id} that moved money; expected ${step.rows}`;
      return accuse(playing, { severity: 'money', message, wrongBy: null });
    }
    await sleep(50 * looks);
  }
}

async function playCrash(playing: Playing, line: Line, at: 'after_sending' | 'before_sending'): Promise<void> {
  const { world, notes, roles } = playing;
  if (world.faults === null) throw new NotPlayable('there are no commands to crash the operator');
  const asking = { ...ASKING, call: callOf(line, roles), label: lineText(line) };
  const message = messageFor(world, notes, asking, world.urls[0]);
  if (at === 'after_sending') {
    const listen = await world.transport.start(message, world.timeoutMs);
    await world.faults.kill();
    note(world, notes, { call: asking.call, label: asking.label, message, carried: await listen(), burst: null });
  } else {
    await world.faults.kill();
    const carried = await world.transport.carry(message, world.timeoutMs);
    note(world, notes, { call: asking.call, label: asking.label, message, carried, burst: null });
  }
  await world.faults.restart();
  world.transport.close();
}

/** I7: whatever was done to it, the operator still answers the next honest question. */
async function stillAnswers({ world, notes, roles }: Playing): Promise<void> {
  const balance = await balanceOf(world, notes, roles.player);
  if (balance.kind === 'unknown') throw new Undecided(balance.why);
}
