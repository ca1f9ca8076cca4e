/**
 * The doors between the rooms of the house, as data, and the check that no other door is used. To open one, add it to the
 * table with the reason in docs/architecture.md; a door that nobody uses any more is reported as well.
 */
import { importsOf, targetOf } from './text.ts';
import type { Finding, SourceFile } from './text.ts';

/** What may come through a door: values and types, types only, or types and these values. */
export type Passage = 'all' | 'types' | readonly string[];
export type Doors = Readonly<Record<string, Passage>>;

/** Names of the wallet that carry no rule: identities and the constants of its language. */
export const WALLET_WORDS: readonly string[] = [
  'playerId',
  'aggregatorName',
  'externalId',
  'roundId',
  'sessionId',
  'gameCode',
  'transactionId',
  'CASHIER',
  'SAFE_POLICY',
  'REFUSALS',
];

const INDEPENDENT: Doors = { dialects: 'all', money: 'all', wire: 'all', platform: 'all', wallet: WALLET_WORDS };
const SUBJECT: Doors = { money: 'all', wire: 'all', platform: 'all', wallet: WALLET_WORDS, dialects: 'types' };
const EVERYTHING = 'everything';

/**
 * Room → the rooms it may import. A room is a folder of src; `ledger/audit` is one of its own because it must not share
 * code with the ledger it audits. Files directly in src are rooms by their name.
 */
export const HOUSE: Readonly<Record<string, Doors | typeof EVERYTHING>> = {
  money: {},
  // The errand is told the time; it never asks the machine.
  wire: { money: 'all', platform: 'types' },
  wallet: { money: 'all' },
  dialects: { money: 'all', wire: 'all', wallet: WALLET_WORDS },
  platform: {},
  ledger: { wallet: 'all', money: 'all', platform: 'all', 'ledger/audit': 'all' },
  'ledger/audit': INDEPENDENT,
  sandbox: INDEPENDENT,
  certify: INDEPENDENT,
  sessions: SUBJECT,
  catalogue: SUBJECT,
  players: { ...SUBJECT, ledger: 'all' },
  launch: { ...SUBJECT, ledger: 'types', catalogue: 'all', players: 'all', sessions: 'all' },
  fx: SUBJECT,
  clock: SUBJECT,
  settlement: { ...SUBJECT, ledger: 'all', sessions: 'all' },
  analytics: { ...SUBJECT, sessions: 'all' },
  lobby: SUBJECT,
  images: SUBJECT,
  gateway: {
    dialects: 'all',
    wallet: WALLET_WORDS,
    ledger: 'all',
    sessions: 'all',
    money: 'all',
    wire: 'all',
    platform: 'all',
  },
  api: {
    money: 'all',
    wire: 'all',
    platform: 'all',
    wallet: WALLET_WORDS,
    ledger: 'all',
    players: 'all',
    sessions: 'all',
    catalogue: 'all',
    launch: 'all',
    fx: 'all',
    clock: 'all',
    settlement: 'all',
    analytics: 'all',
  },
  // It asks the operator's API what that answers too, and words its refusals as it does.
  console: {
    ...SUBJECT,
    api: 'all',
    ledger: 'all',
    players: 'all',
    sessions: 'all',
    settlement: 'all',
  },
  config: {
    dialects: 'all',
    fx: 'types',
    money: 'all',
    wallet: WALLET_WORDS,
    analytics: 'types',
    'config-analytics': 'all',
    'config-catalogue': 'all',
    'config-clock': 'all',
    'config-console': 'all',
    'config-file': 'all',
    'config-fx': 'all',
    'config-keys': 'all',
    'config-secrets': 'all',
    'config-settlement': 'all',
    'config-variables': 'all',
  },
  'config-analytics': { analytics: 'all' },
  'config-catalogue': {},
  'config-clock': {},
  'config-console': { console: 'types', 'config-variables': 'all' },
  'config-file': {
    'config-analytics': 'all',
    'config-catalogue': 'all',
    'config-clock': 'all',
    'config-console': 'all',
    'config-fx': 'all',
    'config-policy': 'all',
    'config-settlement': 'all',
  },
  'config-fx': { fx: 'all', money: 'all' },
  'config-keys': { 'config-variables': 'all' },
  'config-policy': { money: 'all', wallet: WALLET_WORDS },
  'config-secrets': {},
  'config-settlement': { money: 'all', 'config-variables': 'all' },
  'config-variables': {},
  http: { config: 'types', platform: 'all' },
  schedule: { platform: 'all' },
  'demo-secrets': { config: 'all', platform: 'all', dialects: 'types' },
  serve: EVERYTHING,
  'analytics-thread': EVERYTHING,
  'serve-analytics': EVERYTHING,
  'serve-console': EVERYTHING,
  'serve-launches': EVERYTHING,
  'serve-jobs': EVERYTHING,
  'serve-pictures': EVERYTHING,
  'serve-rooms': EVERYTHING,
  'serve-settlement': EVERYTHING,
  workers: { config: 'types', platform: 'all', serve: 'all', 'worker-metrics': 'all' },
  'worker-metrics': { platform: 'all' },
  demo: EVERYTHING,
  cli: EVERYTHING,
};

