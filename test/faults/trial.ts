/** Faults one after another on one house, while its players play. What was acknowledged before one must survive all later ones. */
import { expect } from 'vitest';
import { openAggregator } from './aggregator.ts';
import type { Aggregator } from './aggregator.ts';
import { openHouse } from './house.ts';
import type { House, HouseOptions } from './house.ts';
import { judge, lineOf } from './oracle.ts';
import { SEED, sleep } from './settings.ts';

export interface Trial {
  readonly house: House;
  readonly aggregator: Aggregator;
  /** Plays while `work` does its worst and until everybody is served again, then judges everything that was ever said. */
  readonly survive: (fault: string, times: number, work: () => Promise<void>) => Promise<void>;
  /** Judges, without playing, after something that sent its own calls. */
  readonly judged: (fault: string, times: number) => Promise<void>;
  /** Until that many further answers were definite. */
  readonly playsOn: (answers: number) => Promise<void>;
  /** Prints the table of what was survived and closes everything. */
  readonly close: () => Promise<void>;
}

export async function openTrial(options: HouseOptions & { readonly salt: number }): Promise<Trial> {
  process.stderr.write(`faults: CROUPIER_FAULTS_SEED=${SEED}\n`);
  const house = await openHouse(options);
  const ports = () => house.replicas.map(({ gateway }) => gateway.port());
  const aggregator = openAggregator({ players: options.players, salt: options.salt, ports });
  const table: string[] = [];
  let before = { acknowledged: 0, unclear: 0 };

  const judged = async (fault: string, times: number) => {
    const verdict = await judge(house, aggregator);
    const { acknowledged, unclear } = verdict;
    const own = { acknowledged: acknowledged - before.acknowledged, unclear: unclear - before.unclear };
    table.push(lineOf(fault, times, { ...verdict, ...own }));
    before = { acknowledged, unclear };
    // The first few say enough; one wrong balance makes every later one wrong.
    const worst = [verdict.lost, verdict.doubled, verdict.unsound].map((list) => list.slice(0, 5));
    expect(worst, `${fault}: lost, doubled, unsound`).toEqual([[], [], []]);
    expect(own.acknowledged).toBeGreaterThan(0);
  };
  const playsOn = async (answers: number) => {
    const enough = aggregator.acknowledged().length + answers;
    while (aggregator.acknowledged().length < enough) {
      for (const { gateway } of house.replicas) expect(gateway.ended()).toBeNull();
      await sleep(5);
    }
  };
  return {
    house,
    aggregator,
    survive: async (fault, times, work) => {
      const playing = aggregator.play(fault.replaceAll(/\W+/g, '-'));
      try {
        await work();
        await playsOn(2 * options.players);
      } catch (error) {
        // Nobody may be left to answer those who still play.
        for (const { gateway } of house.replicas) if (gateway.ended() !== null) await gateway.restart();
        throw error;
      } finally {
        await playing.stop();
      }
      await judged(fault, times);
    },
    judged,
    playsOn,
    close: async () => {
      aggregator.close();
      await house.close();
      const head = '| fault | times | acknowledged | asked again | lost | doubled | audit |';
      process.stderr.write(`${[head, '| --- | --- | --- | --- | --- | --- | --- |', ...table].join('\n')}\n`);
    },
  };
}
