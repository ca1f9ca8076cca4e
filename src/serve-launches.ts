/**
 * The launches' part of the composition: the rooms that launch, note openings and watch outcomes, what the gateway tells them, and
 * what they do by the clock. Holds no rule of its own.
 */
import type { Catalogue } from './catalogue/index.ts';
import type { ClockWatch } from './clock/index.ts';
import type { Config } from './config.ts';
import type { Fx } from './fx/index.ts';
import type { WebhookEvent } from './dialects/index.ts';
import { expireLaunches, openLaunches, openLaunchWatch, openOpenings } from './launch/index.ts';
import type { Launches, LaunchesOptions, LaunchWatch, Openings } from './launch/index.ts';
import type { Ledger } from './ledger/index.ts';
import type { Clock, Database, Log, Metrics } from './platform/index.ts';
import type { Players } from './players/index.ts';
import type { Job } from './schedule.ts';
import { sessionFact } from './sessions/index.ts';
import type { Sessions } from './sessions/index.ts';
import { sessionId } from './wallet/index.ts';
import type { AggregatorName } from './wallet/index.ts';

export interface Launching {
  readonly launches: Launches;
  readonly launchWatch: LaunchWatch;
  readonly openings: Openings;
}

interface Given {
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly players: Players;
  readonly sessions: Sessions;
  readonly ledger: Ledger;
  readonly catalogue: Catalogue;
  readonly clocks: ClockWatch;
  readonly fx: Fx;
}

export function openLaunching(
  config: Config,
  given: Given,
  errands: NonNullable<LaunchesOptions['errands']>,
): Launching {
  const { sql, clock, log, metrics, sessions, clocks } = given;
  const { aggregators, currencies, returnHosts } = config;
  const { node } = config.clock;
  return {
    launches: openLaunches({ ...given, node, aggregators, currencies, returnHosts, errands }),
    openings: openOpenings(sql, clock),
    launchWatch: openLaunchWatch({ sql, log, metrics, node, now: sessions.now, clockOf: clockOf(clocks) }),
  };
}

/** What a node's clock says to launches of this aggregator that fail; null when it is no reason for them to. */
function clockOf(clocks: ClockWatch) {
  return async (node: string, aggregator: AggregatorName): Promise<string | null> => {
    const report = (await clocks.report()).nodes.find((each) => each.node === node);
    const verdict = report?.aggregators[aggregator]?.verdict;
    return report !== undefined && (verdict === 'fails' || verdict === 'some_fail') ? report.message : null;
  };
}

type Hearing = Pick<Launching, 'openings'> & { readonly sessions: Sessions };

/** What a session is worth to a call, by the time sessions live by; a call that it is worth something to has opened it. */
export function heardSession({ sessions, openings }: Hearing): typeof sessionFact {
  return (session, about) => {
    const fact = sessionFact(session, { ...about, nowMs: sessions.now() });
    if (session !== null && (fact.kind === 'live' || fact.kind === 'expired')) openings.called(session.id);
    return fact;
  };
}

/** Stored first: should the rest fail, the event is sent again, and noting an opening twice changes nothing. */
export async function noteEvent(
  { sessions, openings }: Hearing,
  aggregator: AggregatorName,
  event: Extract<WebhookEvent, { kind: 'session' }>,
): Promise<void> {
  await sessions.recordEvent(aggregator, event);
  if (event.type === 'started') await openings.started(aggregator, sessionId(event.session));
}

const OPENINGS_EVERY_MS = 5_000;
const LOOK_EVERY_MS = 60_000;
const EXPIRE_EVERY_MS = 10 * 60_000;

export function launchJobs(
  { launchRetentionMs: retentionMs }: Config,
  { sql, sessions, openings, launchWatch }: Launching & Pick<Given, 'sql' | 'sessions'>,
): readonly Job[] {
  return [
    { name: 'opened launches', everyMs: OPENINGS_EVERY_MS, work: openings.flush },
    { name: 'launches', everyMs: LOOK_EVERY_MS, work: launchWatch.look },
    {
      name: 'launch retention',
      everyMs: EXPIRE_EVERY_MS,
      work: async (turn) => expireLaunches({ sql, nowMs: sessions.now(), retentionMs, turn }),
    },
  ];
}
