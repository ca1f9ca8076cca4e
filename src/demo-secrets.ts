/** The demo's keys: made at the first start, kept in the data directory, readable by its owner only. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ConfigProblem } from './config.ts';
import type { KeyMaker } from './dialects/index.ts';
import { newToken } from './platform/index.ts';

const schema = z.record(z.string(), z.string().min(16));

export interface DemoSecrets {
  readonly file: string;
  /** the key of the operator's API */
  readonly apiKey: string;
  /** the keys of one aggregator; of the demo's first, `acme`, under their plain names */
  readonly of: (aggregator: string) => KeyMaker;
}

const FIRST = 'acme';

export function demoSecrets(dataDir: string): DemoSecrets {
  const file = path.join(dataDir, 'demo.json');
  const kept = new Map(Object.entries(existsSync(file) ? readKept(file) : {}));
  const keep = (name: string, make: () => string): string => {
    const known = kept.get(name);
    if (known !== undefined) return known;
    const made = make();
    kept.set(name, made);
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // Renamed into place: a start that is killed meanwhile leaves the keys that the database's sessions were signed with.
    writeFileSync(`${file}.new`, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return made;
  };
  return {
    file,
    apiKey: keep('api_key', () => newToken(32)),
    of: (aggregator) => {
      const named = (name: string): string => (aggregator === FIRST ? name : `${aggregator}.${name}`);
      return {
        secret: (name) => keep(named(name), () => newToken(32)),
        pair: (kind, name) => {
          let fresh: { readonly publicKey: string; readonly privateKey: string } | null = null;
          const half = (which: 'publicKey' | 'privateKey') => () => (fresh ??= keyPair(kind))[which];
          return {
            privateKey: keep(named(`${name}.private`), half('privateKey')),
            publicKey: keep(named(`${name}.public`), half('publicKey')),
          };
        },
      };
    },
  };
}

/** A fresh pair as PEM: PKCS#8 and SPKI. */
export function keyPair(kind: 'rsa' | 'ec_p256'): { readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function readKept(file: string): Record<string, string> {
  const parsed = schema.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  throw new ConfigProblem(`${file} cannot be read as the demo's secrets; remove it to get new ones`);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
