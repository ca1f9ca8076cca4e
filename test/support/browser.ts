/**
 * A Chromium for browser tests that needs nothing preinstalled: the one that an npm package ships, with the libraries and
 * fonts it brings for bare machines; or one found on the machine (`CHROMIUM_PATH`, then the usual places).
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const ROOT = path.resolve(import.meta.dirname, '../..');
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

/** A headless browser; the caller closes it. */
export async function openBrowser(): Promise<Browser> {
  const given = process.env['CHROMIUM_PATH'] ?? INSTALLED.find((each) => existsSync(each));
  if (given !== undefined) return chromium.launch({ executablePath: given, headless: true, args: FLAGS });
  const place = await unpackedChromium();
  const libraries = path.join(place, 'al2023/lib');
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: [libraries, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
    FONTCONFIG_FILE: path.join(place, 'fonts.conf'),
  };
  // The package's own flags squeeze everything into one process, which ends with its first page; a test machine has room.
  return chromium.launch({
    executablePath: path.join(place, 'chromium'),
    headless: true,
    args: FLAGS,
    env: onlyText(env),
  });
}

/**
 * Unpacks the package's Chromium once for this user and version. It is made ready beside its place and renamed, so that test
 * files running at once, or one that was interrupted, never see half of it.
 */
async function unpackedChromium(): Promise<string> {
  const manifest: { version: string } = JSON.parse(
    readFileSync(path.join(ROOT, 'node_modules/@sparticuz/chromium/package.json'), 'utf8'),
  );
  const place = path.join(tmpdir(), `croupier-chromium-${manifest.version}-${userInfo().uid}`);
  if (existsSync(place)) return place;
  const staging = mkdtempSync(`${place}-`);
  try {
    const script =
      "import chromium from '@sparticuz/chromium'; chromium.setGraphicsMode = false; await chromium.executablePath();";
    // It unpacks its shared libraries only where it believes it runs on a bare cloud function. In a process of its own, because
    // it changes the environment it is loaded into.
    const env = { ...process.env, TMPDIR: staging, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' };
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: ROOT,
      env,
      timeout: 150_000,
    });
    mkdirSync(path.join(staging, 'fonts-cache'), { recursive: true });
    writeFileSync(path.join(staging, 'fonts.conf'), fontsConf(place));
    renameSync(staging, place);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    // Another test file was quicker.
    if (!existsSync(place)) throw error;
  }
  return place;
}

/** The machine's fonts where it has some, and the one the package ships. */
function fontsConf(place: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>${place}/fonts</dir>
  <cachedir>${place}/fonts-cache</cachedir>
</fontconfig>
`;
}

function onlyText(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
