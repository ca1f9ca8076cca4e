/**
 * Recordings of a standard set of calls (`dialect-calls.ts`), made by the dialect itself: said by its mirror, verified, decoded and
 * encoded by our half, and heard by the mirror again. They show what the code says, which a person then compares with what the
 * aggregator's document says. A file that is there is never written over.
 */
import { Buffer } from 'node:buffer';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigProblem } from '../config.ts';
import type { Answer, OpenedAggregator, OutboundRequest, RawResponse } from '../dialects/index.ts';
import { currencies } from '../money/index.ts';
import type { ErrandRequest } from '../wire/index.ts';
import { fitted, standardCalls } from './dialect-calls.ts';
import type { StandardCall } from './dialect-calls.ts';
import { STANDARD_GAMES, standardOrder } from './dialect-samples.ts';
import {
  arrivedThere,
  jsonSection,
  messageSection,
  openVariant,
  readKeys,
  received,
  recordingBytes,
  verdictOf,
} from './recordings.ts';
import type { Recording, Section } from './recordings.ts';

export interface Recorded {
  readonly written: readonly string[];
  /** there before, and left as it was */
  readonly kept: readonly string[];
  readonly left: readonly LeftOut[];
  /** classes of answers that the conformance tests ask for and nothing in the set shows */
  readonly missing: readonly string[];
}

interface LeftOut {
  readonly what: string;
  readonly why: string;
}

interface Made {
  readonly file: string;
  readonly recording: Recording;
  /** the class of answer it shows */
  readonly shows: string;
}

const NOW_MS = Date.UTC(2026, 0, 1);
const STAMP = { nowMs: NOW_MS, nonce: '0123456789abcdef0123456789abcdef' };
const ADDRESS = '/callbacks/acme';
const GAME_URL = 'https://games.test/play/1';
const ASKED_FOR = ['applied', 'rejected', 'bad_request', 'unauthenticated', 'uncertain', 'balance'];

export function recordDialect(folder: string, dialect: string): Recorded {
  const keys = readKeys(folder);
  const known = currencies(keys.currencies);
  const [first, ...others] = known.values();
  if (first === undefined) throw new ConfigProblem(`${folder}/keys.json: currencies has none; name one at least`);
  const of = (variant: string) => openVariant(keys, dialect, variant, known);
  const opened = of('default');
  const calls = standardCalls([first, ...others], opened.policy);
  const made: readonly (Made | LeftOut)[] = [
    ...calls.map((standard) => ofCall(standard, opened)),
    ...unbelieved(calls, opened),
    ...Object.keys(keys.variants)
      .filter((variant) => variant !== 'default')
      .flatMap((variant) => ofVariant(calls, variant, of(variant), opened)),
    ...(['real', 'demo'] as const).map((mode) => ofLaunch(mode, first.code, opened)),
    ofGames(opened),
  ];
  const done = made.filter((each) => 'recording' in each);
  const shown = new Set(done.map(({ shows }) => shows));
  const files = done.map(({ file, recording }) => {
    const at = path.join(folder, `${file}.txt`);
    const isThere = existsSync(at);
    if (!isThere) writeFileSync(at, recordingBytes(recording), { flag: 'wx' });
    return { file: `${file}.txt`, isThere };
  });
  return {
    written: files.filter(({ isThere }) => !isThere).map(({ file }) => file),
    kept: files.filter(({ isThere }) => isThere).map(({ file }) => file),
    left: made.filter((each) => 'why' in each),
    missing: [...ASKED_FOR, 'launch', ...(opened.open.games.kind === 'call' ? ['games'] : [])].filter(
      (each) => !shown.has(each),
    ),
  };
}

