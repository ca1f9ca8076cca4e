/** Takes a whole table away as CSV, also what is not on the page yet; says while it gathers, and when it could not. */
import { Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { csvOf } from '../../../src/analytics/csv.ts';
import type { CsvCell } from '../../../src/analytics/csv.ts';

interface ExportProps {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: () => Promise<readonly (readonly CsvCell[])[]>;
}

export function ExportButton({ name, header, rows }: ExportProps) {
  const save = useMutation({ mutationFn: async () => saveCsv(name, header, await rows()) });
  return (
    <Group gap={8}>
      {save.error === null ? null : (
        <Text size="sm" className="bad" role="alert">
          {save.error.message}
        </Text>
      )}
      <Button size="compact-sm" variant="subtle" loading={save.isPending} onClick={() => save.mutate()}>
        Export CSV
      </Button>
    </Group>
  );
}

function saveCsv(name: string, header: readonly string[], rows: readonly (readonly CsvCell[])[]): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([csvOf(header, rows)], { type: 'text/csv' }));
  link.download = `${name}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
