/** Who is signed in, for every part of the page; what they may do is only offered here, and decided by the server. */
import { createContext, useContext } from 'react';
import type { SignedIn } from './types.ts';

const Context = createContext<SignedIn | null>(null);

export const OperatorProvider = Context.Provider;

export function useOperator(): SignedIn {
  const operator = useContext(Context);
  if (operator === null) throw new Error('this part of the page is shown to nobody');
  return operator;
}

/** Whether the role may write to a route of the server's table. */
export const useMay = (route: string): boolean => useOperator().may.includes(route);
