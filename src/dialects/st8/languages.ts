/** Languages by their three letters (ISO 639-3), as St8 wants them, from the two that everybody else uses (ISO 639-1). */
const PAIRS =
  'ar:ara az:aze bg:bul bn:ben bs:bos ca:cat cs:ces da:dan de:deu el:ell en:eng es:spa et:est fa:fas fi:fin fr:fra he:heb hi:hin ' +
  'hr:hrv hu:hun hy:hye id:ind is:isl it:ita ja:jpn ka:kat kk:kaz km:khm ko:kor lt:lit lv:lav mk:mkd mn:mon ms:msa my:mya nb:nob ' +
  'nl:nld nn:nno no:nor pl:pol pt:por ro:ron ru:rus sk:slk sl:slv sq:sqi sr:srp sv:swe ta:tam te:tel th:tha tr:tur uk:ukr ur:urd ' +
  'uz:uzb vi:vie zh:zho';

const THREE = new Map(PAIRS.split(' ').map((pair) => [pair.slice(0, 2), pair.slice(3)] as const));
const TWO = new Map([...THREE].map(([two, three]) => [three, two] as const));

/** `en`, `en-GB` → `eng`; null for a language that is not in the table, so that the aggregator takes its own. */
export const threeLetters = (lang: string): string | null => THREE.get(lang.slice(0, 2).toLowerCase()) ?? null;

export const twoLetters = (lang: string): string | null => TWO.get(lang) ?? null;
