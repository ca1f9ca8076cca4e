/**
 * `${NAME}` in croupier.yaml, replaced by what the environment says; and the one way to say that a configuration cannot be used.
 * A value is never part of the message.
 */

/** A configuration that cannot be used. One line, naming the place and the fix. */
export class ConfigProblem extends Error {
  constructor(message: string) {
    super(message.replace(/\s+/g, ' ').trim());
    this.name = 'ConfigProblem';
  }
}

/** Replaces `${NAME}` in every string; a missing or empty variable is refused by name and place. */
export function substitute(
  value: unknown,
  at: string,
  where: string,
  environment: Readonly<Record<string, string | undefined>>,
): unknown {
  if (typeof value === 'string') {
    const optional = at === 'database.url' || at === 'redis.url';
    const whole = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(value);
    // A database or redis URL whose variable is not set means "embedded" and "none" (docs/configuration.md).
    if (whole?.[1] !== undefined && optional && (environment[whole[1]] ?? '') === '') return undefined;
    return value.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_all, name: string) => {
      const found = environment[name];
      if (found === undefined || found === '')
        throw new ConfigProblem(
          `${where}: ${at} needs the environment variable ${name}, which is not set; export it or write the value`,
        );
      return found;
    });
  }
  if (Array.isArray(value)) return value.map((each, index) => substitute(each, `${at}[${index}]`, where, environment));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([name, each]) => [name, substitute(each, at === '' ? name : `${at}.${name}`, where, environment)] as const,
    );
    return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
  }
  return value;
}
