/**
 * croupier.yaml, the environment and the flags, read once into one frozen, typed `Config`. The only reader of
 * `process.env`. Precedence: flag, then environment (`CROUPIER_*`, `DATABASE_URL`), then file, then default. Whatever is
 * wrong stops the start with one line that names the place and the fix; a secret's value is never part of it.
 */
import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { analyticsConfigOf } from './config-analytics.ts';
import { catalogueConfigOf, syncSettingsOf } from './config-catalogue.ts';
import type { CatalogueConfig, ImagesConfig, SyncConfig } from './config-catalogue.ts';
import { clockConfigOf, originOfLaunches } from './config-clock.ts';
import type { ClockConfig } from './config-clock.ts';
import { consoleConfigOf } from './config-console.ts';
import type { ConsoleConfig } from './config-console.ts';
import { fileSchema, port } from './config-file.ts';
import type { ConfigFile, ParsedFile } from './config-file.ts';
import { fxSettingsOf } from './config-fx.ts';
import { withKeysOfFiles } from './config-keys.ts';
import { sharedSecret } from './config-secrets.ts';
import { settlementConfigOf } from './config-settlement.ts';
import type { SettlementConfig } from './config-settlement.ts';
import { ConfigProblem, substitute } from './config-variables.ts';
import type { AnalyticsSettings } from './analytics/index.ts';
import { openNamedDialect } from './dialects/index.ts';
import type { OpenedAggregator } from './dialects/index.ts';
import type { FxSettings } from './fx/index.ts';
import { currencies } from './money/index.ts';
import type { Currencies } from './money/index.ts';
import { CASHIER, SAFE_POLICY } from './wallet/index.ts';
import type { AggregatorName } from './wallet/index.ts';
import { aggregatorName } from './wallet/index.ts';

export { ConfigProblem };
export type { ConfigFile };

export interface ApiKey {
  readonly name: string;
  readonly key: string;
  readonly scopes: readonly string[];
}

export interface AggregatorConfig extends OpenedAggregator {
  readonly name: AggregatorName;
  readonly dialectName: string;
  /** where the catalogue is asked; only shown, the dialect knows it */
  readonly sandboxSettings: unknown;
  /** null: any address may call */
  readonly allowIps: BlockList | null;
  readonly launchTtlSeconds: number;
  readonly sync: SyncConfig;
  readonly images: ImagesConfig;
  /** scheme, host and port of the server that judges launches; null: the settings name none */
  readonly launchOrigin: string | null;
}

export interface Config {
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl: string;
    readonly metricsPort: number | null;
    /** addresses of proxies whose X-Forwarded-For is believed (SIG-43) */
    readonly trustedProxies: readonly string[];
    readonly bodyLimitBytes: number;
    readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  };
  readonly database: {
    readonly url: string | null;
    /** the server itself, when a pooler stands before it: for the schema, and whatever takes long */
    readonly directUrl: string | null;
    /** `transaction`: the next transaction may run in another server session */
    readonly pooler: 'none' | 'transaction';
    readonly lanes: number | null;
  };
  readonly ledger: { readonly distributed: boolean };
  /** how long raw requests of aggregators are kept */
  readonly journal: { readonly retentionMs: number };
  /** how long a raised limit does not count yet */
  readonly players: { readonly raiseLimitsAfterMs: number };
  /** where the embedded database and the demo's secrets live */
  readonly dataDir: string;
  readonly apiKeys: readonly ApiKey[];
  readonly currencies: Currencies;
  readonly returnHosts: readonly string[];
  /** how long launches and what became of them are kept */
  readonly launchRetentionMs: number;
  readonly fx: FxSettings;
  readonly clock: ClockConfig;
  readonly analytics: AnalyticsSettings;
  readonly catalogue: CatalogueConfig;
  readonly settlement: SettlementConfig;
  /** whether the operator's console is served, and how people sign in to it */
  readonly console: ConsoleConfig;
  readonly aggregators: readonly AggregatorConfig[];
}

/** What the command line may set, already named. */
export interface Flags {
  readonly config?: string;
  readonly host?: string;
  readonly port?: string;
  readonly dataDir?: string;
  readonly logLevel?: string;
}

/** Reads the file the flags or `CROUPIER_CONFIG` name; without one, `defaults` is the file. */
export function loadConfig(
  flags: Flags,
  given: Readonly<Record<string, string | undefined>>,
  defaults?: ConfigFile,
): Config {
  const environment = withoutEmpty(given);
  const file = flags.config ?? environment['CROUPIER_CONFIG'];
  if (file === undefined) {
    if (defaults === undefined)
      throw new ConfigProblem('no configuration: name one with --config FILE or CROUPIER_CONFIG');
    return configOf(defaults, { name: 'the built-in configuration', directory: '.' }, flags, environment);
  }
  return configOf(readYaml(file), { name: path.basename(file), directory: path.dirname(file) }, flags, environment);
}

