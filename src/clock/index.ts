/** The clocks' public face: how wrong this machine's clock is, who says so, and whose launches fail because of it. */
import type { Clock } from '../platform/index.ts';
import { chronycProbe, timedatectlProbe } from './chain.ts';
import type { ChronycAt, Probe } from './chain.ts';
import { runCommand } from './commands.ts';
import { createSntpClient } from './sntp-client.ts';
import type { NtpServer } from './sntp-client.ts';

export { LEVELS, REASONS } from './rules.ts';
export type { Level, Reason } from './rules.ts';
export { PROBES } from './reading.ts';
export type { Estimate, ProbeName } from './reading.ts';
export type { LaunchWindow } from './prediction.ts';
export type { Alert, ClockReport } from './report.ts';
export { ClockWatch } from './watch.ts';
export type { ClockWatchOptions, SigningClock, WatchedAggregator } from './watch.ts';

export interface ProbeSettings {
  readonly ntpServers: readonly NtpServer[];
  /** where chronyd listens for questions, if not in the usual place */
  readonly chrony: Pick<ChronycAt, 'host' | 'port'>;
}

/** The probes of this machine, in the order they are asked. */
export function machineProbes(settings: ProbeSettings, clock: Clock): readonly Probe[] {
  const now = () => clock.now();
  const sntp = createSntpClient({ servers: settings.ntpServers, clock });
  return [
    chronycProbe(runCommand, now, { program: null, ...settings.chrony }),
    timedatectlProbe(runCommand, now),
    { name: 'sntp', ask: sntp.ask },
  ];
}
