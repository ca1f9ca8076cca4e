// Adds new migrations to sql/migrations/frozen.json with the hash of their text. What is listed already is never changed:
// a released migration stays as it is, and a mistake in it is mended by the next one.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const dir = path.resolve(import.meta.dirname, '../sql/migrations');
const list = path.join(dir, 'frozen.json');
const frozen = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : {};
const files = readdirSync(dir)
  .filter((name) => name.endsWith('.sql'))
  .toSorted();
const hashes = new Map(files.map((name) => [name, hashOf(readFileSync(path.join(dir, name), 'utf8'))]));

const wrong = [
  ...Object.keys(frozen)
    .filter((name) => !hashes.has(name))
    .map((name) => `${name} is frozen and has been removed or renamed`),
  ...files
    .filter((name) => frozen[name] !== undefined && frozen[name] !== hashes.get(name))
    .map((name) => `${name} was changed after it was frozen: put it back and write a new migration`),
];
if (wrong.length > 0) {
  process.stderr.write(`${wrong.join('\n')}\n`);
  process.exit(1);
}

const added = files.filter((name) => frozen[name] === undefined);
if (added.length > 0) writeFileSync(list, `${JSON.stringify(Object.fromEntries(hashes), null, 2)}\n`);
process.stdout.write(added.length === 0 ? 'every migration is frozen\n' : `frozen: ${added.join(', ')}\n`);

// Line ends are git's affair.
function hashOf(text) {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n'), 'utf8').digest('hex');
}
