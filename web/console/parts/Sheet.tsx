/** A table that can be taken away as CSV, and looks like every other table here. */
import { Button, Group, ScrollArea, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { csvOf } from '../../../src/analytics/csv.ts';
import type { CsvCell } from '../../../src/analytics/csv.ts';

export interface Column<Row> {
  readonly name: string;
  readonly render: (row: Row) => ReactNode;
  /** as it is exported; numbers as `{ number }` */
  readonly text: (row: Row) => CsvCell;
  readonly right?: boolean;
}

export const number = (value: string | number | null): CsvCell => (value === null ? null : { number: String(value) });

export function saveCsv(name: string, header: readonly string[], rows: readonly (readonly CsvCell[])[]): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([csvOf(header, rows)], { type: 'text/csv' }));
  link.download = `${name}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

interface SheetProps<Row> {
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly empty: ReactNode;
  readonly onRow?: (row: Row) => void;
}

export function Sheet<Row>({ title, columns, rows, keyOf, empty, onRow }: SheetProps<Row>) {
  if (rows.length === 0) return empty;
  const save = (): void =>
    saveCsv(
      title.toLowerCase().replaceAll(' ', '-'),
      columns.map((column) => column.name),
      rows.map((row) => columns.map((column) => column.text(row))),
    );
  return (
    <div className="sheet">
      <Group justify="space-between" mb={6}>
        <Text size="sm" c="dimmed">
          {rows.length.toLocaleString('en')} {rows.length === 1 ? 'row' : 'rows'}
        </Text>
        <Button size="compact-sm" variant="subtle" onClick={save}>
          Export CSV
        </Button>
      </Group>
      <ScrollArea type="auto" viewportProps={{ tabIndex: 0, 'aria-label': title, role: 'region' }}>
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
