/** The demo's secrets: made at the first start, kept in the data directory, readable by its owner only. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ConfigProblem } from './config.ts';
import { newToken } from './platform/index.ts';

const schema = z.object({
  api_key: z.string().min(16),
  signing_secret: z.string().min(16),
  launch_secret: z.string().min(16),
  catalogue_api_key: z.string().min(16),
});
export type DemoSecrets = z.output<typeof schema>;

export function demoSecrets(dataDir: string): DemoSecrets {
  const file = path.join(dataDir, 'demo.json');
  if (existsSync(file)) {
    const parsed = schema.safeParse(readJson(file));
    if (parsed.success) return parsed.data;
    throw new ConfigProblem(`${file} cannot be read as the demo's secrets; remove it to get new ones`);
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const secrets: DemoSecrets = {
    api_key: newToken(32),
    signing_secret: newToken(32),
    launch_secret: newToken(32),
    catalogue_api_key: newToken(32),
  };
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
