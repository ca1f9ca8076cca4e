/** The paytable: what each symbol pays on a line for the stake chosen now, and the lines themselves. */
import type { TableState } from './api.ts';
import { drawing } from './symbols.ts';

export function paytableNote({ game, lines }: TableState): string {
  const facts = [`${lines.length} lines, counted from the left`, 'the star stands in for every other symbol'];
  if (game.rtp !== null) facts.push(`returns ${game.rtp} % over the long run`);
  if (game.volatility !== null) facts.push(`${game.volatility} volatility`);
  const note = `${facts.join(' · ')}.`;
  return game.category === 'slots' ? note : `This sandbox plays every game as a slot. ${note}`;
}

export function paytableRows({ paytable, lines, scale, currency }: TableState, stake: string): string {
  const rows = paytable.map(({ symbol, pays }) => {
    const amounts = pays.map(
      (thousandths, index) => `<span><b>${index + 3}×</b> ${amountOf(stake, scale, thousandths)}</span>`,
    );
    return `<li><span class="sample" role="img" aria-label="${symbol}">${drawing(symbol)}</span><div>${amounts.toReversed().join('')}</div></li>`;
  });
  const drawings = lines.map((line) => `<svg viewBox="0 0 50 30" aria-hidden="true">${cells(line)}</svg>`);
  return `<p>For a stake of ${stake} ${currency}, each line pays:</p><ul>${rows.join('')}</ul><div class="plans">${drawings.join('')}</div>`;
}

/** Exact: stakes and pays are whole minor units and whole thousandths by the server's design. */
function amountOf(stake: string, scale: number, thousandths: number): string {
  const [whole = '0', fraction = ''] = stake.split('.');
  const units = BigInt(whole + fraction.padEnd(scale, '0').slice(0, scale));
  const paid = ((units * BigInt(thousandths)) / 1_000n).toString().padStart(scale + 1, '0');
  return scale === 0 ? paid : `${paid.slice(0, -scale)}.${paid.slice(-scale)}`;
}

function cells(line: readonly number[]): string {
  return [0, 1, 2, 3, 4]
    .flatMap((reel) =>
      [0, 1, 2].map(
        (row) =>
          `<rect x="${reel * 10 + 1}" y="${row * 10 + 1}" width="8" height="8" rx="2"${line[reel] === row ? ' class="on"' : ''}/>`,
      ),
    )
    .join('');
}
