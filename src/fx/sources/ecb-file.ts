/**
 * The European Central Bank's daily file of reference rates, read strictly and for what it is: one `Cube` with a `time`, and in it
 * one `Cube` a currency. Not a reader of XML in general: a document type, an entity, a second day or a repeated currency is
 * refused, so nothing in it can mean something else elsewhere.
 */
import { Buffer } from 'node:buffer';

export interface EcbFile {
  /** midnight UTC of the day the rates were fixed */
  readonly fixedOnMs: number;
  /** currency → units of it for 1 EUR, as written */
  readonly rates: ReadonlyMap<string, string>;
}

export const ECB_MAX_BYTES = 65_536;
const MAX_CURRENCIES = 200;
const TAG = /<([^<>]*)>/g;
const ATTRIBUTE = /\s+([\w:.-]+)\s*=\s*(?:"([^"<>&]*)"|'([^'<>&]*)')/y;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Null for anything else than such a file. */
export function readEcbFile(body: Uint8Array): EcbFile | null {
  if (body.length > ECB_MAX_BYTES) return null;
  const text = Buffer.from(body)
    .toString('utf8')
    .replaceAll(/<!--[^]*?-->/g, '');
  // A comment that never ends, a document type, a section of characters; and a file that was cut off on its way.
  if (text.includes('<!') || !/<\/(?:[\w-]+:)?Envelope>\s*$/.test(text)) return null;
  const rates = new Map<string, string>();
  let day: string | null = null;
  for (const [, tag = ''] of text.matchAll(TAG)) {
    if (!/^Cube[\s/]/.test(tag)) continue;
    const attributes = attributesOf(tag);
    if (attributes === null) return null;
    const [time, currency, rate] = ['time', 'currency', 'rate'].map((name) => attributes.get(name));
    if (time !== undefined) {
      if (day !== null || !DAY.test(time)) return null;
      day = time;
    }
    if (currency === undefined && rate === undefined) continue;
    if (currency === undefined || rate === undefined || !/^[A-Z]{3}$/.test(currency)) return null;
    if (day === null || rates.has(currency) || rates.size >= MAX_CURRENCIES) return null;
    rates.set(currency, rate);
  }
  const fixedOnMs = Date.parse(`${day ?? ''}T00:00:00Z`);
  return Number.isNaN(fixedOnMs) || rates.size === 0 ? null : { fixedOnMs, rates };
}

function attributesOf(tag: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>();
  const pattern = new RegExp(ATTRIBUTE);
  pattern.lastIndex = 'Cube'.length;
  for (let at = pattern.lastIndex; ; at = pattern.lastIndex) {
    const match = pattern.exec(tag);
    if (match === null) return /^\s*\/?\s*$/.test(tag.slice(at)) ? found : null;
    const [, name = '', double, single] = match;
    if (found.has(name)) return null;
    found.set(name, double ?? single ?? '');
  }
}
