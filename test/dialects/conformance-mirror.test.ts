/**
 * What every dialect must keep, continued: every refusal worded, nothing uncertain worded as a refusal, no secret told, and
 * its mirror (the aggregator's half) of one mind with it.
 */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivedThere } from '../../src/cli/recordings.ts';
import { DIALECT_NAMES } from '../../src/dialects/index.ts';
import type {
  Answer,
  Encode,
  GenuineRequest,
  LaunchOrder,
  ListedGame,
  OpenedAggregator,
} from '../../src/dialects/index.ts';
import { decimalOf, formatDecimal } from '../../src/money/index.ts';
import type { Decimal } from '../../src/money/index.ts';
import { appliedArbitrary, received, refusalAnswers, variationsOf } from './calls.ts';
import { encoderOf, exchangesOf, NOW_MS, STAMP } from './exchanges.ts';
import { plain } from './fixture.ts';
import type { WebhookFixture } from './fixture.ts';

describe.each(DIALECT_NAMES)('the dialect %s', (name) => {
  const { folder, of, callbacks, webhooks, launches, launchCalls, games, calls } = exchangesOf(name);

  describe('answers', () => {
    const money = { units: 9_900n, scale: 2, currency: 'USD' };
    const encoders: readonly Encode[] = [
      of('default').open.encode,
      ...calls.map(({ fixture }) => encoderOf(of(fixture.variant), fixture)),
    ];
    const { mirror } = of('default');
    const understood = (encode: Encode, answer: Answer) => {
      const response = encode(answer);
      return mirror.understand(response.status, response.headers, Buffer.from(response.body));
    };

    it('words every refusal as a refusal, with and without a balance', () => {
      for (const answer of refusalAnswers(money)) {
        for (const encode of encoders) {
          const heard = understood(encode, answer);
          expect(heard.kind, JSON.stringify(plain(answer))).toBe('rejected');
          if (heard.kind === 'rejected') expect(heard.code).not.toBe('');
        }
      }
    });

    it('words what is uncertain as uncertain, never as a refusal [RET-22]', () => {
      const parked: Answer = { kind: 'outcome', outcome: { kind: 'parked', deadlineMs: NOW_MS } };
      for (const answer of [parked, { kind: 'uncertain', retryAfterSeconds: 7 } as const]) {
        for (const encode of encoders) expect(understood(encode, answer).kind).toBe('uncertain');
      }
    });

    it('never words what was not booked as applied', () => {
      const kinds = ['unauthenticated', 'forbidden', 'too_large', 'unsupported_media'] as const;
      const answers: readonly Answer[] = [
        ...kinds.map((kind) => ({ kind })),
        { kind: 'bad_request', message: 'amount: negative' },
      ];
      for (const answer of answers) {
        for (const encode of encoders) expect(['rejected', 'uncertain']).toContain(understood(encode, answer).kind);
      }
    });

    it('tells no secret in any answer or message [SIG-46]', () => {
      expect(folder.secrets.length).toBeGreaterThan(0);
      const texts = callbacks.flatMap((fixture) => [
        fixture.response.body.toString('utf8'),
        JSON.stringify(fixture.response.headers),
        fixture.badRequest ?? '',
      ]);
      for (const secret of folder.secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    });
  });

  describe('its mirror', () => {
    it.each(calls.map(({ fixture, call }) => [fixture.name, fixture, call] as const))(
      'says what the dialect decodes and understands the answer: like %s',
      (_name, fixture, call) => {
        const { open, mirror, policy } = of(fixture.variant);
        let said = 0;
        fc.assert(
          fc.property(variationsOf(call, folder.currencies), fc.context(), (varied, context) => {
            const request = sayOrNull(() => mirror.say(varied, NOW_MS));
            fc.pre(request !== null);
            if (request === null) return;
            said += 1;
            const verification = open.verify(received(request, '/callbacks/acme', NOW_MS), NOW_MS);
            if (verification.kind !== 'genuine') throw new Error(`not believed: ${verification.reason}`);
            expect(verification.late).toBe(false);
            const decoded = open.decode(verification.request);
            context.log(Buffer.from(request.body).toString('utf8'));
            if (decoded.kind !== 'call') throw new Error(`not decoded: ${decoded.message}`);
            expect(decoded.call).toEqual(varied);

            const [answer] = fc.sample(appliedArbitrary(varied, folder.currencies), { numRuns: 1, seed: said });
            if (answer === undefined) return;
            const response = decoded.encode(answer);
            const heard = mirror.understand(response.status, response.headers, Buffer.from(response.body), varied);
            // Whoever asks about free rounds knows what they are worth in; the call does not say it.
            if (heard.kind === 'applied' && heard.balance === '' && varied.player.kind === 'grant') return;
            expectHeard(heard, answer, policy['duplicate.answer'] === 'okWithFlag', folder.balanceDigits);
          }),
          { numRuns: 40, maxSkipsPerRun: 20 },
        );
        expect(said).toBeGreaterThan(0);
      },
    );

    it('says every recorded event as the dialect decodes it', () => {
      for (const fixture of webhooks.filter((each) => each.event !== null)) {
        const { open, mirror } = of(fixture.variant);
        const decoded = decodedEvent(open, fixture);
        // Nobody sends what cannot be understood.
        if (decoded.kind === 'settlement_unread') continue;
        const raw = received(mirror.sayWebhook(decoded, NOW_MS), '/webhooks/acme', NOW_MS);
        const verification = open.verify(raw, NOW_MS);
        if (verification.kind !== 'genuine') throw new Error(`${fixture.name}: not believed`);
        const again = open.decodeWebhook(raw.path.split('/').at(-1) ?? '', verification.request);
        expect(again).toEqual({ kind: 'event', event: decoded });
      }
    });

    it.each(launches.map((fixture) => [fixture.name, fixture] as const))(
      'opens the launch %s, and nothing that was changed [LCH-01] [LCH-10]',
      (_name, fixture) => {
        const { mirror } = of(fixture.variant);
        const query = fixture.url.slice(fixture.url.indexOf('?') + 1);
        const { issuedAt, expiresAt } = fixture.order;
        const read = (raw: string, seconds: number) => mirror.readLaunch(raw, seconds * 1_000);
        if (!folder.launchSigned) {
          const { session, game, mode, player, currency } = fixture.order;
          const named = mode === 'real' ? { session, game, mode, player, currency } : { game, mode, player };
          expect(read(query, issuedAt)).toMatchObject({ kind: 'opened', order: named });
          return;
        }
        expect(read(query, issuedAt)).toEqual({ kind: 'opened', order: fixture.order });
        expect(read(query, expiresAt - 1).kind).toBe('opened');
        expect(read(query, expiresAt + 1)).toMatchObject({ kind: 'refused', reason: 'expired' });
        expect(read(query, issuedAt - 31)).toMatchObject({ kind: 'refused', reason: 'not_yet_valid' });
        for (let at = 0; at < query.length; at += 1) {
          const changed = query.slice(0, at) + String.fromCharCode(query.charCodeAt(at) ^ 1) + query.slice(at + 1);
          expect(read(changed, issuedAt), changed).toMatchObject({ kind: 'refused' });
        }
      },
    );

    it.each(launchCalls.map((fixture) => [fixture.name, fixture] as const))(
      'answers the launch %s with an address, and one with another signature with none [LCH-01] [LCH-10]',
      (_name, fixture) => {
        const { open, mirror } = of(fixture.variant);
        const launch = open.launch(fixture.order);
        if (launch.kind !== 'errand' || mirror.serveLaunch === undefined) throw new Error('no launch to be served');
        const { errand } = launch;
        const orders: LaunchOrder[] = [];
        const ask = (headers: Readonly<Record<string, string>>) => {
          const response = mirror.serveLaunch?.(
            arrivedThere({ ...errand.request, headers }, NOW_MS),
            NOW_MS,
            (order) => {
              orders.push(order);
              return 'https://games.test/play/1';
            },
          );
          if (response === undefined) throw new Error('not served');
          return errand.read({ status: response.status, headers: response.headers, body: Buffer.from(response.body) });
        };
        expect(ask(errand.request.headers)).toBe('https://games.test/play/1');
        const { session, game, mode, player } = fixture.order;
        const named = folder.launchNamesSession ? { session } : {};
        expect(orders).toMatchObject([mode === 'real' ? { ...named, game, mode, player } : { game, mode }]);
        for (const [header, value] of Object.entries(errand.request.headers)) {
          if (!SIGNATURES.test(header)) continue;
          const other = value.startsWith('A') ? `B${value.slice(1)}` : `A${value.slice(1)}`;
          expect(ask({ ...errand.request.headers, [header]: other })).toMatchObject({ kind: 'problem' });
        }
      },
    );

    it('serves the catalogue that the dialect reads, page by page, and only for the key', () => {
      const { open, mirror } = of('default');
      const source = open.games;
      if (source.kind !== 'call') return;
      const listed = games
        .filter(({ variant }) => variant === 'default')
        .flatMap((fixture) => gamesOf(fixture.reading));
      const many: readonly ListedGame[] = Array.from({ length: 1_201 }, (_, index) => ({
        ...listed[index % listed.length]!,
        code: `g-${index}`,
      }));
      const ask = (page: number, etag: string | null, headers: Readonly<Record<string, string>> = {}) => {
        const errand = source.page(page, etag, STAMP);
        const raw = arrivedThere({ ...errand.request, headers: { ...errand.request.headers, ...headers } }, NOW_MS);
        const response = mirror.serveGames(raw, many);
        return errand.read({ status: response.status, headers: response.headers, body: Buffer.from(response.body) });
      };
      const found: ListedGame[] = [];
      let etag: string | null = null;
      for (let page = 1, pages = 1; page <= pages; page += 1) {
        const reading = ask(page, null);
        if (reading === 'unchanged' || 'kind' in reading) throw new Error('a page was not read');
        expect(reading).toMatchObject({ page, total: many.length, malformed: [] });
        found.push(...reading.games);
        ({ pages, etag } = reading);
      }
      expect(found).toEqual(many);
      if (etag !== null) expect(ask(1, etag)).toBe('unchanged');
      for (const header of Object.keys(source.page(1, null, STAMP).request.headers).filter((each) =>
        SIGNATURES.test(each),
      )) {
        expect(ask(1, null, { [header]: 'another' })).toMatchObject({ kind: 'problem', reason: 'refused' });
      }
    });
  });
});

function decodedEvent(open: OpenedAggregator['open'], fixture: WebhookFixture) {
  const decoded = open.decodeWebhook(fixture.topic, fixture.request as GenuineRequest);
  if (decoded.kind !== 'event') throw new Error(`${fixture.name}: ${decoded.message}`);
  return decoded.event;
}

function expectHeard(
  heard: ReturnType<OpenedAggregator['mirror']['understand']>,
  answer: Answer,
  hasFlag: boolean,
  digits: number | null,
): void {
  if (heard.kind !== 'applied') throw new Error(`heard as ${heard.kind}`);
  const applied = answer.kind === 'outcome' && answer.outcome.kind === 'applied' ? answer.outcome : null;
  const told = answer.kind === 'profile' ? answer.profile.balance : answer.kind === 'balance' ? answer.balance : null;
  const balance = applied?.balance ?? told;
  if (balance === null) throw new Error('a balance was expected');
  // Not every answer has one: who the player is may be all that is said.
  if (answer.kind === 'profile' && heard.balance === '') return;
  const exact = decimalOf(balance.units, balance.scale);
  expect(plainest(heard.balance)).toBe(plainest(formatDecimal(digits === null ? exact : cutTo(exact, digits))));
  expect([null, balance.currency]).toContain(heard.currency);
  if (applied === null) return;
  if (hasFlag) expect(heard.duplicate).toBe(applied.duplicate);
  expect([null, ...applied.results.map((result) => result.id)]).toContain(heard.operatorTransactionId);
}

/** A decimal without zeros that say nothing. */
const plainest = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** Further digits are dropped: nobody is shown money that is not there. */
function cutTo(amount: Decimal, digits: number): Decimal {
  if (amount.scale <= digits) return amount;
  return decimalOf(amount.unscaled / 10n ** BigInt(amount.scale - digits), digits);
}

/** Headers that prove who asks. */
const SIGNATURES = /key|auth|sign/i;

/** Null for what the dialect has no words for. Anything but a RangeError is a defect. */
function sayOrNull<T>(say: () => T): T | null {
  try {
    return say();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function gamesOf(reading: unknown): readonly ListedGame[] {
  return typeof reading === 'object' && reading !== null && 'games' in reading
    ? (reading.games as readonly ListedGame[])
    : [];
}
