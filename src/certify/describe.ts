/** Lines and steps in words, for the terminal, the report, and whoever writes a scenario. Pure. */
import { worded } from './judge.ts';
import type { Amount, Delta, Expected, Line, Scenario, Step, Tamper } from './scenario.ts';
import { isByKnob } from './words.ts';

export function amountText(amount: Amount): string {
  if (typeof amount === 'string') return amount;
  const part = amount.parts === 1 ? 'the whole balance' : `a ${amount.parts}th of the balance`;
  return amount.plusUnits === 0n ? part : `${part} and ${amount.plusUnits} unit more`;
}

/** What one line says: `bet b of 1.00 in round r`. */
export function lineText(line: Line): string {
  const words: string[] = [line.what === 'bet_and_win' ? 'bet and win' : line.what.replace('_', '+')];
  if (line.id !== '') words.push(line.id);
  if (line.amount !== null) words.push(`of ${amountText(line.amount)}`);
  if (line.win !== null) words.push(`winning ${amountText(line.win)}`);
  if (line.bet !== null && line.what === 'bet_and_win') words.push(`by ${line.bet}`);
  else if (line.bet !== null)
    words.push(line.what === 'refund' ? `of ${line.undoes} ${line.bet}` : `on bet ${line.bet}`);
  if (line.undoes === 'round') words.push('of the whole round');
  if (line.round !== null && line.round !== 'r') words.push(`in round ${line.round}`);
  if (line.flavour !== 'cash' && line.flavour !== 'win') words.push(`(${line.flavour.replace('_', ' ')})`);
  if (line.closes) words.push('closing the round');
  if (line.who !== 'player') words.push(`by the ${line.who}`);
  if (line.session !== 'own')
    words.push(`with ${line.session === 'nonsense' ? 'an unknown' : `the ${line.session}`} session`);
  if (line.game !== 'own') words.push(`for ${line.game === 'other' ? 'another' : 'an unknown'} game`);
  if (line.currency !== 'own')
    words.push(line.currency === 'other' ? 'in another currency' : 'with the currency in lower case');
  return words.join(' ');
}

export function tamperText(tamper: Tamper): string {
  switch (tamper.on) {
    case 'body':
      return `body: ${tamper.how.replaceAll('_', ' ')}, signed as sent`;
    case 'signed_body':
      return `body changed after signing: ${tamper.how.replaceAll('_', ' ')}`;
    case 'amount':
      return `amount written as ${tamper.token}`;
    case 'signature':
      return `signature: ${tamper.how.kind === 'made_with' ? `made with ${tamper.how.with.replaceAll('_', ' ')}` : tamper.how.kind.replaceAll('_', ' ')}`;
    case 'signature_name':
      return `name of the signature's header: ${tamper.how} case`;
    case 'header':
      return tamper.value === null ? `without ${tamper.name}` : `${tamper.name}: ${tamper.value}`;
    case 'transport':
      return `sent ${tamper.how.replaceAll('_', ' ')}`;
    case 'clock':
      return `signed ${Math.abs(tamper.offsetMs) / 1000} s in the ${tamper.offsetMs < 0 ? 'past' : 'future'}${tamper.unit === 'ms' ? ', in milliseconds' : ''}`;
  }
}

export function expectedText(expected: Expected): string {
  if (!isByKnob(expected)) return worded(expected);
  return `${worded(expected.otherwise)} (by the policy ${expected.knob})`;
}

function deltaText(delta: Delta): string {
  return delta
    .map(({ amount, times }) => {
      const sign = times < 0 ? '−' : '+';
      return `${sign}${Math.abs(times) === 1 ? '' : `${Math.abs(times)} × `}${amountText(amount)}`;
    })
    .join(' ');
}

export function stepText(step: Step): string {
  switch (step.do) {
    case 'send': {
      const how = step.tamper.map(tamperText).join('; ');
      const often = step.times === 1 ? '' : `, ${step.times} times`;
      return `${lineText(step.line)}${often}${how === '' ? '' : ` [${how}]`} → ${expectedText(step.expect)}`;
    }
    case 'burst': {
      const kinds = new Set(step.lines.map(lineText));
      const what = kinds.size === 1 ? [...kinds][0] : `${step.lines.length} messages`;
      const counts = Object.entries(step.counts ?? {}).map(([word, count]) => `${count} × ${word}`);
      return `${step.lines.length} at the same moment: ${what} → ${counts.length > 0 ? counts.join(', ') : expectedText(step.expect)}`;
    }
    case 'replay':
      return `the same bytes of ${lineText(step.line)} again → ${expectedText(step.expect)}`;
    case 'cut':
      return `${lineText(step.line)}, and the connection closed ${step.at === 'sent' ? 'before the answer' : 'half-way through the request'}`;
    case 'retries':
      return `${lineText(step.line)}, again after ${step.pausesMs.join(', ')} ms → ${expectedText(step.expect)}`;
    case 'pause':
      return `wait ${step.ms} ms`;
    case 'wallet':
      return `the wallet of the ${step.who} has changed by ${deltaText(step.is)}`;
    case 'booked':
      return `the book has ${step.rows} ${step.kind} ${step.id} that moved money`;
    case 'mark':
      return 'from here on';
    case 'status':
      return `the ${step.who} becomes ${step.status.replace('_', '-')}`;
    case 'max_stake':
      return step.stakes === null
        ? `the ${step.who} has no stake limit any more`
        : `the ${step.who} may stake at most ${step.stakes}`;
    case 'crash':
      return `${lineText(step.line)}; the operator is killed ${step.at === 'after_sending' ? 'right after it was sent' : 'right before it'}, and started again`;
    case 'settlement':
      return `settlement ${step.say.event} of round ${step.say.round} → ${expectedText(step.expect)}`;
    case 'session_event':
      return `session ${step.type} (${step.mode ?? 'mode not said'}) → ${expectedText(step.expect)}`;
    case 'stake_all':
      return `bet ${step.id} of all the balance that is shown`;
    case 'weigh':
      return `look into the book: what the wallet has in its own currency (${step.as})`;
    case 'even': {
      const spans = step.spans.map(([from, to]) => `from ${from} to ${to}`).join(' and ');
      const most = step.within === 0 ? 'exactly nothing' : `nothing, up to ${step.within} of its smallest units`;
      return `what the wallet has changed by ${spans} comes to ${most}`;
    }
    case 'when':
      return `by the policy ${step.steps.knob}: ${Object.entries(step.steps.when)
        .map(([value, steps]) => `${value}: ${steps.map(stepText).join('; ')}`)
        .join(' | ')}`;
  }
}

export const stepsOf = ({ steps, moved, later }: Scenario): readonly string[] => [
  ...steps.map(stepText),
  ...(moved.length === 0 ? [] : ["the operator's exchange rate moves"]),
  ...[...moved, ...later].map(stepText),
];
