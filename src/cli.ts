#!/usr/bin/env -S node --max-semi-space-size=64
/**
 * The command line. Each command reads flags, environment and file through config.ts, does its one thing, and ends with
 * an exit code a script can trust. A problem the person can act on is one line on standard error, never a stack trace.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defineCommand, runMain } from 'citty';
import { analyticsCommand } from './cli/analytics.ts';
import { auditCommand } from './cli/audit.ts';
import { benchCommand } from './cli/bench.ts';
import { catalogueCommand } from './cli/catalogue.ts';
import { certifyCommand } from './cli/certify.ts';
import { consoleCommand } from './cli/console.ts';
import { demoCommand } from './cli/demo.ts';
import { dialectCommand } from './cli/dialect.ts';
import { keysCommand } from './cli/keys.ts';
import { migrateCommand } from './cli/migrate.ts';
import { reconcileCommand } from './cli/reconcile.ts';
import { replayCommand } from './cli/replay.ts';
import { sandboxCommand } from './cli/sandbox.ts';
import { serveCommand } from './cli/serve.ts';

const manifest: unknown = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../package.json'), 'utf8'));
const version =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';

await runMain(
  defineCommand({
    meta: {
      name: 'croupier',
      version,
      description: 'The server between an online casino and its game aggregators.',
    },
    subCommands: {
      demo: demoCommand,
      serve: serveCommand,
      sandbox: sandboxCommand,
      certify: certifyCommand,
      migrate: migrateCommand,
      audit: auditCommand,
      analytics: analyticsCommand,
      reconcile: reconcileCommand,
      replay: replayCommand,
      catalogue: catalogueCommand,
      console: consoleCommand,
      keys: keysCommand,
      dialect: dialectCommand,
      bench: benchCommand,
    },
  }),
);
