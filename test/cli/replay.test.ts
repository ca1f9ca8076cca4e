/**
 * `croupier replay`, for every dialect: what the console shows of a bet that was played is pasted into a shell, is believed by the
 * gateway of a sandbox, and is the same bet; printed as curl it is believed as well. Nothing of it carries a secret.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionText } from '../../src/dialects/groove/words.ts';
import { DIALECT_NAMES } from '../../src/dialects/index.ts';
import { demoDirectory, freePort, freePortRow, startDemo } from '../support/demo.ts';
import type { RunningDemo } from '../support/demo.ts';

const CLI = path.resolve(import.meta.dirname, '../../dist/cli.js');
const run = promisify(execFile);

interface Item {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  readonly replay: string | null;
  readonly facts: readonly (readonly [string, string])[];
}

describe('a message said again to a sandbox', { timeout: 180_000 }, () => {
  const place = demoDirectory();
  let demo: RunningDemo;
  let cookie = '';
  beforeAll(async () => {
    const [gateway, sandbox] = [await freePort(), await freePortRow(DIALECT_NAMES.length)];
    demo = await startDemo(place.dir, { gateway, sandbox }, ['--dialect', DIALECT_NAMES.join(','), '--games', '40']);
    const [, name, password] = /sign in as "(\w+)" with the password (\S+)/.exec(demo.output()) ?? [];
    const answer = await post(`${demo.gatewayUrl}/console/api/session`, { name, password });
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  }, 180_000);
  afterAll(async () => {
    await demo?.interrupt();
    place.remove();
  }, 60_000);

  const post = async (url: string, body: object) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${demo.secrets.api_key}` },
      body: JSON.stringify(body),
    });
  /** One spin of a game of the aggregator: its round, and the session it was played in. */
  const played = async (aggregator: string) => {
    const { items } = (await demo.api(`/v1/games?aggregator=${aggregator}&limit=1`)) as { items: { id: string }[] };
    const order = { player_id: 'demo', game_id: items[0]?.id, mode: 'real', country: 'EE' };
    const launch = (await (await post(`${demo.gatewayUrl}/v1/launches`, order)).json()) as { url: string };
    const spun = await post(`${(await fetch(launch.url)).url}/spin`, { stake: '1.00' });
    expect(spun.status).toBe(200);
    const rounds = (await demo.api(`/v1/rounds?player=demo&aggregator=${aggregator}&limit=1`)) as {
      items: { id: string }[];
    };
    return rounds.items[0]?.id ?? '';
  };
  const messages = async (round: string): Promise<readonly Item[]> => {
    const answer = await fetch(`${demo.gatewayUrl}/console/api/rounds/${encodeURIComponent(round)}/story`, {
      headers: { cookie },
    });
    const { items } = (await answer.json()) as { items: readonly Item[] };
    return items.filter(({ kind }) => kind === 'message');
  };
  const balance = async () => JSON.stringify(await demo.api('/v1/players/demo/balances'));
  /** What an aggregator calls the session that it plays in. */
  const sessionOf = async (dialect: string, aggregator: string): Promise<string> => {
    const answer = await fetch(`${demo.gatewayUrl}/console/api/players/demo/sessions`, { headers: { cookie } });
    const { real } = (await answer.json()) as { real: readonly { id: string; aggregator: string }[] };
    const id = real.find((each) => each.aggregator === aggregator)?.id ?? '';
    return dialect === 'groove' ? sessionText('11', id) : id;
  };
  /** As somebody pastes it, with the demo for a sandbox and its own command line. */
  const shell = async (text: string, session: string) => {
    const ours = `'${process.execPath}' '${CLI}' replay --data-dir '${place.dir}'`;
    const { stdout } = await run('bash', ['-c', text.replaceAll('croupier replay --config sandbox.yaml', ours)], {
      env: { PATH: process.env['PATH'], SANDBOX_GATEWAY: demo.gatewayUrl, SANDBOX_SESSION: session },
    });
    return stdout;
  };

  it.each(DIALECT_NAMES)('of %s is believed, as it is and as curl, and is the bet that it was', async (name) => {
    const aggregator = name === 'generic' ? 'acme' : name;
    const round = await played(aggregator);
    await expect.poll(async () => (await messages(round)).length, { timeout: 20_000 }).toBeGreaterThan(0);
    const before = await messages(round);
    const text = before[0]?.replay ?? '';
    for (const secret of Object.values(demo.secrets)) expect(text).not.toContain(secret);
    const session = await sessionOf(name, aggregator);
    const money = await balance();
    const curl = await shell(text.replace('--config sandbox.yaml', '--config sandbox.yaml --print'), session);
    expect(curl).toMatch(/^curl -sS -X (GET|POST) /);
    await run('bash', ['-c', curl]);
    // Once without curl is enough: the bytes are the same.
    if (name === 'generic') expect(await shell(text, session)).toMatch(/was answered 200\n/);
    expect(await balance()).toBe(money);
    const again = before.length + (name === 'generic' ? 2 : 1);
    await expect.poll(async () => (await messages(round)).length, { timeout: 20_000 }).toBe(again);
    const after = await messages(round);
    for (const { facts } of after) expect(facts).toContainEqual(['signature', 'genuine']);
    expect(after.filter(({ title }) => /, time [23]$/.test(title)).length).toBe(again - before.length);
  });

  it.each([
    [['/nowhere'], /is no address of an aggregator/],
    [['/callbacks/acme', '--to', 'ftp://x'], /is no address; give the sandbox/],
    [['/callbacks/nobody'], /there is no dialect "nobody"/],
    [['/callbacks/acme', '--data-dir', '/nonexistent'], /no configuration: name that of the sandbox/],
  ])('says in one line what is wrong: %j', async (words, problem) => {
    const all = ['--to', demo.gatewayUrl, '--data-dir', place.dir, ...words];
    const failed: unknown = await run(process.execPath, [CLI, 'replay', ...all]).then(
      () => null,
      (error: unknown) => error,
    );
    const said = failed instanceof Error && 'stderr' in failed ? String(failed.stderr) : '';
    expect(said).toMatch(problem);
    expect(said.trim().split('\n')).toHaveLength(1);
  });
});
