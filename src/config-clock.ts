/**
 * The `clock` section of croupier.yaml: where time is asked, and what follows from a wrong clock. Everything has a default that
 * only watches: nothing is refused, corrected or taken out of traffic unless the file says so.
 */
import { hostname } from 'node:os';
import { z } from 'zod';

export interface ClockConfig {
  readonly ntpServers: readonly { readonly host: string; readonly port: number }[];
  /** the name under which the other nodes and the alerts know this machine */
  readonly node: string;
  readonly chrony: { readonly host: string | null; readonly port: number | null };
  readonly askAggregators: boolean;
  readonly require: 'none' | 'not_critical' | 'ok';
  readonly failFast: boolean;
  readonly correctSigning: boolean;
}

const NTP_PORT = 123;
const SERVER =
  'is no time server: write a name or address, with a port if it is not 123, like time.example or [::1]:1123';

const server = z.string().transform((text, context) => {
  const parsed = serverOf(text);
  if (parsed === null) context.addIssue({ code: 'custom', message: SERVER });
  return parsed ?? { host: '', port: NTP_PORT };
});

export const clockSchema = z.strictObject({
  ntp_servers: z.array(server).max(8).optional(),
  node: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'is a name of letters, digits, dots and dashes')
    .optional(),
  chrony: z
    .strictObject({
      host: z.string().min(1).max(255).optional(),
      port: z.number().int().min(1).max(65_535).optional(),
    })
    .optional(),
  ask_aggregators: z.boolean().optional(),
  require: z.enum(['none', 'not_critical', 'ok']).optional(),
  fail_fast: z.boolean().optional(),
  correct_signing: z.boolean().optional(),
});

/** The section with its defaults; the node's name is the machine's unless the environment or the file has another. */
export function clockConfigOf(
  given: z.output<typeof clockSchema> | null | undefined,
  node: string | undefined,
): ClockConfig {
  const { chrony } = given ?? {};
  return {
    ntpServers: given?.ntp_servers ?? [],
    node: node ?? given?.node ?? hostname(),
    chrony: { host: chrony?.host ?? null, port: chrony?.port ?? null },
    askAggregators: given?.ask_aggregators ?? true,
    require: given?.require ?? 'none',
    failFast: given?.fail_fast ?? false,
    correctSigning: given?.correct_signing ?? false,
  };
}

const launchAddress = z.object({ url: z.url({ protocol: /^https?$/ }) });

/** Where an aggregator's launches are judged: the origin of its launch address, whatever else its dialect asks for. */
export function originOfLaunches(launch: unknown): string | null {
  const parsed = launchAddress.safeParse(launch);
  return parsed.success ? new URL(parsed.data.url).origin : null;
}

/** `host`, `host:port`, an IPv6 address, or one in brackets with a port. */
function serverOf(text: string): { host: string; port: number } | null {
  const parts =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]/@]+)|([0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*))(?::(\d{1,5}))?$/.exec(text);
  const host = parts?.[1] ?? parts?.[2] ?? parts?.[3];
  const port = Number(parts?.[4] ?? NTP_PORT);
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port };
}