function ofCall(standard: StandardCall, opened: OpenedAggregator, variant = 'default'): Made | LeftOut {
  const said = sayOrWhy(standard, opened);
  if ('why' in said) return said;
  const raw = received(said, ADDRESS, NOW_MS);
  const verification = opened.open.verify(raw, NOW_MS);
  const what = standard.file;
  if (verification.kind === 'distrust')
    return { what, why: `the dialect does not believe its own mirror: ${verification.reason}` };
  const decoded = opened.open.decode(verification.request);
  if (decoded.kind === 'bad_request') {
    if (standard.answer !== null)
      return { what, why: `the dialect cannot read what its mirror says: ${decoded.message}` };
    const answer: Answer = { kind: 'bad_request', message: decoded.message };
    const sections: readonly Section[] = [['bad request', decoded.message]];
    return callback(standard, variant, said, verdictOf(verification), sections, answer, decoded.encode(answer));
  }
  if (standard.answer === null) return { what, why: 'the protocol has nothing against it' };
  const answer = fitted(standard.answer, decoded.call);
  const response = decoded.encode(answer);
  const heard = opened.mirror.understand(response.status, response.headers, Buffer.from(response.body), decoded.call);
  if (heard.kind === 'nonsense') return { what, why: `the mirror cannot read the answer: ${heard.reason}` };
  const sections = [jsonSection('call', decoded.call)];
  return callback(standard, variant, said, verdictOf(verification), sections, answer, response);
}

function callback(
  { file, title, scenarios }: Pick<StandardCall, 'file' | 'title' | 'scenarios'>,
  variant: string,
  said: OutboundRequest,
  verdict: string,
  meaning: readonly Section[],
  answer: Answer,
  response: RawResponse,
): Made {
  const sections: readonly Section[] = [
    messageSection('request', `${said.method} ${ADDRESS}${said.path} HTTP/1.1`, said.headers, said.body),
    ['verdict', verdict],
    ...meaning,
    jsonSection('answer', answer),
    messageSection('response', `HTTP/1.1 ${response.status}`, response.headers, response.body),
  ];
  const shows = answer.kind === 'outcome' ? answer.outcome.kind : answer.kind;
  return { file, recording: { kind: 'callback', title, scenarios, nowMs: NOW_MS, variant, sections }, shows };
}

/** A bet without its signature, and one that was changed after it was signed. */
function unbelieved(calls: readonly StandardCall[], opened: OpenedAggregator): readonly (Made | LeftOut)[] {
  const bet = calls.find(({ file }) => file === 'bet');
  if (bet === undefined) return [];
  const said = sayOrWhy(bet, opened);
  if ('why' in said) return [said];
  const plainHeaders = Object.fromEntries(
    Object.entries(said.headers).filter(([header]) => header.toLowerCase() === 'content-type'),
  );
  const changed =
    said.method === 'GET'
      ? { ...said, path: `${said.path}1` }
      : { ...said, body: Buffer.concat([said.body, Buffer.from(' ')]) };
  return [
    distrusted('signature-missing', 'No signature', ['SIG-15'], { ...said, headers: plainHeaders }, opened),
    distrusted('signature-changed', 'Changed after it was signed', [], changed, opened),
  ];
}

function distrusted(
  file: string,
  title: string,
  scenarios: readonly string[],
  said: OutboundRequest,
  opened: OpenedAggregator,
): Made | LeftOut {
  const verification = opened.open.verify(received(said, ADDRESS, NOW_MS), NOW_MS);
  if (verification.kind === 'genuine') return { what: file, why: 'the dialect believes it: look at verify.ts' };
  const answer: Answer = { kind: 'unauthenticated' };
  const response = (verification.encode ?? opened.open.encode)(answer);
  return callback({ file, title, scenarios }, 'default', said, verdictOf(verification), [], answer, response);
}

