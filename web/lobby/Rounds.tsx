import { Accordion, Badge, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import { colourOf, gameOf, isWin } from './round-words.ts';

/** The player's last rounds as the book has them. */
export function Rounds({ player }: { readonly player: string }) {
  const rounds = useQuery({ queryKey: ['rounds', player], queryFn: async () => api.rounds(player) });
  const list = rounds.data ?? [];
  return (
    <Accordion variant="contained" radius="md">
      <Accordion.Item value="rounds">
        <Accordion.Control>
          <Text size="sm">
            Last rounds in the book: <b>{list.length === 0 ? 'none yet' : `${list.length}`}</b>
          </Text>
        </Accordion.Control>
        <Accordion.Panel>
          {list.length === 0 && (
            <Text size="sm" c="dimmed">
              Play a game for real, and its rounds appear here.
            </Text>
          )}
          {list.length > 0 && (
            <Table.ScrollContainer minWidth={560}>
              <Table fz="sm" aria-label="Last rounds" highlightOnHover>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Time</Table.Th>
                    <Table.Th>Game</Table.Th>
                    <Table.Th ta="right">Staked</Table.Th>
                    <Table.Th ta="right">Paid</Table.Th>
                    <Table.Th>State</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {list.map((round) => (
                    <Table.Tr key={round.id}>
                      <Table.Td>{new Date(round.opened_at).toLocaleTimeString()}</Table.Td>
                      <Table.Td>{gameOf(round.game)}</Table.Td>
                      <Table.Td ta="right" className="amount">
                        {round.staked} {round.currency}
                      </Table.Td>
                      <Table.Td ta="right" className={isWin(round) ? 'amount gain' : 'amount'}>
                        {round.paid} {round.currency}
                      </Table.Td>
                      <Table.Td>
                        <Badge size="sm" variant="light" color={colourOf(round.state)}>
                          {round.state}
                        </Badge>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )}
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
