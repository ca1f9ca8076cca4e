/**
 * Invented names for the sandbox's games and studios. Whimsical on purpose, so that none is a product anybody sells. A noun
 * brings the picture that the game's thumbnail shows.
 */
import type { EmblemName } from './emblems.ts';
import { below, pick } from './random.ts';
import type { Random } from './random.ts';

export const STUDIO_FIRST = [
  'Amber',
  'Brass',
  'Cobalt',
  'Dusk',
  'Ember',
  'Fable',
  'Garnet',
  'Harbour',
  'Ivory',
  'Juniper',
  'Kestrel',
  'Lantern',
  'Marble',
  'North',
  'Opal',
  'Pepper',
];
export const STUDIO_LAST = ['Reels', 'Works', 'Play', 'Forge'];

const ADJECTIVES = [
  'Amberlit',
  'Apricot',
  'Autumn',
  'Barefoot',
  'Bashful',
  'Beechwood',
  'Bluebell',
  'Borrowed',
  'Brambly',
  'Brightwater',
  'Candlelit',
  'Caramel',
  'Chalk',
  'Cinnamon',
  'Clockwork',
  'Cloudberry',
  'Cobblestone',
  'Copperleaf',
  'Coral',
  'Cornflower',
  'Crooked',
  'Dappled',
  'Dawnlit',
  'Driftwood',
  'Dusty',
  'Eleventh',
  'Evergreen',
  'Faraway',
  'Feathered',
  'Fernhill',
  'Firefly',
  'Foxglove',
  'Frosted',
  'Gallant',
  'Gilded',
  'Gingham',
  'Glasshouse',
  'Gooseberry',
  'Hazel',
  'Heather',
  'Honeyed',
  'Humming',
  'Indigo',
  'Inkblot',
  'Ironwood',
  'Jasmine',
  'Jubilant',
  'Kindled',
  'Lacquered',
  'Lavender',
  'Lemonade',
  'Lilac',
  'Limestone',
  'Lopsided',
  'Maple',
  'Marigold',
  'Marmalade',
  'Merry',
  'Mint',
  'Misty',
  'Moonlit',
  'Mossy',
  'Mulberry',
  'Nimble',
  'Nutmeg',
  'Oakbarrel',
  'Oatfield',
  'Papaya',
  'Paper',
  'Patchwork',
  'Peachtree',
  'Peppermint',
  'Periwinkle',
  'Pinewood',
  'Plumstone',
  'Polished',
  'Porcelain',
  'Quicksilver',
  'Quiet',
  'Quilted',
  'Rainy',
  'Rambling',
  'Rosewood',
  'Russet',
  'Saffron',
  'Sandalwood',
  'Scarlet',
  'Seaglass',
  'Seven-Mile',
  'Sleepy',
  'Snowdrop',
  'Starlit',
  'Tangerine',
  'Teacup',
  'Thistledown',
  'Tidal',
  'Toasted',
  'Topsy',
  'Tumbling',
  'Turquoise',
  'Twilight',
  'Umber',
  'Vanilla',
  'Velvet',
  'Verdant',
  'Vermilion',
  'Wandering',
  'Whispering',
  'Wicker',
  'Willow',
  'Windmill',
  'Winterberry',
  'Woolly',
  'Yonder',
  'Zesty',
  'Zigzag',
];

const NOUNS: readonly (readonly [string, EmblemName])[] = [
  ['Panda', 'panda'],
  ['Tiger', 'tiger'],
  ['Lynx', 'tiger'],
  ['Fox', 'fox'],
  ['Owl', 'owl'],
  ['Otter', 'bear'],
  ['Badger', 'bear'],
  ['Walrus', 'bear'],
  ['Kingfisher', 'bird'],
  ['Heron', 'bird'],
  ['Magpie', 'bird'],
  ['Carp', 'fish'],
  ['Minnow', 'fish'],
  ['Lagoon', 'fish'],
  ['Reef', 'fish'],
  ['Diamond', 'gem'],
  ['Prism', 'gem'],
  ['Jewelbox', 'gem'],
  ['Crown', 'crown'],
  ['Duchess', 'crown'],
  ['Regent', 'crown'],
  ['Constellation', 'star'],
  ['Starling', 'bird'],
  ['Comet', 'comet'],
  ['Meteor', 'comet'],
  ['Sundial', 'sun'],
  ['Solstice', 'sun'],
  ['Moonrise', 'moon'],
  ['Lullaby', 'moon'],
  ['Summit', 'mountain'],
  ['Canyon', 'mountain'],
  ['Fjord', 'wave'],
  ['Tideway', 'wave'],
  ['Breaker', 'wave'],
  ['Orchard', 'leaf'],
  ['Arboretum', 'leaf'],
  ['Meadow', 'flower'],
  ['Bouquet', 'flower'],
  ['Bonfire', 'flame'],
  ['Furnace', 'flame'],
  ['Phoenix', 'flame'],
  ['Keyhole', 'key'],
  ['Locksmith', 'key'],
  ['Lantern', 'lantern'],
  ['Lighthouse', 'lantern'],
  ['Belfry', 'bell'],
  ['Carillon', 'bell'],
  ['Ducat', 'coin'],
  ['Florin', 'coin'],
  ['Treasury', 'coin'],
  ['Rocket', 'rocket'],
  ['Zeppelin', 'rocket'],
  ['Potion', 'potion'],
  ['Apothecary', 'potion'],
  ['Bakery', 'cupcake'],
  ['Patisserie', 'cupcake'],
  ['Cherry Tree', 'cherry'],
  ['Fruit Stall', 'cherry'],
  ['Harbour', 'anchor'],
  ['Galleon', 'anchor'],
  ['Castle', 'castle'],
  ['Citadel', 'castle'],
  ['Masquerade', 'mask'],
  ['Theatre', 'mask'],
  ['Toadstool', 'mushroom'],
  ['Woodland', 'mushroom'],
  ['Clover', 'clover'],
  ['Glen', 'clover'],
];