/** What differs under another variant of the keys: its own bet, its bet at the default's door, and the default's at its. */
function ofVariant(
  calls: readonly StandardCall[],
  variant: string,
  opened: OpenedAggregator,
  usual: OpenedAggregator,
): readonly (Made | LeftOut)[] {
  const bet = calls.find(({ file }) => file === 'bet');
  if (bet === undefined) return [];
  const named = { ...bet, file: `${variant}-bet`, title: `A bet with the keys of "${variant}"` };
  const old = { ...bet, file: `${variant}-usual-bet`, title: `A usual bet under the keys of "${variant}"` };
  const said = sayOrWhy(bet, opened);
  const isOther = !('why' in said) && usual.open.verify(received(said, ADDRESS, NOW_MS), NOW_MS).kind === 'distrust';
  if (!isOther) return [ofCall(named, opened, variant)];
  return [
    ofCall(named, opened, variant),
    // where the variant has not kept the usual key there is nothing to show
    ...[ofCall(old, { ...opened, mirror: usual.mirror }, variant)].filter((each) => 'recording' in each),
    distrusted(`${variant}-bet-unknown-key`, `Signed with a key only "${variant}" has`, ['SIG-22'], said, usual),
  ];
}

function ofLaunch(mode: 'real' | 'demo', currency: string, opened: OpenedAggregator): Made | LeftOut {
  const file = `launch-${mode}`;
  const title = mode === 'real' ? 'A game for money' : 'A game without money';
  const common = { title, scenarios: [mode === 'real' ? 'LCH-01' : 'LCH-15'], nowMs: NOW_MS, variant: 'default' };
  const simple = standardOrder(mode, currency, NOW_MS, false);
  const launch = opened.open.launch(simple);
  if (launch.kind === 'problem') return { what: file, why: launch.message };
  if (launch.kind === 'url') {
    const sections: readonly Section[] = [jsonSection('order', simple), ['url', launch.url]];
    return { file, recording: { kind: 'launch', ...common, sections }, shows: 'launch' };
  }
  const order = standardOrder(mode, currency, NOW_MS, true);
  const [once, twice] = [opened.open.launch(order), opened.open.launch(order)];
  if (once.kind !== 'errand' || twice.kind !== 'errand' || opened.mirror.serveLaunch === undefined)
    return { what: file, why: 'the mirror does not serve the launch that the dialect asks for' };
  const response = opened.mirror.serveLaunch(arrivedThere(once.errand.request, NOW_MS), NOW_MS, () => GAME_URL);
  const sections = [
    jsonSection('order', order),
    asked(once.errand.request, twice.errand.request),
    messageSection('response', `HTTP/1.1 ${response.status}`, response.headers, response.body),
    jsonSection('reading', once.errand.read({ ...response, body: Buffer.from(response.body) })),
  ];
  return { file, recording: { kind: 'launch_call', ...common, sections }, shows: 'launch' };
}

function ofGames(opened: OpenedAggregator): Made | LeftOut {
  const { games } = opened.open;
  if (games.kind === 'file') return { what: 'games', why: 'the list comes as a file' };
  const [once, twice] = [games.page(1, null, STAMP), games.page(1, null, STAMP)];
  const response = opened.mirror.serveGames(arrivedThere(once.request, NOW_MS), STANDARD_GAMES);
  const sections = [
    jsonSection('ask', { page: 1, etag: null }),
    asked(once.request, twice.request),
    messageSection('response', `HTTP/1.1 ${response.status}`, response.headers, response.body),
    jsonSection('reading', once.read({ ...response, body: Buffer.from(response.body) })),
  ];
  const recording = { kind: 'games', title: 'The list of games', scenarios: [], nowMs: NOW_MS } as const;
  return { file: 'games', recording: { ...recording, variant: 'default', sections }, shows: 'games' };
}

/** What we ask for; a header that is another one each time is written as `*`. */
function asked(once: ErrandRequest, twice: ErrandRequest): Section {
  const headers = Object.entries(once.headers).map(([header, value]) => [
    header,
    value === twice.headers[header] ? value : '*',
  ]);
  return messageSection(
    'request',
    `${once.method} ${once.url} HTTP/1.1`,
    Object.fromEntries(headers),
    Buffer.from(once.body ?? ''),
  );
}

function sayOrWhy({ file, call }: StandardCall, { mirror }: OpenedAggregator): OutboundRequest | LeftOut {
  if (mirror.lacks !== undefined) return { what: file, why: mirror.lacks };
  try {
    return mirror.say(call, NOW_MS);
  } catch (error) {
    if (error instanceof RangeError) return { what: file, why: error.message };
    throw error;
  }
}
