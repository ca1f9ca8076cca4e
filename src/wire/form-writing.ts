/**
 * A form or query as whoever writes it has it in hand: every piece is a pair, also where a strict reader would refuse the whole. For
 * the mirrors alone, which sign what they send however odd it is; what comes in is read by form.ts.
 */
import { Buffer } from 'node:buffer';

export interface WrittenPair {
  readonly name: string;
  readonly value: string;
}

/** `raw`: one character a byte. A `+` is a blank, an escape that is none stays as it stands, bytes that are no UTF-8 become U+FFFD. */
export const pairsAsWritten = (raw: string): readonly WrittenPair[] =>
  raw === ''
    ? []
    : raw.split('&').map((piece) => {
        const equals = piece.indexOf('=');
        const [name, value] = equals < 0 ? [piece, ''] : [piece.slice(0, equals), piece.slice(equals + 1)];
        return { name: plain(name), value: plain(value) };
      });

const plain = (raw: string): string =>
  Buffer.from(
    raw
      .replaceAll('+', ' ')
      .replaceAll(/%([0-9a-fA-F]{2})/g, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