/** The process' own environment; nothing else in the house reads it. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return withoutEmpty(process.env);
}

/** A variable set to nothing is not set: that is how compose files and shells switch one off. */
function withoutEmpty(environment: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

const DAY_MS = 86_400_000;

function readYaml(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new ConfigProblem(`cannot read the configuration ${file}: does it exist, and may this user read it?`);
  }
  try {
    return parse(text);
  } catch (error) {
    throw new ConfigProblem(
      `${path.basename(file)} is not valid YAML: ${error instanceof Error ? error.message.split('\n')[0] : ''}`,
    );
  }
}

function configOf(
  raw: unknown,
  { name: where, directory }: { readonly name: string; readonly directory: string },
  flags: Flags,
  environment: Readonly<Record<string, string | undefined>>,
): Config {
  const complete = withKeysOfFiles(substitute(raw, '', where, environment), where, directory);
  const parsed = fileSchema.safeParse(complete);
  if (!parsed.success) throw new ConfigProblem(`${where}: ${describe(parsed.error)}`);
  const file = parsed.data;
  const known = readCurrencies(file, where);
  const server = serverOf(file, where, flags, environment);
  const fx = fxSettingsOf(file.fx, known);
  if (typeof fx === 'string') throw new ConfigProblem(`${where}: ${fx}`);
  if (file.ledger?.distributed === true && file.analytics != null)
    throw new ConfigProblem(
      `${where}: analytics: no figures are built from a distributed book (ledger.distributed), which has no one order of transactions to count by; take the section out`,
    );
  const aggregators = aggregatorsOf(file, where, known);
  const shared = sharedSecret(file);
  if (shared !== null) throw new ConfigProblem(`${where}: ${shared}`);
  return deepFreeze({
    server,
    database: databaseOf(file, where, environment),
    ledger: { distributed: file.ledger?.distributed ?? false },
    players: { raiseLimitsAfterMs: ((file.players?.raise_limits_after_hours ?? 0) * DAY_MS) / 24 },
    journal: { retentionMs: (file.journal?.retention_days ?? 30) * DAY_MS },
    dataDir: path.resolve(flags.dataDir ?? environment['CROUPIER_DATA_DIR'] ?? '.croupier'),
    apiKeys: file.api_keys,
    currencies: known,
    returnHosts: [new URL(server.publicUrl).host, ...(file.launch?.return_hosts ?? [])],
    launchRetentionMs: (file.launch?.retention_days ?? 90) * DAY_MS,
    fx,
    clock: clockConfigOf(file.clock, environment['CROUPIER_NODE']),
    analytics: analyticsConfigOf(file.analytics),
    catalogue: catalogueConfigOf(file.catalogue),
    settlement: settlementConfigOf(file.settlement, known, where),
    console: consoleConfigOf(file.console, where),
    aggregators,
  });
}

function serverOf(
  file: ParsedFile,
  where: string,
  flags: Flags,
  environment: Readonly<Record<string, string | undefined>>,
): Config['server'] {
  const given = file.server ?? {};
  const chosenPort = port.safeParse(flags.port ?? environment['CROUPIER_PORT'] ?? given.port ?? 4400);
  if (!chosenPort.success)
    throw new ConfigProblem('the port must be a number from 0 to 65535 (--port, CROUPIER_PORT or server.port)');
  const host = flags.host ?? environment['CROUPIER_HOST'] ?? given.host ?? '127.0.0.1';
  const level = z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .safeParse(flags.logLevel ?? environment['CROUPIER_LOG_LEVEL'] ?? given.log_level ?? 'info');
  if (!level.success)
    throw new ConfigProblem(
      'the log level must be debug, info, warn, error or silent (--log-level, CROUPIER_LOG_LEVEL or server.log_level)',
    );
  for (const proxy of given.trusted_proxies ?? []) checkAddress(proxy, `${where}: server.trusted_proxies`);
  return {
    host,
    port: chosenPort.data,
    publicUrl: publicUrlOf({ given: given.public_url, host, port: chosenPort.data }, where, environment),
    metricsPort: given.metrics_port ?? null,
    trustedProxies: given.trusted_proxies ?? [],
    bodyLimitBytes: given.body_limit_bytes ?? 65_536,
    logLevel: level.data,
  };
}

/** Who reaches this server by which address. The value itself is not repeated: an address may carry a password. */
function publicUrlOf(
  server: { readonly given: string | undefined; readonly host: string; readonly port: number },
  where: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const set = environment['CROUPIER_PUBLIC_URL'];
  const url =
    set ?? server.given ?? `http://${isIP(server.host) === 6 ? `[${server.host}]` : server.host}:${server.port}`;
  if (isWebAddress(url)) return url;
  if (set !== undefined) throw new ConfigProblem(`CROUPIER_PUBLIC_URL ${WEB_ADDRESS}`);
  if (server.given !== undefined) throw new ConfigProblem(`${where}: server.public_url ${WEB_ADDRESS}`);
  throw new ConfigProblem(
    'the host is none that could stand in an address like http://127.0.0.1:4400 (--host, CROUPIER_HOST or server.host)',
  );
}

const WEB_ADDRESS =
  'is no address of a web server: write http:// or https://, a host and, if unusual, a port, like https://casino.example';

function isWebAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:\/\//i.test(text)) return false;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

function databaseOf(
  file: ParsedFile,
  where: string,
  environment: Readonly<Record<string, string | undefined>>,
): Config['database'] {
  const url = databaseUrlOf(file, where, environment);
  const { direct_url: directUrl = null, pooler = 'none', lanes = null } = file.database ?? {};
  if (directUrl !== null && !isDatabaseAddress(directUrl))
    throw new ConfigProblem(`${where}: database.direct_url is no address of a PostgreSQL server`);
  if (pooler === 'transaction' && (url === null || directUrl === null))
    throw new ConfigProblem(
      `${where}: database.pooler needs database.url, the pooler's address, and database.direct_url, that of PostgreSQL itself, for the schema`,
    );
  return { url, directUrl, pooler, lanes };
}

function databaseUrlOf(
  file: ParsedFile,
  where: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  const set = environment['DATABASE_URL'];
  const url = set ?? file.database?.url ?? null;
  if (url === null || isDatabaseAddress(url)) return url;
  throw new ConfigProblem(
    `${set === undefined ? `${where}: database.url` : 'DATABASE_URL'} is no address of a PostgreSQL server: write it like postgres://user:password@127.0.0.1:5432/croupier (special characters of the password percent-encoded)`,
  );
}

function isDatabaseAddress(text: string): boolean {
  if (!/^postgres(ql)?:\/\/\S+$/.test(text)) return false;
  // Several hosts, tried in turn, are understood by the driver but not by `URL`.
  return URL.canParse(text) || text.includes(',');
}

function readCurrencies(file: ParsedFile, where: string): Currencies {
  try {
    return currencies(file.currencies);
  } catch (error) {
    throw new ConfigProblem(`${where}: currencies: ${error instanceof Error ? error.message : 'invalid'}`);
  }
}

const ipListSchema = z.object({ allow_ips: z.array(z.string()).optional() });
const ttlSchema = z.object({ ttl_seconds: z.number().int().min(60).max(3_600).default(600) });

function aggregatorsOf(file: ParsedFile, where: string, known: Currencies): readonly AggregatorConfig[] {
  const names = new Set<string>();
  return file.aggregators.map((entry, index) => {
    const place = `${where}: aggregators[${index}] (${entry.name})`;
    if (entry.name === CASHIER)
      throw new ConfigProblem(`${place}: the name "${CASHIER}" is the house's own; choose another`);
    if (names.has(entry.name))
      throw new ConfigProblem(`${place}: the name is used twice; callbacks of one would be taken for the other's`);
    names.add(entry.name);
    const syncs = syncSettingsOf(entry.catalogue);
    if (syncs.kind === 'problem') throw new ConfigProblem(`${place}: ${syncs.message}`);
    const { launch, callbacks, sandbox } = entry;
    const settings = { catalogue: syncs.rest, launch, callbacks, ...(sandbox === undefined ? {} : { sandbox }) };
    const opened = openNamedDialect(entry.dialect, settings, entry.policy ?? {}, known);
    if (opened.kind === 'problem') throw new ConfigProblem(`${place}: ${opened.message}`);
    const addresses = ipListSchema.safeParse(entry.callbacks ?? {}).data?.allow_ips ?? [];
    for (const address of addresses) checkAddress(address, `${place}: callbacks.allow_ips`);
    if (opened.weakSignature && addresses.length === 0) {
      throw new ConfigProblem(
        `${place}: ${entry.dialect} signs without the body, so callbacks.allow_ips must name the aggregator's addresses`,
      );
    }
    return {
      ...opened,
      name: aggregatorName(entry.name),
      dialectName: entry.dialect,
      sandboxSettings: settings,
      allowIps: addresses.length === 0 ? null : blockList(addresses),
      sync: syncs.sync,
      images: syncs.images,
      launchTtlSeconds: ttlSchema.safeParse(entry.launch ?? {}).data?.ttl_seconds ?? 600,
      launchOrigin: originOfLaunches(entry.launch),
    };
  });
}

function checkAddress(text: string, place: string): void {
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  const size = bits === undefined ? 0 : Number(bits);
  if (family === 0 || !Number.isInteger(size) || size < 0 || size > (family === 4 ? 32 : 128)) {
    throw new ConfigProblem(`${place}: "${text}" is no IP address or network like 203.0.113.7 or 203.0.113.0/24`);
  }
}

/** A list of addresses and networks to match against. */
export function blockList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** The first problem as "place: what is wrong"; unknown keys are named so that a typing error is found at once. */
function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'is not valid';
  const place = issue.path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  return `${place === '' ? 'the top level' : place}: ${issue.message}`;
}

/** Every knob's name; docs and tests list them. */
export const POLICY_KNOBS: readonly string[] = Object.keys(SAFE_POLICY);

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  // Maps, block lists and opened dialects keep their own methods; only plain data is frozen deeply.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && !Array.isArray(value)) return value;
  for (const each of Object.values(value)) deepFreeze(each);
  return Object.freeze(value);
}
