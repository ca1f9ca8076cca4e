/** Keys from files: in place of the text, by `file:` or a `_file` of its own; whatever is wrong with one is told by place and name. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';

const pem = (kind: 'rsa' | 'small' | 'ec') => {
  const pair =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      : generateKeyPairSync('rsa', { modulusLength: kind === 'rsa' ? 2_048 : 1_024 });
  return {
    priv: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    pub: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
};

const ours = pem('rsa');
const theirs = pem('rsa');
const next = pem('rsa');

describe('keys of files', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'croupier-keys-'));
    writeFileSync(path.join(dir, 'ours.pem'), ours.priv);
    writeFileSync(path.join(dir, 'theirs.pem'), theirs.pub);
    writeFileSync(path.join(dir, 'next.pem'), next.pub);
    writeFileSync(path.join(dir, 'empty.pem'), '\n');
    writeFileSync(path.join(dir, 'huge.pem'), 'x'.repeat(70_000));
    writeFileSync(path.join(dir, 'platform.key'), 'a-key-of-the-platform\n');
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const URL = 'https://api.hub88.test/operator/generic/v2';
  /** Lines of YAML for the keys of a Hub88 aggregator, read as a file in `dir`. */
  const load = (
    launch: string,
    callbacks: string,
    environment: Readonly<Record<string, string>> = {},
    more: readonly string[] = [],
    sandbox = '',
  ) => {
    const file = path.join(dir, 'croupier.yaml');
    const lines = [
      'currencies: { EUR: { scale: 2 } }',
      ...more,
      'aggregators:',
      '  - name: hub',
      '    dialect: hub88',
      `    catalogue: { url: ${URL} }`,
      `    launch: { url: ${URL}, operator_id: 12, ${launch} }`,
      `    callbacks: { ${callbacks} }`,
      ...(sandbox === '' ? [] : [`    sandbox: { ${sandbox} }`]),
    ];
    writeFileSync(file, lines.join('\n'));
    return loadConfig({ config: file }, environment);
  };
  const told = (...given: Parameters<typeof load>): string => {
    try {
      load(...given);
      return '';
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      expect(message).not.toContain('BEGIN');
      return message;
    }
  };

  it('are read by file: and by names that end in _file, several at once, beside the configuration', () => {
    const config = load('private_key: file:ours.pem', `public_keys_file: [theirs.pem, ${dir}/next.pem]`);
    expect(config.aggregators).toHaveLength(1);
    expect(
      load('private_key_file: ours.pem', 'public_keys: [file:theirs.pem, file:next.pem]').aggregators,
    ).toHaveLength(1);
  });

  it('stand in the environment as well, on several lines or on one', () => {
    const environment = { OURS: ours.priv, THEIRS: theirs.pub.trimEnd().replaceAll('\n', '\\n') };
    const quoted = { ...environment, THEIRS: JSON.stringify(theirs.pub) };
    for (const each of [environment, quoted])
      expect(load('private_key: "${OURS}"', 'public_keys: ["${THEIRS}"]', each).aggregators).toHaveLength(1);
  });

  it('are read for keys of our own API too, without the line feed at their end', () => {
    const keys = ['api_keys: [{ name: platform, key: file:platform.key, scopes: [platform] }]'];
    const config = load('private_key: file:ours.pem', 'public_keys: [file:theirs.pem]', {}, keys);
    expect(config.apiKeys).toEqual([{ name: 'platform', key: 'a-key-of-the-platform', scopes: ['platform'] }]);
  });

  it.each([
    ['a file that is not there', 'private_key: file:none.pem', /launch\.private_key: cannot read the file .*none\.pem/],
    ['an empty file', 'private_key_file: empty.pem', /launch\.private_key_file: the file .*empty\.pem is empty/],
    ['a file that is no key', 'private_key: file:huge.pem', /launch\.private_key: .*huge\.pem is too large/],
    ['no name of a file', 'private_key_file: 7', /launch\.private_key_file is not the name of a file/],
    ['a key and its file', 'private_key_file: ours.pem, private_key: "x"', /private_key is given as well/],
    [
      'their key for ours',
      'private_key: file:theirs.pem',
      /launch\.private_key: is a public key; it must be an RSA key/,
    ],
  ])('stop the start: %s', (_name, launch, message) => {
    expect(told(launch, 'public_keys: [file:theirs.pem]')).toMatch(message);
  });

  it.each([
    ['our key for theirs', { K: ours.priv }, /callbacks\.public_keys\.0: is a private key/],
    ['a key that is too short', { K: pem('small').pub }, /callbacks\.public_keys\.0: is an RSA key of 1024 bits/],
    ['a key of another kind', { K: pem('ec').pub }, /callbacks\.public_keys\.0: is a key of kind EC prime256v1/],
    ['no key at all', { K: 'hunter2' }, /callbacks\.public_keys\.0: cannot be read as PEM/],
    ['our own public half', { K: ours.pub }, /callbacks\.public_keys\.0: is the public half of launch\.private_key/],
  ])('name what is wrong: %s [SIG-20]', (_name, environment, message) => {
    expect(told('private_key: file:ours.pem', 'public_keys: ["${K}"]', environment)).toMatch(message);
  });

  it('of pairs may serve two entries, for the public half is no secret and the private one is ours alone', () => {
    writeFileSync(path.join(dir, 'sandbox.pem'), theirs.priv);
    expect(told('private_key: file:ours.pem', 'public_keys: [file:theirs.pem, file:theirs.pem]')).toMatch(
      /names a key twice/,
    );
    expect(
      told('private_key: file:ours.pem', 'public_keys: [file:next.pem]', {}, [], 'private_key: file:sandbox.pem'),
    ).toMatch(/sandbox.private_key: its public half is none of callbacks\.public_keys/);
    const file = path.join(dir, 'two.yaml');
    const entry = (name: string) =>
      `  - { name: ${name}, dialect: hub88, catalogue: { url: ${URL} }, launch: { url: ${URL}, operator_id: 12, private_key: file:ours.pem }, callbacks: { public_keys: [file:theirs.pem] } }`;
    writeFileSync(file, ['currencies: {}', 'aggregators:', entry('one'), entry('two')].join('\n'));
    expect(loadConfig({ config: file }, {}).aggregators).toHaveLength(2);
  });

  it('are looked for where keys stand and nowhere else', () => {
    expect(told('private_key: file:ours.pem, sub_partner_id: "file:ours.pem"', 'public_keys: [file:theirs.pem]')).toBe(
      '',
    );
  });
});
