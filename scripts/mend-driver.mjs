// Mends the `postgres` driver where it is installed. In 3.4.9 a connection whose server dies while a transaction holds it keeps
// what it had still to send, and the next write meets no socket: an exception that nobody can catch ends the whole process, or
// the bytes go out on the next connection (porsager/postgres issues 1066, 1154, 1208; pull requests 1168, 1209 await a release).
// Mended, the statement is rejected like any other on a closed connection. Another version must be looked at first.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const VERSION = '3.4.9';
const EDITS = [
  [
    '    const x = socket.write(chunk, fn)\n    nextWriteTimer !== null && clearImmediate(nextWriteTimer)\n',
    '    nextWriteTimer !== null && clearImmediate(nextWriteTimer)\n' +
      '    if (socket === null) {\n' +
      '      chunk = nextWriteTimer = null\n' +
      "      error(Errors.connection('CONNECTION_CLOSED', options))\n" +
      '      return false\n' +
      '    }\n' +
      '    const x = socket.write(chunk, fn)\n',
  ],
  [
    '    incomings = null\n    clearImmediate(nextWriteTimer)\n',
    '    incomings = null\n    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n',
  ],
  [
    '    clearImmediate(nextWriteTimer)\n    if (socket) {\n',
    '    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    if (socket) {\n',
  ],
];

/** Does nothing where it was done before. Throws when the driver is not the one that is known. */
export function mendDriver(root) {
  const home = path.join(root, 'node_modules/postgres');
  const { version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8'));
  if (version !== VERSION)
    throw new Error(
      `postgres is ${version}: see whether it still needs what scripts/mend-driver.mjs does to ${VERSION}`,
    );
  const file = path.join(home, 'src/connection.js');
  const text = readFileSync(file, 'utf8');
  const missing = EDITS.filter(([, mended]) => !text.includes(mended));
  if (missing.length === 0) return;
  let result = text;
  for (const [found, mended] of missing) {
    if (result.split(found).length !== 2) throw new Error(`${file} is not that of postgres ${VERSION}`);
    result = result.replace(found, () => mended);
  }
  writeFileSync(file, result);
}
