/**
 * A Chromium for browser tests that needs nothing preinstalled: the one that an npm package ships, with the libraries it
 * brings for bare machines; or one found on the machine (`CHROMIUM_PATH`, then the usual places).
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function openBrowser(): Promise<Browser> {
  const given = process.env['CHROMIUM_PATH'];
  const installed = given ?? INSTALLED.find((each) => existsSync(each));
  if (installed !== undefined) return chromium.launch({ executablePath: installed, headless: true, args: FLAGS });
  // The package unpacks its shared libraries only where it believes it runs on a bare cloud function.
  process.env['AWS_LAMBDA_JS_RUNTIME'] = 'nodejs22.x';
  const { default: shipped } = await import('@sparticuz/chromium');
  shipped.setGraphicsMode = false;
  const executablePath = await shipped.executablePath();
  const libraries = path.join(tmpdir(), 'al2023', 'lib');
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: [libraries, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
  };
  // The package's own flags squeeze everything into one process, which ends with its first page; a test machine has room.
  return chromium.launch({ executablePath, headless: true, args: FLAGS, env: onlyText(env) });
}

function onlyText(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
