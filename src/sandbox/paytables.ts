/**
 * What the sandbox's slots pay: a table for each volatility and declared return, as the trade sells one game in several
 * returns. Every number is a multiple of ten, so that no stake on offer loses a fraction of a minor unit. A test computes
 * each table's exact return and compares it with the declared one.
 */
export const SYMBOLS = ['wild', 'seven', 'bell', 'gem', 'crown', 'plum', 'lemon', 'cherry'] as const;
export type SlotSymbol = (typeof SYMBOLS)[number];

export const VOLATILITIES = ['low', 'medium', 'high'] as const;
export type Volatility = (typeof VOLATILITIES)[number];

/** Declared returns in per cent, as the catalogue prints them. */
export const RETURNS = ['96.50', '95.00', '94.00'] as const;
export type DeclaredReturn = (typeof RETURNS)[number];

/** Per cent of the whole stake that three, four or five of a kind from the left pay on one of ten lines. */
export type Pays = Readonly<Record<SlotSymbol, readonly [number, number, number]>>;

/** How often a symbol stands on each reel, in every table. */
export const WEIGHTS: Readonly<Record<SlotSymbol, number>> = {
  wild: 2,
  seven: 3,
  bell: 4,
  gem: 5,
  crown: 6,
  plum: 7,
  lemon: 8,
  cherry: 9,
};

export const PAYTABLES: Readonly<Record<Volatility, Readonly<Record<DeclaredReturn, Pays>>>> = {
  low: {
    '96.50': {
      wild: [580, 1_760, 5_850],
      seven: [410, 1_160, 3_900],
      bell: [290, 780, 2_550],
      gem: [210, 580, 1_750],
      crown: [160, 420, 1_300],
      plum: [110, 320, 950],
      lemon: [90, 260, 800],
      cherry: [70, 200, 600],
    },
    '95.00': {
      wild: [580, 1_740, 5_800],
      seven: [410, 1_160, 3_850],
      bell: [290, 780, 2_500],
      gem: [210, 580, 1_750],
      crown: [150, 420, 1_250],
      plum: [110, 300, 950],
      lemon: [90, 260, 700],
      cherry: [70, 200, 600],
    },
    '94.00': {
      wild: [570, 1_700, 5_700],
      seven: [400, 1_140, 3_800],
      bell: [280, 760, 2_450],
      gem: [210, 560, 1_700],
      crown: [150, 420, 1_250],
      plum: [100, 300, 950],
      lemon: [90, 240, 750],
      cherry: [70, 180, 700],
    },
  },
  medium: {
    '96.50': {
      wild: [690, 3_440, 24_600],
      seven: [440, 1_780, 9_850],
      bell: [300, 980, 4_900],
      gem: [200, 680, 2_750],
      crown: [140, 460, 1_750],
      plum: [90, 380, 1_200],
      lemon: [70, 220, 850],
      cherry: [50, 160, 550],
    },
    '95.00': {
      wild: [680, 3_400, 24_350],
      seven: [440, 1_760, 9_750],
      bell: [290, 980, 4_850],
      gem: [190, 680, 2_700],
      crown: [140, 480, 1_750],
      plum: [90, 320, 1_150],
      lemon: [70, 220, 850],
      cherry: [50, 160, 550],
    },
    '94.00': {
      wild: [670, 3_360, 23_950],
      seven: [430, 1_720, 9_550],
      bell: [290, 960, 4_800],
      gem: [190, 680, 2_700],
      crown: [130, 440, 1_700],
      plum: [90, 300, 1_150],
      lemon: [70, 260, 800],
      cherry: [50, 160, 550],
    },
  },
  high: {
    '96.50': {
      wild: [860, 6_700, 76_650],
      seven: [480, 2_880, 28_750],
      bell: [290, 1_440, 11_500],
      gem: [170, 760, 4_800],
      crown: [100, 500, 2_500],
      plum: [60, 240, 1_350],
      lemon: [40, 180, 850],
      cherry: [20, 120, 550],
    },
    '95.00': {
      wild: [860, 6_700, 76_600],
      seven: [480, 2_880, 28_750],
      bell: [290, 1_440, 11_500],
      gem: [170, 760, 4_800],
      crown: [100, 440, 2_500],
      plum: [60, 240, 1_350],
      lemon: [40, 180, 850],
      cherry: [20, 120, 450],
    },
    '94.00': {
      wild: [830, 6_480, 74_100],
      seven: [460, 2_780, 27_800],
      bell: [280, 1_380, 11_100],
      gem: [170, 740, 4_650],
      crown: [90, 420, 2_400],
      plum: [60, 240, 1_300],
      lemon: [40, 160, 1_000],
      cherry: [20, 120, 550],
    },
  },
};
