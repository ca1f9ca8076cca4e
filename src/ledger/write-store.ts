/**
 * What a batch writes, as one flight that ends in COMMIT. A unique key that somebody else took in the meantime fails it
 * whole. Many changed rows are written by INSERT … ON CONFLICT: that finds a row by its key by its nature, so no plan can go
 * wrong while the tables are young, as that of an UPDATE with a join can. Every row lies in the shards of the batch's players.
 */
import type { Answered, Sending, Statement } from '../platform/index.ts';
import { arrayOf, rowsOf } from './columns.ts';
import type { Dirty } from './working-set.ts';
import { POSTING, ROUND, ROUND_EXCHANGED, TRANSACTION, TRANSACTION_EXCHANGED, WALLET } from './written.ts';
import type { Column, Writing } from './written.ts';

/**
 * A statement for many rows sends each column as an array, and PostgreSQL takes each array apart by itself: that costs a tenth of
 * a millisecond before the first row and then next to nothing. A few rows are cheaper as so many VALUES, with a statement for
 * each number of them: every execution begins with reading the table's CHECK constraints out of the catalogue's text and with
 * opening its indexes, which is most of the cost of a row that has a statement to itself.
 */
const FEW_ROWS = 8;

const columnsOf = <Row>({ key, once, changing }: Writing<Row>) => [...key, ...once, ...changing];
const namesOf = <Row>(columns: readonly Column<Row>[]) => columns.map(({ name }) => name).join(', ');
// Flags travel as one text, because an array of arrays cannot be taken apart again.
const valueOf = (name: string, value: string) => (name === 'flags' ? `string_to_array(${value}, ',')` : value);

// Its name is in its text as well, for who looks at what the database does.
const marked = (name: string, text: string): Statement => ({ name, text: `/* ${name} */ ${text}` });

/** A statement, and the columns of each of its rows in the order of its parameters. */
interface Form<Row> {
  readonly statement: Statement;
  readonly columns: readonly Column<Row>[];
}

/** One row: by its key, which lies in one shard. */
function changeOne<Row>(writing: Writing<Row>, suffix: string): Form<Row> {
  const { table, key, changing, set = {} } = writing;
  const columns = [...key, ...changing];
  const assigned = changing.map(({ name, type }, index) => {
    const value = `$${key.length + index + 1}::${type}`;
    return `${name} = ${set[name]?.replace('EXCLUDED.' + name, value) ?? valueOf(name, value)}`;
  });
  const text = `UPDATE ${table}
    SET ${assigned.join(', ')}
    WHERE ${key.map(({ name, type }, index) => `${table}.${name} = $${index + 1}::${type}`).join(' AND ')}`;
  return { columns, statement: marked(`${table}.update${suffix}`, text) };
}

/** @param source of the rows: so many VALUES, or arrays that are taken apart */
function insert<Row>(writing: Writing<Row>, name: string, source: string): Form<Row> {
  const columns = columnsOf(writing);
  return { columns, statement: marked(name, `INSERT INTO ${writing.table} (${namesOf(columns)}) ${source}`) };
}

function valuesOf<Row>(writing: Writing<Row>, rows: number): string {
  const columns = columnsOf(writing);
  const row = (at: number) =>
    columns.map(({ name, type }, index) => valueOf(name, `$${at * columns.length + index + 1}::${type}`)).join(', ');
  return `VALUES ${Array.from({ length: rows }, (_none, at) => `(${row(at)})`).join(',\n      ')}`;
}

function arraysOf<Row>(writing: Writing<Row>): string {
  const columns = columnsOf(writing);
  return `SELECT ${columns.map(({ name }) => valueOf(name, name)).join(', ')} FROM ${rowsOf(columns)} AS n`;
}

/** The same for rows that are there already. */
function changing<Row>({ key, changing: changed, set = {} }: Writing<Row>, form: Form<Row>): Form<Row> {
  const text = `${form.statement.text}
    ON CONFLICT (${namesOf(key)}) DO UPDATE
    SET ${changed.map(({ name }) => `${name} = ${set[name] ?? `EXCLUDED.${name}`}`).join(', ')}`;
  return { ...form, statement: { ...form.statement, text } };
}

interface Forms<Row> {
  /** for one row, for two, and so on */
  readonly few: readonly Form<Row>[];
  readonly many: Form<Row>;
}