/** A room's public face. The language files of the wallet and the dialect interface are faces of their own. */
const FACES: Readonly<Record<string, readonly string[]>> = {
  wallet: ['index.ts', 'ids.ts', 'call.ts', 'outcome.ts', 'policy.ts', 'book.ts'],
  dialects: ['index.ts', 'dialect.ts'],
  platform: ['index.ts', 'clock.ts'],
};

/** Packages that pure rooms may use; every other room is free (its packages are reviewed in docs/architecture.md). */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  money: [],
  wallet: [],
  wire: ['node:buffer', 'node:crypto', 'node:timers/promises'],
  dialects: ['node:buffer', 'node:crypto', 'zod'],
  // speaks HTTP by hand, because it must say what no client library lets one say
  certify: [
    'node:buffer',
    'node:crypto',
    'node:http',
    'node:net',
    'node:timers/promises',
    'node:tls',
    'node:zlib',
    'zod',
  ],
};

/** The room of a file of src, e.g. `ledger/audit`, `wallet`, `cli`. */
export function roomOf(path: string): string {
  const inside = path.replace(/^src\//, '');
  if (inside.startsWith('ledger/audit/')) return 'ledger/audit';
  return (inside.split('/')[0] ?? inside).replace(/\.ts$/, '');
}

/** Every import of src that goes through no door of the table. */
export function checkDoors(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    const room = roomOf(file.path);
    const doors = HOUSE[room];
    if (doors === undefined)
      return [{ place: file.path, problem: `the room "${room}" is not in the table of test/tidy/rooms.ts` }];
    return importsOf(file).flatMap((each) => {
      const target = targetOf(file, each.specifier);
      const problem =
        target === null
          ? wrongPackage(room, each.specifier)
          : wrongDoor(room, doors, target, each.typeOnly, each.values);
      return problem === null ? [] : [{ place: `${file.path}:${each.line}`, problem }];
    });
  });
}

function wrongPackage(room: string, specifier: string): string | null {
  const allowed = PACKAGES[room];
  if (allowed === undefined || allowed.includes(specifier)) return null;
  return `${room} is pure and may not use ${specifier}; allowed: ${allowed.join(', ') || 'nothing'}`;
}

