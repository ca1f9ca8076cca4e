/**
 * What was acknowledged, so that it can be compared with what the database holds. A request whose answer did not say yes
 * or no is asked again after the slice until one does: its id makes that safe.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Totals } from './protocol.ts';
import type { Shot } from './requests.ts';
import { openWire } from './wire.ts';
import type { Verdict } from './wire.ts';

export interface Tally {
  readonly acknowledged: (shot: Shot) => void;
  /** not answered with "ok" the first time */
  readonly doubtful: (shot: Shot, verdict: Verdict, text: string) => void;
  /** Asks again about everything doubtful; the slice's failures, with a few of their answers. */
  readonly settle: (port: number) => Promise<{ failures: number; examples: readonly string[] }>;
  readonly totals: () => Totals;
}

const EXAMPLES = 3;
const TRIES = 20;

export function createTally(): Tally {
  let applied = 0;
  let deltaCents = 0;
  let unresolved = 0;
  let failures = 0;
  let examples: string[] = [];
  let open: Shot[] = [];

  const acknowledged = (shot: Shot): void => {
    applied += 1;
    deltaCents += shot.cents;
  };
  return {
    acknowledged,
    doubtful: (shot, verdict, text) => {
      failures += 1;
      if (examples.length < EXAMPLES) examples.push(`${verdict}: ${text.slice(0, 400)}`);
      // A definite no moved nothing.
      if (verdict !== 'refused') open.push(shot);
    },
    settle: async (port) => {
      for (const shot of open) {
        const verdict = await askAgain(port, shot);
        if (verdict === 'ok' || verdict === 'duplicate') acknowledged(shot);
        else if (verdict !== 'refused') unresolved += 1;
      }
      const result = { failures, examples };
      failures = 0;
      examples = [];
      open = [];
      return result;
    },
    totals: () => ({ applied, deltaCents, unresolved }),
  };
}

async function askAgain(port: number, shot: Shot): Promise<Verdict> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const verdict = await new Promise<Verdict>((resolve) => {
      openWire(port, (heard) => resolve(heard)).then(
        (wire) => {
          wire.send(shot.request);
          return undefined;
        },
        () => resolve('broken'),
      );
    });
    if (verdict === 'ok' || verdict === 'duplicate' || verdict === 'refused') return verdict;
    await sleep(250);
  }
  return 'unclear';
}
