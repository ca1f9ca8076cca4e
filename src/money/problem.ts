/**
 * Problems are values, never exceptions: a function that can meet bad input returns `T | { kind: 'problem', … }`.
 * Exceptions in this room mean a defect of the caller (a scale of 99, a division by zero), never bad input.
 */

export interface Problem<Reason extends string = string> {
  readonly kind: 'problem';
  readonly reason: Reason;
}

/** True for the problem arm of a result; narrows the other arm away. */
export function isProblem<T>(result: T): result is Extract<T, { readonly kind: 'problem' }> {
  return typeof result === 'object' && result !== null && 'kind' in result && result.kind === 'problem';
}
