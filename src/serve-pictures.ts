/** Where pictures of games come from: their vendors, or the room that fetches them for players. It holds no rule of its own. */
import type { Catalogue, Game } from './catalogue/index.ts';
import type { AggregatorConfig, Config } from './config.ts';
import { imagePath, images } from './images/index.ts';
import { systemClock } from './platform/index.ts';
import type { Log } from './platform/index.ts';

function showsOurs({ images: { images: wanted }, hidesVendorImages }: AggregatorConfig): boolean {
  return wanted === null ? hidesVendorImages : wanted === 'proxy';
}

/** Where players find a game's picture: at its vendor's, or here for aggregators whose vendors must not be seen. */
export function pictureOf(config: Config): (game: Game) => string | null {
  const ours = new Set<string>(config.aggregators.filter(showsOurs).map(({ name }) => name));
  const base = config.server.publicUrl.replace(/\/$/, '');
  return ({ id, aggregator, thumbnail }) =>
    thumbnail === null || !ours.has(aggregator) ? thumbnail : `${base}${imagePath(id, thumbnail)}`;
}

export function imagesOf(config: Config, catalogue: Catalogue, log: Log) {
  const ours = new Map<string, AggregatorConfig>(config.aggregators.filter(showsOurs).map((each) => [each.name, each]));
  return images({
    listed: async (game) => (await catalogue.pictures(game)).filter(({ aggregator }) => ours.has(aggregator)),
    trustedHosts: (aggregator) => ours.get(aggregator)?.images.trustedHosts ?? new Set(),
    clock: systemClock,
    log,
  });
}
