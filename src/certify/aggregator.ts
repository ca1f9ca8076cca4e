/**
 * The one file of the kit that knows a dialect: through its mirror it says what an aggregator would say and reads what came back,
 * and through its encode it learns which of their words means which refusal. Whatever changes about dialects changes here.
 */
import { Buffer } from 'node:buffer';
import { generateKeyPairSync } from 'node:crypto';
import { knownDialect, openNamedDialect } from '../dialects/index.ts';
import type {
  Answer,
  Decoded,
  Encode,
  Mirror,
  OpenDialect,
  OutboundRequest,
  RawRequest,
  Understood,
  WebhookEvent,
} from '../dialects/index.ts';
import { currencies } from '../money/index.ts';
import type { Currencies } from '../money/index.ts';
import { newToken } from '../platform/index.ts';
import { gameCode, playerId, REFUSALS, SAFE_POLICY, sessionId } from '../wallet/index.ts';
import type { Call, Policy, Refusal } from '../wallet/index.ts';
import type { KeyKind } from '../wire/index.ts';
import type { Word } from './scenario.ts';
import { signerOf } from './signer.ts';
import type { Signer } from './signer.ts';

export interface Aggregator {
  readonly dialect: string;
  readonly policy: Policy;
  /** RangeError where the dialect has no words for the call */
  readonly say: (call: Call, nowMs: number) => OutboundRequest;
  readonly understand: (
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    asked: Call | null,
  ) => Understood;
  readonly sayWebhook: ((event: WebhookEvent, nowMs: number) => OutboundRequest) | null;
  /** whether `heard` is how this dialect words `word` in answer to `call` */
  readonly isWord: (word: Word, call: Call, heard: Understood, status: number) => boolean;
  /** null where the kit cannot sign bytes that the mirror did not write */
  readonly signer: Signer | null;
  /** what an operator reads in what is said; null where it reads nothing */
  readonly heard: (call: Call) => Call | null;
  /** what its calls are written in; `none`: in the query alone */
  readonly body: 'json' | 'form' | 'none';
  /** a header whose value depends on the message: its signature; null where the signature is elsewhere */
  readonly signatureHeader: string | null;
  /** texts that must never appear in a report */
  readonly secrets: readonly string[];
}

/** What a mapping file of an operator with a private protocol exports (docs/certify.md). */
export interface Protocol {
  readonly say: (call: Call, nowMs: number) => OutboundRequest;
  readonly understand: (status: number, headers: Readonly<Record<string, string>>, body: Uint8Array) => Understood;
  /** their words for refusals and for `bad_request`, `unauth`, `too_large`, `unsupported`; what is left out may be any word */
  readonly codes?: Readonly<Record<string, string | readonly string[]>>;
  /** where this operator differs from the safe policy */
  readonly policy?: Partial<Policy>;
}

export interface AggregatorOrder {
  readonly dialect: string;
  /** the sections of the aggregator's entry in croupier.yaml; what a run does not need may be left out */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly policy: Readonly<Record<string, unknown>>;
  readonly currency: string;
  readonly scale: number;
}

export type Opened =
  | { readonly kind: 'opened'; readonly aggregator: Aggregator }
  | { readonly kind: 'problem'; readonly message: string };

export function openAggregator(order: AggregatorOrder): Opened {
  const known = currencies({ [order.currency]: { scale: order.scale } });
  const given = openNamedDialect(order.dialect, order.settings, order.policy, known);
  // a run neither asks for the catalogue nor launches, so those sections need not be written down
  const settings = given.kind === 'opened' ? order.settings : { ...placeholders(order.dialect), ...order.settings };
  const opened = given.kind === 'opened' ? given : openNamedDialect(order.dialect, settings, order.policy, known);
  if (opened.kind === 'problem') return opened;
  const { mirror, open, policy } = opened;
  if (mirror.lacks !== undefined) return { kind: 'problem', message: mirror.lacks };
  const signer = signerOf(mirror.signing, strangersOf(order, settings, known)?.signing, settings);
  return {
    kind: 'opened',
    aggregator: {
      dialect: order.dialect,
      policy,
      say: mirror.say,
      understand: (status, headers, body, asked) =>
        asked === null ? mirror.understand(status, headers, body) : mirror.understand(status, headers, body, asked),
      sayWebhook: mirror.sayWebhook,
      isWord: wordsOf(open, mirror, order),
      signer,
      heard: (call) => heardOf(open, mirror, call),
      body: bodyOf(mirror),
      signatureHeader: signer?.header ?? null,
      secrets: secretsIn(settings),
    },
  };
}

