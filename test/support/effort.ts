/**
 * How much work something is, for tests of what must not take long whatever it is given. Processor time, so that a machine that
 * is busy with something else does not count as a slow program.
 */

/** The processor time of this process that `work` takes, in milliseconds. */
export function processorMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
