/**
 * Keeps the papers true: every promise names tests that exist, the configuration page agrees with the code, and the commands
 * of a page are run, in its order, against a demo that was started for it. A block marked `sh test` is run; a block marked
 * `output` right after it is what it must print, `…` standing for anything.
 */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, POLICY_KNOBS } from '../src/config.ts';
import { GENERIC_POLICY } from '../src/dialects/generic/policy.ts';
import { SAFE_POLICY } from '../src/wallet/index.ts';
import { usedHome } from './support/cluster.ts';
import { startDemo } from './support/demo.ts';
import type { RunningDemo } from './support/demo.ts';
import { readFiles, ROOT } from './tidy/text.ts';

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');
const pages = readFiles(['.'], /\.md$/);

interface Block {
  /** the words after the three ticks */
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    info: (match[1] ?? '').trim(),
    text: match[2] ?? '',
    line: page.slice(0, match.index).split('\n').length,
  }));
}

describe('the guarantees', () => {
  const page = read('docs/guarantees.md');
  const promises = [...page.matchAll(/^## (G\d+)\. (.+)$/gm)];
  const kept = [...page.matchAll(/^- `(test\/[^`]+)`: `([^`\n]+)`$/gm)].map(
    (match) => [match[1] ?? '', match[2] ?? ''] as const,
  );

  it('are numbered without a gap and each is kept by a test', () => {
    expect(promises.map((match) => match[1])).toEqual(promises.map((_unused, index) => `G${index + 1}`));
    for (const section of page.split(/^## /m).slice(1)) expect(section, section.split('\n')[0]).toMatch(/^- `test\//m);
    expect(page.match(/^- `test\//gm)).toHaveLength(kept.length);
  });

  it.each(kept)('%s has the test: %s', (file, name) => {
    expect(existsSync(path.join(ROOT, file)), `${file} does not exist`).toBe(true);
    const text = read(file);
    const quoted = [`'${name}'`, `"${name}"`, `\`${name}\``, `'${name.replaceAll("'", "\\'")}'`];
    expect(
      quoted.some((each) => text.includes(each)),
      `${file} has no test of this name`,
    ).toBe(true);
  });
});

it('the index of docs lists every page', () => {
  const index = read('docs/README.md');
  const listed = pages.filter((page) => page.path.startsWith('docs/') && page.path !== 'docs/README.md');
  expect(
    listed.filter((page) => !index.includes(`](${page.path.slice('docs/'.length)})`)).map((page) => page.path),
  ).toEqual([]);
});

describe('the configuration page', () => {
  const page = read('docs/configuration.md');

  it('has an example with every section that the server takes as it stands', () => {
    const example = blocksOf(page).find((block) => block.info === 'yaml complete');
    expect(example).toBeDefined();
    const dir = mkdtempSync(path.join(tmpdir(), 'croupier-docs-'));
    try {
      const file = path.join(dir, 'croupier.yaml');
      writeFileSync(file, example?.text ?? '');
      const names = [...(example?.text ?? '').matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] ?? '');
      const environment = Object.fromEntries(
        names.map((name, index) => [
          name,
          name === 'DATABASE_URL' ? 'postgres://user:word@db.example/croupier' : `${index}-a-secret-of-its-own`,
        ]),
      );
      const config = loadConfig({ config: file }, environment);
      expect(config.aggregators.map((each) => each.name)).toEqual(['acme']);
      expect(config.database.url).toBe(environment['DATABASE_URL'] ?? null);
      expect(() => loadConfig({ config: file }, {})).toThrow(/environment variable/);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('names every key that the schema knows', () => {
    const sections = ['file', 'analytics', 'catalogue', 'clock', 'settlement'];
    const schema = sections.map((section) => read(`src/config-${section}.ts`)).join('\n');
    const settings =
      read('src/dialects/generic/settings.ts').split('export const settingsSchema')[1]?.split('.superRefine')[0] ?? '';
    const keys = [
      ...`${schema}${settings}`.matchAll(
        /\b([a-z][a-z_]*):\s*(?:z(?!\.output)\b|port\b|policySchema|address\b|secret\b)/g,
      ),
    ].map((match) => match[1] ?? '');
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter((key) => !new RegExp(`\`[^\`]*\\b${key}\\b[^\`]*\``).test(page))).toEqual([]);
  });

  it('names every environment variable and flag, and no others', () => {
    const source = readFiles(['src'], /\.ts$/)
      .map((file) => file.text)
      .join('\n');
    const read = new Set(
      [...source.matchAll(/(?:environment|processEnvironment\(\))\['([A-Z_]+)'\]/g)].map((match) => match[1] ?? ''),
    );
    const named = new Set([...page.matchAll(/`((?:CROUPIER_|DATABASE_)[A-Z_]+)`/g)].map((match) => match[1] ?? ''));
    expect([...named].toSorted()).toEqual([...read].toSorted());
    const flags = readFiles(['src/cli'], /(?<!bench)\.ts$/).flatMap((file) =>
      [...file.text.matchAll(/[\s{]'?([a-z][a-z-]*)'?: \{\s*type: '(?:string|boolean)'/g)].map(
        (match) => `--${match[1]}`,
      ),
    );
    expect(flags.length).toBeGreaterThan(8);
    expect(flags.filter((flag) => !page.includes(`\`${flag}`))).toEqual([]);
  });

  it('says every knob of the policy with its safe value and the value of the generic dialect', () => {
    const rows = new Map(
      [...page.matchAll(/^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|/gm)].map((match) => [
        match[1] ?? '',
        match.slice(2).map((cell) => cell.trim()),
      ]),
    );
    const shown = (value: unknown): string =>
      Array.isArray(value)
        ? 'all'
        : value === null
          ? 'none'
          : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
    for (const knob of POLICY_KNOBS) {
      const row = rows.get(knob);
      expect(row, `${knob} has no row`).toBeDefined();
      expect(row?.[1], knob).toBe(shown(Reflect.get(SAFE_POLICY, knob)));
      expect(row?.[2], knob).toBe(shown(Reflect.get(GENERIC_POLICY, knob)));
    }
  });
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function shell(script: string, cwd: string): Promise<Run> {
  return new Promise((resolve) => {
    const env = { ...process.env, PATH: `${path.join(cwd, 'bin')}:${process.env['PATH'] ?? ''}` };
    execFile('sh', ['-eu', '-c', script], { cwd, env, timeout: 110_000, encoding: 'utf8' }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr });
    });
  });
}

const MARK = '@@ block';

/** One script of all blocks of a page, in one shell, so that variables live on; a mark in between tells whose output is whose. */
function scriptOf(blocks: readonly Block[]): string {
  return blocks.map((block, index) => `echo\necho '${MARK} ${index}'\n${block.text}`).join('\n');
}

function outputsOf(stdout: string): readonly string[] {
  return stdout
    .split(new RegExp(`^${MARK} \\d+$`, 'm'))
    .slice(1)
    .map((each) => each.trim());
}

/** What a block must print: `…` matches anything on its line. */
function patternOf(text: string): RegExp {
  const escaped = text.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('…', '[^\\n]*')}$`);
}

describe('the commands of the pages', () => {
  const marked = pages.filter((page) => blocksOf(page.text).some((block) => block.info === 'sh test'));
  const home = mkdtempSync(path.join(tmpdir(), 'croupier-docs-'));
  // PostgreSQL may run as another user, who has to come in.
  chmodSync(home, 0o755);
  let demo: RunningDemo;

  beforeAll(async () => {
    mkdirSync(path.join(home, 'bin'));
    // `croupier` as the pages call it
    const command = `#!/bin/sh\nexec '${process.execPath}' '${path.join(ROOT, 'dist/cli.js')}' "$@"\n`;
    writeFileSync(path.join(home, 'bin/croupier'), command, { mode: 0o755 });
    await usedHome(path.join(home, '.croupier'));
    demo = await startDemo(path.join(home, '.croupier'));
  });
  afterAll(async () => {
    await demo?.interrupt();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it('are there', () => {
    expect(marked.map((page) => page.path)).toContain('README.md');
  });

  it.each(marked.map((page) => [page.path, page.text] as const))('of %s do what the page says', async (name, text) => {
    const blocks = blocksOf(text);
    const commands = blocks.filter((block) => block.info === 'sh test');
    const { host } = new URL(demo.gatewayUrl);
    const { code, stdout, stderr } = await shell(scriptOf(commands).replaceAll('127.0.0.1:4400', host), home);
    expect(code, `${name}\n${stdout}\n${stderr}`).toBe(0);
    const outputs = outputsOf(stdout);
    expect(outputs).toHaveLength(commands.length);
    for (const [index, command] of commands.entries()) {
      const next = blocks[blocks.indexOf(command) + 1];
      if (next !== undefined && next.info.endsWith(' output'))
        expect(outputs[index], `${name}:${command.line}`).toMatch(patternOf(next.text));
    }
  });

  it('would be noticed if they printed something else, or failed', async () => {
    expect(
      outputsOf(
        (
          await shell(
            scriptOf([
              { info: 'sh test', text: 'A=1\n', line: 1 },
              { info: 'sh test', text: 'echo "$A"\n', line: 1 },
            ]),
            home,
          )
        ).stdout,
      ),
    ).toEqual(['', '1']);
    expect('{"a":12,"b":2}').toMatch(patternOf('{"a":…,"b":2}\n'));
    expect('{"a":12,"b":3}').not.toMatch(patternOf('{"a":…,"b":2}'));
    expect((await shell(scriptOf([{ info: 'sh test', text: 'false\ntrue\n', line: 1 }]), home)).code).toBe(1);
    expect((await shell(scriptOf([{ info: 'sh test', text: 'echo $UNSET\n', line: 1 }]), home)).code).not.toBe(0);
  });
});
