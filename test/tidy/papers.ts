/**
 * What is checked about everything that is not code: migrations that must not change, links, the dependencies and their
 * reasons, the lock file, and words that belong on nobody else's machine.
 */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { importsOf, lineOf, ROOT } from './text.ts';
import type { Finding, SourceFile } from './text.ts';

/** The hash a migration is frozen by: of its text with plain line feeds, because git may change line ends. */
export function frozenHash(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n'), 'utf8').digest('hex');
}

/** A migration that has been released is never edited; one that has not must be listed before it is. */
export function checkMigrations(
  files: readonly SourceFile[],
  frozen: Readonly<Record<string, string>>,
): readonly Finding[] {
  const present = new Map(files.map((file) => [path.posix.basename(file.path), file.text]));
  const gone = Object.keys(frozen)
    .filter((name) => !present.has(name))
    .map((name) => ({ place: name, problem: 'is frozen and has been removed or renamed' }));
  const other = [...present].flatMap(([name, text]) => {
    const hash = frozen[name];
    if (hash === undefined) return [{ place: name, problem: 'is not frozen: run node scripts/freeze-migrations.mjs' }];
    return hash === frozenHash(text)
      ? []
      : [{ place: name, problem: 'was changed after it was frozen: put it back and write a new migration' }];
  });
  return [...gone, ...other];
}

/** Every dialect folder has recorded exchanges and a page. */
export function checkDialects(names: readonly string[], all: readonly string[]): readonly Finding[] {
  return names.flatMap((name) => {
    const findings: Finding[] = [];
    if (!all.some((file) => file.startsWith(`fixtures/${name}/`) && file.endsWith('.txt')))
      findings.push({ place: name, problem: `has no recorded exchanges in fixtures/${name}/` });
    if (!all.includes(`docs/dialects/${name}.md`))
      findings.push({ place: name, problem: `has no page docs/dialects/${name}.md` });
    return findings;
  });
}

/** Markdown without fenced blocks and code spans; positions stay. */
function proseOf(text: string): string {
  const blank = (found: string): string => found.replace(/[^\n]/g, ' ');
  return text.replace(/^(```|~~~)[^\n]*\n[\s\S]*?^\1\s*$/gm, blank).replace(/`[^`\n]+`/g, blank);
}

/** Relative links of Markdown: the file exists, and so does the heading. Addresses of the web are not visited. */
export function checkLinks(
  pages: readonly SourceFile[],
  exists: (name: string) => boolean = onDisk,
): readonly Finding[] {
  const headings = new Map(pages.map((page) => [page.path, anchorsOf(page.text)]));
  return pages.flatMap((page) => {
    const links = proseOf(page.text).matchAll(
      /!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|<(?:img|a)\s[^>]*(?:src|href)="([^"]+)"/g,
    );
    return [...links].flatMap((match) => {
      const link = match[1] ?? match[2] ?? '';
      const place = `${page.path}:${lineOf(page.text, match.index)}`;
      if (/^[a-z][a-z+.-]*:/i.test(link)) return [];
      const [file = '', anchor] = link.split('#');
      const target =
        file === '' ? page.path : path.posix.normalize(path.posix.join(path.posix.dirname(page.path), decodeURI(file)));
      if (!exists(target)) return [{ place, problem: `links to ${link}, which is not there` }];
      const known = headings.get(target);
      if (anchor !== undefined && known !== undefined && !known.has(anchor))
        return [{ place, problem: `links to ${link}; that page has no such heading` }];
      return [];
    });
  });
}

function onDisk(name: string): boolean {
  const at = path.join(ROOT, name);
  // A directory is a fine target; a name that only differs by case is not, but works on some systems.
  return existsSync(at) && (statSync(at).isFile() || statSync(at).isDirectory());
}

function anchorsOf(text: string): ReadonlySet<string> {
  const fenced = text.replace(/^(```|~~~)[^\n]*\n[\s\S]*?^\1\s*$/gm, '');
  const headings = [...fenced.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => match[1] ?? '');
  const explicit = [...fenced.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)].map((match) => match[1] ?? '');
  const slugs = headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
  return new Set([...slugs, ...explicit]);
}

/** One title a page. */
export function checkTitles(pages: readonly SourceFile[]): readonly Finding[] {
  return pages.flatMap((page) => {
    const fenced = page.text.replace(/^(```|~~~)[^\n]*\n[\s\S]*?^\1\s*$/gm, '');
    const titles = fenced.match(/^# /gm)?.length ?? 0;
    return titles === 1
      ? []
      : [{ place: page.path, problem: `has ${titles} titles (lines with one #); a page has one` }];
  });
}