function wrongDoor(
  room: string,
  doors: Doors | typeof EVERYTHING,
  target: string,
  typeOnly: boolean,
  values: readonly string[],
): string | null {
  if (!target.startsWith('src/')) return `src may not import ${target}`;
  const other = roomOf(target);
  if (other === room) return null;
  const faces = FACES[other] ?? ['index.ts'];
  const isFile = /^src\/[^/]+\.ts$/.test(target);
  const inside = target.slice(`src/${other}/`.length);
  if (!isFile && other !== 'cli' && !faces.includes(inside))
    return `${target} is inside ${other}; come in by its ${faces.join(' or ')}`;
  if (doors === EVERYTHING) return null;
  const passage = doors[other];
  if (passage === undefined) return `${room} has no door to ${other}`;
  if (passage === 'all' || typeOnly) return null;
  if (passage === 'types') return `${room} may import only types of ${other}: write import type`;
  const wrong = values.filter((value) => !passage.includes(value));
  return wrong.length === 0
    ? null
    : `${room} may import types of ${other} and its plain words, not ${wrong.join(', ')}`;
}

/** Circles between files as the program loads them, and between rooms. An `import type` is erased and makes no circle of files. */
export function checkCircles(
  files: readonly SourceFile[],
  kept: readonly { readonly circle: string }[] = [],
): readonly Finding[] {
  const fileEdges = new Map<string, ReadonlySet<string>>();
  const roomEdges = new Map<string, Set<string>>();
  for (const file of files) {
    const imports = importsOf(file).map((each) => ({ ...each, target: targetOf(file, each.specifier) }));
    fileEdges.set(
      file.path,
      new Set(imports.flatMap(({ target, typeOnly }) => (target === null || typeOnly ? [] : [target]))),
    );
    const room = roomOf(file.path);
    const rooms = roomEdges.get(room) ?? new Set<string>();
    for (const { target } of imports) if (target !== null && roomOf(target) !== room) rooms.add(roomOf(target));
    roomEdges.set(room, rooms);
  }
  const found = [...circles(fileEdges), ...circles(roomEdges)].map((circle) => circle.join(' → '));
  return [
    ...found
      .filter((circle) => !kept.some((each) => each.circle === circle))
      .map((circle) => ({ place: circle.split(' → ')[0] ?? '', problem: `a circle: ${circle}` })),
    ...kept
      .filter((each) => !found.includes(each.circle))
      .map((each) => ({ place: each.circle, problem: 'is no circle any more: take it off the list' })),
  ];
}

/** One example for every group of nodes that reach each other. */
function circles(edges: ReadonlyMap<string, ReadonlySet<string>>): readonly (readonly string[])[] {
  const done = new Set<string>();
  const found: (readonly string[])[] = [];
  const visit = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node);
    if (at !== -1) {
      found.push([...path.slice(at), node]);
      return;
    }
    if (done.has(node)) return;
    for (const next of edges.get(node) ?? []) visit(next, [...path, node]);
    done.add(node);
  };
  for (const node of edges.keys()) visit(node, []);
  return found;
}

/** Where the program starts; and what is kept for another reason, until an entry point reaches it. */
export interface Entry {
  readonly path: string;
  readonly reason: string;
}

/** Files nobody reaches, and entries that are no longer needed. */
export function checkReach(files: readonly SourceFile[], entries: readonly Entry[]): readonly Finding[] {
  const known = new Map(files.map((file) => [file.path, file]));
  const reachedFrom = (starts: readonly string[]): ReadonlySet<string> => {
    const reached = new Set<string>();
    const queue = [...starts];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const file = known.get(next);
      if (file === undefined || reached.has(next)) continue;
      reached.add(next);
      queue.push(...importsOf(file).flatMap((each) => targetOf(file, each.specifier) ?? []));
    }
    return reached;
  };
  const reached = reachedFrom(entries.map((entry) => entry.path));
  const dead = files
    .filter((file) => !reached.has(file.path))
    .map((file) => ({ place: file.path, problem: 'no entry point reaches this file: use it or remove it' }));
  const stale = entries
    .filter((entry) => {
      const others = entries.filter((each) => each !== entry).map((each) => each.path);
      return !known.has(entry.path) || reachedFrom(others).has(entry.path);
    })
    .map((entry) => ({
      place: entry.path,
      problem: 'is reached without being listed as an entry: take it off the list',
    }));
  return [...dead, ...stale];
}
