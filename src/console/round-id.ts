/** The opaque id under which the book's reads name a round to the outside; the ledger refuses what is not of this form. Pure. */
export function roundIdOf(player: string, aggregator: string, scope: string, round: string): string {
  return Buffer.from(JSON.stringify([player, aggregator, scope, round]), 'utf8').toString('base64url');
}
