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
 * A statement for many rows at once sends each column as an array, and PostgreSQL takes each array apart by itself: that costs
 * a tenth of a millisecond before the first row and then next to nothing. A few rows are cheaper one by one, each with a plain
 * statement; they travel in the same flight.
 */
const FEW_ROWS = 8;

const columnsOf = <Row>({ key, once, changing }: Writing<Row>) => [...key, ...once, ...changing];
const namesOf = <Row>(columns: readonly Column<Row>[]) => columns.map(({ name }) => name).join(', ');
// Flags travel as one text, because an array of arrays cannot be taken apart again.
const valueOf = (name: string, value: string) => (name === 'flags' ? `string_to_array(${value}, ',')` : value);

/** How one column's values reach a statement. */
interface Form<Row> {
  readonly statement: Statement;
  readonly columns: readonly Column<Row>[];
}

function insertOne<Row>(writing: Writing<Row>, suffix = ''): Form<Row> {
  const columns = columnsOf(writing);
  const values = columns.map(({ name, type }, index) => valueOf(name, `$${index + 1}::${type}`)).join(', ');
  const text = `
    /* ${writing.table}.insert${suffix} */
    INSERT INTO ${writing.table} (${namesOf(columns)})
    VALUES (${values})`;
  return { columns, statement: { name: `${writing.table}.insert${suffix}`, text } };
}

function changeOne<Row>(writing: Writing<Row>, suffix = ''): Form<Row> {
  const { table, key, changing, set = {} } = writing;
  const columns = [...key, ...changing];
  const assigned = changing.map(({ name, type }, index) => {
    const value = `$${key.length + index + 1}::${type}`;
    return `${name} = ${set[name]?.replace('EXCLUDED.' + name, value) ?? valueOf(name, value)}`;
  });
  const text = `
    /* ${table}.update${suffix} */
    UPDATE ${table}
    SET ${assigned.join(', ')}
    WHERE ${key.map(({ name, type }, index) => `${table}.${name} = $${index + 1}::${type}`).join(' AND ')}`;
  return { columns, statement: { name: `${table}.update${suffix}`, text } };
}

function insertMany<Row>(writing: Writing<Row>, suffix = ''): Form<Row> {
  const columns = columnsOf(writing);
  const text = manyText(writing, `insert_many${suffix}`);
  return { columns, statement: { name: `${writing.table}.insert_many${suffix}`, text } };
}

function changeMany<Row>(writing: Writing<Row>, suffix = ''): Form<Row> {
  const { table, key, changing, set = {} } = writing;
  const text = `${manyText(writing, `update_many${suffix}`)}
    ON CONFLICT (${namesOf(key)}) DO UPDATE
    SET ${changing.map(({ name }) => `${name} = ${set[name] ?? `EXCLUDED.${name}`}`).join(', ')}`;
  return { columns: columnsOf(writing), statement: { name: `${table}.update_many${suffix}`, text } };
}

function manyText<Row>(writing: Writing<Row>, verb: string): string {
  const columns = columnsOf(writing);
  return `
    /* ${writing.table}.${verb} */
    INSERT INTO ${writing.table} (${namesOf(columns)})
    SELECT ${columns.map(({ name }) => valueOf(name, name)).join(', ')}
    FROM ${rowsOf(columns)} AS n`;
}

interface Forms<Row> {
  readonly one: Form<Row>;
  readonly many: Form<Row>;
}

const UPDATE_WALLETS = { one: changeOne(WALLET), many: changeMany(WALLET) };
const INSERT_TRANSACTIONS = { one: insertOne(TRANSACTION), many: insertMany(TRANSACTION) };
const UPDATE_TRANSACTIONS = { one: changeOne(TRANSACTION), many: changeMany(TRANSACTION) };
const INSERT_ROUNDS = { one: insertOne(ROUND), many: insertMany(ROUND) };
const UPDATE_ROUNDS = { one: changeOne(ROUND), many: changeMany(ROUND) };
const EXCHANGED = '_exchanged';
const INSERT_EXCHANGED = {
  one: insertOne(TRANSACTION_EXCHANGED, EXCHANGED),
  many: insertMany(TRANSACTION_EXCHANGED, EXCHANGED),
};
const UPDATE_EXCHANGED = {
  one: changeOne(TRANSACTION_EXCHANGED, EXCHANGED),
  many: changeMany(TRANSACTION_EXCHANGED, EXCHANGED),
};
const INSERT_LOCKED = { one: insertOne(ROUND_EXCHANGED, EXCHANGED), many: insertMany(ROUND_EXCHANGED, EXCHANGED) };
const INSERT_POSTINGS = { one: insertOne(POSTING), many: insertMany(POSTING) };

/** Every statement of the writing flight. For the lint of a distributed book they are all here and nowhere else. */
export const WRITE_STATEMENTS: readonly Statement[] = [
  UPDATE_WALLETS,
  INSERT_TRANSACTIONS,
  UPDATE_TRANSACTIONS,
  INSERT_ROUNDS,
  UPDATE_ROUNDS,
  INSERT_EXCHANGED,
  UPDATE_EXCHANGED,
  INSERT_LOCKED,
  INSERT_POSTINGS,
].flatMap(({ one, many }) => [one.statement, many.statement]);

const COMMIT: Statement = { name: 'COMMIT', text: 'COMMIT' };
const ROLLBACK: Statement = { name: 'ROLLBACK', text: 'ROLLBACK' };
export const rollbackFlight: readonly Sending[] = [{ statement: ROLLBACK, parameters: [] }];

/**
 * Every write of the batch and COMMIT.
 * @param distributed rows go one by one: a plain statement with its shard goes to its node straight away
 */
export function writeFlight(dirty: Dirty, distributed: boolean): readonly Sending[] {
  const flight: Sending[] = [];
  const write = <Row>({ one, many }: Forms<Row>, rows: readonly Row[]) => {
    if (rows.length === 0) return;
    if (rows.length > FEW_ROWS && !distributed) {
      flight.push({ statement: many.statement, parameters: many.columns.map((column) => arrayOf(rows, column.of)) });
      return;
    }
    for (const row of rows) {
      flight.push({ statement: one.statement, parameters: one.columns.map((column) => textOf(column.of(row))) });
    }
  };
  write(UPDATE_WALLETS, dirty.wallets);
  const { converted, newTransactions, changedTransactions, newRounds } = dirty;
  // One statement for all rows of a table, so that new ids are taken in one order whatever was converted.
  write(converted ? INSERT_EXCHANGED : INSERT_TRANSACTIONS, inKeyOrder(newTransactions));
  write(converted ? UPDATE_EXCHANGED : UPDATE_TRANSACTIONS, changedTransactions);
  write(newRounds.some((round) => round.lock !== null) ? INSERT_LOCKED : INSERT_ROUNDS, newRounds);
  write(UPDATE_ROUNDS, dirty.changedRounds);
  write(INSERT_POSTINGS, dirty.postings);
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
