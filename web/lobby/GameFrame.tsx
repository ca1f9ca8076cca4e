import { Badge, Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode, RefObject } from 'react';
import { RoundsBeside } from './RoundsBeside.tsx';

export interface Opened {
  readonly url: string;
  readonly name: string;
  readonly mode: 'real' | 'demo';
}

interface GameFrameProps {
  readonly opened: Opened | null;
  readonly frame: RefObject<HTMLIFrameElement | null>;
  readonly player: string;
  readonly balance: ReactNode;
  readonly onClose: () => void;
}

/** The game in its frame, its rounds in the book beside it. Escape closes it; the frame may run scripts and nothing else of ours. */
export function GameFrame({ opened, frame, player, balance, onClose }: GameFrameProps) {
  const small = useMediaQuery('(max-width: 40em)') ?? false;
  const title = (
    <span className="frame-title">
      <b>{opened?.name}</b>
      {opened?.mode === 'demo' ? <Badge color="yellow">demo</Badge> : balance}
    </span>
  );
  return (
    <Modal
      opened={opened !== null}
      onClose={onClose}
      title={title}
      size="78rem"
      padding="sm"
      fullScreen={small}
      radius={small ? 0 : 'lg'}
      centered
      classNames={{ body: 'frame', content: 'frame-content' }}
      closeButtonProps={{ 'aria-label': 'Close the game' }}
    >
      {opened !== null && (
        <>
          <iframe
            ref={frame}
            title={opened.name}
            src={opened.url}
            sandbox="allow-scripts allow-same-origin"
            allow="autoplay"
            referrerPolicy="no-referrer"
          />
          <RoundsBeside player={player} mode={opened.mode} />
        </>
      )}
    </Modal>
  );
}
