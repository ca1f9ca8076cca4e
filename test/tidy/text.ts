/**
 * Reads TypeScript as text, without a parser: which characters are code, what a file imports, how long its functions are.
 * Exact about comments, strings, templates and regular expressions; that is all the housekeeper needs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface SourceFile {
  /** from the repository's root, with forward slashes */
  readonly path: string;
  readonly text: string;
}

export interface Finding {
  /** `path:line`, or what the finding is about */
  readonly place: string;
  readonly problem: string;
}

export const ROOT = path.resolve(import.meta.dirname, '../..');

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.croupier', 'artifacts', 'coverage']);

/** Every file under the folders (or the named files), as far as it belongs to the repository. */
export function readFiles(places: readonly string[], ends: RegExp, root = ROOT): readonly SourceFile[] {
  const names = places.flatMap((place) => walk(root, place)).filter((name) => ends.test(name));
  return [...new Set(names)]
    .toSorted()
    .map((name) => ({ path: name, text: readFileSync(path.join(root, name), 'utf8') }));
}

function walk(root: string, place: string): readonly string[] {
  return readdirSync(path.join(root, place), { withFileTypes: true }).flatMap((entry) => {
    const name = place === '.' ? entry.name : `${place}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : walk(root, name);
    return entry.isFile() ? [name] : [];
  });
}

export function lineOf(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** The same text with comments and the insides of strings and regular expressions blanked; every position stays. */
export function codeOf(text: string): string {
  const out = text.split('');
  const blank = (from: number, to: number): void => {
    for (let i = from; i < to && i < out.length; i += 1) if (out[i] !== '\n') out[i] = ' ';
  };
  /** how many `{` are open inside each `${` of the templates around us */
  const templates: number[] = [];
  let i = 0;
  while (i < text.length) {
    const two = text.slice(i, i + 2);
    const c = text.charAt(i);
    if (two === '//' || (i === 0 && two === '#!')) {
      const end = text.indexOf('\n', i);
      const to = end === -1 ? text.length : end;
      blank(i, to);
      i = to;
    } else if (two === '/*') {
      const end = text.indexOf('*/', i + 2);
      const to = end === -1 ? text.length : end + 2;
      blank(i, to);
      i = to;
    } else if (c === "'" || c === '"') {
      const to = endOfQuoted(text, i, c);
      blank(i + 1, to - 1);
      i = to;
    } else if (c === '`') {
      i = template(text, i + 1, blank, templates);
    } else if (c === '/' && startsRegex(out, i)) {
      const to = endOfRegex(text, i);
      blank(i + 1, to - 1);
      i = to;
    } else if (c === '{' && templates.length > 0) {
      templates[templates.length - 1] = (templates.at(-1) ?? 0) + 1;
      i += 1;
    } else if (c === '}' && templates.length > 0) {
      const open = templates.at(-1) ?? 0;
      if (open === 0) {
        templates.pop();
        i = template(text, i + 1, blank, templates);
      } else {
        templates[templates.length - 1] = open - 1;
        i += 1;
      }
    } else {
      i += 1;
    }
  }
  return out.join('');
}

/** From inside a template to its end, or to just after the next `${`. */
function template(text: string, from: number, blank: (from: number, to: number) => void, templates: number[]): number {
  for (let i = from; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '`') {
      blank(from, i);
      return i + 1;
    } else if (text[i] === '$' && text[i + 1] === '{') {
      blank(from, i);
      templates.push(0);
      return i + 2;
    }
  }
  blank(from, text.length);
  return text.length;
}

function endOfQuoted(text: string, from: number, quote: string): number {
  for (let i = from + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === quote || text[i] === '\n') return i + 1;
  }
  return text.length;
}

function endOfRegex(text: string, from: number): number {
  let inClass = false;
  for (let i = from + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '[') inClass = true;
    else if (text[i] === ']') inClass = false;
    else if ((text[i] === '/' && !inClass) || text[i] === '\n') return i + 1;
  }
  return text.length;
}

/** A slash begins a regular expression where a value may begin; after a value it divides, and after `<` it closes a tag. */
function startsRegex(out: readonly string[], at: number): boolean {
  let i = at - 1;
  while (i >= 0 && /\s/.test(out[i] ?? '')) i -= 1;
  if (i < 0) return true;
  const before = out[i] ?? '';
  if (before === '<') return false;
  if (/[\w$)\]}'"`]/.test(before)) {
    const word = /[\w$]+$/.exec(out.slice(Math.max(0, i - 10), i + 1).join(''))?.[0] ?? '';
    return ['return', 'typeof', 'case', 'in', 'of', 'await', 'void', 'yield'].includes(word);
  }
  return true;
}

export interface Import {
  readonly specifier: string;
  /** erased when the program runs: `import type`, `export type` */
  readonly typeOnly: boolean;
  /** the names taken as values; `*` for all, empty for types and for side effects only */
  readonly values: readonly string[];
  readonly line: number;
}

