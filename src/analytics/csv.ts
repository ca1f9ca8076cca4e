/**
 * A table as CSV (RFC 4180). Text that a spreadsheet would take for a formula is kept from it by a leading apostrophe: names of
 * games and players come from outside, and an export is opened by whoever may pay money out. Numbers are left alone. Pure.
 */

export type CsvCell = string | { readonly number: string } | null;

const LOOKS_LIKE_FORMULA = /^[=+\-@\t\r\n]|^\s+[=+\-@]/;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

export function csvOf(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map(csvLine).join('');
}

export function csvLine(row: readonly CsvCell[]): string {
  return `${row.map(cell).join(',')}\r\n`;
}

function cell(value: CsvCell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return value.number;
  const safe = LOOKS_LIKE_FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
