/** Nobody is signed in any more: what was shown to whom was is forgotten, and the door, as it is now, is asked for. */
import type { QueryClient } from '@tanstack/react-query';

export function forget(queries: QueryClient): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
  void queries.resetQueries({ queryKey: ['session'] });
}
