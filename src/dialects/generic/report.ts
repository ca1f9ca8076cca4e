/** Reports of the generic dialect: one line a transaction, CSV with a header or JSON lines, in the words of its settlement events. */
import type { ReportMapping } from '../dialect.ts';

export const GENERIC_REPORT: ReportMapping = {
  format: 'csv',
  separator: ',',
  amounts: 'major',
  columns: {
    id: 'transaction_id',
    kind: 'kind',
    amount: 'amount',
    status: 'status',
    round: 'round_id',
    player: 'player_id',
    currency: 'currency',
    game: 'game_code',
    provider: 'provider',
    bet: 'bet_transaction_id',
    occurredAt: 'occurred_at',
    version: 'version',
  },
  kinds: { bet: 'bet', win: 'win', jackpot: 'win', promo: 'win', free_round: 'win', refund: 'rollback' },
  statuses: { '': 'ok', ok: 'ok', rolled_back: 'rolled_back', failed: 'failed' },
};
