import { Badge, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';

export interface Opened {
  readonly url: string;
  readonly name: string;
  readonly mode: 'real' | 'demo';
}

interface GameFrameProps {
  readonly opened: Opened | null;
  readonly balance: ReactNode;
  readonly onClose: () => void;
}

/** The game in its frame. Escape closes it; the frame may run scripts and nothing else of ours. */
export function GameFrame({ opened, balance, onClose }: GameFrameProps) {
  const title = (
    <Group gap="sm">
      <span>{opened?.name}</span>
      {opened?.mode === 'demo' ? <Badge color="yellow">demo</Badge> : balance}
    </Group>
  );
  return (
    <Modal
      opened={opened !== null}
      onClose={onClose}
      title={title}
      size="62rem"
      padding="sm"
      classNames={{ body: 'frame' }}
      closeButtonProps={{ 'aria-label': 'Close the game' }}
    >
      {opened !== null && (
        // The game has the aggregator's own origin and needs it to talk to its server; another origin cannot lift its sandbox.
        <iframe
          title={opened.name}
          src={opened.url}
          sandbox="allow-scripts allow-same-origin"
          allow="autoplay"
          referrerPolicy="no-referrer"
        />
      )}
    </Modal>
  );
}
