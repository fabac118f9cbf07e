import { Box, Table, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';

export type Column<T> = {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  readonly align?: 'end';
};
type Props<T> = {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  /** Buttons of a row, at its end. */
  readonly actions?: (row: T) => ReactNode;
};

/** A short list: a table where there is room, otherwise one card for each row with the headers as labels. */
export function DataTable<T>({ label, columns, rows, rowKey, actions }: Props<T>) {
  const narrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  return narrow ? (
    <Box component="ul" aria-label={label} p={0} m={0} style={{ listStyle: 'none' }}>
      {rows.map((row) => (
        <Box component="li" key={rowKey(row)} p="sm" style={{ borderTop: '1px solid var(--tsukasa-line)' }}>
          {columns.map((column, i) => (
            <Box key={column.key} mt={i === 0 ? 0 : 4} style={{ display: 'flex', gap: 8 }}>
              {i === 0 ? null : (
                <Text component="span" size="sm" c="dimmed" w="38%" style={{ flex: 'none' }}>
                  {column.header}
                </Text>
              )}
              <Text component="div" size="sm" fw={i === 0 ? 600 : 400} flex={1} style={{ overflowWrap: 'anywhere' }}>
                {column.cell(row)}
              </Text>
            </Box>
          ))}
          {actions === undefined ? null : (
            <Box mt="xs" style={{ display: 'flex', justifyContent: 'flex-end' }}>
              {actions(row)}
            </Box>
          )}
        </Box>
      ))}
    </Box>
  ) : (
    <div className="scroll">
      <Table aria-label={label} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.key} ta={column.align === 'end' ? 'end' : 'start'} style={{ whiteSpace: 'nowrap' }}>
                {column.header}
              </Table.Th>
            ))}
            {actions === undefined ? null : <Table.Td />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={rowKey(row)}>
              {columns.map((column) => (
                <Table.Td key={column.key} ta={column.align === 'end' ? 'end' : 'start'} maw={360}>
                  {column.cell(row)}
                </Table.Td>
              ))}
              {actions === undefined ? null : <Table.Td ta="end">{actions(row)}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
