/** A table that can be taken away as CSV, and looks like every other table here. */
import { Group, ScrollArea, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CsvCell } from '../../../src/analytics/csv.ts';
import { ExportButton } from './ExportButton.tsx';

export interface Column<Row> {
  readonly name: string;
  readonly render: (row: Row) => ReactNode;
  /** as it is exported; numbers as `{ number }` */
  readonly text: (row: Row) => CsvCell;
  readonly right?: boolean;
}

export const number = (value: string | number | null): CsvCell => (value === null ? null : { number: String(value) });

interface SheetProps<Row> {
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly empty: ReactNode;
  readonly onRow?: (row: Row) => void;
  /** every row of the list, where the page has only the first of them */
  readonly every?: () => Promise<readonly Row[]>;
}

function cellsOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): readonly (readonly CsvCell[])[] {
  return rows.map((row) => columns.map((column) => column.text(row)));
}

export function Sheet<Row>({ title, columns, rows, keyOf, empty, onRow, every }: SheetProps<Row>) {
  if (rows.length === 0) return empty;
  return (
    <div className="sheet">
      <Group justify="space-between" mb={6}>
        <Text size="sm" c="dimmed">
          {rows.length.toLocaleString('en')} {rows.length === 1 ? 'row' : 'rows'}
        </Text>
        <ExportButton
          name={title.toLowerCase().replaceAll(' ', '-')}
          header={columns.map((column) => column.name)}
          rows={async () => cellsOf(columns, every === undefined ? rows : await every())}
        />
      </Group>
      <ScrollArea type="auto" viewportProps={{ tabIndex: 0, 'aria-label': title, role: 'group' }}>
        <Table verticalSpacing={6} highlightOnHover aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th key={column.name} className={column.right === true ? 'right' : undefined}>
                  {column.name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr
                key={keyOf(row)}
                className={onRow === undefined ? undefined : 'pick'}
                onClick={onRow === undefined ? undefined : () => onRow(row)}
              >
                {columns.map((column) => (
                  <Table.Td key={column.name} className={column.right === true ? 'right' : undefined}>
                    {column.render(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </div>
  );
}
