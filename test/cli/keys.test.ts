/** `croupier keys generate`, as its own process: what it prints is a configuration's keys, fit for a sandbox and for the real thing. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { DIALECT_NAMES, knownDialect } from '../../src/dialects/index.ts';

const CLI = path.resolve(import.meta.dirname, '../../dist/cli.js');
const generate = (...words: readonly string[]): string =>
  execFileSync(process.execPath, [CLI, 'keys', 'generate', ...words], { encoding: 'utf8' });

/** The variables of such a file, as a shell or a reader of such files has them. */
function variablesOf(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

describe('croupier keys generate', () => {
  it('makes the keys of Hub88, which open it and let a sandbox speak', () => {
    const text = generate('--dialect', 'hub88', '--aggregator', 'hub-eu');
    const variables = variablesOf(text);
    expect(Object.keys(variables)).toEqual([
      'HUB_EU_PRIVATE_KEY',
      'HUB_EU_SANDBOX_PRIVATE_KEY',
      'HUB_EU_SANDBOX_PUBLIC_KEY',
    ]);
    expect(text).toMatch(/^# launch\.private_key: .*give Hub88 its public half$/m);
    expect(text).toContain('# -----BEGIN PUBLIC KEY-----');
    const url = 'http://127.0.0.1:4401/operator/generic/v2';
    const config = loadConfig({}, variables, {
      currencies: { EUR: { scale: 2 } },
      aggregators: [
        {
          name: 'hub-eu',
          dialect: 'hub88',
          catalogue: { url },
          launch: { url, operator_id: 12, private_key: '${HUB_EU_PRIVATE_KEY}' },
          callbacks: { public_keys: ['${HUB_EU_SANDBOX_PUBLIC_KEY}'] },
          sandbox: { private_key: '${HUB_EU_SANDBOX_PRIVATE_KEY}' },
        },
      ],
    });
    expect(config.aggregators[0]?.mirror.lacks).toBeUndefined();
  });

  it('makes other keys each time', () => {
    const [one, two] = [generate('--dialect', 'generic'), generate('--dialect', 'generic')].map(variablesOf);
    for (const [name, value] of Object.entries(one ?? {})) expect(two?.[name]).not.toBe(value);
  });

  it.each(DIALECT_NAMES.map((name) => [name]))('names every key that %s needs', (name) => {
    const text = generate('--dialect', name);
    for (const { name: key, place } of knownDialect(name)?.keys ?? []) {
      expect(text).toContain(`ACME_${key}=`);
      expect(text).toContain(`# ${place}: `);
    }
  });

  it('refuses a dialect there is none of, and names those there are', () => {
    expect(() => generate('--dialect', 'nobody')).toThrow(/there is no dialect "nobody"; known: .*hub88/);
  });
});
