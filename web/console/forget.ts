/** Nobody is signed in any more: what was shown to whom was is forgotten, and the door is shown. */
import type { QueryClient } from '@tanstack/react-query';
import type { Operator } from './types.ts';

export function forget(queries: QueryClient): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
  queries.setQueryData<Operator>(['session'], { signed_in: false });
}
