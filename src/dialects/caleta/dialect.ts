/** Caleta's System API, guide 1.5 (docs/dialects/caleta.md): what it is in the family it shares with Hub88. */
import type { CategoryWords } from '../rs-family/categories.ts';
import { codesOf } from '../rs-family/codes.ts';
import { memberOf } from '../rs-family/dialect.ts';
import type { Family } from '../rs-family/family.ts';
import { exampleOf, keysOf } from '../rs-family/settings.ts';
import { CALETA_FORBIDDEN, CALETA_FURTHER, CALETA_LIMIT, CALETA_REACTIONS } from './codes.ts';
import { CALETA_POLICY } from './policy.ts';
import { caletaSettings } from './settings.ts';
import type { CaletaSettings } from './settings.ts';

/** Its guide has no list of categories: the house's own words, capitalised as its sibling's are. */
const CATEGORIES: CategoryWords = new Map([
  ['Video Slots', 'slots'],
  ['Video Bingo', 'bingo'],
  ['Scratch Cards', 'scratch'],
  ['Table Games', 'table'],
  ['Roulette', 'roulette'],
  ['Blackjack', 'blackjack'],
  ['Video Poker', 'video_poker'],
  ['Instant Win Games', 'instant'],
  ['Crash Games', 'crash'],
  ['Keno', 'keno'],
]);

const CALETA: Family = {
  name: 'caleta',
  title: 'Caleta',
  signatureHeader: 'x-auth-signature',
  subjects: new Map([
    ['/wallet/check', 'check'],
    ['/wallet/balance', 'balance'],
    ['/wallet/bet', 'bet'],
    ['/wallet/win', 'win'],
    ['/wallet/rollback', 'rollback'],
  ]),
  player: 'token',
  codes: codesOf({ limit: CALETA_LIMIT, rolledBack: 'RS_ERROR_TRANSACTION_ROLLED_BACK' }),
  forbidden: CALETA_FORBIDDEN,
  furtherWords: CALETA_FURTHER,
  demoCurrency: 'FUN',
  paths: { list: '/game/list', launch: '/game/url' },
  categories: CATEGORIES,
  policy: CALETA_POLICY,
  reactions: CALETA_REACTIONS,
};

export const caleta = memberOf<CaletaSettings>({
  standing: 'vendor-documented',
  settings: caletaSettings,
  keys: keysOf('Caleta'),
  example: (url, make) =>
    exampleOf(`${url}/api`, make, {
      operator_id: 'croupier',
      sub_partner_id: 'demo',
      country: 'MT',
      lobby_url: `${url}/lobby`,
    }),
  usual: CALETA,
  family: () => CALETA,
});
