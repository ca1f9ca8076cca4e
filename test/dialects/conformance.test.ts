/**
 * What every dialect must keep, asked from its fixture folder alone: accepted as recorded, refused with any byte changed,
 * decoded and encoded exactly, never throwing. Its words and its mirror: conformance-mirror.test.ts.
 */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIALECT_NAMES } from '../../src/dialects/index.ts';
import type { Decoded, Encode, GenuineRequest, RawRequest } from '../../src/dialects/index.ts';
import type { ErrandRequest } from '../../src/wire/index.ts';
import { exchangesOf, label, NOW_MS, STAMP, verdictOf } from './exchanges.ts';
import { FIXTURE_FOLDERS, plain, statusOf } from './fixture.ts';
import type { Message } from './fixture.ts';

it('every dialect has a folder of fixtures, and every folder a dialect', () => {
  expect([...FIXTURE_FOLDERS].toSorted()).toEqual([...DIALECT_NAMES].toSorted());
});

describe.each(DIALECT_NAMES)('the dialect %s', (name) => {
  const { folder, of, callbacks, webhooks, launches, launchCalls, games, believed, calls } = exchangesOf(name);

  it('has recordings of every class of answer', () => {
    expect(callbacks.length).toBeGreaterThanOrEqual(20);
    const classes = new Set(
      callbacks.map(({ answer }) => (answer.kind === 'outcome' ? answer.outcome.kind : answer.kind)),
    );
    expect([...classes]).toEqual(
      expect.arrayContaining(['applied', 'rejected', 'bad_request', 'unauthenticated', 'uncertain', 'balance']),
    );
    const said = new Set(
      calls.flatMap(({ call }) =>
        call.kind === 'money' ? call.operations.map((operation) => operation.kind) : [call.kind],
      ),
    );
    expect([...said]).toEqual(expect.arrayContaining(['balance', 'bet', 'win', 'rollback']));
    expect(launches.length + launchCalls.length).toBeGreaterThan(0);
    if (of('default').open.games.kind === 'call') expect(games.length).toBeGreaterThan(0);
  });

  describe('as recorded', () => {
    it.each(callbacks.map((fixture) => [fixture.name, label(fixture), fixture] as const))(
      '%s: %s',
      (_name, _label, fixture) => {
        const { open, contentTypes } = of(fixture.variant);
        const type = (fixture.request.headers['content-type'] ?? '').split(';')[0] ?? '';
        if (fixture.request.method !== 'GET') expect(contentTypes).toContain(type);
        const verification = open.verify(fixture.request, fixture.nowMs);
        expect(verdictOf(verification)).toBe(fixture.verdict);
        let encode: Encode = open.encode;
        if (verification.kind === 'genuine') {
          const decoded = open.decode(verification.request);
          expect(decoded.kind === 'call' ? plain(decoded.call) : decoded.message).toEqual(
            fixture.call ?? fixture.badRequest,
          );
          encode = decoded.encode;
        } else {
          encode = verification.encode ?? encode;
          expect([fixture.call, fixture.badRequest]).toEqual([null, null]);
        }
        expect(encode(fixture.answer)).toEqual({
          status: statusOf(fixture.response.firstLine),
          headers: fixture.response.headers,
          body: fixture.response.body.toString('utf8'),
        });
      },
    );

    it.each(webhooks.map((fixture) => [fixture.name, label(fixture), fixture] as const))(
      '%s: %s',
      (_name, _label, fixture) => {
        const { open } = of(fixture.variant);
        const verification = open.verify(fixture.request, fixture.nowMs);
        expect(verdictOf(verification)).toBe(fixture.verdict);
        if (verification.kind !== 'genuine') return;
        const decoded = open.decodeWebhook(fixture.topic, verification.request);
        expect(decoded.kind === 'event' ? plain(decoded.event) : decoded.message).toEqual(
          fixture.event ?? fixture.badRequest,
        );
      },
    );

    it.each(launches.map((fixture) => [fixture.name, label(fixture), fixture] as const))(
      '%s: %s',
      (_name, _label, fixture) => {
        expect(of(fixture.variant).open.launch(fixture.order)).toEqual({ kind: 'url', url: fixture.url });
      },
    );

    it.each(games.map((fixture) => [fixture.name, label(fixture), fixture] as const))(
      '%s: %s',
      (_name, _label, fixture) => {
        const source = of(fixture.variant).open.games;
        if (source.kind !== 'call') throw new Error('a list was recorded of a dialect that has none to ask for');
        const errand = source.page(fixture.ask.page, fixture.ask.etag, STAMP);
        expectAsked(errand.request, fixture.request);
        expect(plain(errand.read(fixture.response))).toEqual(fixture.reading);
      },
    );

    it.each(launchCalls.map((fixture) => [fixture.name, label(fixture), fixture] as const))(
      '%s: %s',
      (_name, _label, fixture) => {
        const launch = of(fixture.variant).open.launch(fixture.order);
        if (launch.kind !== 'errand') throw new Error('a call was recorded of a launch that is a URL');
        expectAsked(launch.errand.request, fixture.request);
        expect(plain(launch.errand.read(fixture.response))).toEqual(fixture.reading);
      },
    );
  });

  describe('bytes before meaning', () => {
    const covered = of('default').weakSignature ? [] : believed;

    it.each(covered.map((fixture) => [fixture.name, fixture] as const))(
      'refuses %s with any byte changed, taken or added',
      (_name, fixture) => {
        const { open } = of(fixture.variant);
        const asksByQuery = fixture.request.body.byteLength === 0;
        const changedTo = (bytes: Buffer): RawRequest =>
          asksByQuery
            ? { ...fixture.request, rawQuery: bytes.toString('latin1') }
            : { ...fixture.request, body: bytes };
        const meaning = (raw: RawRequest): string => JSON.stringify(plain(open.decode(raw as GenuineRequest)));
        const original = meaning(fixture.request);
        // Where values are signed and not their spelling, another spelling of the same values says the same.
        const believes = (bytes: Buffer): boolean => {
          const raw = changedTo(bytes);
          return open.verify(raw, fixture.nowMs).kind === 'genuine' && (bytes === body || meaning(raw) !== original);
        };
        const body = asksByQuery ? Buffer.from(fixture.request.rawQuery, 'latin1') : Buffer.from(fixture.request.body);
        expect(believes(body)).toBe(true);
        const slipped: string[] = [];
        for (let at = 0; at < body.length; at += 1) {
          // the lowest bit, the bit of upper and lower case, the bit outside ASCII
          for (const bit of [0x01, 0x20, 0x80]) {
            const changed = Buffer.from(body);
            changed[at] = (changed[at] ?? 0) ^ bit;
            if (believes(changed)) slipped.push(`byte ${at} ^ ${bit}`);
          }
          if (believes(Buffer.concat([body.subarray(0, at), body.subarray(at + 1)]))) slipped.push(`byte ${at} taken`);
          if (believes(Buffer.concat([body.subarray(0, at), Buffer.from(' '), body.subarray(at)])))
            slipped.push(`blank at ${at}`);
        }
        if (believes(Buffer.concat([body, Buffer.from('\n')]))) slipped.push('line feed at the end');
        expect(slipped).toEqual([]);
      },
    );

    it('a changed header is refused or changes nothing', () => {
      for (const fixture of believed) {
        const { open } = of(fixture.variant);
        const recorded = verdictOf(open.verify(fixture.request, fixture.nowMs));
        for (const [header, value] of Object.entries(fixture.request.headers)) {
          const replacements = [
            undefined,
            '',
            'é'.repeat(64),
            'z'.repeat(64),
            `${value}, ${value}`,
            '9'.repeat(10_000),
            ...flips(value ?? ''),
          ];
          for (const replacement of replacements) {
            const request = { ...fixture.request, headers: { ...fixture.request.headers, [header]: replacement } };
            const verification = open.verify(request, fixture.nowMs);
            if (verification.kind === 'genuine')
              expect(verdictOf(verification), `${fixture.name}: ${header}`).toEqual(recorded);
          }
        }
      }
    });

    it('never throws on any bytes, headers and queries, and believes none of them [SIG-14] [SIG-16] [SIG-17] [SIG-42]', () => {
      const headerNames = [...new Set(callbacks.flatMap((fixture) => Object.keys(fixture.request.headers)))];
      const headers = fc.dictionary(
        fc.constantFrom(...headerNames),
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9a-f]{64}$/)),
      );
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 300 }),
          headers,
          fc.string(),
          fc.constantFrom(...folder.variants),
          (body, given, rawQuery, variant) => {
            const { open } = of(variant);
            const request: RawRequest = {
              method: 'POST',
              path: '/callbacks/acme',
              subpath: '',
              rawQuery,
              headers: given,
              body,
              arrivedAtMs: NOW_MS,
            };
            expect(open.verify(request, NOW_MS).kind).toBe('distrust');
            expectRead(open.decode(request as GenuineRequest));
            expect(open.decodeWebhook('session', request as GenuineRequest).kind).toBe('bad_request');
          },
        ),
        { numRuns: 500 },
      );
    });

    it('never throws on recorded bodies that were spoiled [SIG-41]', () => {
      const tokens = [
        'null',
        '-1',
        '1e400',
        '"',
        '{',
        '[',
        '\\u0000',
        '\\ud800',
        '\u0000',
        '"__proto__":1,',
        ':',
        ',',
        '999999999999999999999999',
        '"\u200b"',
        '\ufeff',
      ];
      const spoil = fc.record({
        fixture: fc.constantFrom(...believed),
        at: fc.nat(400),
        take: fc.nat(30),
        put: fc.oneof(fc.constantFrom(...tokens), fc.string({ unit: 'binary', maxLength: 8 })),
      });
      fc.assert(
        fc.property(spoil, ({ fixture, at, take, put }) => {
          const asksByQuery = fixture.request.body.byteLength === 0;
          const text = asksByQuery
            ? Buffer.from(fixture.request.rawQuery, 'latin1')
            : Buffer.from(fixture.request.body);
          const spoiled = Buffer.concat([text.subarray(0, at), Buffer.from(put), text.subarray(at + take)]);
          const changed = asksByQuery ? { rawQuery: spoiled.toString('latin1') } : { body: spoiled };
          const request = { ...fixture.request, ...changed } as unknown as GenuineRequest;
          const { open } = of(fixture.variant);
          expectRead(open.decode(request));
          for (const topic of ['session', 'catalogue', 'settlement', '', '__proto__'])
            open.decodeWebhook(topic, request);
        }),
        { numRuns: FUZZ_RUNS },
      );
    });
  });
});

