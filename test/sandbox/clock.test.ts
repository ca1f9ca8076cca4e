/** The sandbox's clock, wrong on purpose: its `Date`, its window and its patience with launches, at the start and while running. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { clockKnobsSchema, RIGHT_CLOCK, sandboxClock, tooLate } from '../../src/sandbox/clock.ts';
import { manualClock } from '../../src/platform/index.ts';
import { freePort } from '../support/demo.ts';
import { launchUrl, stage } from './stage.ts';
import type { Stage } from './stage.ts';

const CLI = path.resolve(import.meta.dirname, '../../dist/cli.js');

let at: Stage | null = null;
afterEach(async () => {
  await at?.close();
  at = null;
});

const set = async ({ sandbox }: Stage, knobs: object) => {
  const response = await fetch(`${sandbox.url}/admin/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(knobs),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const open = async (where: Stage) =>
  fetch(launchUrl(where, { mode: 'demo', player: undefined }), { redirect: 'manual' });
const skewOf = (response: Response): number => Date.parse(response.headers.get('date') ?? '') - Date.now();

describe("the sandbox's clock", () => {
  it('moves its Date and refuses launches from the future [CLK-07] [CLK-13]', async () => {
    at = await stage();
    expect(Math.abs(skewOf(await open(at)))).toBeLessThan(15_000);
    expect((await set(at, { offsetMs: -45_000 })).body).toMatchObject({ offsetMs: -45_000, launchTtlSeconds: null });
    const refused = await open(at);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('not_yet_valid');
    expect(Math.abs(skewOf(refused) + 45_000)).toBeLessThan(15_000);
    await set(at, {});
    expect((await open(at)).status).toBe(303);
  });

  it('takes a window of its own', async () => {
    at = await stage();
    await set(at, { offsetMs: -45_000, launchWindowSeconds: 60 });
    expect((await open(at)).status).toBe(303);
    await set(at, { offsetMs: -5_000, launchWindowSeconds: 0 });
    expect((await open(at)).status).toBe(403);
  });

  it('takes a life of launches of its own, whatever expiry they carry', async () => {
    at = await stage();
    await set(at, { offsetMs: 31_000, launchTtlSeconds: 30 });
    const refused = await open(at);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('takes none older than 30 s');
    await set(at, { offsetMs: 31_000 });
    expect((await open(at)).status).toBe(303);
  });

  it('is set at the start, and says how it stands', async () => {
    at = await stage({ time: { ...RIGHT_CLOCK, offsetMs: 700_000 } });
    const response = await fetch(`${at.sandbox.url}/admin/clock`);
    expect(await response.json()).toMatchObject({ offsetMs: 700_000 });
    expect(await (await open(at)).text()).toContain('expired');
  });

  it('refuses knobs that make no sense', async () => {
    at = await stage();
    for (const knobs of [
      { offsetMs: 1.5 },
      { offsetMs: 1e12 },
      { launchTtlSeconds: 0 },
      { launchWindowSeconds: -1 },
      { wrong: 1 },
    ])
      expect((await set(at, knobs)).status).toBe(400);
    expect(clockKnobsSchema.parse({})).toEqual(RIGHT_CLOCK);
  });

  it('is a clock like any other: its monotonic hand never moves with the offset', () => {
    const machine = manualClock(1_000_000);
    const clock = sandboxClock(machine);
    clock.set({ ...RIGHT_CLOCK, offsetMs: 5_000, launchTtlSeconds: 30 });
    expect([clock.now(), clock.monotonic()]).toEqual([1_005_000, 0]);
    expect(tooLate(1_000, clock)).toBeNull();
    expect(tooLate(975, clock)).toContain('30 s ago');
  });
});

describe('croupier sandbox', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'croupier-sandbox-clock-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const command = async (...flags: readonly string[]) => {
    const port = await freePort();
    const file = path.join(dir, 'croupier.yaml');
    const origin = `http://127.0.0.1:${port}`;
    const aggregator = {
      name: 'acme',
      dialect: 'generic',
      catalogue: { url: `${origin}/games`, api_key: 'catalogue-key' },
      launch: { url: `${origin}/launch`, secret: 'launch-secret' },
      callbacks: { signing_secrets: ['signing-secret'] },
    };
    writeFileSync(file, JSON.stringify({ currencies: { USD: { scale: 2 } }, aggregators: [aggregator] }));
    const args = [
      'sandbox',
      '--config',
      file,
      '--data-dir',
      dir,
      '--port',
      String(port),
      '--operator',
      'http://127.0.0.1:9',
    ];
    const child = spawn(process.execPath, [CLI, ...args, ...flags], { stdio: 'pipe' });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    let said = '';
    const ready = new Promise<void>((resolve) => {
      const hear = (chunk: Buffer): void => {
        said += chunk.toString();
        if (said.includes('Sandbox aggregator')) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
    });
    await Promise.race([ready, ended]);
    return { origin, said: () => said, stop: async () => (child.kill('SIGTERM'), ended) };
  };

  it('begins with the clock its flags give it', async () => {
    const sandbox = await command(
      '--clock-offset-ms=-45000',
      '--launch-ttl',
      '300',
      '--launch-window',
      '60',
      '--launch-replay',
      'same_game',
    );
    const response = await fetch(`${sandbox.origin}/admin/clock`);
    expect(await response.json()).toMatchObject({
      offsetMs: -45_000,
      launchTtlSeconds: 300,
      launchWindowSeconds: 60,
      launchReplay: 'same_game',
    });
    expect(Math.abs(skewOf(response) + 45_000)).toBeLessThan(15_000);
    expect(await sandbox.stop()).toBe(0);
  });

  it('refuses flags that are no numbers in one line', async () => {
    const sandbox = await command('--launch-ttl', 'soon');
    expect(await sandbox.stop()).toBe(1);
    expect(sandbox.said()).toContain('--launch-ttl');
  });
});