const TAILS = [
  'Parade',
  'Club',
  'Festival',
  'Express',
  'Reverie',
  'Carousel',
  'Almanac',
  'Waltz',
  'Society',
  'Jamboree',
];
const HEROES = [
  'Odette',
  'Barnaby',
  'Philippa',
  'Ignatius',
  'Marguerite',
  'Thaddeus',
  'Wilhelmina',
  'Ambrose',
  'Clementine',
  'Leopold',
  'Rosalind',
  'Percival',
  'Henrietta',
  'Casimir',
  'Beatrix',
  'Octavia',
];
const PLACES = [
  'Marrowby',
  'Quillhaven',
  'Ostermere',
  'Tamberlane',
  'Wickerford',
  'Larkspire',
  'Dunmallow',
  'Brindlecombe',
  'Ferrowick',
  'Hollowmere',
];

/** What a game that is no slot is called, and its picture. */
const TABLE_WORDS: Readonly<Record<string, { readonly words: readonly string[]; readonly emblem: EmblemName }>> = {
  table: { words: ['Baccarat', 'Card Table', 'Dice Table'], emblem: 'dice' },
  roulette: { words: ['Roulette', 'Wheel'], emblem: 'wheel' },
  blackjack: { words: ['Blackjack', 'Twenty-One'], emblem: 'cards' },
  instant: { words: ['Scratchcard', 'Lucky Dip'], emblem: 'star' },
  crash: { words: ['Ascent', 'Rocket Ride'], emblem: 'rocket' },
  video_poker: { words: ['Draw Poker', 'Five Cards'], emblem: 'cards' },
  bingo: { words: ['Bingo', 'House Call'], emblem: 'ball' },
};

export interface InventedName {
  readonly name: string;
  readonly emblem: EmblemName;
}

/** A name that is not taken yet. */
export function inventName(random: Random, category: string, taken: ReadonlySet<string>): InventedName {
  for (let tries = 0; ; tries += 1) {
    const invented = oneName(random, category);
    // After a while of bad luck a second edition is as good as a new name.
    const name = tries < 20 ? invented.name : `${invented.name} ${['II', 'III', 'IV', 'V'][below(random, 4)]}`;
    if (!taken.has(name)) return { ...invented, name };
    // A catalogue may be larger than the words are many.
    const numbered = `${invented.name} ${taken.size}`;
    if (tries > 30 && !taken.has(numbered)) return { ...invented, name: numbered };
  }
}

function oneName(random: Random, category: string): InventedName {
  const table = TABLE_WORDS[category];
  const adjective = pick(random, ADJECTIVES);
  if (table !== undefined)
    return {
      name: `${random() < 0.3 ? `${pick(random, HEROES)}'s` : adjective} ${pick(random, table.words)}`,
      emblem: table.emblem,
    };
  const [noun, emblem] = pick(random, NOUNS);
  const kind = random();
  if (kind < 0.58) return { name: `${adjective} ${noun}`, emblem };
  if (kind < 0.72) return { name: `${pick(random, HEROES)}'s ${noun}`, emblem };
  if (kind < 0.84) return { name: `${noun} of ${pick(random, PLACES)}`, emblem };
  if (kind < 0.92) return { name: `${noun} ${pick(random, TAILS)}`, emblem };
  return { name: `The ${adjective} ${noun}`, emblem };
}
