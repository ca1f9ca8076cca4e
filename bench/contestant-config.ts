/** The configuration every contestant is started with: one generic aggregator, one currency, everything else as shipped. */
import type { ConfigFile } from '../src/config.ts';
import { AGGREGATOR, AGGREGATOR_SETTINGS, CURRENCY } from './names.ts';

export function benchConfig(lanes: number | null, gamesUrl?: string): ConfigFile {
  const { catalogue, ...settings } = AGGREGATOR_SETTINGS;
  return {
    api_keys: [{ name: 'bench', key: 'bench-api-key-0123456789', scopes: ['platform'] }],
    currencies: { [CURRENCY]: { scale: 2 } },
    ...(lanes === null ? {} : { database: { lanes } }),
    aggregators: [
      {
        name: AGGREGATOR,
        dialect: 'generic',
        ...settings,
        catalogue: { ...catalogue, ...(gamesUrl === undefined ? {} : { url: gamesUrl }) },
      },
    ],
  };
}
