/**
 * The aggregator's half of the family: what it would send us, how it would read our answer, and its own API. It signs with the key
 * that the configuration has for a sandbox alone. What the protocol has no words for is a RangeError, never another message.
 */
import { Buffer } from 'node:buffer';
import type { KeyObject } from 'node:crypto';
import { decimalOf, formatDecimal, isProblem, toUnits } from '../../money/index.ts';
import type { Decimal } from '../../money/index.ts';
import type { Call, Operation, Rollback } from '../../wallet/call.ts';
import { fields, isJsonObject, readJson, signBase64, writeJson } from '../../wire/index.ts';
import type { Fields, Writable } from '../../wire/index.ts';
import type { Mirror, OutboundRequest, Signing, Understood } from '../dialect.ts';
import { gameNamed, uuidFrom } from './calls.ts';
import { FAMILY_SCALE, meaningsOf, OK, TIMEOUT } from './family.ts';
import type { Family, Subject } from './family.ts';
import { serveGames } from './games.ts';
import { serveLaunch } from './launch.ts';
import type { FamilySettings } from './settings.ts';

type Body = Readonly<Record<string, Writable | undefined>>;

/** The path that something below an address of their API answers at. */
export const below = (url: string, path: string): string => new URL(url).pathname.replace(/\/$/, '') + path;

export function familyMirror(family: Family, settings: FamilySettings): Mirror {
  const key = settings.sandbox?.private_key;
  const lacks = `the sandbox needs the key that ${family.title} would sign with: set sandbox.private_key, made by croupier keys generate --dialect ${family.name}`;
  const signing = key === undefined ? null : signingBy(family, key);
  return {
    ...(signing === null ? { lacks } : { signing }),
    say: (call, nowMs) => {
      if (signing === null) throw new RangeError(lacks);
      return say(family, settings, signing, call, nowMs);
    },
    api: [
      { method: 'POST', path: below(settings.catalogue.url, family.paths.list), what: 'games' },
      { method: 'POST', path: below(settings.launch.url, family.paths.launch), what: 'launch' },
    ],
    understand: (status, _headers, body) => understand(family, status, body),
    readLaunch: () => ({
      kind: 'refused',
      reason: 'malformed',
      message: 'Games are opened by a call here, not by a signed address.',
    }),
    serveGames: (request, games) => serveGames(family, settings, request, games),
    serveLaunch: (request, nowMs, open) => serveLaunch(family, settings, request, nowMs, open),
    sayWebhook: () => {
      throw new RangeError(`${family.title} has no webhooks`);
    },
  };
}

function signingBy({ signatureHeader }: Family, key: KeyObject): Signing {
  return {
    header: signatureHeader,
    signsTime: false,
    headersOf: ({ body }) => ({ [signatureHeader]: signBase64(key, body) }),
  };
}

function say(family: Family, settings: FamilySettings, signing: Signing, call: Call, nowMs: number): OutboundRequest {
  const subject = subjectOf(family, call);
  const path = [...family.subjects].find(([, each]) => each === subject)?.[0];
  if (path === undefined) throw new RangeError(`${family.title} has no such call`);
  const content = { ...contextOf(family, settings, call, subject, nowMs), ...moneyOf(family, call) };
  const body = Buffer.from(writeJson(content), 'utf8');
  const headers = { 'content-type': 'application/json', ...signing.headersOf({ path, body }, nowMs) };
  return { method: 'POST', path, headers, body };
}

function subjectOf(family: Family, call: Call): Subject {
  if (call.kind === 'profile') return family.player === 'user' ? 'info' : 'check';
  if (call.kind === 'balance') return 'balance';
  const { kind } = call.operations[0];
  if (kind === 'bet' || kind === 'win' || kind === 'rollback') return kind;
  throw new RangeError(`${family.title} has no ${kind}`);
}

function contextOf(family: Family, settings: FamilySettings, call: Call, subject: Subject, nowMs: number): Body {
  if (subject === 'check') return { token: tokenOf(family, call) };
  const isOwed = subject === 'win' || subject === 'rollback';
  const user = call.player.kind === 'id' ? call.player.player : null;
  if (family.player === 'user' && user === null) throw new RangeError(`${family.title} names its player by id`);
  const isNamed = family.player === 'user' || (subject === 'rollback' && user !== null);
  const token = subject === 'info' ? null : isNamed && isOwed ? call.session : tokenOf(family, call);
  return {
    ...(isNamed ? { user } : {}),
    ...(token === null ? {} : { token }),
    request_uuid: call.requestId ?? uuidOf(call, nowMs),
    ...(call.game === null || subject === 'info' ? {} : gameNamed(settings.catalogue.games_by, call.game)),
    ...(isOwed || subject === 'bet' || family.player === 'token' ? { supplier_user: null } : {}),
  };
}

