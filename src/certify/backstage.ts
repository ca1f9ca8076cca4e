/**
 * What the kit may arrange at an operator that lets it (observation level C): a player's standing and limits. The shape is a
 * subset of Croupier's own `/v1`, like that of the lookup:
 *
 *   PATCH {url}/players/{player}  {"status": "active" | "self_excluded" | "blocked"}                     → 2xx
 *   PATCH {url}/players/{player}  {"limits": {"USD": {"max_stake": "1.00" | null, "daily_loss_limit": null}}} → 2xx
 *
 * It counts for the very next bet. The kit always puts back what it changed.
 */

export interface Backstage {
  readonly setStatus: (player: string, status: 'active' | 'self_excluded' | 'blocked') => Promise<void>;
  /** decimal text in the currency; null: no limit */
  readonly setMaxStake: (player: string, currency: string, maxStake: string | null) => Promise<void>;
}

/** The operator would not let the kit arrange something: no finding. */
export class BackstageProblem extends Error {
  override readonly name = 'BackstageProblem';
}

export interface BackstageOptions {
  /** without the slash at its end */
  readonly url: string;
  readonly apiKey: string | null;
  readonly timeoutMs: number;
}

export function openBackstage(options: BackstageOptions): Backstage {
  const patch = async (player: string, body: object): Promise<void> => {
    const response = await fetch(`${options.url}/players/${encodeURIComponent(player)}`, {
      method: 'PATCH',
      headers: {
        'content-type': 'application/json',
        ...(options.apiKey === null ? {} : { authorization: `Bearer ${options.apiKey}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(options.timeoutMs),
    }).catch((error: unknown) => {
      throw new BackstageProblem(
        `the backstage did not answer: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    await response.arrayBuffer();
    if (!response.ok) throw new BackstageProblem(`the backstage refused a change of ${player} with ${response.status}`);
  };
  return {
    setStatus: async (player, status) => patch(player, { status }),
    setMaxStake: async (player, currency, maxStake) =>
      patch(player, { limits: { [currency]: { max_stake: maxStake, daily_loss_limit: null } } }),
  };
}
