/**
 * One secret, one purpose. Whoever knows two things by one secret can do both: an aggregator could sign another's money
 * (SIG-45), a reader of catalogues could sign any (SIG-19). Looks at every secret of the file and says which two places share
 * one; never what it is.
 */

interface Keyed {
  readonly api_keys: readonly { readonly name: string; readonly key: string }[];
  readonly aggregators: readonly {
    readonly name: string;
    readonly catalogue?: unknown;
    readonly launch?: unknown;
    readonly callbacks?: unknown;
  }[];
  readonly console?: { readonly oidc?: { readonly client_secret: string } | null | undefined } | null | undefined;
}

interface Place {
  readonly text: string;
  /** some aggregators give one secret for both directions: their own launches and callbacks may share it */
  readonly bothWays: string | null;
}

/** The first two places that share a secret, as one line; null when every secret is used once. */
export function sharedSecret(file: Keyed): string | null {
  const seen = new Map<string, Place>();
  for (const [secret, place] of secretsOf(file)) {
    const before = seen.get(secret);
    if (before === undefined) seen.set(secret, place);
    else if (place.bothWays === null || place.bothWays !== before.bothWays)
      return `${place.text} is the same secret as ${before.text}; make one of its own with: croupier keys generate`;
  }
  return null;
}

function* secretsOf({ api_keys: apiKeys, aggregators, console: page }: Keyed): Generator<readonly [string, Place]> {
  for (const [index, { name, key }] of apiKeys.entries())
    yield [key, { text: `api_keys[${index}] (${name}).key`, bothWays: null }];
  if (page?.oidc) yield [page.oidc.client_secret, { text: 'console.oidc.client_secret', bothWays: null }];
  for (const [index, { name, catalogue, launch, callbacks }] of aggregators.entries()) {
    const at = `aggregators[${index}] (${name}).`;
    for (const [secret, text] of namedSecrets(catalogue, `${at}catalogue`, false))
      yield [secret, { text, bothWays: null }];
    for (const [secret, text] of namedSecrets(launch, `${at}launch`, false)) yield [secret, { text, bothWays: at }];
    for (const [secret, text] of namedSecrets(callbacks, `${at}callbacks`, false))
      yield [secret, { text, bothWays: at }];
  }
}

const SECRET_NAME = /(^|_)(secret|key|token|password)s?$/;
/** Halves of key pairs: the public one is no secret, and the private one nobody knows but us, whatever it is used for. */
const PAIR_NAME = /(^|_)(public|private)_keys?$/;

/** Every text under a name that says it is secret, whatever the dialect calls it. */
function* namedSecrets(value: unknown, at: string, secret: boolean): Generator<readonly [string, string]> {
  if (typeof value === 'string') {
    if (secret && value !== '') yield [value, at];
  } else if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) yield* namedSecrets(each, `${at}[${index}]`, secret);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value))
      yield* namedSecrets(each, `${at}.${name}`, !PAIR_NAME.test(name) && (secret || SECRET_NAME.test(name)));
  }
}