function tokenOf(family: Family, call: Call): string {
  if (call.session === null) throw new RangeError(`${family.title} names the session`);
  return call.session;
}

/** A request id that is another one at every try: made of what is sent and when, because nothing here is drawn by lot. */
const uuidOf = (call: Call, nowMs: number): string => uuidFrom(`${JSON.stringify(call, plain)} ${nowMs}`);

const plain = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

function moneyOf(family: Family, call: Call): Body {
  if (call.kind !== 'money') return {};
  const [operation, ...more] = call.operations;
  if (more.length > 0) throw new RangeError(`${family.title} says one thing at a time`);
  const body = operationBody(family, operation);
  return operation.kind === 'rollback' ? body : { ...body, currency: call.currency };
}

function operationBody(family: Family, operation: Operation): Body {
  switch (operation.kind) {
    case 'bet':
      if (operation.flavour === 'tip' || operation.combined) throw new RangeError(`${family.title} has no such bet`);
      return { ...commonOf(operation), is_free: operation.flavour === 'free', amount: wireAmount(operation.amount) };
    case 'win': {
      if (operation.bet === null || operation.combined) throw new RangeError(`a win of ${family.title} names its bet`);
      const amount = wireAmount(operation.amount);
      return {
        ...commonOf(operation),
        reference_transaction_uuid: operation.bet,
        is_free: operation.flavour === 'free_round',
        amount,
        ...flavoured(family, operation.flavour, amount),
      };
    }
    case 'rollback':
      return { ...commonOf(operation), reference_transaction_uuid: targetOf(family, operation) };
    case 'close':
    case 'adjust':
    case 'deposit':
    case 'withdrawal':
      throw new RangeError(`${family.title} has no ${operation.kind}`);
  }
}

const commonOf = (operation: Extract<Operation, { kind: 'bet' | 'win' | 'rollback' }>): Body => ({
  transaction_uuid: operation.id,
  round: operation.round,
  round_closed: operation.closesRound,
});

function flavoured(family: Family, flavour: string, amount: bigint): Body {
  if (flavour === 'promo') {
    if (family.player === 'token') throw new RangeError(`${family.title} has no promotions of suppliers`);
    return { is_supplier_promo: true };
  }
  if (flavour !== 'jackpot') return {};
  if (family.player === 'user' || amount === 0n) throw new RangeError(`${family.title} does not tell jackpots apart`);
  return { jackpot_win: amount };
}

function targetOf(family: Family, { target, amount }: Rollback): string {
  if (target.kind === 'round' || target.kind === 'rollback' || amount !== null)
    throw new RangeError(`${family.title} rolls back whole bets and wins only`);
  return target.id;
}

function wireAmount(amount: Decimal): bigint {
  const units = toUnits(amount, FAMILY_SCALE);
  if (isProblem(units)) throw new RangeError('an amount has at most five digits here');
  return units;
}

/** Only RS_OK is done, only a known status is a refusal, and only a 200 is an answer. Everything else is asked again. */
function understand(family: Family, http: number, bytes: Uint8Array): Understood {
  if (http !== 200) return { kind: 'uncertain', reason: `the operator answered ${http}` };
  const json = readJson(bytes);
  if (isProblem(json) || !isJsonObject(json)) return nonsense('the operator answered a body that is no JSON object');
  const f = fields(json);
  if (!f.has('status') && f.has('token')) return applied('', null);
  const status = f.text('status');
  const currency = f.optional('currency', f.text);
  const balance = f.optional('balance', (name) => balanceOf(f, name));
  if (f.problem !== null) return nonsense(`the answer's ${f.problem.field} cannot be read`);
  if (status === OK) {
    const tellsPlayer = ['country', 'registration_date', 'jurisdiction'].some(f.has);
    if (balance === null && !tellsPlayer) return nonsense("the answer's balance is missing");
    return applied(balance ?? '', currency);
  }
  if (status === TIMEOUT) return { kind: 'uncertain', reason: 'the operator does not know' };
  const meanings = meaningsOf(family, status);
  return meanings === null
    ? nonsense('the operator answered a status that is none')
    : { kind: 'rejected', code: status, balance, meanings };
}

function balanceOf(f: Fields, name: string): string {
  const whole = f.signedAmount(name, 'number');
  if (whole.scale > 0) f.refuse(name, 'not_whole');
  return formatDecimal(decimalOf(whole.unscaled, FAMILY_SCALE));
}

const applied = (balance: string, currency: string | null): Understood => ({
  kind: 'applied',
  duplicate: false,
  balance,
  currency,
  operatorTransactionId: null,
});
const nonsense = (reason: string): Understood => ({ kind: 'nonsense', reason });