/** An operator with a protocol of its own, through a mapping file. */
export function aggregatorOf(protocol: Protocol, secrets: readonly string[]): Aggregator {
  const codesOf = (word: string): readonly string[] | null => {
    const codes = protocol.codes?.[word];
    return codes === undefined ? null : typeof codes === 'string' ? [codes] : codes;
  };
  return {
    dialect: 'private',
    policy: { ...SAFE_POLICY, ...protocol.policy },
    say: protocol.say,
    understand: protocol.understand,
    sayWebhook: null,
    isWord: (word, _call, heard, status) => {
      if (heard.kind !== 'rejected') return isPlainStatus(word, heard, status);
      return codesOf(word)?.includes(heard.code) ?? true;
    },
    signer: null,
    heard: (call) => call,
    body: 'json',
    signatureHeader: null,
    secrets,
  };
}

const SECRET = /secret|key|password|token/i;

/** The dialect's own example, so that sections nobody needs here are there. */
function placeholders(dialect: string): Readonly<Record<string, unknown>> {
  const pair = (kind: KeyKind): { readonly publicKey: string; readonly privateKey: string } => {
    const { publicKey, privateKey } =
      kind === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return {
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  };
  const example = knownDialect(dialect)?.example('http://127.0.0.1:9', { secret: () => newToken(), pair });
  return { ...example };
}

/** The same aggregator with keys that nobody was given. */
function strangersOf(
  { dialect, policy }: AggregatorOrder,
  settings: Readonly<Record<string, unknown>>,
  known: Currencies,
): Mirror | null {
  const strange: Record<string, unknown> = { ...settings };
  for (const [name, section] of Object.entries(placeholders(dialect))) {
    const keys = Object.entries({ ...membersOf(section) }).filter(([each]) => SECRET.test(each));
    strange[name] = { ...membersOf(section), ...membersOf(settings[name]), ...Object.fromEntries(keys) };
  }
  const opened = openNamedDialect(dialect, strange, policy, known);
  return opened.kind === 'opened' ? opened.mirror : null;
}

const membersOf = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

/** What the dialect writes its simplest call in. */
function bodyOf({ say }: Pick<Mirror, 'say'>): Aggregator['body'] {
  const asked = {
    player: { kind: 'id', player: playerId('nobody') },
    session: sessionId('none'),
    currency: 'USD',
    game: gameCode('none'),
    provider: null,
    requestId: null,
  } as const;
  const [first] = say({ kind: 'balance', ...asked }, 0).body;
  return first === undefined ? 'none' : first === OPENING_BRACE ? 'json' : 'form';
}

const OPENING_BRACE = 0x7b;

/** Every text that settings keep under a name that says it is secret. */
export function secretsIn(settings: unknown): readonly string[] {
  const found: string[] = [];
  const walk = (value: unknown, isSecret: boolean): void => {
    if (typeof value === 'string' && isSecret && value.length > 0) found.push(value);
    else if (Array.isArray(value)) for (const each of value) walk(each, isSecret);
    else if (typeof value === 'object' && value !== null)
      for (const [name, each] of Object.entries(value)) walk(each, isSecret || SECRET.test(name));
  };
  walk(settings, false);
  return found;
}

/** Which answer of the house a word stands for; null where it stands for several or none. */
function answerOf(word: Word, order: AggregatorOrder): Answer | null {
  if (isRefusal(word)) return { kind: 'outcome', outcome: rejection(word, order) };
  switch (word) {
    case 'bad_request':
      return { kind: 'bad_request', message: 'certify' };
    case 'unauth':
      return { kind: 'unauthenticated' };
    case 'too_large':
      return { kind: 'too_large' };
    case 'unsupported':
      return { kind: 'unsupported_media' };
    case 'uncertain':
      return { kind: 'uncertain', retryAfterSeconds: 1 };
    case 'ok':
    case 'ok_dup':
    case 'refused':
    case 'closed':
      return null;
  }
}

const isRefusal = (word: Word): word is Refusal => REFUSALS.some((each) => each === word);

function rejection(refusal: Refusal, { currency, scale }: AggregatorOrder) {
  const balance = { units: 0n, scale, currency };
  const nothing = { field: null, message: 'certify', duplicate: false, id: null } as const;
  return { kind: 'rejected', refusal, balance, ...nothing } as const;
}

/** Learned from the dialect itself: how it would word the answer to this very call, as its aggregator reads it. */
function wordsOf(
  open: OpenDialect,
  mirror: Pick<Mirror, 'say' | 'understand'>,
  order: AggregatorOrder,
): Aggregator['isWord'] {
  const learned = new Map<string, { readonly heard: Understood; readonly status: number } | null>();
  const learn = (word: Word, call: Call) => {
    const answer = answerOf(word, order);
    if (answer === null) return null;
    const { status, headers, body } = encodeFor(open, mirror, call)(answer);
    return { heard: mirror.understand(status, headers, Buffer.from(body, 'utf8'), call), status };
  };
  return (word, call, heard, status) => {
    const key = `${word} ${call.kind !== 'money' ? call.kind : call.operations.map((each) => each.kind).join('+')}`;
    const found = learned.get(key);
    const model = found === undefined ? learn(word, call) : found;
    learned.set(key, model);
    const meaning = MEANINGS[word] ?? word;
    if (heard.kind === 'rejected' && heard.meanings.some((each) => each === meaning)) return true;
    if (heard.kind === 'applied') return model?.heard.kind === 'applied';
    if (model !== null && heard.kind === 'rejected' && model.heard.kind === 'rejected') {
      const isTheirs = heard.code === model.heard.code;
      if (isTheirs && isStatusWord(word) && status === model.status) return true;
      // some dialects count their refusals like HTTP does
      if (heard.code !== String(status)) return isTheirs && !isStatusWord(word);
    }
    return isPlainStatus(word, heard, status);
  };
}

/** How a dialect's reading of a refusal names what the kit has a shorter word for. */
const MEANINGS: Readonly<Partial<Record<Word, string>>> = { unauth: 'unauthenticated' };

/** Words that one code may share, so that the status tells them apart. */
const isStatusWord = (word: Word): boolean => word === 'bad_request' || word === 'too_large' || word === 'unsupported';

/** What a proxy or framework in front of the operator answers, in no dialect's words: its code is the status. */
function isPlainStatus(word: Word, heard: Understood, status: number): boolean {
  if (heard.kind === 'applied') return false;
  return PLAIN.some(([each, statuses]) => each === word && statuses.includes(status));
}

const PLAIN: readonly (readonly [word: Word, statuses: readonly number[]])[] = [
  ['bad_request', [400, 408, 422]],
  ['unauth', [401, 403]],
  ['too_large', [413, 414, 431]],
  ['unsupported', [415]],
];

const encodeFor = (open: OpenDialect, mirror: Pick<Aggregator, 'say'>, call: Call): Encode =>
  decodedOf(open, mirror, call)?.encode ?? open.encode;

function heardOf(open: OpenDialect, mirror: Pick<Aggregator, 'say'>, call: Call): Call | null {
  const decoded = decodedOf(open, mirror, call);
  return decoded?.kind === 'call' ? decoded.call : null;
}

/** What the operator's half makes of it; null for what cannot be said. */
function decodedOf(open: OpenDialect, mirror: Pick<Aggregator, 'say'>, call: Call): Decoded | null {
  try {
    const said = mirror.say(call, 0);
    const [path = '', ...query] = said.path.split('?');
    const headers = Object.fromEntries(
      Object.entries(said.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const raw: RawRequest = {
      method: said.method,
      path,
      subpath: path,
      rawQuery: query.join('?'),
      headers,
      body: said.body,
      arrivedAtMs: 0,
    };
    const verification = open.verify(raw, 0);
    return verification.kind === 'genuine' ? open.decode(verification.request) : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
