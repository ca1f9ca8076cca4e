/**
 * The skeleton of a dialect from `templates/dialect`: a complete tiny protocol, its tests, keys and page, registered where the house
 * looks for dialects. Nothing is written over; what cannot be registered is said, line by line.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const TEMPLATES = 'templates/dialect';
const REGISTRY = 'src/dialects/index.ts';
const NAME = /^[a-z][a-z0-9-]*$/;
/** Longer ones would break lines that a formatter keeps whole. */
const NAME_LENGTH_MAX = 32;
/** Words that a constant cannot be called, as far as they are in lower case. */
const RESERVED =
  /^(?:arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|with|yield)$/;

/** A line that a person has to add, because the file does not look as expected. */
export interface ByHand {
  readonly file: string;
  readonly line: string;
}

/** Why no dialect can be called this, as a sentence; null when one can. */
export function refusalOfName(root: string, name: string): string | null {
  if (!NAME.test(name) || name.length > NAME_LENGTH_MAX)
    return `"${name}" is no name for a dialect; use a lower-case letter, then up to ${NAME_LENGTH_MAX - 1} lower-case letters, digits and hyphens`;
  const taken = placesOf(name).find((place) => existsSync(path.join(root, place)));
  if (taken !== undefined) return `${taken} is there already; take another name, or remove it first`;
  const constant = constantOf(name);
  const homonym = new RegExp(`\\b${constant}\\b`);
  const isTaken = [REGISTRY, `${TEMPLATES}/src/dialect.ts.tmpl`].some((file) =>
    homonym.test(withoutComments(readFileSync(path.join(root, file), 'utf8'))),
  );
  if (RESERVED.test(constant) || isTaken)
    return `"${name}" would make a constant ${constant}, which is taken; take another name`;
  return null;
}

const withoutComments = (code: string): string => code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

const placesOf = (name: string): readonly string[] => [
  `src/dialects/${name}`,
  `test/dialects/${name}`,
  `fixtures/${name}`,
  `docs/dialects/${name}.md`,
];

/** `big-wheel` → `bigWheel`. */
const constantOf = (name: string): string =>
  name.replaceAll(/-+([a-z0-9]?)/g, (_hyphens, letter: string) => letter.toUpperCase());

/** Writes the files and the lines that register them. The name must be one that `refusalOfName` has nothing against. */
export function writeSkeleton(
  root: string,
  name: string,
): { readonly written: readonly string[]; readonly byHand: readonly ByHand[] } {
  const filled = (text: string): string =>
    text
      .replaceAll('__NAME__', name)
      .replaceAll('__CAMEL__', constantOf(name))
      .replaceAll('__UPPER__', name.toUpperCase().replaceAll(/-+/g, '_'));
  const written = filesOf(root, name).map(({ template, file }) => {
    const at = path.join(root, file);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, filled(readFileSync(path.join(root, template), 'utf8')), { flag: 'wx' });
    return file;
  });
  const changed: string[] = [];
  const byHand: ByHand[] = [];
  for (const { file, line, rows } of registrationsOf(name)) {
    const at = path.join(root, file);
    const text = withRow(readFileSync(at, 'utf8'), line, rows);
    if (text === null) byHand.push({ file, line: line.trim() });
    else {
      writeFileSync(at, text);
      if (!changed.includes(file)) changed.push(file);
    }
  }
  return { written: [...written, ...changed], byHand };
}

function filesOf(root: string, name: string): readonly { readonly template: string; readonly file: string }[] {
  const folders = { src: `src/dialects/${name}`, test: `test/dialects/${name}`, fixtures: `fixtures/${name}` };
  const inFolders = Object.entries(folders).flatMap(([from, to]) =>
    readdirSync(path.join(root, TEMPLATES, from)).map((each) => ({
      template: `${TEMPLATES}/${from}/${each}`,
      file: `${to}/${path.basename(each, '.tmpl')}`,
    })),
  );
  return [...inFolders, { template: `${TEMPLATES}/docs/page.md.tmpl`, file: `docs/dialects/${name}.md` }];
}

/** The lines that make the dialect known, and the lines of the same kind that they stand among. */
function registrationsOf(name: string): readonly (ByHand & { readonly rows: RegExp })[] {
  const constant = constantOf(name);
  return [
    {
      file: REGISTRY,
      line: `import { ${constant} } from './${name}/dialect.ts';`,
      rows: /^import \{ \w+ \} from '\.\/([a-z0-9-]+)\/dialect\.ts';$/,
    },
    { file: REGISTRY, line: `  entry(${constant}),`, rows: /^ {2}entry\((\w+)\),$/ },
    {
      file: 'docs/dialects/README.md',
      line: `| [${name}](${name}.md) | reconstructed | what it is, in a few words |`,
      rows: /^\| \[([a-z0-9-]+)\]\([a-z0-9-]+\.md\) \|/,
    },
    {
      file: 'docs/README.md',
      line: `| [dialects/${name}.md](dialects/${name}.md) | the protocol of ${name}: set-up, settings, what is not certain |`,
      rows: /^\| \[dialects\/([a-z0-9-]+)\.md\]/,
    },
  ];
}

/** The text with the line among its like, in alphabetical order; null when there are none. */
function withRow(text: string, line: string, rows: RegExp): string | null {
  const key = rows.exec(line)?.[1] ?? '';
  const lines = text.split('\n');
  const alike = lines.flatMap((each, index) => {
    const found = rows.exec(each)?.[1];
    return found === undefined ? [] : [{ index, key: found }];
  });
  const last = alike.at(-1);
  if (last === undefined) return null;
  const next = alike.find((each) => each.key > key);
  return lines.toSpliced(next?.index ?? last.index + 1, 0, line).join('\n');
}
