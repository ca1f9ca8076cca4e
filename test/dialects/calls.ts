/**
 * Random calls made from recorded ones: the shape a dialect is known to have words for, with other ids, amounts, currencies and
 * flags. So no test has to know what a dialect can say. Which id equals which other id in the recording stays as it was.
 */
import fc from 'fast-check';
import type { Answer, OutboundRequest, RawRequest } from '../../src/dialects/index.ts';
import { decimalOf } from '../../src/money/index.ts';
import type { Currencies, Currency } from '../../src/money/index.ts';
import { REFUSALS } from '../../src/wallet/index.ts';
import type { Call, Money, Operation, OperationResult, TransactionId } from '../../src/wallet/index.ts';

const CONTROL = /\p{Cc}/u;

/** Opaque ids: anything of 1 to 255 characters that is text and has no control characters. */
export const idArbitrary: fc.Arbitrary<string> = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ minLength: 1, maxLength: 120, unit: 'binary' }).filter((id) => !CONTROL.test(id)),
  fc.constantFrom(
    'tx-1',
    'TX-1',
    'tx-1 ',
    ' ',
    '🎰',
    'Zoë',
    'Zoe\u0308',
    '12345678901234567890',
    '"\\/',
    'x'.repeat(255),
    "';--",
    '%00',
  ),
);

const ID_FIELDS = new Set(['player', 'session', 'game', 'id', 'bet', 'round', 'reference', 'requestId', 'issue']);

/** Variations of a decoded call. */
export function variationsOf(call: Call, currencies: Currencies): fc.Arbitrary<Call> {
  const ids = [...new Set(idsOf(call))];
  const currency = call.currency === null ? fc.constant(null) : fc.constantFrom(...currencies.values());
  const amounts = fc.array(fc.bigInt(1n, 10n ** 20n), { minLength: 4, maxLength: 4 });
  const flags = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
  const others = fc.uniqueArray(idArbitrary, { minLength: ids.length, maxLength: ids.length });
  return fc.record({ currency, amounts, flags, others }).map((drawn) => {
    const renamed = rename(call, namesFor(ids, drawn.others));
    if (renamed.kind !== 'money') return { ...renamed, currency: drawn.currency?.code ?? null };
    const operations = renamed.operations.map((operation, index) =>
      redraw(operation, drawn.currency, drawn.amounts[index] ?? 1n, drawn.flags[index] ?? false),
    );
    return {
      ...renamed,
      currency: drawn.currency?.code ?? null,
      operations: operations as unknown as typeof renamed.operations,
    };
  });
}

/** An id that a dialect makes of another of the call, with colons between, stays made of it. */
function namesFor(ids: readonly string[], others: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map(ids.map((id, index) => [id, others[index] ?? id]));
  const composed = ids.flatMap((id): (readonly [string, string])[] => {
    const parts = id.split(':');
    const isMade = parts.length > 1 && parts.some((part) => names.has(part));
    return isMade ? [[id, parts.map((part) => names.get(part) ?? part).join(':')]] : [];
  });
  return new Map([...names, ...composed]);
}

function redraw(operation: Operation, currency: Currency | null, units: bigint, flag: boolean): Operation {
  const closing = 'closesRound' in operation ? { closesRound: flag } : {};
  const amount =
    'amount' in operation && operation.amount !== null ? { amount: decimalOf(units, currency?.scale ?? 0) } : {};
  return { ...operation, ...closing, ...amount };
}

function idsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(idsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    typeof each === 'string' ? (ID_FIELDS.has(name) ? [each] : []) : idsOf(each),
  );
}

function rename<T>(value: T, names: ReadonlyMap<string, string>): T {
  if (Array.isArray(value)) return value.map((each: unknown) => rename(each, names)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, each]: [string, unknown]) => [
    name,
    typeof each === 'string' && ID_FIELDS.has(name) ? (names.get(each) ?? each) : rename(each, names),
  ]);
  return Object.fromEntries(entries) as T;
}

/** What came off the socket when the aggregator sends this. */
export function received(outbound: OutboundRequest, basePath: string, nowMs: number): RawRequest {
  const [subpath = '', ...query] = outbound.path.split('?');
  const { method, headers, body } = outbound;
  return {
    method,
    path: `${basePath}${subpath}`,
    subpath,
    rawQuery: query.join('?'),
    headers,
    body,
    arrivedAtMs: nowMs,
  };
}

export function moneyArbitrary(currency: Currency): fc.Arbitrary<Money> {
  return fc.bigInt(0n, 10n ** 30n).map((units) => ({ units, scale: currency.scale, currency: currency.code }));
}

/** An "applied" that answers the call. */
export function appliedArbitrary(call: Call, currencies: Currencies): fc.Arbitrary<Answer> {
  const currency = (call.currency === null ? undefined : currencies.get(call.currency)) ?? [...currencies.values()][0]!;
  const balance = moneyArbitrary(currency);
  if (call.kind === 'balance') return balance.map((money) => ({ kind: 'balance', balance: money }));
  if (call.kind === 'profile')
    return balance.map((money) => ({
      kind: 'profile',
      profile: {
        player: call.player.kind === 'id' ? call.player.player : 'pl-20417',
        session: call.session,
        currency: money.currency,
        balance: money,
        country: 'EE',
        jurisdiction: null,
        registeredAtMs: 1_700_000_000_000,
      },
    }));
  const ids = fc.array(fc.uuid(), { minLength: call.operations.length, maxLength: call.operations.length });
  return fc.record({ balance, duplicate: fc.boolean(), ids }).map((drawn) => {
    const results = call.operations.map((operation, index): OperationResult => {
      const isClose = operation.kind === 'close';
      return {
        id: isClose ? null : (drawn.ids[index] as TransactionId),
        externalId: isClose ? null : operation.id,
        duplicate: drawn.duplicate,
        target: operation.kind === 'rollback' ? (`t-${index}` as TransactionId) : null,
        effective: true,
      };
    });
    return {
      kind: 'outcome',
      outcome: { kind: 'applied', duplicate: drawn.duplicate, results, balance: drawn.balance },
    };
  });
}

/** Every refusal, with a balance and without one. */
export function refusalAnswers(balance: Money): readonly Extract<Answer, { kind: 'outcome' }>[] {
  return REFUSALS.flatMap((refusal) =>
    [balance, null].map((money) => ({
      kind: 'outcome' as const,
      outcome: {
        kind: 'rejected' as const,
        refusal,
        field: null,
        message: 'A sentence.',
        duplicate: false,
        id: null,
        balance: money,
      },
    })),
  );
}
