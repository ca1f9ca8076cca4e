/** CSV as RFC 4180 has it, with any separator. Where a quote could be read in two ways, the record is none. */

const FIELDS_MAX = 500;

/** The fields of one record; null where a quote stands in a place that means nothing. */
export function csvFields(record: string, separator: string): readonly string[] | null {
  const fields: string[] = [];
  let at = 0;
  while (fields.length < FIELDS_MAX) {
    if (record[at] === '"') {
      let value = '';
      at += 1;
      for (;;) {
        const quote = record.indexOf('"', at);
        if (quote < 0) return null;
        value += record.slice(at, quote);
        at = quote + 1;
        if (record[at] !== '"') break;
        value += '"';
        at += 1;
      }
      fields.push(value);
    } else {
      const next = record.indexOf(separator, at);
      const end = next < 0 ? record.length : next;
      const value = record.slice(at, end);
      if (value.includes('"')) return null;
      fields.push(value);
      at = end;
    }
    if (at >= record.length) return fields;
    if (!record.startsWith(separator, at)) return null;
    at += separator.length;
    if (at === record.length) return [...fields, ''];
  }
  return null;
}

export interface CsvRecord {
  /** of the record's first line, from 1 */
  readonly line: number;
  /** null: a quote stands in a place that means nothing, or the text ends inside a quoted field */
  readonly fields: readonly string[] | null;
}

/** The records of a whole text; empty lines are none. A quoted field may hold line ends. */
export function csvRecords(text: string, separator: string): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  let open: string[] = [];
  let from = 1;
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (open.length === 0) from = index + 1;
    const isOdd = line.split('"').length % 2 === 0;
    open.push(line);
    // an odd number of quotes means that a record goes on, or ends
    if (isOdd === (open.length === 1)) continue;
    const whole = open.join('\n');
    open = [];
    if (whole !== '') records.push({ line: from, fields: csvFields(whole, separator) });
  }
  if (open.length > 0) records.push({ line: from, fields: null });
  return records;
}