/** Everything a file imports or re-exports, also by `import('…')`. */
export function importsOf(file: SourceFile): readonly Import[] {
  const code = codeOf(file.text);
  const found: Import[] = [];
  const from = /\b(import|export)\b((?:[^'"`;()]|\n)*?)\bfrom\s*['"]( *)['"]/g;
  for (const match of code.matchAll(from)) {
    const end = match.index + match[0].length - 1;
    const specifier = file.text.slice(end - (match[3]?.length ?? 0), end);
    const clause = (match[2] ?? '').trim();
    const typeOnly = /^type\b(?!\s*from)/.test(clause) && !/^type\s*,/.test(clause);
    found.push({ specifier, typeOnly, values: typeOnly ? [] : valuesOf(clause), line: lineOf(file.text, match.index) });
  }
  for (const match of code.matchAll(/\bimport\s*\(?\s*['"]( *)['"]/g)) {
    const end = match.index + match[0].length - 1;
    const specifier = file.text.slice(end - (match[1]?.length ?? 0), end);
    const dynamic = match[0].includes('(');
    found.push({ specifier, typeOnly: false, values: dynamic ? ['*'] : [], line: lineOf(file.text, match.index) });
  }
  return found;
}

function valuesOf(clause: string): readonly string[] {
  const braces = /\{([^}]*)\}/.exec(clause);
  const outside = clause
    .replace(/\{[^}]*\}/, '')
    .replaceAll(',', ' ')
    .trim();
  const named = (braces?.[1] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && !each.startsWith('type '))
    .map((each) => each.split(/\s+as\s+/)[0] ?? each);
  return outside === '' ? named : ['*', ...named];
}

/** The repository file an import means, or null for packages. */
export function targetOf(file: SourceFile, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  return path.posix.normalize(path.posix.join(path.posix.dirname(file.path), specifier));
}

export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

/** Functions, methods and arrow functions with a body, each with its whole length, inner functions included. */
export function functionsOf(text: string): readonly FunctionSize[] {
  const code = codeOf(text);
  const found: FunctionSize[] = [];
  const add = (name: string, start: number, open: number): void => {
    const close = matching(code, open);
    const line = lineOf(text, start);
    found.push({ name, line, lines: lineOf(text, close) - line + 1 });
  };
  for (const match of code.matchAll(/\bfunction\b\s*\*?\s*([\w$]*)/g)) {
    const open = bodyAfter(code, match.index + match[0].length);
    if (open !== null) add(match[1] === '' || match[1] === undefined ? 'function' : match[1], match.index, open);
  }
  for (const match of code.matchAll(/=>\s*\{/g)) {
    const start = startOfLine(code, match.index);
    const named = /([\w$]+)\s*(?:=|:)\s*(?:async\s*)?[(\w$<]/.exec(code.slice(start, match.index))?.[1];
    add(named ?? 'arrow', match.index, match.index + match[0].length - 1);
  }
  const method = /^[ \t]+(?:(?:async|static|get|set|readonly|override)\s+)*\*?([\w$#]+)\s*(?:<[^>\n]*>)?\(/gm;
  for (const match of code.matchAll(method)) {
    const name = match[1] ?? '';
    if (['if', 'for', 'while', 'switch', 'catch', 'function', 'return', 'with'].includes(name)) continue;
    const open = bodyAfter(code, match.index + match[0].length - 1);
    if (open !== null) add(name, match.index, open);
  }
  return found;
}

function startOfLine(code: string, at: number): number {
  return code.lastIndexOf('\n', at) + 1;
}

/** The `{` of the body that follows a parameter list at or after `from`; null where there is none. */
function bodyAfter(code: string, from: number): number | null {
  const params = code.indexOf('(', from);
  if (
    params === -1 ||
    code
      .slice(from, params)
      .trim()
      .replace(/^<[^(]*>$/, '') !== ''
  )
    return null;
  let i = matching(code, params) + 1;
  let seen = '';
  for (; i < code.length; i += 1) {
    const c = code.charAt(i);
    if (/\s/.test(c)) continue;
    if (c === '{') {
      // After `:` `|` `&` `<` `,` or `=>` a brace belongs to the return type.
      if (seen === '' || /[\w$>\])}'"]$/.test(seen)) return i;
      i = matching(code, i);
      seen += '}';
    } else if (seen === '' && c !== ':') return null;
    else if (c === ';' || c === ',' || c === ')' || (c === '=' && code[i + 1] !== '>')) return null;
    else if (c === '(' || c === '[') {
      i = matching(code, i);
      seen += ')';
    } else if (c === '=' && code[i + 1] === '>') {
      seen += '|';
      i += 1;
    } else seen += c;
  }
  return null;
}

const PAIRS: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };

function matching(code: string, open: number): number {
  const stack: string[] = [];
  for (let i = open; i < code.length; i += 1) {
    const c = code.charAt(i);
    const closer = PAIRS[c];
    if (closer !== undefined) stack.push(closer);
    else if (c === stack.at(-1)) {
      stack.pop();
      if (stack.length === 0) return i;
    }
  }
  return code.length - 1;
}
