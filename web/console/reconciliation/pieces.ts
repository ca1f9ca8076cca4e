/** A report cut into pieces of whole lines, each of which can be read alone. Pure. */

export interface Piece {
  readonly text: string;
  /** line of the file on which its first own line stands, from 1 */
  readonly firstLine: number;
  /** lines before the file's own within the piece: 1 where it begins with the repeated header */
  readonly repeated: 0 | 1;
}

/** Characters of a piece; the server takes somewhat more. */
const PIECE_CHARACTERS = 150_000;

/**
 * Cuts where a line ends outside quotes, since a quoted field may hold line ends. Of a CSV every piece begins with the header.
 * A single line that is longer than a piece becomes a piece of its own, which the server refuses.
 */
export function piecesOf(text: string, format: 'csv' | 'jsonl', most = PIECE_CHARACTERS): readonly Piece[] {
  const records = recordsOf(text, format);
  const header = format === 'csv' ? (records.shift() ?? '') : '';
  const pieces: Piece[] = [];
  let line = 1 + linesIn(header);
  let own = '';
  let firstLine = line;
  const close = (): void => {
    if (own.trim() !== '') pieces.push({ text: header + own, firstLine, repeated: format === 'csv' ? 1 : 0 });
    own = '';
    firstLine = line;
  };
  for (const record of records) {
    if (own !== '' && header.length + own.length + record.length > most) close();
    own += record;
    line += linesIn(record);
  }
  close();
  return pieces;
}

const linesIn = (text: string): number => text.split('\n').length - 1;

/** Lines with their ends; a CSV line goes on while a quote is open. */
function recordsOf(text: string, format: 'csv' | 'jsonl'): string[] {
  const records: string[] = [];
  let from = 0;
  let quotes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') quotes += 1;
    else if (letter === '\n' && (format === 'jsonl' || quotes % 2 === 0)) {
      records.push(text.slice(from, at + 1));
      from = at + 1;
    }
  }
  if (from < text.length) records.push(`${text.slice(from)}\n`);
  return records;
}

/** Where a line of the piece stands in the file. */
export const lineOfFile = ({ firstLine, repeated }: Piece, line: number): number => firstLine + line - 1 - repeated;
