/** The recorded exchanges of one dialect, sorted and opened, as the conformance tests ask for them. */
import type { Decoded, Encode, GenuineRequest, OpenedAggregator, Verification } from '../../src/dialects/index.ts';
import type { Call } from '../../src/wallet/index.ts';
import { fixtureFolder } from './fixture.ts';
import type { CallbackFixture } from './fixture.ts';

export const NOW_MS = Date.parse('2026-01-01T00:00:00Z');

export function exchangesOf(name: string) {
  const folder = fixtureFolder(name);
  const opened = new Map(folder.variants.map((variant) => [variant, folder.open(variant)]));
  const of = (variant: string): OpenedAggregator => opened.get(variant) ?? folder.open(variant);
  const callbacks = folder.fixtures.filter((fixture) => fixture.kind === 'callback');
  const webhooks = folder.fixtures.filter((fixture) => fixture.kind === 'webhook');
  const launches = folder.fixtures.filter((fixture) => fixture.kind === 'launch');
  const launchCalls = folder.fixtures.filter((fixture) => fixture.kind === 'launch_call');
  const games = folder.fixtures.filter((fixture) => fixture.kind === 'games');
  const believed = [...callbacks, ...webhooks].filter((fixture) => !fixture.verdict.startsWith('distrust'));
  const calls = callbacks.flatMap((fixture) =>
    fixture.call === null ? [] : [{ fixture, call: callOf(of(fixture.variant), fixture) }],
  );
  return { folder, of, callbacks, webhooks, launches, launchCalls, games, believed, calls };
}

/** What our own requests are made unique with in recordings. */
export const STAMP = { nowMs: NOW_MS, nonce: '0123456789abcdef0123456789abcdef' };

/** The title with its scenario ids, for the name of a test. */
export const label = (fixture: { readonly title: string; readonly scenarios: readonly string[] }): string =>
  [fixture.title, ...fixture.scenarios.map((id) => `[${id}]`)].join(' ');

export function verdictOf(verification: Verification): string {
  if (verification.kind === 'distrust') return `distrust ${verification.reason}`;
  return `${verification.late ? 'late' : 'genuine'} ${verification.keyId}`;
}

function decodedOf(opened: OpenedAggregator, fixture: CallbackFixture): Decoded {
  return opened.open.decode(fixture.request as GenuineRequest);
}

function callOf(opened: OpenedAggregator, fixture: CallbackFixture): Call {
  const decoded = decodedOf(opened, fixture);
  if (decoded.kind !== 'call') throw new Error(`${fixture.name}: ${decoded.message}`);
  return decoded.call;
}

export const encoderOf = (opened: OpenedAggregator, fixture: CallbackFixture): Encode =>
  decodedOf(opened, fixture).encode;