/** Spoiled bodies a dialect: `CROUPIER_FUZZ_RUNS` asks for more of them at night. */
const FUZZ_RUNS = Number(process.env['CROUPIER_FUZZ_RUNS'] ?? 2_000);

/** A recorded header of `*` may be anything: a signature that is another one each time. */
function expectAsked(asked: ErrandRequest, recorded: Message): void {
  expect(`${asked.method} ${asked.url} HTTP/1.1`).toBe(recorded.firstLine);
  const headers = Object.entries(asked.headers).map(([header, value]) => {
    const lower = header.toLowerCase();
    return [lower, recorded.headers[lower] === '*' ? '*' : value];
  });
  expect(Object.fromEntries(headers)).toEqual(recorded.headers);
  expect(Buffer.from(asked.body ?? '').toString('utf8')).toBe(recorded.body.toString('utf8'));
}

function flips(value: string): string[] {
  return Array.from(
    value,
    (character, at) => value.slice(0, at) + String.fromCharCode(character.charCodeAt(0) ^ 1) + value.slice(at + 1),
  );
}

/** Whatever was read keeps what the wallet relies on. */
function expectRead(decoded: Decoded): void {
  if (decoded.kind === 'bad_request') {
    expect(decoded.message.length).toBeGreaterThan(0);
    const { status } = decoded.encode({ kind: 'bad_request', message: decoded.message });
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(500);
    return;
  }
  if (decoded.call.kind !== 'money') return;
  for (const operation of decoded.call.operations) {
    if ('id' in operation) expect(operation.id.length).toBeGreaterThan(0);
    if ('amount' in operation && operation.amount !== null && operation.kind !== 'adjust') {
      expect(operation.amount.unscaled).toBeGreaterThanOrEqual(0n);
    }
  }
}