/** The packages of package.json and those in the table of docs/architecture.md are the same, each with a reason. */
export function checkDependencies(manifest: unknown, page: string): readonly Finding[] {
  const used = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((part) =>
    Object.keys(objectAt(manifest, part)),
  );
  const documented = new Map<string, string>();
  const section = page.split(/^## /m).find((each) => each.startsWith('Dependencies')) ?? '';
  for (const row of section.matchAll(/^\|([^|\n]*)\|([^|\n]*)\|/gm)) {
    for (const name of (row[1] ?? '').matchAll(/`([^`]+)`/g)) documented.set(name[1] ?? '', (row[2] ?? '').trim());
  }
  return [
    ...used
      .filter((name) => !documented.has(name))
      .map((name) => ({ place: name, problem: 'is in package.json and not in the table of docs/architecture.md' })),
    ...[...documented.keys()]
      .filter((name) => !used.includes(name))
      .map((name) => ({ place: name, problem: 'is documented and not in package.json' })),
    ...[...documented]
      .filter(([, reason]) => reason.length < 12)
      .map(([place]) => ({ place, problem: 'is documented without a reason' })),
  ];
}

/** Every package is imported by some file or found by its path there, or listed as one that is not, with what it is for. */
export function checkUsed(
  manifest: unknown,
  files: readonly SourceFile[],
  kept: Readonly<Record<string, string>>,
): readonly Finding[] {
  const imported = files.flatMap(importsOf).map((each) => each.specifier);
  const isImported = (name: string): boolean =>
    imported.some((specifier) => specifier === name || specifier.startsWith(`${name}/`));
  const isFound = (name: string): boolean => files.some((file) => file.text.includes(`node_modules/${name}/`));
  const used = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((part) =>
    Object.keys(objectAt(manifest, part)),
  );
  return [
    ...used
      .filter((name) => !isImported(name) && !isFound(name) && kept[name] === undefined)
      .map((place) => ({ place, problem: 'is installed and nobody imports it' })),
    ...Object.keys(kept)
      .filter((name) => isImported(name) || !used.includes(name))
      .map((place) => ({ place, problem: 'is imported now, or gone: take it off the list of those that are not' })),
  ];
}

/** Versions are exact, so that what was tested is what is installed. */
export function checkPinned(manifest: unknown): readonly Finding[] {
  const all = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((part) =>
    Object.entries(objectAt(manifest, part)),
  );
  return all
    .filter(([, version]) => typeof version !== 'string' || !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([place, version]) => ({ place, problem: `has the version ${String(version)}; write an exact one` }));
}

/** Nothing may need to run when it is installed, and nothing may come from elsewhere than the public registry. */
export function checkLock(
  lock: unknown,
  scripts: readonly { readonly name: RegExp; readonly reason: string }[],
): readonly Finding[] {
  const packages = Object.entries(objectAt(lock, 'packages'));
  const runners = packages
    .filter(([, each]) => typeof each === 'object' && each !== null && Reflect.get(each, 'hasInstallScript') === true)
    .map(([name]) => name);
  const wrong = runners.filter((name) => !scripts.some((script) => script.name.test(name)));
  const stale = scripts.filter((script) => !runners.some((name) => script.name.test(name)));
  const registry = ['https:', '', ['registry', 'npmjs', 'org'].join('.'), ''].join('/');
  const foreign = packages.flatMap(([name, each]) => {
    const resolved: unknown = typeof each === 'object' && each !== null ? Reflect.get(each, 'resolved') : undefined;
    return typeof resolved === 'string' && !resolved.startsWith(registry)
      ? [{ place: name, problem: 'is locked to an address that is not the public registry' }]
      : [];
  });
  return [
    ...wrong.map((place) => ({ place, problem: 'runs a script when it is installed; a checkout must work without' })),
    ...stale.map((script) => ({
      place: String(script.name),
      problem: 'is allowed an install script and has none: take it off the list',
    })),
    ...foreign,
  ];
}

function objectAt(value: unknown, name: string): Record<string, unknown> {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === 'object' && found !== null ? Object.fromEntries(Object.entries(found)) : {};
}

/** Put together from parts, so that this file does not find itself. */
const PRIVATE: readonly { readonly word: RegExp; readonly what: string }[] = [
  { word: new RegExp(`^(${'<'.repeat(7)}|${'>'.repeat(7)}|${'\\|'.repeat(7)})( |$)`, 'm'), what: 'a merge marker' },
  {
    word: new RegExp(`(?<![\\w.}])/(${['wo' + 'rk', 'ro' + 'ot', 'Us' + 'ers'].join('|')})/[\\w.-]`),
    what: "a path of somebody's machine",
  },
  { word: new RegExp(`(?<![\\w.}])/${'ho' + 'me'}/(?!runner\\b)[\\w-]+/`), what: "a path of somebody's machine" },
  { word: new RegExp(['registry', '(npmjs|yarnpkg|npmmirror)'].join('\\.')), what: 'the host of a registry' },
  { word: new RegExp(['(artifactory|nexus|verdaccio)', '[\\w.-]+'].join('\\.')), what: 'the host of a registry' },
];

/** Words that mean something on one machine only. */
export function checkPrivate(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) =>
    PRIVATE.flatMap(({ word, what }) => {
      const match = word.exec(file.text);
      return match === null
        ? []
        : [
            {
              place: `${file.path}:${lineOf(file.text, match.index)}`,
              problem: `contains ${what}: ${match[0].trim()}`,
            },
          ];
    }),
  );
}