const COUNTS = Array.from({ length: FEW_ROWS }, (_none, index) => index + 1);

function insertsOf<Row>(writing: Writing<Row>, suffix = '', verb = 'insert'): Forms<Row> {
  const name = (rows: number | 'many') => `${writing.table}.${verb}${rows === 1 ? '' : `_${rows}`}${suffix}`;
  return {
    few: COUNTS.map((rows) => insert(writing, name(rows), valuesOf(writing, rows))),
    many: insert(writing, name('many'), arraysOf(writing)),
  };
}

function changesOf<Row>(writing: Writing<Row>, suffix = ''): Forms<Row> {
  const { few, many } = insertsOf(writing, suffix, 'update');
  const [, ...several] = few.map((form) => changing(writing, form));
  return { few: [changeOne(writing, suffix), ...several], many: changing(writing, many) };
}

const WRITES = {
  updateWallets: changesOf(WALLET),
  insertTransactions: insertsOf(TRANSACTION),
  updateTransactions: changesOf(TRANSACTION),
  insertExchanged: insertsOf(TRANSACTION_EXCHANGED, '_exchanged'),
  updateExchanged: changesOf(TRANSACTION_EXCHANGED, '_exchanged'),
  insertRounds: insertsOf(ROUND),
  insertLocked: insertsOf(ROUND_EXCHANGED, '_exchanged'),
  updateRounds: changesOf(ROUND),
  insertPostings: insertsOf(POSTING),
};

/** Every statement of the writing flight. For the lint of a distributed book they are all here and nowhere else. */
export const WRITE_STATEMENTS: readonly Statement[] = Object.values(WRITES).flatMap(({ few, many }) =>
  [...few, many].map(({ statement }) => statement),
);

const COMMIT: Statement = { name: 'COMMIT', text: 'COMMIT' };
const ROLLBACK: Statement = { name: 'ROLLBACK', text: 'ROLLBACK' };
export const rollbackFlight: readonly Sending[] = [{ statement: ROLLBACK, parameters: [] }];

/**
 * Every write of the batch and COMMIT.
 * @param distributed rows go one by one: a plain statement with its shard goes to its node straight away
 */
export function writeFlight(dirty: Dirty, distributed: boolean): readonly Sending[] {
  const flight: Sending[] = [];
  const write = <Row>({ few, many }: Forms<Row>, rows: readonly Row[]) => {
    for (const part of distributed ? rows.map((row) => [row]) : [rows]) {
      if (part.length === 0) continue;
      const form = few[part.length - 1] ?? many;
      const parameters =
        form === many
          ? form.columns.map(({ of }) => arrayOf(part, of))
          : part.flatMap((row) => form.columns.map(({ of }) => textOf(of(row))));
      flight.push({ statement: form.statement, parameters });
    }
  };
  write(WRITES.updateWallets, dirty.wallets);
  const { converted, newTransactions, changedTransactions, newRounds } = dirty;
  // One statement for all rows of a table, so that new ids are taken in one order whatever was converted.
  write(converted ? WRITES.insertExchanged : WRITES.insertTransactions, inKeyOrder(newTransactions));
  write(converted ? WRITES.updateExchanged : WRITES.updateTransactions, changedTransactions);
  write(newRounds.some((round) => round.lock !== null) ? WRITES.insertLocked : WRITES.insertRounds, newRounds);
  write(WRITES.updateRounds, dirty.changedRounds);
  write(WRITES.insertPostings, dirty.postings);
  flight.push({ statement: COMMIT, parameters: [] });
  return flight;
}

const textOf = (value: ReturnType<Column<never>['of']>): string | null => (value === null ? null : String(value));

/**
 * New ids are taken in one order as well: two replicas with the same ids for different players hold different wallets, and
 * would else wait for each other crosswise at the index.
 */
function inKeyOrder(rows: Dirty['newTransactions']): Dirty['newTransactions'] {
  const keys = new Map(rows.map((row) => [row, `${row.externalId}\0${row.kind}\0${row.aggregator}\0${row.idScope}`]));
  return rows.toSorted((a, b) => ((keys.get(a) ?? '') < (keys.get(b) ?? '') ? -1 : 1));
}

/** COMMIT of a failed transaction answers ROLLBACK without an error, so what it answered is looked at. */
export function committed(answered: readonly Answered[]): boolean {
  return answered.at(-1)?.command === 'COMMIT';
}
