/** The one exception of the money path: we could not find out. Never stored, answered as "ask again". */

export type UncertainReason =
  | 'queue_full'
  | 'deadline'
  | 'database'
  | 'commit_unknown'
  | 'defect'
  | 'closing'
  | 'no_rate'
  /** money of free rounds that nobody was told of */
  | 'no_grant';

export class Uncertain extends Error {
  readonly reason: UncertainReason;

  constructor(reason: UncertainReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Uncertain';
    this.reason = reason;
  }
}
