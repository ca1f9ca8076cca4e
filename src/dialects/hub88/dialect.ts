/** Hub88's operator API with its seamless wallet (docs/dialects/hub88.md): what it is in the family it shares with others. */
import { codesOf } from '../rs-family/codes.ts';
import { memberOf } from '../rs-family/dialect.ts';
import type { Family } from '../rs-family/family.ts';
import { exampleOf, keysOf } from '../rs-family/settings.ts';
import type { CategoryWords } from '../rs-family/categories.ts';
import { HUB88_FORBIDDEN, HUB88_FURTHER, HUB88_LIMIT, HUB88_REACTIONS } from './codes.ts';
import type { RolledBackStatus } from './codes.ts';
import { HUB88_POLICY } from './policy.ts';
import { hub88Settings } from './settings.ts';
import type { Hub88Settings } from './settings.ts';
import { hub88Lists, LIST_PATH, serveHub88List } from './transactions.ts';

/** Words that mean something else than they say, or are the usual one for a category: those that the sandbox lists games by. */
const CATEGORIES: CategoryWords = new Map([
  ['Video Slots', 'slots'],
  ['Jackpot Slots', 'slots'],
  ['Table Games', 'table'],
  ['Roulette', 'roulette'],
  ['Blackjack', 'blackjack'],
  ['Baccarat', 'baccarat'],
  ['Poker', 'poker'],
  ['Video Poker', 'video_poker'],
  ['Live Dealer', 'live'],
  ['Live Roulette', 'live'],
  ['Live Blackjack', 'live'],
  ['Live Baccarat', 'live'],
  ['Live Game Shows', 'live'],
  ['Crash Games', 'crash'],
  ['Instant Win Games', 'instant'],
  ['Hi Lo', 'instant'],
  ['Scratch Cards', 'scratch'],
  ['Dice', 'dice'],
  ['Bingo', 'bingo'],
  ['Keno', 'keno'],
  ['Virtual Sports', 'virtual'],
  ['Sportsbook', 'sport'],
  ['Unknown', 'other'],
]);

const familyOf = (rolledBack: RolledBackStatus): Family => ({
  name: 'hub88',
  title: 'Hub88',
  signatureHeader: 'x-hub88-signature',
  subjects: new Map([
    ['/user/info', 'info'],
    ['/user/balance', 'balance'],
    ['/transaction/bet', 'bet'],
    ['/transaction/win', 'win'],
    ['/transaction/rollback', 'rollback'],
  ]),
  player: 'user',
  codes: codesOf({ limit: HUB88_LIMIT, rolledBack }),
  forbidden: HUB88_FORBIDDEN,
  furtherWords: HUB88_FURTHER,
  // the code that ISO 4217 has for no currency
  demoCurrency: 'X'.repeat(3),
  paths: { list: '/game/list', launch: '/game/url' },
  categories: CATEGORIES,
  policy: HUB88_POLICY,
  reactions: HUB88_REACTIONS,
});

export const hub88 = memberOf<Hub88Settings>({
  standing: 'vendor-documented',
  settings: hub88Settings,
  keys: keysOf('Hub88'),
  example: (url, make) => exampleOf(`${url}/operator/generic/v2`, make, { operator_id: 1 }),
  // one call a minute, and a second so that no delay on the way makes it two
  pace: { betweenPagesMs: 0, betweenListsMs: 61_000 },
  usual: familyOf('RS_ERROR_TRANSACTION_ROLLED_BACK'),
  family: (settings) => familyOf(settings.callbacks.rolled_back_status),
  lists: { path: LIST_PATH, of: hub88Lists, serve: serveHub88List },
});
