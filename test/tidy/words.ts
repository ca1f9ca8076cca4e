/**
 * Words that have one home each, with what to use instead. Looked for in code, not in comments and strings, except where
 * the rule says so.
 */
import { codeOf, importsOf, lineOf } from './text.ts';
import type { Finding, SourceFile } from './text.ts';

interface Rule {
  readonly word: RegExp;
  readonly instead: string;
  /** where the rule holds */
  readonly holds: (path: string) => boolean;
  /** also in comments */
  readonly everywhere?: boolean;
}

const inSource = (path: string): boolean => path.startsWith('src/');
const inRooms = (...rooms: readonly string[]) => {
  const starts = rooms.map((room) => `src/${room}/`);
  return (path: string): boolean => starts.some((start) => path.startsWith(start));
};
const except =
  (...homes: readonly RegExp[]) =>
  (path: string): boolean =>
    inSource(path) && !homes.some((home) => home.test(path));

const CLOCK = /^src\/platform\/clock\.ts$/;
const IDS = /^src\/platform\/ids\.ts$/;
const CONFIG = /^src\/config\.ts$/;
const PRINTING = /^src\/(platform\/log\.ts|cli(\/[^/]+)?\.ts|cli\/.*)$/;
const STORE = /^src\/(platform\/.*|ledger\/audit\/.*|.*\/([a-z-]+-)?store)\.ts$/;
// Its one statement asks the pool whether it may write; it reads no table.
const READINESS = /^src\/serve\.ts$/;

/** Words that would trip over themselves here are put together from parts. */
const MARKS = new RegExp(`\\b(${['FIX' + 'ME', 'TO' + 'DO', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);

export const RULES: readonly Rule[] = [
  { word: /\bDate\s*\.\s*now\b/, instead: "platform's Clock", holds: except(CLOCK) },
  { word: /\bnew\s+Date\s*(\(\s*\)|(?![\s(\w]))/, instead: "platform's Clock", holds: except(CLOCK) },
  {
    word: /\bperformance\s*\.\s*(now|timeOrigin)\b|\bhrtime\b/,
    instead: "platform's Clock (monotonic)",
    holds: except(CLOCK),
  },
  { word: /\bprocess\s*\.\s*env\b/, instead: 'processEnvironment of config.ts', holds: except(CONFIG) },
  { word: /\bconsole\s*\./, instead: "platform's Log, or print in a command", holds: except(PRINTING) },
  {
    word: /\bMath\s*\.\s*random\b|\b(randomUUID|randomBytes|randomInt|getRandomValues)\b/,
    instead: 'newId, newToken or randomInteger of platform',
    holds: except(IDS),
  },
  {
    word: /\bJSON\s*\.\s*parse\b/,
    instead: 'readJson of wire, which keeps every digit',
    holds: (path) =>
      inRooms('dialects', 'gateway', 'wallet', 'money', 'wire', 'settlement', 'fx')(path) &&
      path !== 'src/wire/json.ts',
  },
  {
    word: /(?<![\w.])Number\s*\(|\b(parseFloat|toFixed|toPrecision)\b/,
    instead: 'money: units are bigint, amounts are Decimal, rates are Rational',
    holds: inRooms('money', 'wallet', 'dialects', 'fx', 'settlement'),
  },
  {
    word: /\bas\s+any\b|:\s*any\b(?!\s*\()|<any>|\bas\s+unknown\s+as\b/,
    instead: 'a type, or a check that proves one',
    holds: inSource,
  },
  { word: /@ts-(ignore|nocheck|expect-error)/, instead: 'a correct type', holds: inSource, everywhere: true },
  { word: /\bexport\s+default\b/, instead: 'a named export', holds: inSource },
  { word: MARKS, instead: 'do it, or write it down in an issue', holds: () => true, everywhere: true },
  {
    word: /\b(sql|transaction|tx)\s*(<[^`;]*>)?\s*`/,
    instead: "the room's store.ts: SQL lives there",
    holds: except(STORE, READINESS),
  },
  {
    word: /\b(?:function|class|const|interface|type)\s+\w*(?:Helper|Helpers|Util|Utils|Manager|Processor)\b/,
    instead: 'a name that says what it does',
    holds: inSource,
  },
];

/** Every banned word outside its home, with what to use instead. */
export function checkWords(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    const rules = RULES.filter((rule) => rule.holds(file.path));
    const code = codeOf(file.text);
    return rules.flatMap((rule) => {
      const text = rule.everywhere === true ? file.text : code;
      return [...text.matchAll(new RegExp(rule.word, 'g'))].map((match) => ({
        place: `${file.path}:${lineOf(text, match.index)}`,
        problem: `${match[0].trim().replace(/\s+/g, ' ')} is not used here; use ${rule.instead}`,
      }));
    });
  });
}

/** The database driver comes in by store files and platform only; types may be named where a connection is kept. */
export function checkDriver(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    if (!inSource(file.path) || /^src\/(platform\/.*|.*store)\.ts$/.test(file.path)) return [];
    return importsOf(file)
      .filter((each) => each.specifier === 'postgres')
      .filter((each) => !(each.typeOnly && file.path === 'src/ledger/lane-connection.ts'))
      .map((each) => ({
        place: `${file.path}:${each.line}`,
        problem: 'the driver is imported here; only store.ts files and platform may',
      }));
  });
}

/** Each file says at its top what it promises; and is named after something, not after nothing. */
export function checkHeads(files: readonly SourceFile[]): readonly Finding[] {
  return files
    .filter((file) => inSource(file.path))
    .flatMap((file) => {
      const text = file.text.replace(/^#!.*\n/, '');
      const findings: Finding[] = [];
      if (!/^(\/\*\*|\/\/)/.test(text))
        findings.push({ place: file.path, problem: 'begins without a comment that says what it promises' });
      if (/(^|[/-])(helpers?|utils?|manager|process|handle|misc|stuff)\.ts$/.test(file.path)) {
        findings.push({ place: file.path, problem: 'has a name that says nothing' });
      }
      return findings;
    });
}
