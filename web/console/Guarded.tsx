/** A page that breaks says so, and leaves the ways to the others. */
import { Component } from 'react';
import type { ReactNode } from 'react';
import { Headed, Problem } from './parts/states.tsx';

interface State {
  readonly error: Error | null;
}

export class Guarded extends Component<{ readonly children: ReactNode }, State> {
  override readonly state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <Headed title="This page broke">
        <Problem error={error} again={() => window.location.reload()} />
      </Headed>
    );
  }
}
