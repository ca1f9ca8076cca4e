// How many bets each dialect reads and answers in a second of CPU: verify, decode and encode of the same bet, without a server, beside
// the generic dialect. Rounds of all dialects alternate, and each one's best round counts. Nothing is sent and nothing is stored.
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const build = spawnSync(process.execPath, [path.join(root, 'scripts/build.mjs'), '--if-stale', '--quiet'], {
  stdio: 'inherit',
});
if (build.status !== 0) process.exit(build.status ?? 1);

const { DIALECT_NAMES, knownDialect, openNamedDialect } = await import('../dist/dialects/index.js');
const { keyPair } = await import('../dist/demo-secrets.js');
const { currencies } = await import('../dist/money/index.js');

const ROUNDS = 9;
const ROUND_MS = 120;
const known = currencies({ EUR: { scale: 2 } });
const pairs = new Map();
const make = {
  secret: (name) => `a-secret-of-the-measurement-${name}`,
  pair: (kind, name) => {
    if (!pairs.has(name)) pairs.set(name, keyPair(kind));
    return pairs.get(name);
  },
};
const bet = {
  kind: 'bet',
  id: '0f1e2d3c-0000-4000-8000-000000000001',
  round: 'r-771',
  amount: { unscaled: 250n, scale: 2 },
  flavour: 'cash',
  combined: false,
  closesRound: false,
};
const call = {
  kind: 'money',
  player: { kind: 'id', player: 'pl_20417' },
  session: '5f0c1f8e9a7b4f3f9d2e',
  currency: 'EUR',
  game: 'dragon',
  provider: 'abc',
  requestId: '77aa2f0e-54f0-4a57-9a3a-3c1f6f6c2b01',
  operations: [bet],
};
const answer = {
  kind: 'outcome',
  outcome: {
    kind: 'applied',
    duplicate: false,
    results: [
      {
        id: '01890a5d-ac96-774b-bcce-b302099a8057',
        externalId: bet.id,
        duplicate: false,
        target: null,
        effective: true,
      },
    ],
    balance: { units: 9_750n, scale: 2, currency: 'EUR' },
  },
};

/** One bet as its aggregator sends it, and the function that reads and answers it. */
function contestant(name) {
  pairs.clear();
  const settings = knownDialect(name).example('http://127.0.0.1:4500', make);
  const opening = openNamedDialect(name, settings, {}, known);
  if (opening.kind === 'problem') throw new Error(`${name}: ${opening.message}`);
  const nowMs = Date.now();
  const said = [call, { ...call, player: { kind: 'session' } }].flatMap((each) => {
    try {
      return [opening.mirror.say(each, nowMs)];
    } catch (error) {
      if (error instanceof RangeError) return [];
      throw error;
    }
  })[0];
  if (said === undefined) throw new Error(`${name} has no words for a bet`);
  const [subpath, rawQuery = ''] = said.path.split('?');
  const headers = Object.fromEntries(Object.entries(said.headers).map(([key, value]) => [key.toLowerCase(), value]));
  const { method, body } = said;
  const request = { method, path: `/callbacks/acme${subpath}`, subpath, rawQuery, headers, body, arrivedAtMs: nowMs };
  const once = () => {
    const verified = opening.open.verify(request, nowMs);
    if (verified.kind !== 'genuine') throw new Error(`${name} does not believe its own mirror: ${verified.reason}`);
    const decoded = opening.open.decode(verified.request);
    if (decoded.kind !== 'call') throw new Error(`${name} cannot read its own mirror: ${decoded.message}`);
    return decoded.encode(answer);
  };
  return { name, once, best: 0 };
}

function round(each) {
  const began = process.cpuUsage();
  let [done, usedMs] = [0, 0];
  while (usedMs < ROUND_MS) {
    for (let index = 0; index < 50; index += 1) each.once();
    done += 50;
    const { user, system } = process.cpuUsage(began);
    usedMs = (user + system) / 1_000;
  }
  each.best = Math.max(each.best, (done / usedMs) * 1_000);
}

const before = loadavg()[0];
const contestants = DIALECT_NAMES.map(contestant);
for (let index = 0; index < ROUNDS; index += 1) for (const each of contestants) round(each);
const generic = contestants.find(({ name }) => name === 'generic').best;
console.log(`Node ${process.version}, load ${before.toFixed(1)} before and ${loadavg()[0].toFixed(1)} after`);
for (const { name, best } of contestants)
  console.log(
    `${name.padEnd(14)} ${String(Math.round(best)).padStart(7)} bets a second of CPU, ${(best / generic).toFixed(2)} of generic`,
  );
