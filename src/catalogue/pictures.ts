/** A catalogue whose games carry the pictures that players may see: the vendor's own address, or ours in its place. */
import type { Catalogue } from './catalogue.ts';
import type { Done } from './operator.ts';
import type { Game } from './rules.ts';

/** The same catalogue with `pictureOf` as every game's `thumbnail`. */
export function withPictures(catalogue: Catalogue, pictureOf: (game: Game) => string | null): Catalogue {
  const one = (game: Game): Game => ({ ...game, thumbnail: pictureOf(game) });
  const all = (games: readonly Game[]): readonly Game[] => games.map(one);
  const done = (result: Done<readonly Game[]>): Done<readonly Game[]> =>
    result.kind === 'done' ? { ...result, value: all(result.value) } : result;
  return {
    ...catalogue,
    list: async (query) => {
      const page = await catalogue.list(query);
      return page === null ? null : { ...page, items: all(page.items) };
    },
    get: async (id) => {
      const game = await catalogue.get(id);
      return game === null ? null : one(game);
    },
    offers: async (id) => all(await catalogue.offers(id)),
    patch: async (...given) => done(await catalogue.patch(...given)),
    patchOffer: async (...given) => done(await catalogue.patchOffer(...given)),
    merge: async (...given) => done(await catalogue.merge(...given)),
    noteAlias: async (...given) => done(await catalogue.noteAlias(...given)),
    split: async (...given) => {
      const result = await catalogue.split(...given);
      return result.kind === 'done'
        ? { ...result, value: { from: all(result.value.from), to: all(result.value.to) } }
        : result;
    },
  };
}
