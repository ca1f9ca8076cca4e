/** The processes under one that was started. */
import { childrenOf, titleOf } from '../faults/processes.ts';

/** Every process that descends from it. */
export function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** The workers of a `croupier serve --workers N`. */
export function workersOf(pid: number): readonly number[] {
  return childrenOf(pid).filter((child) => titleOf(child).includes('dist/cli.js'));
}

/** One that has ended but was not yet waited for shows no words. */
export function isRunning(pid: number): boolean {
  return titleOf(pid) !== '';
}
